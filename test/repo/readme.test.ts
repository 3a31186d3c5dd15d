import { expect } from "chai";
import { read } from "./sources.js";

describe("README", () => {
  it("shows the example contract that the tests compile and run", () => {
    const shown = /```solidity\n([\s\S]*?)```/.exec(read("README.md"))?.[1] ?? "no Solidity block";
    expect(read("test/contracts/support/ExampleMarket.sol")).to.include(shown.trim());
  });

  it("tells a newcomer the same two commands that CI runs", () => {
    const commands = [...read("README.md").matchAll(/^npm ci && (npm \w+)/gm)].map((match) => match[1]);
    expect(commands).to.deep.equal(["npm start", "npm test"]);
    const ci = read(".ci/run");
    expect(ci).to.match(/^step install .*npm ci/m);
    expect(ci).to.match(/^ {2}step start .*npm start/m);
  });
});
