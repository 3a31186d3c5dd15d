import { expect } from "chai";
import { toQuantity } from "ethers";
import { CallReverted, RpcRefused } from "../../../keeper/src/chain/rpc-errors.js";
import type { BlockReader, RpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { WordsMalformed } from "../../../keeper/src/chain/words.js";
import type { Hex } from "../../../keeper/src/units.js";

/** Too little for a lens to read anything, what reads everything here in one call, and the steps between. */
const GAS = { least: 400_000, most: 16_000_000, growth: 1.04 };

/** The pool's reads with `gas` for each call, and how many calls there were. */
function granting(rpc: RpcPool, gas: number): { readonly rpc: RpcPool; calls: () => number } {
  let calls = 0;
  const at = (reader: BlockReader): BlockReader => ({
    ...reader,
    call(transaction) {
      calls += 1;
      return reader.call({ ...transaction, gas: toQuantity(gas) as Hex });
    },
  });
  return { rpc: { ...rpc, at: (block) => at(rpc.at(block)) }, calls: () => calls };
}

/** Reads with ever more gas until nothing more is cut: an error or all of it, never a part. How many reads were in parts. */
export async function readInParts<T>(rpc: RpcPool, read: (rpc: RpcPool) => Promise<T>): Promise<number> {
  const whole = granting(rpc, GAS.most);
  const expected = await read(whole.rpc);
  let inParts = 0;
  for (let gas = GAS.least; gas < GAS.most; gas = Math.ceil(gas * GAS.growth)) {
    const granted = granting(rpc, gas);
    const seen = await read(granted.rpc).catch((error: unknown) => {
      if ([CallReverted, RpcRefused, WordsMalformed].some((type) => error instanceof type)) return undefined;
      throw error;
    });
    if (seen === undefined) continue;
    expect(seen, `with ${gas} gas a call`).to.deep.equal(expected);
    if (granted.calls() === whole.calls()) return inParts;
    inParts += 1;
  }
  throw new Error(`no read was done in ${whole.calls()} calls below ${GAS.most} gas`);
}
