import { Interface, MaxUint256, parseUnits } from "ethers";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import type { Random } from "../../../../keeper/src/lab/random.js";
import { type Feed, deployFeed, openOracleNodes, roundOrders } from "../../../../keeper/src/lab/world/chainlink.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type Order, derivedAddress, openActors } from "../../../../keeper/src/lab/world/orders.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import { deployErc20 } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { COMET, EXTENSION, IMPLEMENTATION } from "../../../integration/comet/market-archive.js";
import { type History, pick, randomSteps } from "../random-steps.js";
import { codeOf, install, recordedBlock, slotOf } from "../recorded-code.js";

/** A block in which somebody calls the market, so that its proxy, implementation and extension are recorded. */
const COMET_BLOCK = 19_932_703;
export const USERS: readonly Address[] = Array.from({ length: 8 }, (_, i) => derivedAddress(`comet venue user ${i}`));
const CALL_GAS = 2_000_000n;

export const cometAbi = new Interface([
  "function initializeStorage()",
  "function baseToken() view returns (address)",
  "function baseTokenPriceFeed() view returns (address)",
  "function baseScale() view returns (uint256)",
  "function numAssets() view returns (uint8)",
  "function getAssetInfo(uint8) view returns (tuple(uint8 offset, address asset, address priceFeed, uint64 scale, uint64 borrowCollateralFactor, uint64 liquidateCollateralFactor, uint64 liquidationFactor, uint128 supplyCap))",
  "function getPrice(address) view returns (uint256)",
  "function totalBorrow() view returns (uint256)",
  "function totalSupply() view returns (uint256)",
  "function borrowBalanceOf(address) view returns (uint256)",
  "function userCollateral(address, address) view returns (uint128 balance, uint128 reserved)",
  "function totalsCollateral(address) view returns (uint128 totalSupplyAsset, uint128 reserved)",
  "function isLiquidatable(address) view returns (bool)",
  "function accrueAccount(address)",
  "function supply(address asset, uint256 amount)",
  "function withdraw(address asset, uint256 amount)",
  "function transferAsset(address dst, address asset, uint256 amount)",
  "function absorb(address absorber, address[] accounts)",
  "function approve(address, uint256)",
  "event AbsorbDebt(address indexed absorber, address indexed borrower, uint256 basePaidOut, uint256 usdValue)",
  "event AbsorbCollateral(address indexed absorber, address indexed borrower, address indexed asset, uint256 collateralAbsorbed, uint256 usdValue)",
]);

/** An asset of the market, as the market's own code says. */
export interface Asset {
  readonly asset: Address;
  readonly decimals: number;
  readonly priceFeed: Address;
  readonly feed: Feed;
  /** USD, at first. */
  readonly usd: number;
}

/** Mainnet's USDC market, empty: its own code and constants, with tokens and feeds put where those expect them. */
export interface Stage {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly comet: ContractRef;
  readonly base: Asset;
  readonly assets: readonly Asset[];
  /** Queue a price in 1e-8 USD. */
  price(asset: Asset, answer: bigint): Promise<void>;
}

export async function buildStage(context: Mocha.Context, chain: DevChain): Promise<Stage> {
  const archive = await recordedBlock(context, COMET_BLOCK);
  await beginSetup(chain);
  const steward = await openSteward(chain);
  await openOracleNodes(chain);
  await openActors(chain, USERS, 10n ** 22n);
  const recorded = [...(archive.accounts.get(COMET)?.storage ?? [])];
  await install(chain, COMET, codeOf(archive, COMET), recorded);
  for (const address of [IMPLEMENTATION, EXTENSION]) await install(chain, address, codeOf(archive, address));
  const comet: ContractRef = { name: "Comet", address: COMET, abi: cometAbi };
  const ask = async (method: string, ...args: unknown[]) => read(chain, comet, method, args);
  const base = await placeAsset(chain, steward, {
    asset: lower((await ask("baseToken"))[0]),
    priceFeed: lower((await ask("baseTokenPriceFeed"))[0]),
    scale: (await ask("baseScale"))[0] as bigint,
    usd: 1,
  });
  const assets: Asset[] = [];
  const count = Number((await ask("numAssets"))[0]);
  for (let i = 0; i < count; i++) {
    const info = (await ask("getAssetInfo", i))[0] as { asset: string; priceFeed: string; scale: bigint };
    const at = {
      asset: lower(info.asset),
      priceFeed: lower(info.priceFeed),
      scale: info.scale,
      usd: [60, 60_000, 3_800][i] ?? 10,
    };
    assets.push(await placeAsset(chain, steward, at));
  }
  const stage: Stage = {
    ...{ chain, steward, comet, base, assets },
    async price({ feed }, answer) {
      for (const order of await roundOrders(chain, feed, answer)) steward.add(order);
    },
  };
  steward.call(comet, "initializeStorage", []);
  for (const asset of [base, ...assets]) await stage.price(asset, parseUnits(String(asset.usd), 8));
  for (const user of USERS) {
    for (const { asset } of [base, ...assets]) steward.add(order(user, asset, "approve", [COMET, MaxUint256]));
  }
  await steward.flush();
  return stage;
}

/** Code of a token and a feed where the market looks for them, and a million USD of it for each user. */
async function placeAsset(
  chain: DevChain,
  steward: Steward,
  { asset, priceFeed, scale, usd }: { asset: Address; priceFeed: Address; scale: bigint; usd: number },
): Promise<Asset> {
  const decimals = String(scale).length - 1;
  const token = deployErc20(steward, "T", decimals);
  const feed = deployFeed(steward, "feed", 8);
  await steward.flush();
  const held = parseUnits("1000000", decimals) / BigInt(usd);
  // Balances of OpenZeppelin's ERC20 are at slot 0.
  await install(
    chain,
    asset,
    (await chain.provider.getCode(token.address)) as Hex,
    USERS.map((user) => [slotOf(0n, user), held]),
  );
  const slots = [...[0n, 1n, 2n, 3n, 5n], slotOf(4n, "0x01")];
  const values = await Promise.all(
    slots.map(async (slot) => BigInt(await chain.provider.getStorage(feed.proxy.address, slot))),
  );
  const code = (await chain.provider.getCode(feed.proxy.address)) as Hex;
  await install(
    chain,
    priceFeed,
    code,
    slots.map((slot, i) => [slot, values[i]!]),
  );
  return { asset, decimals, priceFeed, feed, usd };
}

function lower(address: unknown): Address {
  return String(address).toLowerCase() as Address;
}

/** A call by a user, of the market or of a token. */
export function order(from: Address, to: Address, method: string, args: readonly unknown[]): Order {
  return { label: method, from, to, data: cometAbi.encodeFunctionData(method, args) as Hex, gas: CALL_GAS };
}

/** Base units that an account may owe. */
async function limitOf({ chain, comet, base, assets }: Stage, user: Address): Promise<bigint> {
  let limit = 0n;
  for (const [i, { asset, priceFeed, decimals }] of assets.entries()) {
    const [balance] = (await read(chain, comet, "userCollateral", [user, asset])).toArray() as [bigint];
    if (balance === 0n) continue;
    const [price] = (await read(chain, comet, "getPrice", [priceFeed])).toArray() as [bigint];
    const [info] = (await read(chain, comet, "getAssetInfo", [i])).toArray() as [{ borrowCollateralFactor: bigint }];
    limit += (balance * price * info.borrowCollateralFactor) / 10n ** BigInt(decimals);
  }
  return limit / 10n ** BigInt(26 - base.decimals);
}

/** Everything that moves accounts of the market, from a seed. */
export function randomHistory(stage: Stage, random: Random): History {
  const { chain, comet, base, assets } = stage;
  const units = ({ decimals, usd }: Asset, worth: number): bigint =>
    parseUnits((worth / usd).toFixed(Math.min(8, decimals)), decimals) + BigInt(random.uint32() % 1_000);
  const some = (of: Asset): bigint => units(of, 10 ** (2 + 2.8 * random.unit()));
  const any = (): Asset => pick(random, assets);
  const owed = async (user: Address): Promise<bigint> =>
    (await read(chain, comet, "borrowBalanceOf", [user]))[0] as bigint;
  return randomSteps(stage, random, {
    users: USERS,
    actions: {
      lend: () => [comet, "supply", [base.asset, some(base)]],
      async repay(user) {
        const all = await owed(user);
        return [comet, "supply", [base.asset, pick(random, [all === 0n ? some(base) : MaxUint256, all / 2n + 1n])]];
      },
      async borrow(user) {
        const free = (await limitOf(stage, user)) - (await owed(user));
        const part = (free * BigInt(50 + (random.uint32() % 50))) / 100n;
        return [comet, "withdraw", [base.asset, part > 0n ? part : some(base)]];
      },
      collateralise() {
        const of = any();
        return [comet, "supply", [of.asset, some(of)]];
      },
      takeOut() {
        const of = any();
        return [comet, "withdraw", [of.asset, some(of)]];
      },
      moveCollateral() {
        const of = any();
        return [comet, "transferAsset", [pick(random, USERS), of.asset, some(of)]];
      },
      moveBase: () => [comet, "transferAsset", [pick(random, USERS), base.asset, some(base)]],
      absorb: (user) => [comet, "absorb", [user, [pick(random, USERS)]]],
      accrue: (user) => [comet, "accrueAccount", [user]],
    },
    favoured: [
      "lend",
      "collateralise",
      "collateralise",
      "collateralise",
      "borrow",
      "borrow",
      "borrow",
      "absorb",
      "absorb",
    ],
    async movePrice() {
      const all = 0.6 + 0.6 * random.unit();
      for (const of of assets)
        await stage.price(of, parseUnits((of.usd * all * (0.9 + 0.2 * random.unit())).toFixed(8), 8));
    },
  });
}
