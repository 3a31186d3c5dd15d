import { concat, encodeRlp, keccak256, toBeArray } from "ethers";
import type { RlpStructuredDataish } from "ethers";
import { type Hex, intToBig } from "../../units.js";

interface Item {
  /** Hexadecimal digits of the key, those that the nodes above have used taken off. */
  readonly path: string;
  readonly value: Hex;
}

/** Bytes from which a node stands in its parent by its hash. */
const HASHED_FROM = 32;
const NIBBLES = "0123456789abcdef";
const EMPTY = encodeRlp("0x");

/**
 * The root of the trie that maps RLP(index) to `values[index]`: a header's `transactionsRoot` over raw transactions, its
 * `receiptsRoot` over encoded receipts. **Source:** Yellow Paper, appendix D and 4.3.2; EIP-2718 for typed values.
 */
export function listRoot(values: readonly Hex[]): Hex {
  if (values.length === 0) return keccak256(EMPTY) as Hex;
  const key = (index: number): string => encodeRlp(toBeArray(intToBig(index))).slice(2);
  return keccak256(encodeRlp(node(values.map((value, index) => ({ path: key(index), value }))))) as Hex;
}

function node(items: readonly Item[]): RlpStructuredDataish {
  const [first, ...others] = items;
  if (first === undefined) return "0x";
  if (others.length === 0) return [compact(first.path, "leaf"), first.value];
  const shared = sharedLength(items.map(({ path }) => path));
  if (shared > 0) return [compact(first.path.slice(0, shared), "extension"), reference(node(cut(items, shared)))];
  const children = [...NIBBLES].map((nibble) => {
    const below = items.filter(({ path }) => path.startsWith(nibble));
    return below.length === 0 ? "0x" : reference(node(cut(below, 1)));
  });
  return [...children, items.find(({ path }) => path === "")?.value ?? "0x"];
}

const cut = (items: readonly Item[], nibbles: number): Item[] =>
  items.map(({ path, value }) => ({ path: path.slice(nibbles), value }));

function sharedLength(paths: readonly string[]): number {
  const [first = "", ...others] = paths;
  let length = 0;
  while (length < first.length && others.every((path) => path[length] === first[length])) length++;
  return length;
}

function reference(child: RlpStructuredDataish): RlpStructuredDataish {
  const encoded = encodeRlp(child);
  return (encoded.length - 2) / 2 < HASHED_FROM ? child : keccak256(encoded);
}

/** Hex-prefix encoding. **Source:** Yellow Paper, appendix C. */
function compact(path: string, kind: "leaf" | "extension"): Hex {
  const flag = (kind === "leaf" ? 2 : 0) + (path.length % 2);
  return `0x${flag}${path.length % 2 === 0 ? "0" : ""}${path}`;
}

/** What of a receipt goes into the trie. */
export interface ReceiptParts {
  /** Type of the transaction. */
  readonly type: number;
  /** `0x1` or `0x0`. */
  readonly status: Hex;
  /** Gas units, with the transactions before it. */
  readonly cumulativeGasUsed: Hex;
  readonly logsBloom: Hex;
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[];
}

/** Encode a receipt as the trie holds it. **Source:** Yellow Paper 4.3.1 (from Byzantium on), EIP-2718. */
export function encodeReceipt(receipt: ReceiptParts): Hex {
  const { type, status, cumulativeGasUsed, logsBloom } = receipt;
  const logs = receipt.logs.map(({ address, topics, data }) => [address, [...topics], data]);
  const body = encodeRlp([toBeArray(status), toBeArray(cumulativeGasUsed), logsBloom, logs]);
  return (type === 0 ? body : concat([`0x0${type}`, body])) as Hex;
}
