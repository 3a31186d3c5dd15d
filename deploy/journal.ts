import { HardhatArtifactResolver } from "@nomicfoundation/hardhat-ignition/helpers";
import { listTransactions, TransactionStatus } from "@nomicfoundation/ignition-core";
import type { Provider, TransactionReceipt } from "ethers";
import { artifacts } from "hardhat";

/** A transaction of a deployment that went through. */
export interface Step {
  readonly hash: string;
  readonly blockNumber: number;
  readonly gas: bigint;
  /** Name of the contract, created or called. */
  readonly contract: string;
  readonly address: string;
  /** Of the call; undefined for a creation. */
  readonly method?: string;
  readonly args: readonly unknown[];
}

/** What Ignition's journal in `folder` has done, in order, with what the chain says about it. */
export async function readJournal(folder: string, provider: Provider): Promise<Step[]> {
  const steps: Step[] = [];
  for (const sent of await listTransactions(folder, new HardhatArtifactResolver(artifacts))) {
    if (sent.status !== TransactionStatus.SUCCESS) continue;
    const receipt = await provider.getTransactionReceipt(sent.txHash);
    if (receipt === null)
      throw new Error(`saw no receipt of ${sent.txHash}, expected one: is this the chain of ${folder}?`);
    const [contract = "", method] = (sent.name ?? "").split("#");
    const { gasUsed: gas, blockNumber } = receipt;
    const step = {
      hash: sent.txHash,
      blockNumber,
      gas,
      contract,
      address: addressOf(receipt),
      args: sent.params ?? [],
    };
    steps.push(method === undefined ? step : { ...step, method });
  }
  return steps;
}

function addressOf({ to, contractAddress, hash }: TransactionReceipt): string {
  const address = contractAddress ?? to;
  if (address === null) throw new Error(`saw neither a recipient nor a new contract in ${hash}, expected one of them`);
  return address;
}
