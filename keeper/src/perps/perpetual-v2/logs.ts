import {
  IPerpetualV2AccountBalance__factory,
  IPerpetualV2ClearingHouse__factory,
  IPerpetualV2MarketRegistry__factory,
  IPerpetualV2Vault__factory,
} from "../../../../typechain-types/index.js";
import { addressInTopic } from "../../chain/log.js";
import type { Log, LogFilter } from "../../chain/log.js";
import type { Address, Hex } from "../../units.js";
import type { RawDeployment } from "./markets.js";

const house = IPerpetualV2ClearingHouse__factory.createInterface();
const vault = IPerpetualV2Vault__factory.createInterface();
const positions = IPerpetualV2AccountBalance__factory.createInterface();
const registry = IPerpetualV2MarketRegistry__factory.createInterface();

const HOUSE_EVENTS = [
  house.getEvent("PositionChanged"),
  house.getEvent("PositionLiquidated"),
  house.getEvent("PositionClosed"),
  house.getEvent("LiquidityChanged"),
  house.getEvent("FundingPaymentSettled"),
].map(({ topicHash }) => topicHash as Hex);
const PNL_REALIZED = positions.getEvent("PnlRealized").topicHash as Hex;
/** The trader is their second indexed field, after a token. */
const MOVED = [vault.getEvent("Deposited"), vault.getEvent("Withdrawn")].map(({ topicHash }) => topicHash as Hex);
const VAULT_EVENTS = [
  ...MOVED,
  ...[vault.getEvent("CollateralLiquidated"), vault.getEvent("BadDebtSettled")].map(
    ({ topicHash }) => topicHash as Hex,
  ),
];
const POOL_ADDED = registry.getEvent("PoolAdded").topicHash as Hex;

/** The events that can change an account, or open a market. */
export function perpetualFilter(clearingHouse: Address, deployment: RawDeployment): LogFilter {
  return [
    { addresses: [clearingHouse], topics: HOUSE_EVENTS },
    { addresses: [deployment.vault], topics: VAULT_EVENTS },
    { addresses: [deployment.positions], topics: [PNL_REALIZED] },
    { addresses: [deployment.registry], topics: [POOL_ADDED] },
  ];
}

/** Whom and what logs of the filter name. */
export function namedIn(logs: readonly Log[]): { readonly accounts: Address[]; readonly markets: Address[] } {
  const accounts: Address[] = [];
  const markets: Address[] = [];
  for (const { topics } of logs) {
    const [topic, first, second] = topics;
    if (topic === POOL_ADDED) markets.push(addressInTopic(first!));
    else accounts.push(addressInTopic(MOVED.includes(topic!) ? second! : first!));
  }
  return { accounts, markets };
}
