import { ICompoundV2CToken__factory, ICompoundV2Comptroller__factory } from "../../../typechain-types/index.js";
import { addressInData, wordInData } from "../chain/log.js";
import type { Log, LogFilter } from "../chain/log.js";
import type { Address, Hex } from "../units.js";
import type { UntimedSale } from "./follow-accounts.js";

const comptrollerAbi = ICompoundV2Comptroller__factory.createInterface();
const cTokenAbi = ICompoundV2CToken__factory.createInterface();

const ENTERED = comptrollerAbi.getEvent("MarketEntered").topicHash as Hex;
const EXITED = comptrollerAbi.getEvent("MarketExited").topicHash as Hex;
const TRANSFER = cTokenAbi.getEvent("Transfer").topicHash as Hex;
const BORROW = cTokenAbi.getEvent("Borrow").topicHash as Hex;
const REPAY = cTokenAbi.getEvent("RepayBorrow").topicHash as Hex;
const LIQUIDATE = cTokenAbi.getEvent("LiquidateBorrow").topicHash as Hex;
/** Where the borrow index stands in the event that interest was added. */
const INDEX_WORD: ReadonlyMap<Hex, number> = new Map([
  [cTokenAbi.getEvent("AccrueInterest(uint256,uint256,uint256)").topicHash as Hex, 1],
  [cTokenAbi.getEvent("AccrueInterest(uint256,uint256,uint256,uint256)").topicHash as Hex, 2],
]);
/** The index that a market begins with. Source: CToken.sol, mantissaOne. */
const FIRST_INDEX = 10n ** 18n;

/** What an account owes a market: `principal * index of the market / index`. No getter tells either. */
export interface Loan {
  readonly cToken: Address;
  readonly account: Address;
  /** Raw units. */
  readonly principal: bigint;
  /** The market's index when the principal was last written, 1e18-scaled. */
  readonly index: bigint;
}

/** Loans above 0, by market and account. */
export type Loans = ReadonlyMap<string, Loan>;

/** The events that can change an account's cTokens or the markets that it has entered, and liquidations. */
export function accountFilter(comptroller: Address, cTokens: readonly Address[]): LogFilter {
  return [
    { addresses: [comptroller], topics: [ENTERED, EXITED] },
    { addresses: cTokens, topics: [TRANSFER, LIQUIDATE] },
  ];
}

/** Accounts that logs of {@link accountFilter} name, ascending. */
export function accountsOf(logs: readonly Log[]): Address[] {
  const found = new Set<Address>();
  for (const { topics, data } of logs) {
    if (topics[0] === ENTERED || topics[0] === EXITED) found.add(addressInData(data, 1));
    if (topics[0] === TRANSFER) for (const topic of topics.slice(1)) found.add(addressInData(topic, 0));
  }
  return [...found].sort();
}

/** Liquidations among logs, in their order; assets are the cTokens here, and the collateral is cTokens. */
export function liquidationsOf(venue: Address, logs: readonly Log[]): UntimedSale[] {
  return logs
    .filter(({ topics }) => topics[0] === LIQUIDATE)
    .map(({ address, data, blockNumber, blockHash, logIndex }) => ({
      ...{ block: blockNumber, blockHash, logIndex, venue },
      account: addressInData(data, 1),
      collateralAsset: addressInData(data, 3),
      collateralUnits: wordInData(data, 4),
      debtAsset: address,
      debtUnits: wordInData(data, 2),
    }));
}

/** The events that tell every loan. */
export function loanFilter(cTokens: readonly Address[]): LogFilter {
  return [{ addresses: cTokens, topics: [BORROW, REPAY, ...INDEX_WORD.keys()] }];
}

/**
 * Loans after logs of {@link loanFilter}. Whoever changes a loan has the market add interest first, so that the index is that of
 * the block's event, or the one before where interest was added already; `indices`, by market, are those before the logs.
 */
export function loansAfter(before: Loans, indices: ReadonlyMap<Address, bigint>, logs: readonly Log[]): LoansAfter {
  if (logs.length === 0) return { loans: before, indices };
  const loans = new Map(before);
  const current = new Map(indices);
  for (const { address, topics, data } of logs) {
    const word = INDEX_WORD.get(topics[0]!);
    if (word !== undefined) {
      current.set(address, wordInData(data, word));
      continue;
    }
    const isBorrow = topics[0] === BORROW;
    const loan: Loan = {
      cToken: address,
      account: addressInData(data, isBorrow ? 0 : 1),
      principal: wordInData(data, isBorrow ? 2 : 3),
      index: current.get(address) ?? FIRST_INDEX,
    };
    const key = `${address} ${loan.account}`;
    if (loan.principal === 0n) loans.delete(key);
    else loans.set(key, loan);
  }
  return { loans, indices: current };
}

export interface LoansAfter {
  readonly loans: Loans;
  /** Borrow indices as the last events told them, by market. */
  readonly indices: ReadonlyMap<Address, bigint>;
}
