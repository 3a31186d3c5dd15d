import type { BlockReader } from "../chain/rpc-pool.js";
import { decimalsFault } from "../snapshot/decimals.js";
import type { Exclusion } from "../snapshot/snapshot.js";
import type { Address } from "../units.js";
import { mostUnitsWad, type Growth } from "./growth-bound.js";
import { probeAsk, readClaims, type RawClaim } from "./read-wrapped.js";
import { askOf, growthOf, unitsWadOf, type WrappedSource } from "./wrapped-kinds.js";
import type { Leg } from "./wrapped-kind.js";

/** One whole unit of `asset` is a claim on `unitsWad` (1e18-scaled) whole units of `of`. */
export interface Link {
  readonly asset: Address;
  readonly of: Address;
  readonly unitsWad: bigint;
}

/** What wrapped tokens are claims on at a block, and what could not be found out or believed. */
export interface WrappedRead {
  readonly lookThrough: readonly Link[];
  readonly exclusions: readonly Exclusion[];
}

/** A claim's form by its bit in the lens' answer: what it answered, and the kind to configure it as. */
const FORMS = [
  [1, "asset() and convertToAssets()", "erc4626"],
  [2, "UNDERLYING_ASSET_ADDRESS()", "aave-atoken"],
  [4, "exchangeRateStored()", "compound-v2"],
  [8, "token0(), token1() and getReserves()", "uniswap-v2-lp"],
  [16, "getPoolId() and getVault()", "balancer-bpt"],
  [32, "stEthPerToken()", "wsteth"],
  [64, "getExchangeRate()", "reth"],
  [128, "exchangeRate()", "cbeth"],
  [256, "getRate()", "weeth or rate"],
] as const;

/**
 * Read in one call of the lens what the `sources` are claims on, and whether any of the tokens that `unnamed` by the
 * configuration answers like a claim. Neither is assumed: a claim that is not understood becomes an exclusion, and counts against
 * coverage.
 *
 * **Throws** what the reader throws.
 */
export async function readWrapped(
  reader: BlockReader,
  sources: readonly WrappedSource[],
  unnamed: readonly Address[],
): Promise<WrappedRead> {
  const answers = await readClaims(reader, [...sources.map(askOf), ...unnamed.map(probeAsk)]);
  const lookThrough: Link[] = [];
  const exclusions: Exclusion[] = [];
  const exclude = (id: Address, reason: string): void => void exclusions.push({ scope: "asset", id, reason });
  sources.forEach((source, i) => {
    const claim = claimOf(source, answers[i]!, reader.block.timestamp);
    lookThrough.push(...claim.links);
    if (claim.reason !== undefined) exclude(source.token, claim.reason);
  });
  unnamed.forEach((token, i) => {
    const reason = proposal(answers[sources.length + i]!);
    if (reason !== undefined) exclude(token, reason);
  });
  return { lookThrough, exclusions };
}

interface Claim {
  readonly links: readonly Link[];
  readonly reason?: string;
}

/** What a token is a claim on; nothing of it where a part is not known, since the rest would pass for all of it. */
function claimOf(source: WrappedSource, raw: RawClaim, timestamp: number): Claim {
  if (raw.kind === "fault") return unknown(raw.reason);
  const fault = decimalsFault(raw.decimals);
  if (fault !== undefined) return unknown(fault);
  const links = new Map<Address, bigint>();
  for (const leg of raw.legs) {
    const { underlying } = leg;
    if (!hasDecimals(leg)) return unknown(`of ${underlying}, which is behind it, ${decimalsFault(leg.decimals)}`);
    const unitsWad = unitsWadOf(source, leg, raw.decimals);
    if (unitsWad === 0n && raw.legs.length === 1) return unknown("its rate is 0");
    if (underlying === source.token) return unknown("it is a claim on itself");
    if (unitsWad > 0n) links.set(underlying, (links.get(underlying) ?? 0n) + unitsWad);
  }
  if (links.size === 0) return unknown("there is nothing behind it");
  return bounded(
    [...links].map(([of, unitsWad]) => ({ asset: source.token, of, unitsWad })),
    growthOf(source),
    timestamp,
  );
}

function bounded(links: readonly Link[], growth: Growth | undefined, timestamp: number): Claim {
  if (growth === undefined) return { links };
  const most = mostUnitsWad(growth, timestamp);
  const over = links.find(({ unitsWad }) => unitsWad > most);
  if (over === undefined) return { links };
  return {
    links: most === 0n ? [] : links.map((link) => ({ ...link, unitsWad: link.unitsWad > most ? most : link.unitsWad })),
    reason: `its rate ${over.unitsWad} is above ${most}, the most that its growth allows: counted as that`,
  };
}

function hasDecimals(leg: Leg): leg is Leg & { readonly decimals: number } {
  return decimalsFault(leg.decimals) === undefined;
}

function unknown(reason: string): Claim {
  return { links: [], reason: `what it is a claim on is unknown: ${reason}` };
}

/** What a token answers that the configuration does not name, and what to do; undefined where it is no claim. */
function proposal(raw: RawClaim): string | undefined {
  if (raw.kind === "fault") return undefined;
  const form = FORMS.find(([bit]) => (raw.forms & bit) !== 0);
  if (form === undefined) return undefined;
  const [, answered, kind] = form;
  return `what it is a claim on is unknown: it answers ${answered}; add it to sources.wrapped as ${kind}`;
}
