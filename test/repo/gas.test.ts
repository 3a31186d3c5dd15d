import { expect } from "chai";
import { bars } from "../../scripts/gas/bars.js";
import { filesUnder, read } from "./sources.js";

const figures = JSON.parse(read("snapshots/gas.json")) as Record<string, string>;

describe("snapshots/gas.json", () => {
  it("holds every figure that is promised, at its bar or below", () => {
    const broken = Object.entries(bars)
      .filter(([name, bar]) => !(Number(figures[name]) <= (bar ?? Infinity)))
      .map(([name, bar]) => `${name}: ${figures[name]} of ${bar}`);
    expect(broken).to.deep.equal([]);
  });

  it("has bars that the tests assert themselves", () => {
    const tests = filesUnder("test/gas", /\.sol$/)
      .map(read)
      .join("\n");
    const unasserted = Object.values(bars).filter(
      (bar) => bar !== undefined && !tests.includes(bar.toLocaleString("en-US").replace(",", "_")),
    );
    expect(unasserted).to.deep.equal([]);
  });

  it("is explained figure by figure", () => {
    const page = read("docs/gas.md");
    const unexplained = Object.keys(bars).filter((name) => !page.includes(`\`${name}\``));
    expect(unexplained).to.deep.equal([]);
  });
});
