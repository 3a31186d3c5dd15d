import { Interface, ZeroAddress } from "ethers";
import { AtomicLiquidator__factory, IPriceOracleSentinel__factory } from "../../../../typechain-types/index.js";
import { fromUnits, toUnitsDown, type Address, type Hex } from "../../units.js";
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
  /** Order what is worth ordering, given the orders that are in the mempool already. Returns the transactions sent. */
  act(candidates: readonly Candidate[], prices: LiquidatorPrices): Promise<number>;
}

/** What a liquidator reckons with; prices in the pool's base currency per whole unit. */
export interface LiquidatorPrices {
  readonly ether: number;
  readonly of: (asset: Address) => number;
  readonly gasPriceWei: bigint;
}

/** How many compete, with a transaction a block each: three of them fill a block. */
const COUNT = 3;
/** Fits into Osaka's limit of 2^24 gas a transaction. */
const JOBS_PER_TRANSACTION = 16;
const WORK_GAS = 16_500_000n;
/** Below this health factor the pool does not ask its sentinel. Source: Aave v3.0 ValidationLogic. */
const GATED_BELOW_HF = 0.95;
/** No reserve pays more, and no liquidation costs less: what cannot gain even without slippage is not tried. */
const BONUS_CEILING = 0.15;
const LEAST_GAS = 400_000n;
const CAPITAL_MULTIPLE = 2n;
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
      if (units > 0n) issue(steward, assetOf(world.assets, symbol).token, contract.address, units * CAPITAL_MULTIPLE);
    }
  }
  await steward.flush();
  return {
    async act(candidates, prices) {
      const worthwhile = candidates.filter(
        ({ repayBase }) => repayBase * BONUS_CEILING > prices.ether * fromUnits(prices.gasPriceWei * LEAST_GAS, 18),
      );
      const allowed = (await isGateOpen(world))
        ? worthwhile
        : worthwhile.filter(({ healthFactor }) => healthFactor < GATED_BELOW_HF);
      const jobs = allowed.map((candidate) => jobOf(world, candidate, prices));
      let sent = 0;
      for (const [index, liquidator] of liquidators.entries()) {
        const order = workOrder(liquidator, slice(jobs, index));
        if (jobs.length === 0 || (await liquidationsIn(world, liquidator, order)) === 0n) continue;
        await world.chain.rpc.batch([orderRequest(order)]);
        sent += 1;
      }
      return sent;
    },
  };
}

/** One transaction's worth of jobs; each liquidator begins where the one before ends, the last ones at the front again. */
function slice(jobs: readonly Job[], index: number): readonly Job[] {
  const first = jobs.length <= JOBS_PER_TRANSACTION ? 0 : (index * JOBS_PER_TRANSACTION) % jobs.length;
  return [...jobs.slice(first), ...jobs.slice(0, first)].slice(0, JOBS_PER_TRANSACTION);
}

/** Whether the pool's sentinel, if it has one, will let every liquidation through in the pending block. */
async function isGateOpen({ aave, chain }: World): Promise<boolean> {
  const call = async (to: string, abi: Interface, method: string): Promise<unknown> => {
    const data = abi.encodeFunctionData(method);
    return abi.decodeFunctionResult(method, String(await chain.rpc.call("eth_call", [{ to, data }, "pending"])))[0];
  };
  const sentinel = String(
    await call(aave.addressesProvider.address, aave.addressesProvider.abi, "getPriceOracleSentinel"),
  );
  if (sentinel === ZeroAddress) return true;
  return (await call(sentinel, IPriceOracleSentinel__factory.createInterface(), "isLiquidationAllowed")) === true;
}

type Job = readonly [
  account: Address,
  collateral: Address,
  debt: Address,
  maxRepay: bigint,
  debtPerEth: bigint,
  path: string,
];

function jobOf(world: World, candidate: Candidate, prices: LiquidatorPrices): Job {
  const { account, collateral, debt, maxRepay, path } = candidate;
  const decimals = world.assets.find(({ address }) => address === debt)?.spec.decimals ?? 18;
  return [account, collateral, debt, maxRepay, toUnitsDown(prices.ether / prices.of(debt), decimals), path];
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
