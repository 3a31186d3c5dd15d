import { encodeBytes32String } from "ethers";
import { IMakerDog__factory, IMakerVat__factory } from "../../../typechain-types/index.js";
import { addressInTopic, wordInData } from "../chain/log.js";
import type { Log, LogFilter } from "../chain/log.js";
import type { Address, Hex } from "../units.js";
import type { UntimedSale } from "./follow-accounts.js";

const vat = IMakerVat__factory.createInterface();
const dog = IMakerDog__factory.createInterface();

/** The Vat logs a call as it is, without a name: the first topic is the selector, padded to the right. */
const noteOf = (name: "frob" | "fork" | "grab"): Hex => `${vat.getFunction(name).selector}${"00".repeat(28)}` as Hex;
const BARK = dog.getEvent("Bark").topicHash as Hex;

/** Where the vaults that a call changes stand among its topics; the ilk is the first after the selector. */
const URN_TOPICS: ReadonlyMap<Hex, readonly number[]> = new Map([
  [noteOf("frob"), [2]],
  [noteOf("fork"), [2, 3]],
  [noteOf("grab"), [2]],
]);

const NAME = /^[!-{}~]{1,31}$/;
const BETWEEN = "|";

/** The name of an ilk: its text, or its 32 bytes in hex where that is no plain text. */
export function ilkName(bytes: Hex): string {
  const text = Buffer.from(bytes.slice(2).replace(/(00)+$/, ""), "hex").toString("latin1");
  return NAME.test(text) && !text.startsWith("0x") ? text : bytes;
}

/** The 32 bytes of a name. */
export function ilkBytes(name: string): Hex {
  return (name.startsWith("0x") ? name : encodeBytes32String(name)) as Hex;
}

/** A vault as one key, and back. */
export function urnKey(ilk: string, urn: Address): string {
  return `${ilk}${BETWEEN}${urn}`;
}

export function urnOfKey(key: string): { readonly ilk: string; readonly urn: Address } {
  const at = key.lastIndexOf(BETWEEN);
  return { ilk: key.slice(0, at), urn: key.slice(at + 1) as Address };
}

/** The calls that can change a vault, and auctions that begin. */
export function urnFilter(maker: { readonly vat: Address; readonly dog?: Address }): LogFilter {
  const notes = { addresses: [maker.vat], topics: [...URN_TOPICS.keys()] };
  return maker.dog === undefined ? [notes] : [notes, { addresses: [maker.dog], topics: [BARK] }];
}

/** Keys of the vaults that logs of {@link urnFilter} name, ascending. */
export function urnKeysOf(logs: readonly Log[]): string[] {
  const found = new Set<string>();
  for (const { topics } of logs) {
    for (const at of URN_TOPICS.get(topics[0]!) ?? []) {
      const [ilk, urn] = [topics[1], topics[at]];
      if (ilk !== undefined && urn !== undefined) found.add(urnKey(ilkName(ilk), addressInTopic(urn)));
    }
  }
  return [...found].sort();
}

/**
 * Liquidations among logs, in their order, as the Dog tells them: it knows ilks, not tokens, so that the collateral is the ilk's
 * 32 bytes here; the collateral is a wad, the debt a rad.
 */
export function barksOf(venue: Address, dai: Address, logs: readonly Log[]): UntimedSale[] {
  return logs
    .filter(({ topics }) => topics[0] === BARK)
    .map(({ topics, data, blockNumber, blockHash, logIndex }) => ({
      ...{ block: blockNumber, blockHash, logIndex, venue },
      account: addressInTopic(topics[2]!),
      collateralAsset: topics[1]!,
      collateralUnits: wordInData(data, 0),
      debtAsset: dai,
      debtUnits: wordInData(data, 2),
    }));
}
