import { AbiCoder, Contract, keccak256, ZeroAddress, type Provider } from "ethers";

import { ParametersInvalid, type DeploymentFile } from "./parameter-file.js";
import type { SubjectKeyParameter } from "./parameters.js";

const MAINNET = 1;
const DEVELOPMENT = 31_337;
const ZERO_HASH = /^0x0{64}$/;
const SUBJECT = ["uint8", "uint256", "address", "address"];
const SYSTEM: SubjectKeyParameter = { kind: 1, venue: ZeroAddress, asset: ZeroAddress };

/**
 * Check what no schema can: the parameters against the chain and the deployer. Returns what is allowed but worth a look.
 *
 * **Throws** {@link ParametersInvalid} with every fault.
 */
export async function preflight(provider: Provider, file: DeploymentFile, deployer: string): Promise<string[]> {
  const { chainId } = await provider.getNetwork();
  if (chainId !== BigInt(file.chainId)) {
    throw new ParametersInvalid("chainId", [`saw a node of chain ${chainId}, expected ${file.chainId} as in the file`]);
  }
  const faults = [...partyFaults(file, deployer), ...targetFaults(file), ...(await ownerFaults(provider, file))];
  const { slotSeconds, modelHash } = file.parameters;
  if (file.chainId === MAINNET && slotSeconds !== 12)
    faults.push(`slotSeconds: saw ${slotSeconds}, expected 12 on chain 1`);
  if (ZERO_HASH.test(modelHash)) {
    faults.push("modelHash: saw zero, expected what `bulkhead config check` prints for the operators' calibration");
  }
  if (faults.length > 0) throw new ParametersInvalid("parameters", faults);
  return remarks(provider, file);
}

type Party = readonly [name: string, account: string];

/** Who gets a power, by the name of the parameter. An account that has two names comes under each. */
export function partiesOf({ module, parameters }: DeploymentFile): Party[] {
  const { guardian, riskCouncil, releaser } = parameters;
  const owner: Party[] =
    module === "Bulkhead" ? [["governance", parameters.governance]] : [["votesHolder", parameters.votesHolder]];
  return [...owner, ["guardian", guardian], ["riskCouncil", riskCouncil], ["releaser", releaser]];
}

function partyFaults(file: DeploymentFile, deployer: string): string[] {
  return partiesOf(file)
    .filter(([, account]) => account.toLowerCase() === deployer.toLowerCase())
    .map(([name]) => `${name}: saw the deployer ${deployer}, expected another: it must end with no power`);
}

function targetFaults({ chainId, parameters: { subjects, target } }: DeploymentFile): string[] {
  const idOf = ({ venue, asset }: SubjectKeyParameter, kind: number): string =>
    keccak256(AbiCoder.defaultAbiCoder().encode(SUBJECT, [kind, chainId, venue, asset]));
  const ids = [idOf(SYSTEM, 0), ...subjects.map((subject) => idOf(subject, subject.kind))];
  if (ids.includes(target.toLowerCase())) return [];
  const lines = ids.map((id, i) => `    ${id}  ${i === 0 ? "SYSTEM" : `subjects[${i - 1}]`}`);
  return [`target: saw ${target}, expected the id of one of the subjects on chain ${chainId}:\n${lines.join("\n")}`];
}

/** An owner that the AccessManager does not make wait has to wait elsewhere. */
async function ownerFaults(provider: Provider, file: DeploymentFile): Promise<string[]> {
  if (file.module !== "Bulkhead" || file.parameters.governanceDelay > 0 || file.chainId === DEVELOPMENT) return [];
  const { governance } = file.parameters;
  const timelock = new Contract(governance, ["function getMinDelay() view returns (uint256)"], provider);
  const delay = await timelock
    .getFunction("getMinDelay")()
    .catch(() => 0n);
  if ((delay as bigint) > 0n) return [];
  return [`governanceDelay: saw 0 and no delay of its own at ${governance}, expected one of them to be above 0`];
}

async function remarks(provider: Provider, file: DeploymentFile): Promise<string[]> {
  const keys = await Promise.all(
    partiesOf(file).map(async ([name, account]) =>
      (await provider.getCode(account)) === "0x" ? [`${name} ${account}`] : [],
    ),
  );
  const example =
    file.module === "Bulkhead" ? [] : ["the owner is the example governor, whose votes are one account's"];
  return [...example, ...keys.flat().map((one) => `${one} has no code: one key, not a contract with several`)];
}
