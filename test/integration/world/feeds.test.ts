import { expect } from "chai";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { pushPrice, submissions } from "../../../keeper/src/lab/world/chainlink.js";
import type { Feed } from "../../../keeper/src/lab/world/chainlink.js";
import { read } from "../../../keeper/src/lab/world/contract-ref.js";
import { setPrices } from "../../../keeper/src/lab/world/controls.js";
import { orderRequest } from "../../../keeper/src/lab/world/orders.js";
import { WorldSpecError } from "../../../keeper/src/lab/world/spec.js";
import { type World, buildWorld } from "../../../keeper/src/lab/world/world.js";
import { ROUND_SPEC, expectRejection, readBigint, startChain, symbolOf } from "./fixture.js";

const USD = 10n ** 8n;

describe("feeds", () => {
  let chain: DevChain;
  let world: World;
  let feed: Feed;
  before(async () => {
    chain = await startChain();
    world = await buildWorld(chain, ROUND_SPEC);
    feed = symbolOf(world, "WETH").feed!;
  });
  after(() => chain.close());

  const aavePrice = (symbol: string): Promise<bigint> =>
    readBigint(chain, world.aave.oracle, "getAssetPrice", [symbolOf(world, symbol).address]);

  it("default: a pushed price is the lending pool's once it is mined, at that block's time", async () => {
    await pushPrice(chain, feed, 1_234n * USD + 5n);
    expect(await aavePrice("WETH")).to.equal(2_000n * USD);
    const { timestamp } = await chain.mine((await chain.timestamp()) + 300);
    expect(await aavePrice("WETH")).to.equal(1_234n * USD + 5n);
    const round = (await read(chain, feed.proxy, "latestRoundData", [])).toObject();
    expect(round).to.deep.include({ answer: 1_234n * USD + 5n, updatedAt: BigInt(timestamp) });
  });

  it("behavior: rounds follow each other block by block, and carry the proxy's phase", async () => {
    const before = await readBigint(chain, feed.proxy, "latestRound");
    for (const price of [1_500n, 1_400n, 1_300n]) {
      await pushPrice(chain, feed, price * USD);
      await chain.mine((await chain.timestamp()) + 12);
      expect(await aavePrice("WETH")).to.equal(price * USD);
    }
    const latest = await readBigint(chain, feed.proxy, "latestRound");
    expect(latest - before).to.equal(3n);
    expect(latest >> 64n).to.equal(1n);
  });

  it("behavior: the answer is the median of the nodes' submissions", async () => {
    const round = Number(await readBigint(chain, feed.aggregator, "latestRound")) + 1;
    const answers = [900n, 1_100n, 1_000n].map((price) => price * USD);
    const orders = answers.map((answer, node) => submissions(feed, round, answer)[node]!);
    await chain.rpc.batch(orders.map(orderRequest));
    await chain.mine((await chain.timestamp()) + 12);
    expect(await aavePrice("WETH")).to.equal(1_000n * USD);
  });

  it("behavior: several feeds move in one block", async () => {
    await setPrices(world, { WETH: "1800.5", WBTC: "35000", DAI: "0.97" });
    expect((await chain.mine((await chain.timestamp()) + 12)).transactions).to.equal(9);
    const seen = await Promise.all(["WETH", "WBTC", "DAI", "USDC"].map(aavePrice));
    expect(seen).to.deep.equal([180_050_000_000n, 35_000n * USD, 97_000_000n, USD]);
  });

  it("error: WorldSpecError for an asset that is not there", async () => {
    const error = await expectRejection(setPrices(world, { LUNA: "80" }), WorldSpecError);
    expect(error.message).to.contain("LUNA").and.to.contain("WETH, WBTC, USDC, DAI");
  });
});
