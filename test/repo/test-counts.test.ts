import { expect } from "chai";
import { countTests, failedSteps } from "../../scripts/test-counts.js";

/** What Hardhat 3.17 printed for one failing and one skipped test in each runner. */
const output = `Running Solidity tests

  test/A.t.sol:ATest
    - test_Skip()
    \u001b[32m✔\u001b[39m test_Ok()
    1) test_Bad()
    ✔ testFuzz_Ok(uint256) (runs: 256)

Running Mocha tests


  x
    ✔ passes
    ✔ passes 2
    1) fails
    - skips
    - pending


  2 passing (5ms)
  2 pending
  1 failing

  1) x
       fails:

      AssertionError: expected 1 to equal 2


6 passing (2 solidity, 4 mocha)
2 failing (1 solidity, 1 mocha)
1 skipped (1 solidity)

  1) ATest#test_Bad()
    Error: no
`;

const green = output
  .replace("  1 failing\n", "")
  .replace("2 failing (1 solidity, 1 mocha)\n1 skipped (1 solidity)\n", "");

describe("countTests", () => {
  it("adds up both runners, and does not take a skipped mocha test for a passed one", () => {
    expect(countTests(output)).to.deep.equal({ passed: 4, failed: 2, skipped: 3 });
  });

  it("counts nothing as failed where nothing is", () => {
    expect(countTests(green)).to.deep.equal({ passed: 4, failed: 0, skipped: 2 });
  });

  it("refuses an output that ends before the summary", () => {
    expect(() => countTests(output.slice(0, output.indexOf("  2 passing")))).to.throw("saw no summary");
    expect(() => countTests(output.slice(0, output.indexOf("6 passing")))).to.throw("saw no summary");
  });
});

describe("failedSteps", () => {
  const lint = "step lint           FAILED 3.1 s\nstep test           ok     9.0 s\n";

  it("names the steps that failed", () => {
    expect(failedSteps(lint)).to.deep.equal(["lint"]);
    expect(failedSteps("step start ok 90 s\n")).to.deep.equal([]);
  });

  it("does not count a step again as part of `check`", () => {
    expect(failedSteps(`${lint}step check FAILED 20 s\n`)).to.deep.equal(["lint"]);
    expect(failedSteps("step check FAILED 20 s\n")).to.deep.equal(["check"]);
  });
});
