import { PerpetualV2AccountsLens__factory } from "../../../../typechain-types/index.js";
import { runInPortions, runLens } from "../../chain/lens.js";
import type { Portion } from "../../chain/lens.js";
import type { BlockReader } from "../../chain/rpc-pool.js";
import { address, count, decodeRow, flag, int, uint } from "../../chain/words.js";
import type { Row, Words } from "../../chain/words.js";
import type { Address } from "../../units.js";
import type { RawDeployment } from "./markets.js";

const ANSWERED = { done: count(0, 0, 32) } as const;
const HEAD = { markets: count(0, 0, 8), wasRead: flag(0, 8) } as const;
const MARGIN = { balance: int(0), owedRealizedPnl: int(1), pendingFee: uint(2), otherCollateral: int(3) } as const;
const MARGIN_WORDS = 4;
const POSITION = { market: address(0), size: int(1), openNotional: int(2), funding: int(3) } as const;
const POSITION_WORDS = 4;

/** Accounts whose answer fits one call with three positions each. */
const PORTION = 40;

/** Margin and positions of an account: amounts of the settlement token in its units, everything else 1e18-scaled. */
export type RawAccount = Row<typeof MARGIN> & { readonly positions: readonly Row<typeof POSITION>[] };

/** An account with positions or orders; "unreadable" where a price that it needs does not answer. */
export type OpenAccount = RawAccount | "unreadable";

/** Read accounts; undefined where one is in no market. Throws {@link CallReverted}, {@link WordsMalformed}. */
export function readAccounts(
  reader: BlockReader,
  { vault, positions, exchange }: Pick<RawDeployment, "vault" | "positions" | "exchange">,
  accounts: readonly Address[],
): Promise<(readonly [account: Address, read: OpenAccount | undefined])[]> {
  return runInPortions(accounts, PORTION, async (portion) => {
    const words = await runLens(reader, PerpetualV2AccountsLens__factory, [vault, positions, exchange, portion]);
    return decodeAccounts(words, portion);
  });
}

function decodeAccounts(
  words: Words,
  accounts: readonly Address[],
): Portion<readonly [Address, OpenAccount | undefined]> {
  const { done } = decodeRow(words, 0, ANSWERED);
  let at = 1;
  const rows = accounts.slice(0, done).map((account) => {
    const { markets, wasRead } = decodeRow(words, at++, HEAD);
    if (markets === 0) return [account, undefined] as const;
    if (!wasRead) return [account, "unreadable"] as const;
    const margin = decodeRow(words, at, MARGIN);
    at += MARGIN_WORDS;
    const positions = Array.from({ length: markets }, (_, i) => decodeRow(words, at + i * POSITION_WORDS, POSITION));
    at += markets * POSITION_WORDS;
    return [account, { ...margin, positions }] as const;
  });
  return { rows, done };
}
