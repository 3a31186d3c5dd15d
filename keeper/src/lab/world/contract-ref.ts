import { Contract } from "ethers";
import type { ContractRunner, Interface, Result } from "ethers";
import type { Address } from "../../units.js";
import type { DevChain } from "../chain.js";

/** A contract on the chain. */
export interface ContractRef {
  readonly name: string;
  readonly address: Address;
  readonly abi: Interface;
}

/** Read from the head. */
export async function read(
  chain: DevChain,
  target: ContractRef,
  method: string,
  args: readonly unknown[],
): Promise<Result> {
  const data = target.abi.encodeFunctionData(method, args);
  const answer = await chain.rpc.call("eth_call", [{ to: target.address, data }, "latest"]);
  return target.abi.decodeFunctionResult(method, String(answer));
}

/** The contract as ethers knows it, for whoever brings a signer or a provider. */
export function contractAt(target: ContractRef, runner: ContractRunner): Contract {
  return new Contract(target.address, target.abi, runner);
}
