import type { World, WorldAsset } from "../world/world.js";
import { type Random, createRandom } from "../random.js";
import { openAccounts } from "../world/accounts.js";
import { derivedAddress } from "../world/orders.js";
import { read } from "../world/contract-ref.js";
import { intToBig, toUnitsDown } from "../../units.js";
import type { Address } from "../../units.js";
import { type Write, slotOf } from "./write-state.js";

const RAY = 10n ** 27n;
const SLOTS_SEARCHED = 128;

/** Where a pool and its tokens keep their mappings and totals. */
interface Slots {
  readonly config: number;
  readonly supplied: number;
  readonly owed: number;
  readonly totalOwed: number;
}

/** A venue whose storage can be written: where its mappings are, found on an account that the genuine code opened. */
export interface Market {
  readonly world: World;
  readonly slots: Slots;
  readonly accounts: Address[];
}

export type Targets = { contract: Address; writes: Write[] }[];

/** Open one account by transactions, and find out from it where the venue keeps what. */
export async function openMarket(world: World, index: number): Promise<Market> {
  const account = derivedAddress(`scale probe ${index}`);
  const { chain, aave } = world;
  const pledged = world.assets.find(({ spec }) => spec.canBeCollateral)!;
  const owed = world.assets.find((asset) => asset.spec.canBeBorrowed && asset !== pledged)!;
  const collateral = [{ symbol: pledged.symbol, units: unitsOf(pledged, 10_000) }];
  await openAccounts(world, [{ account, collateral, debt: [{ symbol: owed.symbol, units: unitsOf(owed, 100) }] }]);
  const { aToken, variableDebt } = { aToken: pledged.aToken, variableDebt: owed.variableDebt };
  const [[bitmap], supplied, debt, total] = await Promise.all([
    read(chain, aave.pool, "getUserConfiguration", [account]).then((config) => config[0] as [bigint]),
    read(chain, aToken, "scaledBalanceOf", [account]).then((balance) => balance[0] as bigint),
    read(chain, variableDebt, "scaledBalanceOf", [account]).then((balance) => balance[0] as bigint),
    read(chain, variableDebt, "scaledTotalSupply", []).then((supply) => supply[0] as bigint),
  ]);
  const word = async ({ address }: { address: Address }, slot: bigint): Promise<bigint> =>
    BigInt(String(await chain.rpc.call("eth_getStorageAt", [address, `0x${slot.toString(16)}`, "latest"])));
  const search = async (what: string, holds: (base: number) => Promise<boolean>): Promise<number> => {
    for (let base = 0; base < SLOTS_SEARCHED; base++) if (await holds(base)) return base;
    throw new Error(`${what}: expected among the first ${SLOTS_SEARCHED} slots`);
  };
  const slots: Slots = {
    config: await search("configurations", async (b) => (await word(aave.pool, slotOf(b, account))) === bitmap),
    supplied: await search("balances", async (b) => low(await word(aToken, slotOf(b, account))) === supplied),
    owed: await search("debts", async (b) => low(await word(variableDebt, slotOf(b, account))) === debt),
    totalOwed: await search("the sum of debts", async (b) => (await word(variableDebt, intToBig(b))) === total),
  };
  return { world, slots, accounts: [] };
}

function low(word: bigint): bigint {
  return word & ((1n << 128n) - 1n);
}

function unitsOf({ spec }: WorldAsset, usd: number): bigint {
  return toUnitsDown(usd / Number(spec.priceBase), spec.decimals) + 1n;
}

/**
 * What to write so that the venue holds `count` accounts more: one to four collaterals, one or two debts, at a health factor
 * of 1 + exp(1.2 z) as in the benchmarks' books.
 */
export async function drawAccounts(market: Market, count: number, seed: number): Promise<Targets> {
  const random = createRandom(seed);
  const { world, slots, accounts } = market;
  const lists = new Map<Address, Write[]>();
  const push = (contract: Address, write: Write): void => {
    const list = lists.get(contract);
    if (list === undefined) lists.set(contract, [write]);
    else list.push(write);
  };
  const ids = world.assets.map((_, id) => id);
  const pledgeable = ids.filter((id) => world.assets[id]!.spec.canBeCollateral);
  const borrowable = ids.filter((id) => world.assets[id]!.spec.canBeBorrowed);
  const owedTotal = new Map<number, bigint>();
  for (let n = 0; n < count; n++) {
    const account = derivedAddress(`scale ${seed} ${n}`);
    accounts.push(account);
    const pledged = new Set([pledgeable[0]!, ...drawn(random, pledgeable, random.uint32() % 4)]);
    const owed = new Set(drawn(random, borrowable, 1 + (random.uint32() % 2)));
    const health = 1 + Math.exp(1.2 * random.normal());
    let power = 0;
    let bitmap = 0n;
    for (const id of pledged) {
      const asset = world.assets[id]!;
      const usd = 10 ** (2 + 3 * random.unit());
      power += (usd * asset.spec.liquidationThresholdBps) / 10_000;
      bitmap |= 2n << intToBig(2 * id);
      const logged = id === pledgeable[0] ? { account } : {};
      push(asset.aToken.address, {
        slot: slotOf(slots.supplied, account),
        value: stored(unitsOf(asset, usd)),
        ...logged,
      });
    }
    for (const id of owed) {
      const asset = world.assets[id]!;
      const units = unitsOf(asset, power / health / owed.size);
      bitmap |= 1n << intToBig(2 * id);
      owedTotal.set(id, (owedTotal.get(id) ?? 0n) + units);
      push(asset.variableDebt.address, { slot: slotOf(slots.owed, account), value: stored(units) });
    }
    push(world.aave.pool.address, { slot: slotOf(slots.config, account), value: bitmap });
  }
  for (const [id, units] of owedTotal) {
    const { variableDebt } = world.assets[id]!;
    const [before] = await read(world.chain, variableDebt, "scaledTotalSupply", []);
    push(variableDebt.address, { slot: intToBig(slots.totalOwed), value: (before as bigint) + units });
  }
  return [...lists].map(([contract, list]) => ({ contract, writes: list }));
}

/** What to write so that `count` accounts, from the `from`-th on, hold a tenth more of the first collateral. */
export async function moveAccounts({ world, slots, accounts }: Market, from: number, count: number): Promise<Targets> {
  const { aToken } = world.assets.find(({ spec }) => spec.canBeCollateral)!;
  const moved = Array.from({ length: count }, (_, n) => accounts[(from + n) % accounts.length]!);
  const balances = await Promise.all(
    moved.map((account) =>
      read(world.chain, aToken, "scaledBalanceOf", [account]).then((answer) => answer[0] as bigint),
    ),
  );
  const writes = moved.map((account, n) => ({
    ...{ slot: slotOf(slots.supplied, account), value: stored((balances[n]! * 11n) / 10n), account },
  }));
  return [{ contract: aToken.address, writes }];
}

/** A scaled balance beside the index of its last change. Source: ScaledBalanceTokenBase of core-v3. */
function stored(scaled: bigint): bigint {
  return (RAY << 128n) | scaled;
}

function drawn(random: Random, from: readonly number[], count: number): number[] {
  return Array.from({ length: count }, () => from[random.uint32() % from.length]!);
}
