import { expect } from "chai";
import { id, toBeHex } from "ethers";
import { cryptoBalance, cryptoInvariant, feeBalance } from "../../../../keeper/src/graph/curve/crypto-math.js";
import { cryptoQuote, scaledBalances } from "../../../../keeper/src/graph/curve/crypto-swap.js";
import { SwapReverted } from "../../../../keeper/src/graph/uniswap-v3/errors.js";
import { createRandom } from "../../../../keeper/src/lab/random.js";
import type { CurveCryptoPool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address } from "../../../../keeper/src/units.js";
import { requireShared } from "../../../shared-data.js";
import { openRecording, openTokens, place } from "./placed-pool.js";

const BLOCK = "13217637";
/** Mainnet's math of tricrypto2 and the pool itself, both recorded at that block. */
const MATH = "0x8f68f4810cce3194b6cb6f3d50fa58c2c9bdd1d5" as Address;
const POOL = "0xd51a44d3fae010294c616388b506acda1bfaae46" as Address;
/** newton_D(uint256,uint256,uint256[3]), newton_y(uint256,uint256,uint256[3],uint256,uint256), reduction_coefficient. */
const NEWTON_D = "newton_D(uint256,uint256,uint256[3])";
const NEWTON_Y = "newton_y(uint256,uint256,uint256[3],uint256,uint256)";
const REDUCTION = "reduction_coefficient(uint256[3],uint256)";

const WAD = 10n ** 18n;

function orUndefined(compute: () => bigint): bigint | undefined {
  try {
    return compute();
  } catch (cause) {
    if (cause instanceof SwapReverted) return undefined;
    throw cause;
  }
}

describe("CurveCrypto's arithmetic of three tokens against the recorded genuine one", function () {
  let stage: Awaited<ReturnType<typeof openTokens>>;
  before(async function () {
    const folder = requireShared(this, "data/evm-pevm-blocks");
    stage = await openTokens();
    const recording = openRecording(folder, BLOCK);
    await place(stage.chain, recording, MATH);
    await place(stage.chain, recording, POOL);
    await stage.chain.mine((await stage.chain.timestamp()) + 12);
  });
  after(() => stage.chain.close());

  async function ask(to: Address, signature: string, words: readonly bigint[]): Promise<bigint | undefined> {
    const data = id(signature).slice(0, 10) + words.map((word) => toBeHex(word, 32).slice(2)).join("");
    try {
      return BigInt(String(await stage.chain.rpc.call("eth_call", [{ to, data }, "latest"])));
    } catch {
      return undefined;
    }
  }

  /** tricrypto2 as its own getters tell it. */
  async function recorded(): Promise<CurveCryptoPool> {
    const get = async (signature: string, ...words: bigint[]) => (await ask(POOL, signature, words))!;
    const three = (signature: string) => Promise.all([0n, 1n, 2n].map((k) => get(signature, k)));
    return {
      pool: POOL,
      kind: "curve-crypto",
      tokens: [1, 2, 3].map((k) => toBeHex(k, 20) as Address),
      balances: await three("balances(uint256)"),
      precisions: [10n ** 12n, 10n ** 10n, 1n],
      priceScale: [WAD, await get("price_scale(uint256)", 0n), await get("price_scale(uint256)", 1n)],
      amp: await get("A()"),
      gamma: await get("gamma()"),
      invariant: await get("D()"),
      midFee: await get("mid_fee()"),
      outFee: await get("out_fee()"),
      feeGamma: await get("fee_gamma()"),
    };
  }

  /** Balances of one value: within a few parts of each other, sometimes far apart or far too small. */
  function randomStates(count: number): { x: bigint[]; curve: { amp: bigint; gamma: bigint } }[] {
    const random = createRandom(2021);
    return Array.from({ length: count }, (_, k) => {
      const scale = 10n ** BigInt(12 + (random.uint32() % 16));
      const spread = k % 4 === 3 ? 1n << 20n : 1n << 3n;
      const x = [0, 1, 2].map(() => scale + (scale * (BigInt(random.uint32()) % (spread * 1_000n))) / 1_000n);
      const curve = {
        amp: 27n * 10_000n * (1n + (BigInt(random.uint32()) % 100n)),
        gamma: 10n ** 10n + ((BigInt(random.uint32()) * BigInt(random.uint32())) % (2n * 10n ** 16n - 10n ** 10n)),
      };
      return { x, curve };
    });
  }

  it("default: invariants, balances and fees are the genuine contract's to the unit, and so is what it refuses", async () => {
    const counted = { given: 0, refused: 0 };
    for (const { x, curve } of randomStates(120)) {
      const own = await ask(MATH, NEWTON_D, [curve.amp, curve.gamma, ...x]);
      expect(
        orUndefined(() => cryptoInvariant(x, curve)),
        `D of ${x.join(", ")}`,
      ).to.equal(own);
      counted[own === undefined ? "refused" : "given"] += 1;
      const d = own ?? x.reduce((sum, balance) => sum + balance, 0n);
      for (const j of [0, 1, 2]) {
        const moved = x.map((balance, k) => (k === (j + 1) % 3 ? balance + balance / 7n : balance));
        const y = await ask(MATH, NEWTON_Y, [curve.amp, curve.gamma, ...moved, d, BigInt(j)]);
        expect(
          orUndefined(() => cryptoBalance(moved, j, { ...curve, d })),
          `y ${j} of ${moved.join(", ")}`,
        ).to.equal(y);
        counted[y === undefined ? "refused" : "given"] += 1;
      }
      const fee = await ask(MATH, REDUCTION, [...x, curve.gamma]);
      expect(feeBalance(x, curve.gamma)).to.equal(fee);
    }
    expect(counted.given).to.be.above(200);
    expect(counted.refused).to.be.above(20);
  });

  it("behavior: on the recorded state, the quote is what genuine parts put together give", async () => {
    const pool = await recorded();
    const scaled = scaledBalances(pool, pool.balances);
    // The pool keeps the invariant of its last trade: that of its balances, but for what Newton's method leaves.
    const d = (await ask(MATH, NEWTON_D, [pool.amp, pool.gamma, ...scaled]))!;
    expect(Number(d - pool.invariant) / Number(d)).to.be.closeTo(0, 1e-9);
    const [own] = [await ask(POOL, "fee()", [])];
    const f = feeBalance(scaled, pool.feeGamma);
    expect((pool.midFee * f + pool.outFee * (WAD - f)) / WAD).to.equal(own);
    let compared = 0;
    for (const i of [0, 1, 2]) {
      for (const j of [0, 1, 2]) {
        for (const part of [3n, 50n, 1_000n, 10n ** 6n, 10n ** 9n]) {
          if (i === j) continue;
          const dx = pool.balances[i]! / part + 1n;
          const x = scaledBalances(
            pool,
            pool.balances.map((balance, k) => (k === i ? balance + dx : balance)),
          );
          const y = (await ask(MATH, NEWTON_Y, [pool.amp, pool.gamma, ...x, pool.invariant, BigInt(j)]))!;
          const after = x.map((balance, k) => (k === j ? y : balance));
          const share = (await ask(MATH, REDUCTION, [...after, pool.feeGamma]))!;
          const fee = (pool.midFee * share + pool.outFee * (WAD - share)) / WAD;
          const dy = ((x[j]! - y - 1n) * WAD) / pool.priceScale[j]! / pool.precisions[j]!;
          expect(cryptoQuote(pool, i, j, dx), `${dx} of ${i} for ${j}`).to.equal(dy - (fee * dy) / 10n ** 10n);
          compared += 1;
        }
      }
    }
    expect(compared).to.equal(30);
  });
});
