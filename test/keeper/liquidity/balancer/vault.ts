import { AbiCoder, MaxUint256, ZeroAddress } from "ethers";
import type { Artifact } from "../../../../keeper/src/lab/world/artifacts.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { approve } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type PoolStage, loadPackaged, openStage } from "../stage.js";

const TASKS = "@balancer-labs/v2-deployments/dist/tasks";

/** A contract of an early task: ABI and creation code in two files; of a late one: both in one. */
export function loadTask(task: string, name: string, as: "files" | "artifact" = "files"): Artifact {
  const artifact = `${TASKS}/${task}/artifact/${name}.json`;
  if (as === "artifact") return loadPackaged(name, { abi: artifact, code: artifact });
  return loadPackaged(name, {
    abi: `${TASKS}/${task}/abi/${name}.json`,
    code: `${TASKS}/${task}/bytecode/${name}.json`,
  });
}

/** The genuine vault, with a steward who may join and swap. */
export interface VaultStage extends PoolStage {
  readonly vault: ContractRef;
  /** What later pools ask for the protocol's shares. */
  readonly fees: ContractRef;
}

export async function openVault(decimals: readonly number[]): Promise<VaultStage> {
  return placeVault(await openStage(decimals));
}

/** The same on a chain that is there already. */
export async function placeVault(stage: PoolStage): Promise<VaultStage> {
  const { steward, tokens } = stage;
  const authorizer = steward.deploy(loadTask("20210418-authorizer", "Authorizer"), [steward.address]);
  const vault = steward.deploy(loadTask("20210418-vault", "Vault"), [authorizer.address, ZeroAddress, 0, 0]);
  const provider = loadTask("20220725-protocol-fee-percentages-provider", "ProtocolFeePercentagesProvider");
  await steward.flush();
  const fees = steward.deploy(provider, [vault.address, 10n ** 18n, 10n ** 18n]);
  for (const token of tokens) approve(steward, token, vault.address);
  await steward.flush();
  return { ...stage, vault, fees };
}

/** Put the first amounts into a pool, in the vault's order of its tokens; its own share has one, too. */
export async function seed(stage: VaultStage, pool: ContractRef, amounts: readonly bigint[]): Promise<void> {
  const { chain, steward, vault } = stage;
  const [id] = await read(chain, pool, "getPoolId", []);
  const [assets] = await read(chain, vault, "getPoolTokens", [id]);
  const userData = AbiCoder.defaultAbiCoder().encode(["uint256", "uint256[]"], [0, amounts]);
  const request = [assets, amounts.map(() => MaxUint256), userData, false];
  steward.call(vault, "joinPool", [id, steward.address, steward.address, request]);
  await steward.flush();
}

/** Swap through the vault, for real. */
export async function trade(
  stage: VaultStage,
  pool: ContractRef,
  { from, to, amountIn }: { readonly from: Address; readonly to: Address; readonly amountIn: bigint },
): Promise<void> {
  const { chain, steward, vault } = stage;
  const [id] = await read(chain, pool, "getPoolId", []);
  const funds = [steward.address, false, steward.address, false];
  steward.call(vault, "swap", [[id, 0, from, to, amountIn, "0x"], funds, 0, MaxUint256]);
  await steward.flush();
}

/** What the vault's query answers, or undefined where it reverts. */
export async function ownQuote(
  stage: VaultStage,
  pool: ContractRef,
  { from, to, amountIn }: { readonly from: Address; readonly to: Address; readonly amountIn: bigint },
): Promise<bigint | undefined> {
  const { chain, steward, vault } = stage;
  const [id] = await read(chain, pool, "getPoolId", []);
  const funds = [steward.address, false, steward.address, false];
  const args = [0, [[id, 0, 1, amountIn, "0x"]], [from, to], funds];
  const data = vault.abi.encodeFunctionData("queryBatchSwap", args) as Hex;
  try {
    const answer = await chain.rpc.call("eth_call", [{ from: steward.address, to: vault.address, data }, "latest"]);
    const [deltas] = vault.abi.decodeFunctionResult("queryBatchSwap", String(answer));
    return -(deltas as bigint[])[1]!;
  } catch {
    return undefined;
  }
}
