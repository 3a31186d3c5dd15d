import { Interface } from "ethers";
import { AtomicLiquidator__factory } from "../../../../typechain-types/index.js";
import { toUnitsDown, type Address, type Hex } from "../../units.js";
import { RpcError } from "../chain-errors.js";
import type { ContractRef } from "../world/contract-ref.js";
import { derivedAddress, orderRequest, type Order } from "../world/orders.js";
import { issue } from "../world/tokens.js";
import { assetOf, type World } from "../world/world.js";
import type { Candidate } from "./candidates.js";

/**
 * Liquidators that act for money only: each sends its list of accounts to a contract of its own, which keeps a liquidation
 * only when the sale of what it seized pays for the debt and the gas (contracts/lab/AtomicLiquidator.sol). Before sending,
 * each tries the call on the pending block and stays out when nothing in it would go through.
 */
export interface Liquidators {
  /** Order what is worth ordering, given the orders that are in the mempool already. `now` is the coming block's time. */
  act(candidates: readonly Candidate[], ethBase: number, priceOf: (asset: Address) => number): Promise<number>;
}

/** How many compete; each starts at another place of the list, so that they get in each other's way only at the end. */
const COUNT = 3;
/** Fits Osaka's 2^24 gas a transaction at the measured 0.5-0.7 M a liquidation. */
const JOBS_PER_TRANSACTION = 16;
const WORK_GAS = 16_500_000n;
const CAPITAL_BASE = 2n;
const LIQUIDATOR_WEI = 10n ** 24n;
const ADDRESSES: readonly Address[] = Array.from({ length: COUNT }, (_, i) => derivedAddress(`liquidator ${i}`));

interface Liquidator {
  readonly address: Address;
  readonly contract: ContractRef;
}

/** Deploy each liquidator's contract and give it capital: twice what is lent out of every asset. */
export async function openLiquidators(world: World, lent: ReadonlyMap<string, bigint>): Promise<Liquidators> {
  const { chain, steward, aave, uniswap } = world;
  const abi = new Interface(AtomicLiquidator__factory.abi);
  const artifact = {
    name: "AtomicLiquidator",
    abi,
    bytecode: AtomicLiquidator__factory.bytecode as Hex,
    linkReferences: {},
  };
  const liquidators: Liquidator[] = [];
  for (const address of ADDRESSES) {
    await chain.impersonate(address);
    await chain.setBalance(address, LIQUIDATOR_WEI);
    const contract = steward.deploy(artifact, [aave.pool.address, uniswap.router.address, address]);
    liquidators.push({ address, contract });
    for (const [symbol, units] of lent) {
      if (units > 0n) issue(steward, assetOf(world.assets, symbol).token, contract.address, units * CAPITAL_BASE);
    }
  }
  await steward.flush();
  return {
    async act(candidates, ethBase, priceOf) {
      const jobs = candidates.map((candidate) => jobOf(world, candidate, ethBase, priceOf));
      let sent = 0;
      for (const [index, liquidator] of liquidators.entries()) {
        const first = Math.floor((index * jobs.length) / liquidators.length);
        sent += await trade(world, liquidator, [...jobs.slice(first), ...jobs.slice(0, first)]);
      }
      return sent;
    },
  };
}

type Job = readonly [
  account: Address,
  collateral: Address,
  debt: Address,
  maxRepay: bigint,
  debtPerEth: bigint,
  path: string,
];

function jobOf(world: World, candidate: Candidate, ethBase: number, priceOf: (asset: Address) => number): Job {
  const { account, collateral, debt, maxRepay, path } = candidate;
  const decimals = world.assets.find(({ address }) => address === debt)?.spec.decimals ?? 18;
  return [account, collateral, debt, maxRepay, toUnitsDown(ethBase / priceOf(debt), decimals), path];
}

async function trade(world: World, liquidator: Liquidator, jobs: readonly Job[]): Promise<number> {
  let sent = 0;
  for (let start = 0; start < jobs.length; start += JOBS_PER_TRANSACTION) {
    const chunk = jobs.slice(start, start + JOBS_PER_TRANSACTION);
    const order = workOrder(liquidator, chunk);
    if ((await liquidationsIn(world, liquidator, order)) === 0n) continue;
    await world.chain.rpc.batch([orderRequest(order)]);
    sent += 1;
  }
  return sent;
}

function workOrder({ address, contract }: Liquidator, jobs: readonly Job[]): Order {
  const data = contract.abi.encodeFunctionData("work", [jobs]) as Hex;
  return { label: "liquidations", from: address, to: contract.address, data, gas: WORK_GAS };
}

/** How many of an order's liquidations would go through in the pending block; none when the call fails as a whole. */
async function liquidationsIn(world: World, { contract }: Liquidator, order: Order): Promise<bigint> {
  const [transaction] = orderRequest(order).params;
  try {
    const answer = await world.chain.rpc.call("eth_call", [transaction, "pending"]);
    return contract.abi.decodeFunctionResult("work", String(answer))[0] as bigint;
  } catch (error) {
    if (error instanceof RpcError) return 0n;
    throw error;
  }
}
