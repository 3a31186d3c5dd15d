import { expect } from "chai";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type Log, matches, parseLogs } from "../../../../keeper/src/chain/log.js";
import type { Address } from "../../../../keeper/src/units.js";
import {
  accountFilter,
  accountsOf,
  liquidationsOf,
  loanFilter,
  loansAfter,
} from "../../../../keeper/src/venues/compound-v2-logs.js";
import { requireShared } from "../../../shared-data.js";
import { COMPTROLLER, cTokenAbi } from "./stage.js";

const RECORDED = "data/evm-liquidation-traces/rotki_test_compound_liquidate.yaml.gz";
const CUSDT: Address = "0xf650c3d88d12db855b8bf7d11be6c55a4e07dcc9";
const CBAT: Address = "0x6c8c6b02e7b2be14d4fa6022dfd6d75921d90e4e";

describe("logs of a liquidation on mainnet's Compound v2", () => {
  let input: string;
  let logs: Log[];

  before(function () {
    const text = gunzipSync(readFileSync(requireShared(this, RECORDED))).toString("utf8");
    input = /"input":"(0x[0-9a-f]+)"/.exec(text)![1]!;
    const receipt = text
      .split("\n")
      .filter((line) => line.includes('"logs":['))
      .map(
        (line) => JSON.parse(line.slice(line.indexOf("{"), line.lastIndexOf("}") + 1)) as { result: { logs: unknown } },
      );
    logs = parseLogs(receipt[0]!.result.logs);
  });

  it("default: who, what and how much are what the liquidator's call asked for, whom is what the event says", () => {
    const [sale] = liquidationsOf(COMPTROLLER, logs);
    // Amount, market and collateral; whom the liquidator's contract knows by itself.
    const words = [1, 2, 3].map((i) => BigInt(`0x${input.slice(10 + 64 * i, 74 + 64 * i)}`));
    expect([sale!.debtUnits, BigInt(sale!.debtAsset), BigInt(sale!.collateralAsset)]).to.deep.equal(words);
    const told = logs.map((log) => cTokenAbi.parseLog({ topics: [...log.topics], data: log.data }));
    const event = told.find((one) => one?.name === "LiquidateBorrow")!.args;
    expect(sale!.account).to.equal(String(event.getValue("borrower")).toLowerCase());
    expect(sale!.collateralUnits).to.equal(event.getValue("seizeTokens"));
    expect([sale!.debtAsset, sale!.collateralAsset]).to.deep.equal([CUSDT, CBAT]);
    const found = accountsOf(logs.filter((log) => matches(accountFilter(COMPTROLLER, [CUSDT, CBAT]), log)));
    expect(found).to.include(sale!.account);
  });

  it("behavior: the loan left is at the index of the interest that the market added in this block", () => {
    const own = logs.filter((log) => matches(loanFilter([CUSDT, CBAT]), log));
    const { loans, indices } = loansAfter(new Map(), new Map(), own);
    const [sale] = liquidationsOf(COMPTROLLER, logs);
    const loan = loans.get(`${CUSDT} ${sale!.account}`)!;
    expect(loan.index).to.equal(indices.get(CUSDT));
    expect(loan.index > 10n ** 18n).to.equal(true);
    // At most half may be repaid: what is left is at least what was.
    expect(loan.principal >= sale!.debtUnits).to.equal(true);
  });
});
