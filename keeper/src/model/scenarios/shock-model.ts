import { keccak256Hex } from "../../keccak.js";
import type { Address } from "../../units.js";
import { valueFor, type Calibration } from "../calibration.js";
import { exp, ln } from "../elementary.js";
import { choleskyFactor } from "./cholesky.js";
import { fromTriangle, mixedCorrelation } from "./correlation.js";
import type { Jumps } from "./jumps.js";
import { normalQuantile } from "./normal-quantile.js";
import { philox4x32, uniforms, type Words2 } from "./philox.js";
import { studentQuantile } from "./student-quantile.js";

/** What a block of the generator is for: the second word of its counter, so that no two uses share one. */
const PURPOSE = { shift: 0, mixing: 1, marketJump: 2, asset: 3, ownJump: 4 } as const;
/** Steps of two Weyl sequences, the fractions of the golden ratio and of the root of 2 in 32 bits. */
const WEYL_MARKET = 0x9e3779b9;
const WEYL_JUMPS = 0x6a09e667;
const TWO_POW_32 = 4_294_967_296;
/** Inversion by summation is for rare events only. */
const MAX_EXPECTED_JUMPS = 100;

/** Everything about a draw that does not depend on the row. */
export interface ShockModel {
  readonly key: Words2;
  /** Where the two Weyl sequences start. */
  readonly shift: Words2;
  readonly days: number;
  readonly nu: number;
  readonly marketJumps: Jumps;
  readonly ownJumps: Jumps;
  /** Assets that the calibration correlates, in its order; the first is the market. */
  readonly symbols: readonly string[];
  /** `Float64Array[M*M]`: lower triangle L of `C_w = L L'`. */
  readonly factor: Float64Array;
  readonly otherCorrelation: number;
  readonly streams: readonly Words2[];
}

/** How one asset answers to what was drawn. */
export interface AssetShock {
  /** Row of the correlations, or -1: correlated with the market alone. */
  readonly row: number;
  readonly stream: Words2;
  /** Standard deviation over the horizon without jumps, log. */
  readonly spreadLog: number;
  readonly beta: number;
}

/** One pair's draws that assets share. */
export interface PairDraw {
  /** `Float64Array[M]`: correlated standard normals of the calibration's assets. */
  readonly normals: Float64Array;
  /** Scale of a Student-t with unit variance, `sqrt((nu - 2) / chi2)`: one for all assets, so that they crash together. */
  readonly scale: number;
  /** The market's jumps of the pair's first row and of its twin, as log falls. */
  readonly marketJumpLog: readonly [number, number];
}

/** Read a calibration. **Throws** `RangeError` where it expects more jumps in the horizon than can be summed. */
export function shockModel(calibration: Calibration, seed: string, horizonSec: number): ShockModel {
  const { correlation, tailWeight, jumps, nu, otherCorrelation } = calibration.scenarios;
  const symbols = correlation.symbols.value;
  const mixed = mixedCorrelation(
    fromTriangle(correlation.normal.value),
    fromTriangle(correlation.tail.value),
    tailWeight.value,
  );
  const key = wordsOf(seed);
  const [market, jump] = philox4x32([0, PURPOSE.shift, 0, 0], key);
  return {
    key,
    shift: [market, jump],
    days: horizonSec / 86_400,
    nu: nu.value,
    marketJumps: valuesOf(jumps.market),
    ownJumps: valuesOf(jumps.own),
    symbols,
    factor: choleskyFactor(mixed, symbols.length)!,
    otherCorrelation: otherCorrelation.value,
    streams: symbols.map(wordsOf),
  };
}

/**
 * An asset's part of the model. Volatilities are of all days, those with jumps included: what jumps contribute to the
 * variance, lambda E[J^2], is taken out of it.
 */
export function assetShock(
  model: ShockModel,
  { symbol, address }: { symbol: string; address: Address },
  calibration: Calibration,
): AssetShock {
  const row = model.symbols.indexOf(symbol);
  const beta = valueFor(calibration.tailBeta, symbol);
  const sigma = valueFor(calibration.sigmaDaily, symbol);
  const jumpVariance = beta * beta * varianceOf(model.marketJumps) + varianceOf(model.ownJumps);
  return {
    row,
    stream: row < 0 ? wordsOf(address) : model.streams[row]!,
    spreadLog: Math.sqrt(Math.max(0, sigma * sigma - jumpVariance) * model.days),
    beta,
  };
}

/**
 * Draw what the assets of pair `pair` share.
 *
 * The market's move, and whether it jumps, come from Weyl sequences instead of the generator: a few hundred scenarios
 * then meet the market's quantiles about evenly, where independent draws would leave its worst percent to luck. The
 * pair's first row is the market's fall. All else follows given that move: with t known, the t's chi-square is one of
 * nu + 1 degrees over 1 + t^2 / nu, and the market's normal is `t sqrt(chi2 / nu)`.
 */
export function drawPair(model: ShockModel, pair: number): PairDraw {
  const { symbols, factor, streams, key, shift, nu } = model;
  const market = -studentQuantile(nu, weyl(shift[0], WEYL_MARKET, pair) / 2);
  const chi2 = chiSquare(nu + 1, key, pair) / (1 + (market * market) / nu);
  const own = streams.map(([a, b], i) =>
    i === 0 ? market * Math.sqrt(chi2 / nu) : normalQuantile(uniforms([pair, PURPOSE.asset, a, b], key)[0]),
  );
  const normals = Float64Array.from(symbols, (_, i) => {
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += factor[i * symbols.length + j]! * own[j]!;
    return sum;
  });
  const count = weyl(shift[1], WEYL_JUMPS, pair);
  const [size] = uniforms([pair, PURPOSE.marketJump, 0, 0], key);
  const jump = (u: number, v: number) => jumpLog(model.marketJumps, model.days, u, v);
  return {
    normals,
    scale: Math.sqrt((nu - 2) / chi2),
    marketJumpLog: [jump(count, size), jump(1 - count, 1 - size)],
  };
}

/** Log falls of one asset in both rows of a pair. */
export function pairFalls(model: ShockModel, asset: AssetShock, pair: number, draw: PairDraw): [number, number] {
  const [a, b] = asset.stream;
  const [z, count] = uniforms([pair, PURPOSE.asset, a, b], model.key);
  const [size] = uniforms([pair, PURPOSE.ownJump, a, b], model.key);
  const rho = model.otherCorrelation;
  const normal =
    asset.row < 0 ? rho * draw.normals[0]! + Math.sqrt(1 - rho * rho) * normalQuantile(z) : draw.normals[asset.row]!;
  const move = asset.spreadLog * draw.scale * normal;
  const jump = (u: number, v: number) => jumpLog(model.ownJumps, model.days, u, v);
  return [
    move + asset.beta * draw.marketJumpLog[0] + jump(count, size),
    -move + asset.beta * draw.marketJumpLog[1] + jump(1 - count, 1 - size),
  ];
}

/** Chi-square with an odd number of degrees of freedom, exactly: `-2 ln` of a uniform for every two, a squared normal. */
function chiSquare(degrees: number, key: Words2, pair: number): number {
  const draw = (block: number) => uniforms([pair, PURPOSE.mixing, block, 0], key)[0];
  const normal = normalQuantile(draw(0));
  let sum = normal * normal;
  for (let block = 1; 2 * block < degrees; block++) sum -= 2 * ln(draw(block));
  return sum;
}

/** The pair's point of a Weyl sequence, strictly between 0 and 1. */
function weyl(start: number, step: number, pair: number): number {
  return (((start + Math.imul(pair, step)) >>> 0) + 0.5) / TWO_POW_32;
}

/** Sum of a Poisson number of normal falls, from one uniform for the number and one for their sum. */
function jumpLog({ perDay, meanLog, sdLog }: Jumps, days: number, count: number, size: number): number {
  const jumps = poisson(perDay * days, count);
  return jumps === 0 ? 0 : jumps * meanLog + Math.sqrt(jumps) * sdLog * normalQuantile(size);
}

/** Smallest n whose cumulative probability reaches `u`. */
function poisson(expected: number, u: number): number {
  if (expected > MAX_EXPECTED_JUMPS)
    throw new RangeError(`saw ${expected} expected jumps, at most ${MAX_EXPECTED_JUMPS}: shorten the horizon`);
  let n = 0;
  let term = exp(-expected);
  for (let cumulative = term; cumulative < u && term > 0; cumulative += term) {
    n++;
    term *= expected / n;
  }
  return n;
}

function varianceOf({ perDay, meanLog, sdLog }: Jumps): number {
  return perDay * (meanLog * meanLog + sdLog * sdLog);
}

function valuesOf(of: Calibration["scenarios"]["jumps"]["market"]): Jumps {
  return { perDay: of.perDay.value, meanLog: of.meanLog.value, sdLog: of.sdLog.value };
}

/** 64 bits that name a text. */
function wordsOf(text: string): Words2 {
  const hash = keccak256Hex(text);
  return [parseInt(hash.slice(0, 8), 16), parseInt(hash.slice(8, 16), 16)];
}
