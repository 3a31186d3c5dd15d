import type { Interface } from "ethers";
import type { Hex } from "../units.js";
import type { BlockReader } from "./rpc-pool.js";
import { WordsMalformed, splitWords } from "./words.js";
import type { Words } from "./words.js";

/** A lens contract: run as an `eth_call` of its init code, without being deployed. */
export interface Lens {
  readonly bytecode: string;
  createInterface(): Pick<Interface, "encodeDeploy">;
}

/**
 * Run a lens at the reader's block.
 *
 * **Throws** {@link CallReverted} where the contracts that it reads are not what it takes them for; {@link WordsMalformed}.
 */
export async function runLens(reader: BlockReader, lens: Lens, args: readonly unknown[]): Promise<Words> {
  const encoded = lens.createInterface().encodeDeploy(args);
  return splitWords(await reader.call({ data: (lens.bytecode + encoded.slice(2)) as Hex }));
}

/** Rows that one run answered, and how many of the items asked for they cover. */
export interface Portion<T> {
  readonly rows: readonly T[];
  readonly done: number;
}

/**
 * Run a lens over a list that may not fit one answer: portions of `size` at once, then what they left, until all are done.
 *
 * **Throws** {@link WordsMalformed} where a portion comes back empty; what `run` throws.
 */
export async function runInPortions<I, T>(
  items: readonly I[],
  size: number,
  run: (portion: readonly I[]) => Promise<Portion<T>>,
): Promise<T[]> {
  const portions: I[][] = [];
  for (let at = 0; at < items.length; at += size) portions.push(items.slice(at, at + size));
  const answers = await Promise.all(
    portions.map(async (portion) => {
      const rows: T[] = [];
      for (let at = 0; at < portion.length;) {
        const answer = await run(portion.slice(at));
        if (answer.done === 0) throw new WordsMalformed("no progress", `room for one of ${portion.length - at} items`);
        rows.push(...answer.rows);
        at += answer.done;
      }
      return rows;
    }),
  );
  return answers.flat();
}
