import { encodeBytes32String } from "ethers";
import { IMakerVat__factory } from "../../../../typechain-types/index.js";
import type { Archive } from "../../chain/archive/archive.js";
import { intToBig } from "../../units.js";
import type { Address, Hex } from "../../units.js";
import { readUrns } from "../../venues/maker-ilks.js";
import { addressesIn, named, slotOf } from "./recorded-asker.js";
import type { Asker, RecordedAnswer, Tried } from "./recorded-asker.js";

/** **Source:** makerdao's changelog of contracts on mainnet. */
export const VAT: Address = "0x35d1b3f3d7966a1dfe207aa4514c12a259a0492b";
const SPOT: Address = "0x65c79fcb50ca1594b025960e539ed7a9a6d434a3";
const ILKS = [
  "ETH-A",
  "ETH-B",
  "ETH-C",
  "LINK-A",
  "UNI-A",
  "USDC-A",
  "WBTC-A",
  "WBTC-C",
  "WSTETH-A",
  "WSTETH-B",
  "YFI-A",
];
/** `ilks` and `urns` of the Vat, `ilks` of the Spotter. Source: vat.sol, spot.sol. */
const [ILKS_SLOT, URNS_SLOT, SPOT_ILKS_SLOT] = [2n, 3n, 1n];
const ILK_WORDS = ["totalArt", "rate", "spot", "line", "dust"];

/** Ilks as the Vat tells them, vaults as the keeper's lens does. An ilk of which only some words are recorded is read by slots. */
export async function readRecordedMaker(asker: Asker, archive: Archive): Promise<Tried[]> {
  const storage = archive.accounts.get(VAT)?.storage;
  if (storage === undefined) return [];
  const tried: Tried[] = [];
  const owners = [...addressesIn(archive)];
  for (const ilk of ILKS) {
    const key = encodeBytes32String(ilk) as Hex;
    tried.push(...(await readIlk(asker, archive, ilk, key)));
    for (const urn of owners.filter((owner) => storage.has(slotOf(slotOf(URNS_SLOT, key), owner)))) {
      const read = await asker.attempt(() => readUrns(asker.reader, VAT, [{ ilk, urn }]));
      tried.push(read && { of: `${ilk} ${urn}`, read: { ink: read[0]!.ink, art: read[0]!.art } });
    }
  }
  return tried;
}

async function readIlk({ attempt, call }: Asker, archive: Archive, ilk: string, key: Hex): Promise<Tried[]> {
  const base = slotOf(ILKS_SLOT, key);
  const slots: [name: string, contract: Address, slot: bigint][] = ILK_WORDS.map((name, i) => [
    name,
    VAT,
    base + intToBig(i),
  ]);
  slots.push(["mat", SPOT, slotOf(SPOT_ILKS_SLOT, key) + 1n]);
  const held = slots.filter(([, contract, slot]) => archive.accounts.get(contract)?.storage.has(slot) === true);
  if (held.length === 0) return [];
  const vat = IMakerVat__factory.createInterface();
  const whole = await attempt(async () => named(ilk, ILK_WORDS, await call(vat, VAT, "ilks", [key])));
  if (whole !== undefined) return [whole];
  const read: Record<string, bigint> = {};
  for (const [name, contract, slot] of held) read[name] = archive.accounts.get(contract)!.storage.get(slot)!;
  return [{ of: ilk, read } satisfies RecordedAnswer];
}
