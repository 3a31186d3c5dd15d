import { IAaveV3Pool__factory, IAaveV3ScaledToken__factory } from "../../../typechain-types/index.js";
import { addressInTopic, addressesNamed, wordInData } from "../chain/log.js";
import type { Log, LogFilter } from "../chain/log.js";
import type { Address, Hex } from "../units.js";
import type { RawReserve } from "./aave-reserves.js";
import type { UntimedSale } from "./follow-accounts.js";

const pool = IAaveV3Pool__factory.createInterface();
const token = IAaveV3ScaledToken__factory.createInterface();

const TRANSFER = token.getEvent("Transfer").topicHash as Hex;
const COLLATERAL_ON = pool.getEvent("ReserveUsedAsCollateralEnabled").topicHash as Hex;
const COLLATERAL_OFF = pool.getEvent("ReserveUsedAsCollateralDisabled").topicHash as Hex;
const EMODE_SET = pool.getEvent("UserEModeSet").topicHash as Hex;
const LIQUIDATION = pool.getEvent("LiquidationCall").topicHash as Hex;

/** Where the accounts that an event changes stand among its topics. Mint and burn of every token emit Transfer too. */
const ACCOUNT_TOPICS: ReadonlyMap<Hex, readonly number[]> = new Map([
  [TRANSFER, [1, 2]],
  [COLLATERAL_ON, [2]],
  [COLLATERAL_OFF, [2]],
  [EMODE_SET, [1]],
  [LIQUIDATION, [3]],
]);

const ZERO: Address = "0x0000000000000000000000000000000000000000";

/** The events that can change an account of a pool. */
export function accountFilter(venue: Address, reserves: readonly RawReserve[]): LogFilter {
  const tokens = reserves.flatMap(({ aToken, stableDebt, variableDebt }) => [aToken, stableDebt, variableDebt]);
  return [
    { addresses: [venue], topics: [COLLATERAL_ON, COLLATERAL_OFF, EMODE_SET, LIQUIDATION] },
    { addresses: tokens.filter((address) => address !== ZERO), topics: [TRANSFER] },
  ];
}

/** Accounts that logs of {@link accountFilter} name, ascending. */
export function accountsOf(logs: readonly Log[]): Address[] {
  return addressesNamed(logs, ACCOUNT_TOPICS);
}

/** Liquidations among logs, in their order. */
export function liquidationsOf(venue: Address, logs: readonly Log[]): UntimedSale[] {
  return logs
    .filter(({ address, topics }) => address === venue && topics[0] === LIQUIDATION)
    .map(({ topics, data, blockNumber, blockHash, logIndex }) => ({
      block: blockNumber,
      blockHash,
      logIndex,
      venue,
      collateralAsset: addressInTopic(topics[1]!),
      debtAsset: addressInTopic(topics[2]!),
      account: addressInTopic(topics[3]!),
      debtUnits: wordInData(data, 0),
      collateralUnits: wordInData(data, 1),
    }));
}
