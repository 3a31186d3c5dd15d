import type { ContractRef } from "../../../keeper/src/lab/world/contract-ref.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";

const PUSH1 = 0x60;
const PUSH32 = 0x7f;

interface Instruction {
  readonly opcode: number;
  /** What a PUSH pushes, hex. */
  readonly operand: string;
}

/** Instructions of the code at `address`, without the metadata behind it: its length is in the last two bytes. */
async function instructionsAt(chain: DevChain, address: string): Promise<readonly Instruction[]> {
  const code = Buffer.from((await chain.provider.getCode(address)).slice(2), "hex");
  const end = code.length - 2 - code.readUInt16BE(code.length - 2);
  const found: Instruction[] = [];
  for (let at = 0; at < end;) {
    const opcode = code[at] ?? 0;
    const size = opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 1 : 0;
    found.push({ opcode, operand: code.subarray(at + 1, at + 1 + size).toString("hex") });
    at += 1 + size;
  }
  return found;
}

/** Functions of `target` that change state and whose selector is a constant of the code at `address`. */
export async function selectorsIn(chain: DevChain, address: string, target: ContractRef): Promise<readonly string[]> {
  const constants = new Set((await instructionsAt(chain, address)).map(({ operand }) => BigInt(`0x0${operand}`)));
  return target.abi.fragments
    .filter((fragment) => fragment.type === "function")
    .map((fragment) => target.abi.getFunction(fragment.format())!)
    .filter((fn) => !fn.constant && constantsFor(BigInt(fn.selector)).some((form) => constants.has(form)))
    .map((fn) => fn.format())
    .sort();
}

/** What a compiler may push for a selector: it shifts the zeros at its end in, and the 28 bytes behind it. */
function constantsFor(selector: bigint): readonly bigint[] {
  const forms = [selector << 224n, selector];
  for (let form = selector; form !== 0n && form % 2n === 0n; form /= 2n) forms.push(form / 2n);
  return forms;
}

/** Which of these opcodes the code at `address` has. */
export async function opcodesIn(
  chain: DevChain,
  address: string,
  opcodes: Readonly<Record<string, number>>,
): Promise<readonly string[]> {
  const seen = new Set((await instructionsAt(chain, address)).map(({ opcode }) => opcode));
  return Object.keys(opcodes).filter((name) => seen.has(opcodes[name] ?? -1));
}

/** What code without any of these cannot do: act as somebody else, make or unmake a contract, send ether, forget. */
export const ESCAPES = { CREATE: 0xf0, CALLCODE: 0xf2, DELEGATECALL: 0xf4, CREATE2: 0xf5, SELFDESTRUCT: 0xff };

/** What code that changes nothing does not have. */
export const EFFECTS = { SSTORE: 0x55, TSTORE: 0x5d, CALL: 0xf1, ...ESCAPES };
