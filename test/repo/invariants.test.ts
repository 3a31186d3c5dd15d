import { expect } from "chai";
import { filesUnder, read } from "./sources.js";

const list = read("test/invariant/README.md");

/** Each line of the list as `file function`, in order. */
function listed(): string[] {
  const sections = list.split(/^## /m).slice(1);
  return sections.flatMap((section) => {
    const file = section.split("\n")[0] ?? "";
    return [...section.matchAll(/^\| INV-\d+ \| `(\w+)` \|/gm)].map(([, name]) => `${file} ${name}`);
  });
}

function written(): string[] {
  return filesUnder("test/invariant", /\.t\.sol$/).flatMap((file) =>
    [...read(file).matchAll(/function (invariant_\w+)/g)].map(
      ([, name]) => `${file.replace("test/invariant/", "")} ${name}`,
    ),
  );
}

describe("test/invariant/README.md", () => {
  it("lists every property once, and none that is not there", () => {
    expect(listed().sort()).to.deep.equal(written().sort());
  });

  it("numbers them without a gap", () => {
    const numbers = [...list.matchAll(/^\| INV-(\d+) \|/gm)].map(([, number]) => Number(number));
    expect(numbers).to.deep.equal(numbers.map((_, i) => i + 1));
    expect(numbers.length).to.be.at.least(20);
  });
});
