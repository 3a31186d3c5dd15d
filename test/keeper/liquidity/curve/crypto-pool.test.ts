import { expect } from "chai";
import { Interface, id, keccak256, toBeHex } from "ethers";
import { runLens } from "../../../../keeper/src/chain/lens.js";
import { cryptoQuote } from "../../../../keeper/src/graph/curve/crypto-swap.js";
import type { CurveCryptoPool } from "../../../../keeper/src/snapshot/pool-state.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { CurveCryptoLens__factory } from "../../../../typechain-types/index.js";
import { requireShared } from "../../../shared-data.js";
import { reasonOf } from "../stage.js";
import { openRecording, openTokens, place, store } from "./placed-pool.js";

const BLOCK = "13217637";
const POOL = "0xd51a44d3fae010294c616388b506acda1bfaae46" as Address;
const MATH = "0x8f68f4810cce3194b6cb6f3d50fa58c2c9bdd1d5" as Address;
const SHARE = "0xc4ad29ba4b3c580e6d59105fff484999997675ff" as Address;
const COINS: readonly (readonly [Address, number])[] = [
  ["0xdac17f958d2ee523a2206206994597c13d831ec7", 6],
  ["0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", 8],
  ["0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", 18],
];
const WAD = 10n ** 18n;
const pool = new Interface([
  "function A() view returns (uint256)",
  "function gamma() view returns (uint256)",
  "function D() view returns (uint256)",
  "function mid_fee() view returns (uint256)",
  "function out_fee() view returns (uint256)",
  "function fee_gamma() view returns (uint256)",
  "function future_A_gamma_time() view returns (uint256)",
  "function balances(uint256) view returns (uint256)",
  "function price_scale(uint256) view returns (uint256)",
  "function exchange(uint256 i, uint256 j, uint256 dx, uint256 min_dy)",
  "event TokenExchange(address indexed buyer, uint256 sold_id, uint256 tokens_sold, uint256 bought_id, uint256 tokens_bought)",
]);

/** Where OpenZeppelin's ERC-20 keeps the balance of an account, and an allowance. */
const balanceSlot = (account: Address): bigint => mapped(account, 0n);
const allowanceSlot = (owner: Address, spender: Address): bigint => mapped(spender, mapped(owner, 1n));
function mapped(key: Address, slot: bigint): bigint {
  return BigInt(keccak256(`0x${key.slice(2).padStart(64, "0")}${toBeHex(slot, 32).slice(2)}`));
}

describe("tricrypto2, as recorded on mainnet", () => {
  let stage: Awaited<ReturnType<typeof openTokens>>;
  before(async function () {
    const folder = requireShared(this, "data/evm-pevm-blocks");
    stage = await openTokens();
    const { chain, steward, codeOf } = stage;
    const recording = openRecording(folder, BLOCK);
    for (const contract of [POOL, MATH, SHARE]) await place(chain, recording, contract);
    for (const [token, decimals] of COINS) {
      await chain.rpc.call("hardhat_setCode", [token, codeOf.get(decimals)!]);
      const value = 10n ** 40n;
      await store(chain, token, { slot: balanceSlot(steward.address), value });
      await store(chain, token, { slot: balanceSlot(POOL), value });
      await store(chain, token, { slot: allowanceSlot(steward.address, POOL), value });
    }
    await chain.mine((await chain.timestamp()) + 12);
  });
  after(() => stage.chain.close());

  async function get(method: string, ...args: number[]): Promise<bigint> {
    const data = pool.encodeFunctionData(method, args);
    const answer = String(await stage.chain.rpc.call("eth_call", [{ to: POOL, data }, "latest"]));
    return pool.decodeFunctionResult(method, answer)[0] as bigint;
  }

  async function current(): Promise<CurveCryptoPool> {
    const three = [0, 1, 2];
    return {
      pool: POOL,
      kind: "curve-crypto",
      tokens: COINS.map(([token]) => token),
      balances: await Promise.all(three.map((k) => get("balances", k))),
      precisions: COINS.map(([, decimals]) => 10n ** BigInt(18 - decimals)),
      priceScale: [WAD, await get("price_scale", 0), await get("price_scale", 1)],
      amp: await get("A"),
      gamma: await get("gamma"),
      invariant: await get("D"),
      midFee: await get("mid_fee"),
      outFee: await get("out_fee"),
      feeGamma: await get("fee_gamma"),
    };
  }

  it("behavior: the lens reads what the pool's own getters say", async () => {
    const reader = stage.rpc.at(await stage.rpc.head());
    const words = await runLens(reader, CurveCryptoLens__factory, [POOL]);
    const word = (at: number): bigint => BigInt(`0x${words.at(at)}`);
    const state = await current();
    const { amp, gamma, invariant, midFee, outFee, feeGamma } = state;
    const rampEnd = await get("future_A_gamma_time");
    const header = Array.from({ length: 7 }, (_, k) => word(k + 1));
    expect(header).to.deep.equal([amp, gamma, invariant, midFee, outFee, feeGamma, rampEnd]);
    for (const [k, [token, decimals]] of COINS.entries()) {
      const read = [0, 1, 2, 3].map((at) => word(8 + 4 * k + at));
      expect(read).to.deep.equal([BigInt(token), state.balances[k], state.priceScale[k], BigInt(decimals)]);
    }
    expect(word(0)).to.equal(3n | (18n << 8n));
  });

  it("error: its quotes come from a contract that the block did not record: unreadable, not guessed", async () => {
    const reason = await reasonOf(stage, { kind: "curve-crypto", pool: POOL });
    expect(reason).to.contain("saw quotes of the pool that do not follow from its state");
  });

  it("behavior: what it really gives for what is sold is what we quote, to the unit, trade after trade", async () => {
    const { chain, steward } = stage;
    const sold = id("TokenExchange(address,uint256,uint256,uint256,uint256)");
    const scales = new Set<bigint>();
    let trades = 0;
    for (const part of [1_000_000n, 700n, 40n, 9n, 25n]) {
      for (const [i, j] of [
        [0, 1],
        [1, 2],
        [2, 0],
        [0, 2],
      ] as const) {
        const state = await current();
        const dx = state.balances[i]! / part + 1n;
        const quoted = cryptoQuote(state, i, j, dx);
        const data = pool.encodeFunctionData("exchange", [i, j, dx, 0]) as Hex;
        steward.add({ label: "exchange", from: steward.address, to: POOL, data, gas: 5_000_000n });
        await steward.flush((await chain.timestamp()) + 1_800);
        const filter = { address: POOL, fromBlock: "latest", toBlock: "latest", topics: [sold] };
        const [log] = (await chain.rpc.call("eth_getLogs", [filter])) as { data: Hex; topics: Hex[] }[];
        const { tokens_bought: bought } = pool.decodeEventLog("TokenExchange", log!.data, log!.topics);
        expect(quoted, `${dx} of ${i} for ${j}`).to.equal(bought);
        scales.add(state.priceScale[1]!);
        trades += 1;
      }
    }
    expect(trades).to.equal(20);
    expect(scales.size).to.be.above(1);
  });
});
