import { Contract, ContractFactory, Interface, keccak256, MaxUint256, toUtf8Bytes, type InterfaceAbi } from "ethers";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { quantity } from "../../../keeper/src/lab/block-controls.js";
import type { DevChain } from "../../../keeper/src/lab/chain.js";
import type { Protection } from "../../../keeper/src/lab/protection.js";
import type { Address } from "../../../keeper/src/units.js";
import { CometMom__factory, MorphoVaultSentinel__factory } from "../../../typechain-types/index.js";
import { root } from "../../repo/sources.js";
import { sharedPath } from "../../shared-data.js";
import { COMET, EXTENSION, IMPLEMENTATION, loadMarket, PAUSE_GUARDIAN } from "../comet/market-archive.js";

/** Hosts that do not ask the breaker, each with its adapter. */
export interface SilentHosts {
  /** A vault's harness, whose absolute cap goes from 1000 to 400 at NoNewLeverage. */
  readonly vault: Address;
  readonly sentinel: Address;
  readonly cap: () => Promise<bigint>;
  /** Compound's market, mainnet's own code, paused from Throttle on; undefined where the recording is not there. */
  readonly market: { readonly mom: Address; readonly flags: () => Promise<boolean[]> } | undefined;
}

const NO_NEW_LEVERAGE = 2;
const THROTTLE = 3;
const ID_DATA = toUtf8Bytes("collateralToken/staked");
const CAPS = { allocation: 0, absoluteCap: 1_000, relativeCap: 0 };
/** Leaves a cap as it is. */
const KEEP = MaxUint256 >> 128n;
const FLAGS = ["Supply", "Transfer", "Withdraw", "Absorb", "Buy"];

/** Deploy both; mines as it goes. */
export async function openSilentHosts(
  context: Mocha.Context,
  chain: DevChain,
  protection: Protection,
): Promise<SilentHosts> {
  await chain.setAutomine(true);
  const vault = await deployVault(chain);
  const steps = [{ idData: ID_DATA, from: NO_NEW_LEVERAGE, absoluteCap: 400, relativeCap: KEEP }];
  const { breaker, target } = protection;
  const sentinel = await new MorphoVaultSentinel__factory(chain.deployer).deploy(vault, breaker, target, steps);
  await sentinel.waitForDeployment();
  await (await vault.getFunction("setIsSentinel").send(sentinel, true)).wait();
  await (await vault.getFunction("setCaps").send(ID_DATA, CAPS)).wait();
  const isRecorded = existsSync(sharedPath("data/evm-pevm-blocks"));
  const market = isRecorded ? await openMarket(context, chain, protection) : undefined;
  await chain.setAutomine(false);
  return {
    vault: addressOf(await vault.getAddress()),
    sentinel: addressOf(await sentinel.getAddress()),
    cap: async () => (await vault.getFunction("absoluteCap")(keccak256(ID_DATA))) as bigint,
    market,
  };
}

async function deployVault(chain: DevChain): Promise<Contract> {
  const file = path.join(root, "artifacts/test/contracts/support/MorphoVaultV2Harness.sol/MorphoVaultV2Harness.json");
  const { abi, bytecode } = JSON.parse(readFileSync(file, "utf8")) as { abi: InterfaceAbi; bytecode: string };
  const deployed = await new ContractFactory(abi, bytecode, chain.deployer).deploy();
  await deployed.waitForDeployment();
  return new Contract(await deployed.getAddress(), new Interface(abi), chain.deployer);
}

/** Mainnet's proxy, implementation and extension, byte for byte; the adapter's code where they expect the pause guardian. */
async function openMarket(context: Mocha.Context, chain: DevChain, { breaker, target }: Protection) {
  const archive = await loadMarket(context, []);
  for (const address of [COMET, IMPLEMENTATION, EXTENSION]) {
    const { codeHash, storage } = archive.accounts.get(address)!;
    await chain.rpc.call("hardhat_setCode", [address, archive.codes.get(codeHash!)]);
    for (const [slot, value] of storage) {
      await chain.rpc.call("hardhat_setStorageAt", [address, quantity(slot), word(value)]);
    }
  }
  const mom = await new CometMom__factory(chain.deployer).deploy(breaker, target, COMET, THROTTLE);
  await mom.waitForDeployment();
  await chain.rpc.call("hardhat_setCode", [PAUSE_GUARDIAN, await chain.provider.getCode(mom)]);
  const views = FLAGS.map((name) => `function is${name}Paused() view returns (bool)`);
  const comet = new Contract(COMET, views, chain.provider);
  const flags = () => Promise.all(FLAGS.map((name) => comet.getFunction(`is${name}Paused`)() as Promise<boolean>));
  return { mom: PAUSE_GUARDIAN, flags };
}

const word = (value: bigint): string => `0x${value.toString(16).padStart(64, "0")}`;
const addressOf = (text: string): Address => text.toLowerCase() as Address;
