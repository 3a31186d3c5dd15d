import { expect } from "chai";
import { cryptoBalance, cryptoInvariant, feeBalance } from "../../../keeper/src/graph/curve/crypto-math.js";
import { stableBalance, stableInvariant } from "../../../keeper/src/graph/curve/stable-math.js";
import { createRandom } from "../../../keeper/src/lab/random.js";

const WAD = 10n ** 18n;
/** Fixed point of the slow version: 60 decimals. */
const ONE = 10n ** 60n;

interface State {
  readonly x: readonly bigint[];
  readonly amp: bigint;
  readonly gamma: bigint;
}

function randomStates(n: number, seed: number): State[] {
  const random = createRandom(seed);
  return Array.from({ length: 40 }, () => {
    const scale = 10n ** BigInt(21 + (random.uint32() % 6));
    const x = Array.from({ length: n }, () => scale + (scale * BigInt(random.uint32() % 9_000)) / 1_000n);
    const scaleOfA = 10_000n * BigInt(n) ** BigInt(n);
    return {
      x,
      amp: scaleOfA * (1n + BigInt(random.uint32() % 400)),
      gamma: 10n ** 13n + BigInt(random.uint32()) * 10n ** 6n,
    };
  });
}

/** The whitepaper's `K D^(n-1) S + P - K D^n - (D/n)^n`, over D^n, by 60 decimals; rises with every balance. */
function excess({ x, amp, gamma }: State, d: bigint): bigint {
  const n = BigInt(x.length);
  const scale = n ** n;
  const shares = x.map((balance) => (balance * ONE) / d);
  const sum = shares.reduce((total, share) => total + share, 0n);
  const product = shares.reduce((total, share) => (total * share) / ONE, ONE);
  const k0 = product * scale;
  const g = (gamma * ONE) / WAD;
  const a = (amp * ONE) / (10_000n * scale);
  const gap = g + ONE - k0;
  const k = (((((((a * k0) / ONE) * g) / gap) * ONE) / gap) * g) / ONE;
  return (k * (sum - ONE)) / ONE + product - ONE / scale;
}

/** The D at which nothing is in excess, by bisection below the sum of the balances, its upper bound. */
function slowInvariant(state: State): bigint {
  let [low, high] = [state.x.reduce((sum, balance) => sum + balance, 0n) / 100n, 0n];
  high = 100n * low + 1n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (excess(state, middle) > 0n) low = middle;
    else high = middle;
  }
  return low;
}

describe("CurveCrypto's invariant", () => {
  for (const n of [2, 3]) {
    it(`of ${n} tokens solves the whitepaper's equation`, () => {
      for (const state of randomStates(n, 40 + n)) {
        const d = cryptoInvariant(state.x, state);
        const slow = slowInvariant(state);
        expect(Number(d - slow) / Number(slow), state.x.join(", ")).to.be.closeTo(0, 1e-12);
        // Each balance is what the others and the invariant leave for it.
        for (const [j, balance] of state.x.entries()) {
          const found = cryptoBalance(state.x, j, { ...state, d: slow });
          expect(Number(found - balance) / Number(balance)).to.be.closeTo(0, 1e-12);
        }
      }
    });

    it(`of ${n} tokens: the fee is the mid one at the peg, and less of it the further off`, () => {
      const even = Array.from({ length: n }, () => 10n ** 24n);
      expect(feeBalance(even, 10n ** 14n)).to.equal(WAD);
      const shares = [2n, 4n, 16n].map((off) => feeBalance([even[0]! * off, ...even.slice(1)], 10n ** 14n));
      expect(shares[0]! < WAD && shares[1]! < shares[0]! && shares[2]! < shares[1]!).to.equal(true);
    });
  }
});

describe("StableSwap's invariant", () => {
  it("solves the paper's equation, whatever the rounding, and each balance follows from the others", () => {
    for (const n of [2, 3, 4]) {
      for (const { x, amp } of randomStates(n, 60 + n)) {
        const amplification = { amp: amp / 100n, unit: 100n };
        for (const rounding of ["each", "each-plus-one", "once"] as const) {
          const d = stableInvariant(x, amplification, rounding);
          expect(Number(stableExcess(x, d, amp)) / Number(ONE)).to.be.closeTo(0, 1e-17 * Number(amp));
          for (const [j, balance] of x.entries()) {
            const found = stableBalance(x, j, { ...amplification, invariant: d });
            expect(Number(found - balance) / Number(balance)).to.be.closeTo(0, 1e-18 * Number(amp));
          }
        }
      }
    }
  });
});

/** `Ann S + D - Ann D - D^(n+1) / (n^n prod x)` over D, by 60 decimals; `amp` is 10,000 A n^(n-1). */
function stableExcess(x: readonly bigint[], d: bigint, amp: bigint): bigint {
  const n = BigInt(x.length);
  const ann = (amp * n * ONE) / 10_000n;
  const sum = (x.reduce((total, balance) => total + balance, 0n) * ONE) / d;
  const product = x.reduce((total, balance) => (total * d) / (balance * n), ONE);
  return (ann * (sum - ONE)) / ONE + ONE - product;
}
