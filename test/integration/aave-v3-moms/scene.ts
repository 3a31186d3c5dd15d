import { type ContractTransactionReceipt, type ContractTransactionResponse, resolveAddress } from "ethers";

import { DEFAULT_DUTY_CYCLE } from "../../../deploy/defaults.js";
import { derivedAddress } from "../../../keeper/src/lab/world/orders.js";
import type { Address } from "../../../keeper/src/units.js";
import {
  type AaveV3GraceMom,
  AaveV3GraceMom__factory,
  type AaveV3Mom,
  AaveV3Mom__factory,
} from "../../../typechain-types/index.js";
import { type Market, startMarket, stranger, transact } from "../aave-v36/market.js";
import { deployDrill, type Drill } from "../drill.js";

/** A market, a breaker, and the adapters between them, called by a stranger. */
export interface Scene {
  readonly market: Market;
  readonly drill: Drill;
  readonly mom: AaveV3Mom;
  readonly graceMom: AaveV3GraceMom;
}

/** Enough for any call; without it, each is run a dozen times to find out. */
export const GAS = { gasLimit: 12_000_000n };

/** Who administers the host besides the adapters. */
export const [riskAdmin, emergencyAdmin, poolAdmin] = ["risk admin", "emergency admin", "pool admin"].map(
  derivedAddress,
) as [Address, Address, Address];

async function openScene(): Promise<Scene> {
  const market = await startMarket();
  return connectAdapters(market).catch(async (error: unknown) => {
    await market.chain.close();
    throw error;
  });
}

async function connectAdapters(market: Market): Promise<Scene> {
  const { chain, aave } = market;
  const drill = await deployDrill(chain, aave.pool.address);
  const wiring = [await drill.breaker.getAddress(), drill.target, aave.addressesProvider.address] as const;
  const mom = await new AaveV3Mom__factory(chain.deployer).deploy(...wiring);
  const { openSeconds, cycleSeconds } = DEFAULT_DUTY_CYCLE;
  const graceMom = await new AaveV3GraceMom__factory(chain.deployer).deploy(...wiring, [openSeconds, cycleSeconds]);
  await graceMom.waitForDeployment();
  for (const admin of [riskAdmin, emergencyAdmin, poolAdmin]) await chain.setBalance(admin, 10n ** 18n);
  const roles = {
    addRiskAdmin: [mom, riskAdmin],
    addEmergencyAdmin: [graceMom, emergencyAdmin],
    addPoolAdmin: [poolAdmin],
  };
  for (const [method, holders] of Object.entries(roles)) {
    for (const holder of holders) await asSteward({ market }, method, await resolveAddress(holder));
  }
  const signer = await chain.impersonate(stranger);
  return { market, drill, mom: mom.connect(signer), graceMom: graceMom.connect(signer) };
}

let shared: Promise<Scene> | undefined;
let leases = 0;

/** One scene for all files, each of which finds it as it was at first. To be called while mocha collects the tests. */
export function leaseScene(): { open(): Promise<Scene>; close(): Promise<void> } {
  leases += 1;
  let start: string;
  return {
    async open() {
      shared ??= openScene();
      start = await (await shared).market.chain.snapshot();
      return shared;
    },
    async close() {
      leases -= 1;
      const chain = (await shared?.catch(() => undefined))?.market.chain;
      await (leases === 0 ? chain?.close() : chain?.revert(start));
    },
  };
}

/** Have the host's owner call its ACLManager. */
export async function asSteward({ market }: Pick<Scene, "market">, method: string, holder: string): Promise<void> {
  await transact(market, market.steward.address, market.aave.aclManager, method, [holder]);
}

/** Bring the host in line: new borrowing first. */
export async function syncAll({ mom, graceMom }: Scene): Promise<void> {
  await (await mom.sync(GAS)).wait();
  await (await graceMom.sync(GAS)).wait();
}

/** Send, and say which events of `adapter` came of it: name and arguments, addresses as symbols of reserves. */
export async function eventsOf(
  { market }: Scene,
  adapter: AaveV3Mom | AaveV3GraceMom,
  sent: Promise<ContractTransactionResponse>,
): Promise<readonly (readonly unknown[])[]> {
  const receipt = (await (await sent).wait()) as ContractTransactionReceipt;
  const address = (await adapter.getAddress()).toLowerCase();
  const own = receipt.logs.filter((log) => log.address.toLowerCase() === address);
  const symbols = new Map([...market.aave.reserves.values()].map(({ token, symbol }) => [token.address, symbol]));
  return own.map((log) => {
    const parsed = adapter.interface.parseLog(log)!;
    return [parsed.name, ...parsed.args.map((value: unknown) => nameOf(symbols, value))];
  });
}

function nameOf(symbols: ReadonlyMap<Address, string>, value: unknown): unknown {
  return typeof value === "string" ? (symbols.get(value.toLowerCase() as Address) ?? value) : value;
}
