import { AbiCoder, getAddress } from "ethers";
import type { BlockReader, RpcPool } from "../../chain/rpc-pool.js";
import { splitWords } from "../../chain/words.js";
import { intToBig } from "../../units.js";
import type { Address, Hex } from "../../units.js";
import { PORTION, decodeAccounts, readAccounts, type ScaledAccount } from "../../venues/aave-accounts.js";
import { readReserves } from "../../venues/aave-reserves.js";

export interface DecodeRate {
  readonly accounts: number;
  readonly oursPerSec: number;
  readonly ethersPerSec: number;
}

const ABI = ["tuple(address account, uint8 eMode, tuple(uint16 id, uint128 supplied, uint128 owed)[] positions)[]"];
const REPETITIONS = 5;

/**
 * How many accounts a second we decode from a lens's words, and ethers from the same accounts in the standard encoding, both
 * a portion at a time. Throws `Error` where they do not tell the same.
 */
export async function decodeRate(pool: RpcPool, venue: Address, accounts: readonly Address[]): Promise<DecodeRate> {
  const live = pool.at(await pool.head());
  const { reserves } = await readReserves(live, venue);
  const answers: Hex[] = [];
  const recording: BlockReader = {
    ...live,
    async call(transaction) {
      const answer = await live.call(transaction);
      answers.push(answer);
      return answer;
    },
  };
  const portions = Array.from({ length: Math.ceil(accounts.length / PORTION) }, (_, i) =>
    accounts.slice(i * PORTION, (i + 1) * PORTION),
  );
  const read: ScaledAccount[] = [];
  for (const portion of portions) read.push(...(await readAccounts(recording, { pool: venue, reserves }, portion)));
  if (answers.length !== portions.length) throw new Error("decode: expected a portion to fit one answer");

  const byId = [...reserves].sort((a, b) => a.id - b.id);
  const ours = fastest(() =>
    answers.flatMap((answer, i) => decodeAccounts(splitWords(answer), byId, portions[i]!).rows),
  );
  const coder = AbiCoder.defaultAbiCoder();
  const encoded = portions.map((_, i) => coder.encode(ABI, [read.slice(i * PORTION, (i + 1) * PORTION).map(rowOf)]));
  const theirs = fastest(() => encoded.flatMap((data) => coder.decode(ABI, data).toArray(true)[0] as unknown[]));
  if (text(ours.result.map(rowOf)) !== text(theirs.result)) {
    throw new Error("decode: ethers and the lens's table do not tell the same accounts");
  }
  const perSec = (ms: number): number => (1e3 * accounts.length) / ms;
  return { accounts: accounts.length, oursPerSec: perSec(ours.ms), ethersPerSec: perSec(theirs.ms) };
}

function rowOf({ account, eMode, positions }: ScaledAccount): unknown[] {
  return [getAddress(account), intToBig(eMode), positions.map((p) => [intToBig(p.id), p.supplied, p.owed])];
}

function fastest<T>(work: () => T): { readonly ms: number; readonly result: T } {
  let best = Infinity;
  let result = work();
  for (let i = 0; i < REPETITIONS; i++) {
    const started = performance.now();
    result = work();
    best = Math.min(best, performance.now() - started);
  }
  return { ms: best, result };
}

function text(value: unknown): string {
  return JSON.stringify(value, (_, cell: unknown) => (typeof cell === "bigint" ? `${cell}` : cell));
}
