import { keccak256 } from "ethers";
import { IMorphoEvents__factory } from "../../../typechain-types/index.js";
import { addressInTopic } from "../chain/log.js";
import type { Log, LogFilter } from "../chain/log.js";
import { WordsMalformed, address, decodeRow, splitWords, uint } from "../chain/words.js";
import type { Address, Hex } from "../units.js";
import type { UntimedSale } from "./follow-accounts.js";
import type { MorphoParams } from "./morpho-markets.js";
import { accountKey, marketKey } from "./morpho-positions.js";

const events = IMorphoEvents__factory.createInterface();
const CREATE = events.getEvent("CreateMarket").topicHash as Hex;
const BORROW = events.getEvent("Borrow").topicHash as Hex;
const REPAY = events.getEvent("Repay").topicHash as Hex;
const SUPPLY = events.getEvent("SupplyCollateral").topicHash as Hex;
const WITHDRAW = events.getEvent("WithdrawCollateral").topicHash as Hex;
const LIQUIDATE = events.getEvent("Liquidate").topicHash as Hex;

/** Where the borrower stands among the topics of an event that changes a position. */
const BORROWER_TOPICS: ReadonlyMap<Hex, number> = new Map([
  [BORROW, 2],
  [REPAY, 3],
  [SUPPLY, 3],
  [WITHDRAW, 2],
  [LIQUIDATE, 3],
]);

const PARAMS = { loanToken: address(0), collateralToken: address(1), lltvWad: uint(4) } as const;
const LIQUIDATED = { repaidAssets: uint(0), seizedAssets: uint(2) } as const;

/** The events that make a market or change a borrower's position. */
export function morphoFilter(morpho: Address): LogFilter {
  return [{ addresses: [morpho], topics: [CREATE, ...BORROWER_TOPICS.keys()] }];
}

/** Keys of markets, and of accounts, that logs of {@link morphoFilter} name. */
export function morphoKeysOf(logs: readonly Log[]): string[] {
  const found = new Set<string>();
  for (const { topics } of logs) {
    const id = topics[1]!;
    found.add(marketKey(id));
    const at = BORROWER_TOPICS.get(topics[0]!);
    if (at !== undefined) found.add(accountKey(id, addressInTopic(topics[at]!)));
  }
  return [...found].sort();
}

/** Markets made in logs. Morpho makes the id by hashing what the event tells; others are left out. */
export function marketsMadeIn(logs: readonly Log[]): (readonly [id: Hex, params: MorphoParams])[] {
  return logs.flatMap(({ topics, data }) =>
    topics[0] === CREATE && keccak256(data) === topics[1]
      ? [[topics[1], decodeRow(splitWords(data), 0, PARAMS)] as const]
      : [],
  );
}

/** Liquidations among logs, in their order. Throws {@link WordsMalformed} where a market is none of `params`. */
export function morphoSalesOf(
  venue: Address,
  logs: readonly Log[],
  params: ReadonlyMap<Hex, MorphoParams>,
): UntimedSale[] {
  return logs
    .filter(({ topics }) => topics[0] === LIQUIDATE)
    .map(({ topics, data, blockNumber, blockHash, logIndex }) => {
      const market = params.get(topics[1]!);
      if (market === undefined)
        throw new WordsMalformed(`a liquidation in market ${topics[1]!}`, "its creation since fromBlock");
      const { repaidAssets, seizedAssets } = decodeRow(splitWords(data), 0, LIQUIDATED);
      return {
        block: blockNumber,
        blockHash,
        logIndex,
        venue,
        collateralAsset: market.collateralToken,
        debtAsset: market.loanToken,
        account: addressInTopic(topics[BORROWER_TOPICS.get(LIQUIDATE)!]!),
        debtUnits: repaidAssets,
        collateralUnits: seizedAssets,
      };
    });
}
