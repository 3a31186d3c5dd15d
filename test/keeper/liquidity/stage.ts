import { expect } from "chai";
import { Interface, type InterfaceAbi } from "ethers";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type RpcPool, createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../keeper/src/lab/chain.js";
import { createRandom } from "../../../keeper/src/lab/random.js";
import type { Artifact } from "../../../keeper/src/lab/world/artifacts.js";
import type { ContractRef } from "../../../keeper/src/lab/world/contract-ref.js";
import { type Steward, beginSetup, openSteward } from "../../../keeper/src/lab/world/steward.js";
import { deployErc20, issue } from "../../../keeper/src/lab/world/tokens.js";
import type { PoolSource } from "../../../keeper/src/liquidity/pool-kinds.js";
import { openPool } from "../../../keeper/src/liquidity/pool-kinds.js";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import { composeSnapshot } from "../../../keeper/src/snapshot/compose.js";
import { parseSnapshot } from "../../../keeper/src/snapshot/parse.js";
import type { PoolState } from "../../../keeper/src/snapshot/pool-state.js";
import type { Hex } from "../../../keeper/src/units.js";
import { keepStates } from "../kept-states.js";

const require = createRequire(import.meta.url);
const NOTHING = { venues: [], feeds: [], exclusions: [], tokens: [], lookThrough: [] };
const GENESIS = 1_750_000_000;
/** What the steward holds of each token, in whole units. */
const WEALTH = 10n ** 15n;

/** A chain with tokens that the steward owns plenty of, ascending by address, for pools to be made of. */
export interface PoolStage {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly rpc: RpcPool;
  readonly tokens: readonly ContractRef[];
}

/** Start a chain with one token for each of `decimals`. */
export async function openStage(decimals: readonly number[]): Promise<PoolStage> {
  const chain = await startEmbeddedChain({ genesisTime: GENESIS });
  const steward = await openSteward(chain);
  await beginSetup(chain);
  const tokens = decimals.map((places, k) => {
    const token = deployErc20(steward, `T${k}`, places);
    issue(steward, token, steward.address, WEALTH * 10n ** BigInt(places));
    return token;
  });
  await steward.flush();
  const rpc = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 20_000 });
  return { chain, steward, rpc, tokens: tokens.toSorted((a, b) => (a.address < b.address ? -1 : 1)) };
}

/** A contract of a package, from a file with its ABI and creation code. `code` names the field that the code is in. */
export function loadPackaged(name: string, files: { readonly abi: string; readonly code: string }): Artifact {
  const abi = JSON.parse(readFileSync(require.resolve(files.abi), "utf8")) as { abi?: InterfaceAbi } | InterfaceAbi;
  const found = (JSON.parse(readFileSync(require.resolve(files.code), "utf8")) as Record<string, unknown>) ?? {};
  const raw = found["creationCode"] ?? found["bytecode"];
  const code = typeof raw === "string" ? raw : String((raw as { object: string }).object);
  const fragments = Array.isArray(abi) ? abi : (abi as { abi: InterfaceAbi }).abi;
  const bytecode = (code.startsWith("0x") ? code : `0x${code}`) as Hex;
  return { name, abi: new Interface(fragments as InterfaceAbi), bytecode, linkReferences: {} };
}

/** What the keeper reads of a source at the head, from scratch, and again from what was kept. Throws where it is unreadable. */
export async function readFresh<P extends PoolState>(stage: Pick<PoolStage, "rpc">, source: PoolSource): Promise<P> {
  const states = keepStates();
  const head = await stage.rpc.head();
  const read = async (): Promise<P> => {
    const outcome = await openPool(stage.rpc, source, { resilienceWindowSec: 0, states }).at(head);
    if (outcome.kind === "unreadable") throw new Error(`unreadable: ${outcome.reason}`);
    return outcome.view(new Map()) as P;
  };
  const pool = await read();
  expect(await read()).to.deep.equal(pool);
  const text = canonicalJson(
    composeSnapshot(1, head, { ...NOTHING, pools: [{ kind: "read", pool: pool.pool, view: pool }] }),
  );
  // What has no price is left out, and nothing else.
  if (!("sqrtPriceX96" in pool && pool.sqrtPriceX96 === 0n)) expect(parseSnapshot(text).pools).to.deep.equal([pool]);
  return pool;
}

/** Why a source cannot be read at the head. */
export async function reasonOf(stage: Pick<PoolStage, "rpc">, source: PoolSource): Promise<string> {
  const outcome = await openPool(stage.rpc, source, { resilienceWindowSec: 0 }).at(await stage.rpc.head());
  return outcome.kind === "unreadable" ? outcome.reason : "read";
}

/** Amounts from dust to as much as `most`, log-uniform, the extremes among them. */
export function randomAmounts(seed: number, count: number, most: bigint): bigint[] {
  const random = createRandom(seed);
  const bits = most.toString(2).length;
  const drawn = Array.from({ length: count }, () => {
    const width = BigInt(1 + (random.uint32() % bits));
    const word = [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum) => (sum << 32n) | BigInt(random.uint32()), 0n);
    return (word & ((1n << width) - 1n)) + 1n;
  });
  return [1n, 2n, most, ...drawn].map((amount) => (amount > most ? most : amount));
}
