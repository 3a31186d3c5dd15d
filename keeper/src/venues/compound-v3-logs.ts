import { ICompoundV3__factory } from "../../../typechain-types/index.js";
import { addressInTopic, addressesNamed, wordInData } from "../chain/log.js";
import type { Log, LogFilter } from "../chain/log.js";
import type { Address, Hex } from "../units.js";
import type { UntimedSale } from "./follow-accounts.js";

const comet = ICompoundV3__factory.createInterface();
const topicOf = (name: string): Hex => comet.getEvent(name as "Supply").topicHash as Hex;

const ABSORB_DEBT = topicOf("AbsorbDebt");
const ABSORB_COLLATERAL = topicOf("AbsorbCollateral");

/** Where the accounts that an event changes stand among its topics. */
const ACCOUNT_TOPICS: ReadonlyMap<Hex, readonly number[]> = new Map([
  [topicOf("Supply"), [2]],
  [topicOf("Transfer"), [1, 2]],
  [topicOf("Withdraw"), [1]],
  [topicOf("SupplyCollateral"), [2]],
  [topicOf("TransferCollateral"), [1, 2]],
  [topicOf("WithdrawCollateral"), [1]],
  [ABSORB_DEBT, [2]],
  [ABSORB_COLLATERAL, [2]],
]);

/** The events that can change an account of a market. */
export function accountFilter(venue: Address): LogFilter {
  return [{ addresses: [venue], topics: [...ACCOUNT_TOPICS.keys()] }];
}

/** Accounts that logs of {@link accountFilter} name, ascending. */
export function accountsOf(logs: readonly Log[]): Address[] {
  return addressesNamed(logs, ACCOUNT_TOPICS);
}

/**
 * Absorptions among logs, in their order: one sale for each collateral taken. The debt that the market took over, told once
 * after them, is theirs by their value, the last one's what is left.
 */
export function absorptionsOf(venue: Address, base: Address, logs: readonly Log[]): UntimedSale[] {
  const sales: UntimedSale[] = [];
  let open: Log[] = [];
  for (const log of logs) {
    if (log.topics[0] === ABSORB_COLLATERAL) open.push(log);
    if (log.topics[0] !== ABSORB_DEBT) continue;
    const own = open.filter((one) => one.blockHash === log.blockHash && one.topics[2] === log.topics[2]);
    open = [];
    sales.push(...share(venue, base, own, wordInData(log.data, 0)));
  }
  return sales;
}

function share(venue: Address, base: Address, taken: readonly Log[], debtUnits: bigint): UntimedSale[] {
  const total = taken.reduce((sum, { data }) => sum + wordInData(data, 1), 0n);
  let left = debtUnits;
  return taken.map(({ topics, data, blockNumber, blockHash, logIndex }, i) => {
    const part = i === taken.length - 1 || total === 0n ? left : (debtUnits * wordInData(data, 1)) / total;
    left -= part;
    return {
      ...{ block: blockNumber, blockHash, logIndex, venue },
      account: addressInTopic(topics[2]!),
      collateralAsset: addressInTopic(topics[3]!),
      collateralUnits: wordInData(data, 0),
      debtAsset: base,
      debtUnits: part,
    };
  });
}
