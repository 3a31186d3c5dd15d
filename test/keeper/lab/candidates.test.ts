import { expect } from "chai";
import { liquidationCandidates } from "../../../keeper/src/lab/agents/candidates.js";
import type { AccountState, Snapshot } from "../../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../../keeper/src/units.js";

const WETH: Address = "0x00000000000000000000000000000000000000aa";
const USDC: Address = "0x00000000000000000000000000000000000000bb";
const REST: Address = "0x00000000000000000000000000000000000000cc";
const PRICES = new Map<Address, number>([
  [WETH, 1_000],
  [USDC, 1],
  [REST, 1],
]);
const route = (from: Address, to: Address): string | undefined =>
  from === WETH && to === USDC ? "weth-usdc" : undefined;

const ETHER = 10n ** 18n;
const DOLLAR = 10n ** 6n;

function snapshotWith(accounts: readonly Pick<AccountState, "account" | "collateral" | "debt">[]): Snapshot {
  const reserve = {
    priceBase: 0n,
    ltvBps: 7_000,
    liquidationThresholdBps: 8_000,
    liquidationBonusBps: 500,
    active: true,
    frozen: false,
    paused: false,
    borrowingEnabled: true,
    suppliedUnits: 0n,
    debtUnits: 0n,
  };
  const asset = (address: Address, symbol: string, decimals: number) => ({
    asset: address,
    symbol,
    decimals,
    lookThrough: [],
  });
  const snapshot: Snapshot = {
    schema: "bulkhead/snapshot/1",
    chainId: 1,
    block: { number: 1, hash: "0x01", timestamp: 1 },
    assets: [asset(WETH, "WETH", 18), asset(USDC, "USDC", 6), asset(REST, "rest", 18)],
    feeds: [],
    venues: [
      {
        venue: "0x0000000000000000000000000000000000000001",
        kind: "aave-v3",
        baseUnit: 10n ** 8n,
        baseUsdE8: 10n ** 8n,
        closeFactorBps: 5_000,
        fullCloseHfWad: 95n * 10n ** 16n,
        reserves: [WETH, USDC, REST].map((address) => ({ ...reserve, asset: address })),
        accounts,
        totalDebtBase: 0n,
      },
    ],
    pools: [],
    forcedSales: [],
    exclusions: [],
  };
  return snapshot;
}

describe("liquidationCandidates", () => {
  const healthy = {
    account: "0x10" as Address,
    collateral: [[0, ETHER]] as const,
    debt: [[1, 799n * DOLLAR]] as const,
  };
  const partial = {
    account: "0x11" as Address,
    collateral: [[0, ETHER]] as const,
    debt: [[1, 820n * DOLLAR]] as const,
  };
  const deep = { account: "0x12" as Address, collateral: [[0, ETHER]] as const, debt: [[1, 900n * DOLLAR]] as const };
  const unsellable = {
    account: "0x13" as Address,
    collateral: [[2, ETHER]] as const,
    debt: [[1, 900n * DOLLAR]] as const,
  };

  it("leaves healthy accounts alone and takes the largest repayment first", () => {
    const found = liquidationCandidates(snapshotWith([healthy, partial, deep]), PRICES, route);
    expect(found.map(({ account }) => account)).to.deep.equal(["0x12", "0x11"]);
  });

  it("repays half above a health factor of 0.95 and everything at or below it", () => {
    const found = liquidationCandidates(snapshotWith([partial, deep]), PRICES, route);
    expect(found.map(({ maxRepay }) => maxRepay)).to.deep.equal([900n * DOLLAR, 410n * DOLLAR]);
  });

  it("leaves out accounts whose collateral nobody can sell", () => {
    expect(liquidationCandidates(snapshotWith([unsellable]), PRICES, route)).to.deep.equal([]);
  });
});
