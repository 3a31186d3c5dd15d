import { ICircuitBreaker__factory, IRiskOracle__factory } from "../../../typechain-types/index.js";
import { CX_ONE, bigToInt, fromUnits, type Address, type Hex } from "../units.js";
import { isArbitrage } from "./agents/arbitrageur.js";
import type { DevChain } from "./chain.js";
import type { LevelInterval, RunOutcome, Sample } from "./result.js";
import type { Order } from "./world/orders.js";
import type { World } from "./world/world.js";

/** Counts what a run came to, from receipts and views of the chain only. */
export interface Tally {
  /** Count one mined block; `usd` are the market's prices in it, by symbol. Returns the transactions that succeeded. */
  block(
    mined: { readonly number: number; readonly timestamp: number },
    usd: ReadonlyMap<string, number>,
  ): Promise<ReadonlySet<string>>;
  /** A poke of the target by somebody who is no operator. */
  readonly pokeOrder: Order;
  /** Gas of that poke. */
  poked(gas: number): void;
  /** The last block counted. */
  now(): Sample | undefined;
  outcome(badDebtUsd: number): RunOutcome;
}

interface Receipt {
  readonly transactionHash: string;
  readonly status: Hex;
  readonly from: string;
  readonly to: string | null;
  readonly gasUsed: Hex;
  readonly logs: readonly { readonly address: string; readonly topics: readonly string[]; readonly data: string }[];
}

interface Watched {
  readonly oracle: string;
  readonly breaker: Address;
  readonly target: string;
  readonly shocked: string;
}

const oracleAbi = IRiskOracle__factory.createInterface();
const breakerAbi = ICircuitBreaker__factory.createInterface();
const REPORT_ACCEPTED = oracleAbi.getEvent("ReportAccepted").topicHash;

/** Start counting at the head. `start` is the shocked asset's price before the first step, USD. */
export function createTally(world: World, watched: Watched, start: number): Tally {
  const { chain } = world;
  const gas = { publish: [] as number[], poke: [] as number[], liquidate: [] as number[] };
  const levels: LevelInterval[] = [];
  const samples: Sample[] = [];
  const sums = { liquidatedUsd: 0, gas: 0, liquidations: 0, reports: 0, peakLeverage: 1 };
  const price = { start, low: start, end: start };
  const liquidation = world.aave.pool.abi.getEvent("LiquidationCall");

  const count = (receipt: Receipt, usd: ReadonlyMap<string, number>): void => {
    if (isArbitrage(receipt.from)) return;
    sums.gas += Number(receipt.gasUsed);
    const repaid = receipt.logs
      .filter(({ topics }) => topics[0] === liquidation?.topicHash)
      .map((log) => repaidUsd(world, log, usd));
    if (repaid.length > 0) gas.liquidate.push(Math.round(Number(receipt.gasUsed) / repaid.length));
    sums.liquidations += repaid.length;
    for (const value of repaid) sums.liquidatedUsd += value;
    for (const log of receipt.logs) {
      if (log.address.toLowerCase() !== watched.oracle || log.topics[0] !== REPORT_ACCEPTED) continue;
      sums.reports += 1;
      gas.publish.push(Number(receipt.gasUsed));
    }
  };

  return {
    now: () => samples.at(-1),
    async block({ number, timestamp }, usd) {
      const [receipts, level, leverage] = await readBlock(chain, watched, number);
      for (const receipt of receipts) count(receipt, usd);
      const here = usd.get(watched.shocked) ?? price.end;
      price.end = here;
      price.low = Math.min(price.low, here);
      sums.peakLeverage = Math.max(sums.peakLeverage, leverage);
      enter(levels, watched.target, level, timestamp);
      samples.push({ timestamp, price: here, liquidatedUsd: sums.liquidatedUsd, leverage, level });
      return new Set(receipts.filter(({ status }) => status === "0x1").map(({ transactionHash }) => transactionHash));
    },
    pokeOrder: {
      label: "poking the target",
      from: world.steward.address,
      to: watched.breaker,
      data: breakerAbi.encodeFunctionData("poke", [watched.target]) as Hex,
    },
    poked: (units) => void gas.poke.push(units),
    outcome: (badDebtUsd) => ({
      ...sums,
      badDebtUsd,
      maxDrop: 1 - price.low / price.start,
      levels,
      gasOf: { publish: median(gas.publish), poke: median(gas.poke), liquidate: median(gas.liquidate) },
      price,
      samples,
    }),
  };
}

async function readBlock(
  chain: DevChain,
  { oracle, breaker, target }: Watched,
  number: number,
): Promise<readonly [readonly Receipt[], level: number, leverage: number]> {
  const tag = `0x${number.toString(16)}`;
  const call = (to: string, data: string): { method: string; params: unknown[] } => ({
    method: "eth_call",
    params: [{ to, data }, tag],
  });
  const [block, level, header] = await chain.rpc.batch([
    { method: "eth_getBlockByNumber", params: [tag, false] },
    call(breaker, breakerAbi.encodeFunctionData("levelOf", [target])),
    call(oracle, oracleAbi.encodeFunctionData("header")),
  ]);
  const { systemLeverage } = oracleAbi.decodeFunctionResult("header", String(header))[0];
  const leverage = bigToInt(systemLeverage) / CX_ONE;
  const { transactions } = block as { readonly transactions: readonly Hex[] };
  const receipts = await chain.rpc.batch(
    transactions.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
  );
  return [receipts as readonly Receipt[], Number(level), leverage];
}

function repaidUsd(world: World, log: Receipt["logs"][number], usd: ReadonlyMap<string, number>): number {
  const event = world.aave.pool.abi.parseLog(log);
  const debt = String(event?.args.getValue("debtAsset")).toLowerCase();
  const asset = world.assets.find(({ address }) => address === debt);
  if (event === null || asset === undefined) throw new RangeError(`expected a reserve as debt asset, saw ${debt}`);
  return fromUnits(event.args.getValue("debtToCover") as bigint, asset.spec.decimals) * (usd.get(asset.symbol) ?? 0);
}

function enter(levels: LevelInterval[], target: string, level: number, timestamp: number): void {
  const last = levels.at(-1);
  if (last?.level === level) return;
  if (last !== undefined) levels[levels.length - 1] = { ...last, to: timestamp };
  levels.push({ target, level, from: timestamp, to: null });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
