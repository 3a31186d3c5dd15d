import { AbiCoder, Interface, concat, encodeBytes32String, id, toBeHex, zeroPadValue } from "ethers";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import type { Random } from "../../../../keeper/src/lab/random.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { derivedAddress, openActors } from "../../../../keeper/src/lab/world/orders.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import { deployErc20 } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type History, pick, randomSteps } from "../random-steps.js";
import { codeOf, install, recordedBlock, slotOf } from "../recorded-code.js";
import { DOG_CODE, SPOT_CODE } from "./unrecorded.js";

/** **Source:** makerdao's changelog of contracts on mainnet. */
export const VAT: Address = "0x35d1b3f3d7966a1dfe207aa4514c12a259a0492b";
export const SPOT: Address = "0x65c79fcb50ca1594b025960e539ed7a9a6d434a3";
export const DOG: Address = "0x135954d155898d42c90d2a57824c690e0c7bef1b";
/** A block in which somebody moves DAI through the Vat, so that its code is recorded. */
const VAT_BLOCK = 12_965_000;

export const [WAD, RAY, RAD] = [10n ** 18n, 10n ** 27n, 10n ** 45n];
export const USERS: readonly Address[] = Array.from({ length: 8 }, (_, i) => derivedAddress(`maker user ${i}`));
/** `mat` of 4/3 is no whole number of basis points when turned over. */
export const ILKS = [
  { name: "ETH-A", decimals: 18, mat: (145n * RAY) / 100n, usd: 2_000n },
  { name: "WBTC-A", decimals: 8, mat: (4n * RAY) / 3n, usd: 40_000n },
  { name: "USDC-A", decimals: 6, mat: (101n * RAY) / 100n, usd: 1n },
] as const;
export type Ilk = (typeof ILKS)[number];

export const vatAbi = new Interface([
  "function init(bytes32)",
  "function file(bytes32 ilk, bytes32 what, uint256 data)",
  "function slip(bytes32 ilk, address usr, int256 wad)",
  "function hope(address usr)",
  "function frob(bytes32 i, address u, address v, address w, int256 dink, int256 dart)",
  "function fork(bytes32 ilk, address src, address dst, int256 dink, int256 dart)",
  "function grab(bytes32 i, address u, address v, address w, int256 dink, int256 dart)",
  "function fold(bytes32 i, address u, int256 rate)",
  "function suck(address u, address v, uint256 rad)",
  "function ilks(bytes32) view returns (uint256 Art, uint256 rate, uint256 spot, uint256 line, uint256 dust)",
  "function urns(bytes32, address) view returns (uint256 ink, uint256 art)",
  "function debt() view returns (uint256)",
  "function vice() view returns (uint256)",
]);

/** The genuine Vat, empty, with the steward as its ward, three ilks and users that own collateral. */
export interface Stage {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly vat: ContractRef;
  readonly dai: Address;
  /** Tokens by ilk. */
  readonly gems: ReadonlyMap<string, Address>;
  /** Set an ilk's spot as `Spotter.poke` would for a price in USD. */
  poke(ilk: Ilk, usd: bigint): void;
}

export async function buildStage(context: Mocha.Context, chain: DevChain): Promise<Stage> {
  const archive = await recordedBlock(context, VAT_BLOCK);
  await beginSetup(chain);
  const steward = await openSteward(chain);
  // As its constructor leaves it, with a ceiling for all. Source: vat.sol, `wards` at slot 0, `Line` at 9, `live` at 10.
  const slots = [
    [slotOf(0n, steward.address), 1n],
    [9n, 1_000_000_000n * RAD],
    [10n, 1n],
  ] as const;
  await install(chain, VAT, codeOf(archive, VAT), slots);
  const vat: ContractRef = { name: "Vat", address: VAT, abi: vatAbi };
  const gems = new Map(ILKS.map(({ name, decimals }) => [name, deployErc20(steward, name, decimals).address] as const));
  const dai = deployErc20(steward, "DAI", 18).address;
  await install(chain, SPOT, SPOT_CODE, [
    [3n, RAY],
    ...ILKS.map(({ name, mat }) => [slotOf(1n, bytes(name)) + 1n, mat] as const),
  ]);
  await install(
    chain,
    DOG,
    DOG_CODE,
    ILKS.map(({ name }) => [slotOf(1n, bytes(name)) + 1n, (113n * WAD) / 100n] as const),
  );
  await openActors(chain, USERS, 10n ** 22n);
  const stage: Stage = {
    ...{ chain, steward, vat, dai, gems },
    poke({ name, mat }, usd) {
      steward.call(vat, "file", [bytes(name), bytes("spot"), (usd * RAY * RAY) / mat]);
    },
  };
  for (const ilk of ILKS) {
    steward.call(vat, "init", [bytes(ilk.name)]);
    steward.call(vat, "file", [bytes(ilk.name), bytes("line"), 100_000_000n * RAD]);
    stage.poke(ilk, ilk.usd);
    for (const user of USERS) steward.call(vat, "slip", [bytes(ilk.name), user, (1_000_000n * WAD) / ilk.usd]);
  }
  for (const user of USERS) {
    for (const other of [steward.address, ...USERS]) {
      const data = vatAbi.encodeFunctionData("hope", [other]) as Hex;
      steward.add({ label: "hoping", from: user, to: VAT, data });
    }
  }
  await steward.flush();
  return stage;
}

export function bytes(name: string): Hex {
  return encodeBytes32String(name) as Hex;
}

interface Urn {
  readonly ilk: Ilk;
  readonly user: Address;
  readonly ink: bigint;
  readonly art: bigint;
  readonly rate: bigint;
}

/** The first vault that the Vat's own numbers find unsafe. */
async function findUnsafe({ chain, vat }: Stage): Promise<Urn | undefined> {
  for (const ilk of ILKS) {
    const [, rate, spot] = (await read(chain, vat, "ilks", [bytes(ilk.name)])).toArray() as bigint[];
    for (const user of USERS) {
      const [ink, art] = (await read(chain, vat, "urns", [bytes(ilk.name), user])).toArray() as [bigint, bigint];
      if (art * rate! > ink * spot!) return { ilk, user, ink, art, rate: rate! };
    }
  }
  return undefined;
}

const BARK = id("Bark(bytes32,address,uint256,uint256,uint256,address,uint256)");

/** What `Dog.bark` does to the Vat, and its event. */
function bark({ steward, vat }: Stage, { ilk, user, ink, art, rate }: Urn): void {
  steward.call(vat, "grab", [bytes(ilk.name), user, steward.address, steward.address, -ink, -art]);
  const topics = [BARK, bytes(ilk.name), zeroPadValue(user, 32), toBeHex(1, 32)];
  const told = AbiCoder.defaultAbiCoder().encode(
    ["uint256", "uint256", "uint256", "address"],
    [ink, art, art * rate, user],
  );
  steward.add({ label: "bark", from: steward.address, to: DOG, data: concat([...topics, told]) as Hex });
}

/** Everything that moves vaults, from a seed: by their owners, and by the contracts that are the Vat's wards on mainnet. */
export function randomHistory(stage: Stage, random: Random): History {
  const { steward, vat } = stage;
  const ilk = (): Ilk => pick(random, ILKS);
  const some = (most: bigint): bigint => (most * BigInt(1 + (random.uint32() % 1_000_000))) / 1_000_000n + 1n;
  const whole = ({ usd }: Ilk): bigint => some((100_000n * WAD) / usd);
  const frob = (user: Address, of: Ilk, dink: bigint, dart: bigint) =>
    [vat, "frob", [bytes(of.name), user, user, user, dink, dart]] as const;
  const actions = {
    lock(user: Address) {
      const of = ilk();
      return frob(user, of, whole(of), 0n);
    },
    free(user: Address) {
      const of = ilk();
      return frob(user, of, -whole(of), 0n);
    },
    open(user: Address) {
      const of = ilk();
      const ink = whole(of);
      return frob(user, of, ink, (ink * of.usd * RAY * BigInt(60 + (random.uint32() % 45))) / of.mat / 100n);
    },
    draw: (user: Address) => frob(user, ilk(), 0n, some(2_000n * WAD)),
    wipe: (user: Address) => frob(user, ilk(), 0n, -some(20_000n * WAD)),
    fork(user: Address) {
      const of = ilk();
      const half = BigInt(random.uint32() % 2);
      return [vat, "fork", [bytes(of.name), user, pick(random, USERS), whole(of) * half, some(3_000n * WAD)]] as const;
    },
  };
  return randomSteps(stage, random, {
    users: USERS,
    actions,
    favoured: ["open", "open", "open", "draw"],
    // What the Spotter, the Jug, the Vow and the Dog do.
    async movePrice() {
      const of = ilk();
      stage.poke(of, (of.usd * BigInt(70 + (random.uint32() % 60))) / 100n + 1n);
      steward.call(vat, "fold", [bytes(of.name), steward.address, some(RAY / 100n)]);
      steward.call(vat, "suck", [steward.address, steward.address, some(RAD)]);
      const unsafe = await findUnsafe(stage);
      if (unsafe !== undefined) bark(stage, unsafe);
    },
  });
}
