import { expect } from "chai";
import { AbiCoder, Interface, concat, keccak256, toBeHex } from "ethers";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type BlockReader, createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { marketsMadeIn } from "../../../../keeper/src/venues/morpho-logs.js";
import {
  type MorphoParams,
  readMorphoMarkets,
  readMorphoParams,
} from "../../../../keeper/src/venues/morpho-markets.js";
import { requireShared } from "../../../shared-data.js";
import { answering } from "../strange-contracts.js";
import { type Stage, buildStage } from "./stage.js";

interface Published {
  readonly id: Hex;
  readonly irm: Address;
  readonly lltv: string;
  readonly oracle: Address;
  readonly loanToken: { readonly address: Address };
  /** Absent where a market takes none: only lenders have anything there. */
  readonly collateralToken?: { readonly address: Address } | null;
}

const ZERO = `0x${"00".repeat(20)}` as Address;
const COUNTS = { eth: 1_499, base: 1_149, arb1: 191 } as const;
/** Storage of Morpho Blue. **Source:** morpho-blue 1.0.0, MorphoStorageLib. */
const SLOTS = { market: 3n, params: 8n } as const;
const UPDATED = 1_583_971_200n;

const coder = AbiCoder.defaultAbiCoder();
const paramsOf = ({ loanToken, collateralToken, oracle, irm, lltv }: Published): string =>
  coder.encode(
    ["address", "address", "address", "address", "uint256"],
    [loanToken.address, collateralToken?.address ?? ZERO, oracle, irm, lltv],
  );

describe("Morpho Blue venue on the real markets of three chains", () => {
  const published: Published[] = [];
  let chain: DevChain;
  let stage: Stage;
  before(async function () {
    this.timeout(120_000);
    const folder = requireShared(this, "data/params-morpho");
    for (const [name, count] of Object.entries(COUNTS)) {
      const text = gunzipSync(readFileSync(`${folder}/morpho_markets_${name}.json.gz`)).toString("utf8");
      const markets = JSON.parse(text) as Published[];
      expect(markets.length, name).to.equal(count);
      published.push(...markets);
    }
    chain = await startEmbeddedChain({ genesisTime: Number(UPDATED) });
    stage = await buildStage(chain);
  });
  after(() => chain?.close());

  it("behavior: their creation, as Morpho logs it, gives tokens and LLTV", () => {
    const topic = new Interface([
      "event CreateMarket(bytes32 indexed id, (address, address, address, address, uint256) marketParams)",
    ]).getEvent("CreateMarket")!.topicHash as Hex;
    const logs = published.map((market) => ({
      address: stage.morpho.address,
      topics: [topic, market.id],
      data: paramsOf(market) as Hex,
      blockNumber: 1,
      blockHash: market.id,
      logIndex: 0,
    }));
    const made = new Map(marketsMadeIn(logs));
    expect(made.size, "markets whose id is the hash of what was published").to.equal(distinct(published).length);
    for (const market of published) expect(made.get(market.id), market.id).to.deep.equal(expectedParams(market));
    const forged = logs.map((log, i) => ({ ...log, topics: [topic, logs[(i + 1) % logs.length]!.topics[1]!] }));
    expect(marketsMadeIn(forged), "an id that is another's hash").to.deep.equal([]);
  });

  it("behavior: LLTVs are whole basis points, so that the snapshot loses nothing of them", () => {
    expect(published.filter(({ lltv }) => BigInt(lltv) % 10n ** 14n !== 0n).map(({ id }) => id)).to.deep.equal([]);
  });

  it("behavior: all of them in one Morpho, every third with debt, are read in a few calls", async function () {
    this.timeout(300_000);
    const all = distinct(published);
    await writeStorage(all);
    const calls = { count: 0 };
    const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 60_000 });
    const inner = pool.at(await pool.head());
    const reader: BlockReader = { ...inner, call: (call) => ((calls.count += 1), inner.call(call)) };

    const unknown = keccak256("0x00") as Hex;
    const params = new Map(await readMorphoParams(reader, stage.morpho.address, [...all.map(({ id }) => id), unknown]));
    expect(params.size).to.equal(all.length);
    for (const market of all) expect(params.get(market.id), market.id).to.deep.equal(expectedParams(market));
    expect(calls.count, "calls once, 383 markets each").to.be.at.most(12);

    calls.count = 0;
    const open = await readMorphoMarkets(reader, stage.morpho.address, params);
    expect([...open.keys()]).to.deep.equal(
      all
        .filter((_, i) => owes(i))
        .map(({ id }) => id)
        .toSorted(),
    );
    all.forEach(({ id }, i) => {
      if (!owes(i)) return;
      const of = BigInt(i);
      expect(open.get(id), id).to.deep.include({
        ...{ borrowedAssets: 10n ** 12n + of, borrowedShares: 10n ** 18n + of, suppliedAssets: 2n * 10n ** 12n + of },
        ...{ lastUpdate: UPDATED + of, hasPrice: true, price: PRICE, hasLoanDecimals: true, loanDecimals: 6 },
      });
    });
    expect(calls.count, "calls a block, at most 191 markets with debt each").to.be.at.most(12);
  });

  const PRICE = 6n;
  const owes = (i: number): boolean => i % 3 === 0;

  const expectedParams = ({ loanToken, collateralToken, lltv }: Published): MorphoParams => ({
    loanToken: loanToken.address.toLowerCase() as Address,
    collateralToken: (collateralToken?.address ?? ZERO).toLowerCase() as Address,
    lltvWad: BigInt(lltv),
  });

  /** Markets straight into Morpho's storage; a contract that answers everything with 6 where tokens, oracles and models are. */
  async function writeStorage(all: readonly Published[]): Promise<void> {
    const requests: { method: string; params: unknown[] }[] = [];
    const set = (base: string, offset: bigint, value: bigint): void => {
      const slot = toBeHex(BigInt(base) + offset);
      requests.push({ method: "hardhat_setStorageAt", params: [stage.morpho.address, slot, toBeHex(value, 32)] });
    };
    all.forEach((market, i) => {
      const of = BigInt(i);
      const [at, paramsAt] = [SLOTS.market, SLOTS.params].map((slot) =>
        keccak256(concat([market.id, toBeHex(slot, 32)])),
      ) as [string, string];
      set(at, 0n, ((3n * 10n ** 18n) << 128n) | (2n * 10n ** 12n + of));
      if (owes(i)) set(at, 1n, ((10n ** 18n + of) << 128n) | (10n ** 12n + of));
      set(at, 2n, UPDATED + of);
      const words = coder.decode(["uint256", "uint256", "uint256", "uint256", "uint256"], paramsOf(market));
      words.forEach((word, w) => set(paramsAt, BigInt(w), word as bigint));
    });
    const code = await chain.rpc.call("eth_getCode", [await answering(chain, "six", [PRICE]), "latest"]);
    const strangers = new Set(
      all.flatMap((m) => [m.loanToken.address, m.collateralToken?.address ?? ZERO, m.oracle, m.irm]),
    );
    for (const address of strangers) requests.push({ method: "hardhat_setCode", params: [address, code] });
    for (let at = 0; at < requests.length; at += 1_000) await chain.rpc.batch(requests.slice(at, at + 1_000));
    await chain.mine((await chain.timestamp()) + 1);
  }
});

/** Two chains may have a market with the same tokens, oracle and model. */
function distinct(markets: readonly Published[]): Published[] {
  return [...new Map(markets.map((market) => [market.id, market])).values()];
}
