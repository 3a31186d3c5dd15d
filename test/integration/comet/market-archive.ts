import { AbiCoder, keccak256 } from "ethers";

import { type Archive, type RecordedAccount, borrowState } from "../../../keeper/src/chain/archive/archive.js";
import { loadArchive } from "../../../keeper/src/chain/archive/load.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import type { Address } from "../../../keeper/src/units.js";
import { PROXY as ETH_USD } from "../../fork/eth-usd.js";
import { requireShared } from "../../shared-data.js";

/** Compound v3's USDC market on mainnet, and what it is made of. **Source:** compound-finance/comet, deployments/mainnet/usdc. */
export const COMET: Address = "0xc3d688b66703497daa19211eedff47f25384cdc3";
export const IMPLEMENTATION: Address = "0x9743591b23b83ed41e6abcc84016a4c7702c706e";
export const EXTENSION: Address = "0x285617313887d43256f852cae0ee4de4b68d45b0";
export const GOVERNOR: Address = "0x6d903f6003cca6255d85cca4d3b5e5146dc33925";
export const PAUSE_GUARDIAN: Address = "0xbbf3f1421d886e9b2c5d716b5192ac998af2012c";
export const USDC: Address = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
export const WETH: Address = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
export { ETH_USD };
export const USDC_USD: Address = "0x8fffffd4afb6115b954bd326cbe7b4ba576818f6";

/** Everything that the market runs on, all of it recorded: USDC's implementation is the last. */
export const GENUINE: readonly Address[] = [
  ...[COMET, IMPLEMENTATION, EXTENSION, USDC, WETH, ETH_USD, USDC_USD],
  "0x43506849d7c04f9138d1a2050bbf3a0c054402dd",
];

/** Who acts in the tests. None of them exists on mainnet. */
export const [LENDER, BORROWER, LIQUIDATOR, FRIEND, DEPLOYER] = [
  "lender",
  "borrower",
  "liquidator",
  "friend",
  "deployer",
].map((role) => derivedAddress(`comet ${role}`)) as [Address, Address, Address, Address, Address];
const USERS = [LENDER, BORROWER, LIQUIDATOR, FRIEND];
/** What each user has to begin with. */
const USDC_HELD = 1_000_000n * 10n ** 6n;

/** A block in which somebody calls the market, so that its proxy, implementation and extension are recorded. */
const COMET_BLOCK = "data/evm-pevm-blocks/19932703";
/** A block in which somebody reads ETH/USD, so that the code of Chainlink's proxy is recorded. */
const FEED_BLOCK = "data/evm-pevm-blocks/19807137";

/** Slot of `mapping[key]`, the mapping at `slot`. */
export function slotOf(slot: bigint, ...keys: readonly Address[]): bigint {
  const encode = (key: Address, at: bigint) => AbiCoder.defaultAbiCoder().encode(["address", "uint256"], [key, at]);
  return keys.reduce((at, key) => BigInt(keccak256(encode(key, at))), slot);
}

const zeros = (slots: readonly bigint[]): [bigint, bigint][] => slots.map((slot) => [slot, 0n]);

/**
 * What the recording lacks of the market: it begins anew, uninitialised, without accounts. **Source:** CometStorage.sol, slots
 * 0 and 1 for all totals and flags, 2 `totalsCollateral`, 3 `isAllowed`, 4 `userNonce`, 5 `userBasic`, 6 `userCollateral`,
 * 7 `liquidatorPoints`.
 */
function marketSlots(accounts: readonly Address[], assets: readonly Address[]): [bigint, bigint][] {
  const owned = (account: Address) => [
    ...[4n, 5n, 7n].map((slot) => slotOf(slot, account)),
    ...accounts.map((manager) => slotOf(3n, account, manager)),
    ...assets.map((asset) => slotOf(6n, account, asset)),
  ];
  return zeros([0n, 1n, ...assets.map((asset) => slotOf(2n, asset)), ...accounts.flatMap(owned)]);
}

/** Balances (slot 9) and allowances (10) of USDC. **Source:** FiatTokenV2_2 of circlefin/stablecoin-evm. */
function usdcSlots(accounts: readonly Address[]): [bigint, bigint][] {
  return [
    ...zeros([COMET, ...accounts].flatMap((account) => [slotOf(9n, account), slotOf(10n, account, COMET)])),
    ...USERS.map((user): [bigint, bigint] => [slotOf(9n, user), USDC_HELD]),
  ];
}

/** Balances (slot 3) and allowances (4) of WETH9. */
const WETH_SLOTS = zeros([slotOf(3n, COMET), ...USERS.flatMap((user) => [slotOf(3n, user), slotOf(4n, user, COMET)])]);

/**
 * Chainlink's EACAggregatorProxy as its constructor finds it, but with an owner: owner, pending owner, phase, proposal and
 * access controller are slots 0, 1, 2, 3 and 5, the aggregators by phase a mapping at 4.
 */
const FEED_SLOTS: [bigint, bigint][] = [
  [0n, BigInt(DEPLOYER)],
  ...zeros([1n, 2n, 3n, 5n]),
  [BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["uint16", "uint256"], [1, 4]))), 0n],
];

function withSlots(account: RecordedAccount | undefined, slots: readonly [bigint, bigint][]): RecordedAccount {
  if (account === undefined) throw new Error("expected the account in the archive");
  return { ...account, storage: new Map([...account.storage, ...slots]) };
}

/**
 * The recorded block with what is set by hand above, also for `strangers`, accounts that never used the market. All code is
 * mainnet's, byte for byte; a slot that is neither recorded nor set here is an error when it is read.
 */
export async function loadMarket(context: Mocha.Context, strangers: readonly Address[]): Promise<Archive> {
  const recorded = await loadArchive(requireShared(context, COMET_BLOCK));
  const archive = borrowState(recorded, await loadArchive(requireShared(context, FEED_BLOCK)), { [ETH_USD]: [] });
  const feed = withSlots(archive.accounts.get(ETH_USD), FEED_SLOTS);
  const known = [...USERS, ...strangers];
  const accounts = new Map(archive.accounts)
    .set(COMET, withSlots(archive.accounts.get(COMET), marketSlots(known, [WETH, ...strangers])))
    .set(USDC, withSlots(archive.accounts.get(USDC), usdcSlots(known)))
    .set(WETH, withSlots(archive.accounts.get(WETH), WETH_SLOTS))
    .set(ETH_USD, feed)
    .set(USDC_USD, feed);
  return { ...archive, accounts };
}
