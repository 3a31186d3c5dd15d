import type { z } from "zod";
import { keccak256Hex } from "../keccak.js";
import type { Address, Hex } from "../units.js";

/** How the lens reads a token, as WrappedLens.sol counts them. */
export const SHAPES = { rate: 0, pair: 1, curve: 2, balancer: 3, probe: 4 } as const;

/** What the lens is asked about one token; fields as WrappedLens.sol has them. */
export interface Ask {
  readonly shape: number;
  readonly token: Address;
  /** Who answers the rate, or holds the pool's tokens. */
  readonly source: Address;
  /** The underlying where no getter tells it; of a Curve pool, what stands for ether. */
  readonly known: Address;
  readonly underlying: Hex;
  readonly rate: Hex;
  readonly ofOneWhole: boolean;
}

/** A part of what a token is a claim on, in the lens' own numbers. */
export interface Leg {
  readonly underlying: Address;
  /** Undefined where the underlying does not say. */
  readonly decimals: number | undefined;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** One kind of wrapped token: what the configuration says of it, what is asked, and how an answer is scaled. */
export interface WrappedKind<Schema extends z.ZodType> {
  readonly schema: Schema;
  askOf(source: z.output<Schema>): Ask;
  /**
   * Whole units of the leg's underlying behind one whole unit of the token, 1e18-scaled and rounded down.
   *
   * **Units.** `decimals` of the token, `leg.decimals` of the underlying.
   */
  unitsWad(
    leg: Leg & { readonly decimals: number },
    token: { readonly decimals: number; readonly source: z.output<Schema> },
  ): bigint;
}

/** Make a kind; the schema's type carries over to its functions. */
export function wrappedKind<Schema extends z.ZodType>(kind: WrappedKind<Schema>): WrappedKind<Schema> {
  return kind;
}

export const WAD = 10n ** 18n;
export const NONE: Hex = "0x00000000";
export const NOBODY: Address = "0x0000000000000000000000000000000000000000";

/** The first four bytes of a getter's hash: `selectorOf("asset()")` is `0x38d52e0f`. */
export function selectorOf(signature: string): Hex {
  return `0x${keccak256Hex(signature).slice(0, 8)}`;
}

/** What most kinds ask: one underlying, one rate, both of the token itself. */
export function rateAsk(token: Address, differences: Partial<Ask>): Ask {
  return {
    shape: SHAPES.rate,
    token,
    source: token,
    known: NOBODY,
    underlying: NONE,
    rate: NONE,
    ofOneWhole: false,
    ...differences,
  };
}
