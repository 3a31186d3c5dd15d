import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import TimelockArtifact from "@openzeppelin/contracts/build/contracts/TimelockController.json" with { type: "json" };
import { Interface, type InterfaceAbi } from "ethers";
import { artifacts } from "hardhat";

/** What this checkout would deploy under a contract's name. */
export interface LocalBuild {
  readonly name: string;
  /** Fully qualified: source file and contract. */
  readonly source: string;
  readonly abi: InterfaceAbi & readonly object[];
  readonly contract: Interface;
  /** Creation code, without arguments. */
  readonly bytecode: string;
  readonly deployedBytecode: string;
  /** Where the constructor writes immutables into the deployed code, bytes. */
  readonly immutables: readonly { readonly start: number; readonly length: number }[];
}

/** OpenZeppelin's contracts are the bytecode that its package ships; neither has immutables. */
const SHIPPED = new Map([
  ["AccessManager", AccessManagerArtifact],
  ["TimelockController", TimelockArtifact],
]);

/** Throws Hardhat's own error where there is no such contract, or nothing was built yet. */
export async function localBuild(name: string): Promise<LocalBuild> {
  const shipped = SHIPPED.get(name);
  const built = shipped ?? (await artifacts.readArtifact(name));
  const references = "immutableReferences" in built ? Object.values(built.immutableReferences ?? {}).flat() : [];
  const source = shipped === undefined ? built.sourceName : `@openzeppelin/${shipped.sourceName}`;
  return {
    name,
    source: `${source}:${name}`,
    abi: built.abi as readonly object[] as LocalBuild["abi"],
    contract: new Interface(built.abi as readonly object[]),
    bytecode: built.bytecode,
    deployedBytecode: built.deployedBytecode,
    immutables: references,
  };
}
