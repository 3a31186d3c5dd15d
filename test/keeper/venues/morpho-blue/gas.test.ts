import { expect } from "chai";
import { toQuantity } from "ethers";
import { CallReverted, RpcRefused } from "../../../../keeper/src/chain/rpc-errors.js";
import { type BlockReader, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { WordsMalformed } from "../../../../keeper/src/chain/words.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import type { Order } from "../../../../keeper/src/lab/world/orders.js";
import type { Hex } from "../../../../keeper/src/units.js";
import { readMorphoMarkets, readMorphoParams } from "../../../../keeper/src/venues/morpho-markets.js";
import { accountKey, readMorphoPositions } from "../../../../keeper/src/venues/morpho-positions.js";
import { burning } from "../strange-contracts.js";
import { mineAll } from "./history.js";
import { type Market, type Stage, USERS, buildStage, makeMarket } from "./stage.js";

const GAS = { least: 60_000, most: 30_000_000, growth: 1.25 };
const ETHER = 10n ** 18n;
const USD = 10n ** 6n;

describe("lenses of Morpho Blue where a node grants little gas", () => {
  let chain: DevChain;
  let stage: Stage;
  let reader: BlockReader;
  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: 1_583_971_200 });
    stage = await buildStage(chain);
    for (const lltv of ["0.86", "0.77", "0.625", "0.945"]) {
      makeMarket(stage, { loan: "USDC", collateral: "WETH", lltv });
    }
    await stage.steward.flush();
    const passed = await mineAll(stage, stage.markets.flatMap(open), (await chain.timestamp()) + 10);
    expect(passed.every(Boolean)).to.equal(true);
    // One of four markets has an oracle that burns whatever it is given.
    const code = await chain.rpc.call("eth_getCode", [await burning(chain, "burner"), "latest"]);
    await chain.rpc.call("hardhat_setCode", [stage.markets[1]!.oracle.address, code]);
    await mineAll(stage, [], (await chain.timestamp()) + 10);
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 10_000 });
    reader = pool.at(await pool.head());
  });
  after(() => chain.close());

  function open({ params }: Market): Order[] {
    const order = (from: `0x${string}`, method: string, args: readonly unknown[]): Order => {
      const data = stage.morpho.abi.encodeFunctionData(method, args) as Hex;
      return { label: method, from, to: stage.morpho.address, data, gas: 1_000_000n };
    };
    const [borrower, lender] = [USERS[0]!, USERS[1]!];
    return [
      order(lender, "supply", [params, 100_000n * USD, 0, lender, "0x"]),
      order(borrower, "supplyCollateral", [params, ETHER, borrower, "0x"]),
      order(borrower, "borrow", [params, 1_000n * USD, 0, borrower, borrower]),
    ];
  }

  /** Reads with ever more gas: an error or all of it, never a part, never an oracle called mute that is not. */
  async function readWithLittle<T>(
    read: (reader: BlockReader) => Promise<T>,
  ): Promise<{ done: number; failed: number }> {
    const expected = await read(reader);
    const seen = { done: 0, failed: 0 };
    for (let gas = GAS.least; gas < GAS.most; gas = Math.ceil(gas * GAS.growth)) {
      const granted: BlockReader = { ...reader, call: (call) => reader.call({ ...call, gas: toQuantity(gas) as Hex }) };
      const answer = await read(granted).catch((error: unknown) => {
        if ([CallReverted, RpcRefused, WordsMalformed].some((type) => error instanceof type)) return undefined;
        throw error;
      });
      seen[answer === undefined ? "failed" : "done"] += 1;
      if (answer !== undefined) expect(answer, `with ${gas} gas a call`).to.deep.equal(expected);
    }
    return seen;
  }

  const ids = (): Hex[] => stage.markets.map(({ id }) => id);

  it("behavior: what never changes of markets", async () => {
    const seen = await readWithLittle((of) => readMorphoParams(of, stage.morpho.address, ids()));
    expect(seen.done).to.be.above(0);
    expect(seen.failed).to.be.above(0);
  });

  it("behavior: markets with debt, of which one has an oracle that burns all it is given", async () => {
    const params = new Map(await readMorphoParams(reader, stage.morpho.address, ids()));
    const markets = await readMorphoMarkets(reader, stage.morpho.address, params);
    expect(ids().map((id) => markets.get(id)!.hasPrice)).to.deep.equal([true, false, true, true]);
    const seen = await readWithLittle((of) => readMorphoMarkets(of, stage.morpho.address, params));
    expect(seen.done).to.be.above(0);
    expect(seen.failed).to.be.above(0);
  });

  it("behavior: positions", async () => {
    const keys = ids().flatMap((id) => USERS.map((user) => accountKey(id, user)));
    const seen = await readWithLittle((of) => readMorphoPositions(of, stage.morpho.address, keys));
    expect(seen.done).to.be.above(0);
    expect(seen.failed).to.be.above(0);
  });
});
