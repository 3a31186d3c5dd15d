import { expect } from "chai";
import { Interface, JsonRpcProvider } from "ethers";
import type { BlockRef } from "../../keeper/src/chain/block-ref.js";
import { type RpcPool, createRpcPool } from "../../keeper/src/chain/rpc-pool.js";
import type { VenueView } from "../../keeper/src/snapshot/compose.js";
import type { AccountState } from "../../keeper/src/snapshot/snapshot.js";
import type { Address } from "../../keeper/src/units.js";
import { type VenueSource, openVenue } from "../../keeper/src/venues/venue-kinds.js";

const VIEWS = new Interface([
  "function accountLiquidity(address, bool) view returns (uint256 collateralValue, uint256 liabilityValue)",
  "function getCurrentICR(uint256, uint256) view returns (uint256)",
  "function user_state(address) view returns (uint256[4])",
  "function health(address, bool) view returns (int256)",
  "function decimals() view returns (uint8)",
]);
/** Accounts asked one by one, spread over those that were read. */
const SAMPLE = 40;
const WAD = 10n ** 18n;

/** **Source:** euler-xyz/euler-interfaces, addresses, 1; the vaults are "k3-prime" of euler-xyz/euler-labels. */
const EULER: VenueSource = {
  kind: "euler-v2",
  connector: "0x0c9a3dd6b8f28529d72d7f9ce918d493519ee383",
  fromBlock: 20_500_000,
  vaults: ["0x797dd80692c3b2dadabce8e30c07fde5307d48a9", "0xd8b27cf359b7d15710a5be299af6e7bf904984c2"],
  unitOfAccount: "0x0000000000000000000000000000000000000348", // dollars
  unproven: true,
};
/** **Source:** liquity/bold, contracts/addresses, 1.json. */
const LIQUITY: VenueSource = {
  kind: "liquity-v2",
  collateralRegistry: "0xf949982b91c8c61e952b3ba942cbbfaef5386684",
  branches: [
    "0x20f7c9ad66983f6523a0881d0f82406541417526",
    "0x8d733f7ea7c23cbea7c613b6ebd845d46d3aac54",
    "0x6106046f031a22713697e04c08b330ddaf3e8789",
  ],
  unproven: true,
};
/** **Source:** docs.curve.finance, crvUSD, deployment addresses; data.chain.link, crvUSD / USD. */
const CRVUSD: VenueSource = {
  kind: "crvusd",
  factory: "0xc9332fdcb1c491dcc683bae86fe3cb70360738bc",
  baseUsdFeed: "0xeef0c605546958c1f899b6fb336c20671f9cd49f",
  unproven: true,
};

describe("venues that are not proven offline, on a live node of mainnet", function () {
  this.timeout(1_800_000);
  let pool: RpcPool;
  let provider: JsonRpcProvider;
  let block: BlockRef;
  before(async function () {
    const url = process.env["MAINNET_RPC_URL"];
    if (url === undefined) {
      console.warn("      SKIPPED: MAINNET_RPC_URL is not set. It names a node of mainnet");
      return this.skip();
    }
    pool = createRpcPool({ urls: [url], chainId: 1, quorum: 1, timeoutMs: 120_000 });
    provider = new JsonRpcProvider(url, 1, { staticNetwork: true });
    block = await pool.head();
  });
  after(() => provider?.destroy());

  async function read(source: VenueSource): Promise<VenueView> {
    const outcome = await openVenue(pool, source, { resilienceWindowSec: 86_400 }).at(block);
    if (outcome.kind === "unreadable") throw new Error(`${source.kind} is unreadable: ${outcome.reason}`);
    return outcome.view(new Map());
  }

  async function ask(target: string, method: string, args: readonly unknown[] = []): Promise<readonly unknown[]> {
    const data = VIEWS.encodeFunctionData(method, args);
    const answer = await provider.call({ to: target, data, blockTag: block.number });
    return VIEWS.decodeFunctionResult(method, answer).toArray();
  }

  const sample = (accounts: readonly AccountState[]): AccountState[] => {
    expect(accounts.length, "accounts read").to.be.above(0);
    const step = Math.ceil(accounts.length / SAMPLE);
    return accounts.filter((_, i) => i % step === 0);
  };

  it("behavior: Euler's vaults agree on the values of collateral and debt, to a millionth", async () => {
    const { state } = await read(EULER);
    const decimals = new Map<Address, bigint>();
    for (const { asset } of state.reserves) decimals.set(asset, (await ask(asset, "decimals"))[0] as bigint);
    for (const { market, account, collateral, debt } of sample(state.accounts)) {
      const value = ([r, units]: readonly [number, bigint]): bigint =>
        (units * state.reserves[r]!.priceBase) / 10n ** decimals.get(state.reserves[r]!.asset)!;
      const counted = collateral.reduce(
        (sum, row) => sum + (value(row) * BigInt(state.reserves[row[0]]!.liquidationThresholdBps)) / 10_000n,
        0n,
      );
      const owed = debt.reduce((sum, row) => sum + value(row), 0n);
      const truth = (await ask(market!, "accountLiquidity", [account, true])) as readonly bigint[];
      for (const [mine, theirs] of [
        [counted, truth[0]!],
        [owed, truth[1]!],
      ] as const) {
        const gap = mine > theirs ? mine - theirs : theirs - mine;
        expect(gap * 1_000_000n <= theirs + 1_000_000n, `${account}: ${mine} for ${theirs}`).to.equal(true);
      }
    }
  });

  it("behavior: Liquity's trove managers agree on the collateral ratio, to the unit", async () => {
    const { state } = await read(LIQUITY);
    for (const { market, collateral, debt } of sample(state.accounts.filter((account) => account.debt.length > 0))) {
      const [manager, id] = market!.split("/") as [string, string];
      const [r, units] = collateral[0]!;
      const price = state.reserves[r]!.priceBase;
      const [ratio] = await ask(manager, "getCurrentICR", [BigInt(id), price]);
      expect((units * price) / debt[0]![1], market).to.equal(ratio);
    }
  });

  it("behavior: crvUSD's controllers agree on amounts; how far health is from theirs is said, not asserted", async () => {
    const { state } = await read(CRVUSD);
    let widest = 0n;
    for (const { market, account, collateral, debt } of sample(state.accounts)) {
      const [truth] = (await ask(market!, "user_state", [account])) as readonly (readonly bigint[])[];
      const unitsOf = (rows: AccountState["debt"], isStable: boolean): bigint =>
        rows.find(([r]) => isStable === state.reserves[r]!.borrowingEnabled)?.[1] ?? 0n;
      const told = [unitsOf(collateral, false), unitsOf(collateral, true), unitsOf(debt, true)];
      expect(told, `${account} in ${market}`).to.deep.equal(truth!.slice(0, 3));
      let counted = 0n;
      for (const [r, units] of collateral) {
        const { asset, priceBase, liquidationThresholdBps } = state.reserves[r]!;
        const [decimals] = await ask(asset, "decimals");
        counted += (units * priceBase * BigInt(liquidationThresholdBps)) / 10n ** (decimals as bigint) / 10_000n;
      }
      const [health] = await ask(market!, "health", [account, true]);
      const gap = (counted * WAD) / told[2]! - WAD - (health as bigint);
      if ((gap < 0n ? -gap : gap) > (widest < 0n ? -widest : widest)) widest = gap;
    }
    console.warn(`      crvUSD: health of the snapshot less the protocol's is at most ${Number(widest) / 1e18} away`);
  });
});
