import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import TimelockArtifact from "@openzeppelin/contracts/build/contracts/TimelockController.json" with { type: "json" };
import { AbiCoder, type Contract, keccak256, ZeroAddress } from "ethers";
import type { network } from "hardhat";

import {
  DEFAULT_COLLATERAL_MAX_AGE,
  DEFAULT_DUTY_CYCLE,
  DEFAULT_GRANT_DELAY,
  DEFAULT_HEARTBEAT_PERIOD,
  DEFAULT_LIMITS,
  DEFAULT_TARGET_ADMIN_DELAY,
  DEFAULT_TARGET_CONFIG,
} from "../../deploy/defaults.js";
import Bulkhead from "../../deploy/modules/Bulkhead.js";
import BulkheadWithExampleOwner from "../../deploy/modules/BulkheadWithExampleOwner.js";
import type { BulkheadParameters, ExampleOwnerParameters } from "../../deploy/parameters.js";
import {
  type AaveV3Sentinel,
  AaveV3Sentinel__factory,
  type CircuitBreaker,
  CircuitBreaker__factory,
  type CollateralFramework,
  CollateralFramework__factory,
  type ExampleGovernor,
  ExampleGovernor__factory,
  type ExampleVotes,
  ExampleVotes__factory,
  type MarginPolicy,
  MarginPolicy__factory,
  type RiskOracle,
  RiskOracle__factory,
} from "../../typechain-types/index.js";

export type Connection = Awaited<ReturnType<typeof network.create>>;

export interface Deployment {
  readonly accessManager: Contract;
  readonly oracle: RiskOracle;
  readonly breaker: CircuitBreaker;
  readonly sentinel: AaveV3Sentinel;
  readonly margin: MarginPolicy;
  readonly collateral: CollateralFramework;
}

/** What the example owner adds. */
export interface OwnedDeployment extends Deployment {
  readonly votes: ExampleVotes;
  readonly timelock: Contract;
  readonly governor: ExampleGovernor;
}

/** An entry contract that stands for a venue wherever only its address matters. */
export const VENUE = "0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2";

/** `SubjectIds.venue`, derived independently of the contract. */
export function venueSubject(chainId: bigint, venue: string): string {
  const types = ["uint8", "uint256", "address", "address"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [2, chainId, venue, ZeroAddress]));
}

/** Parameters with accounts 1, 2, 3 as governance, guardian, risk council and 4, 5, 6 as signers, 2 of 3. */
export async function exampleParameters(connection: Connection): Promise<BulkheadParameters> {
  const accounts = (await connection.ethers.getSigners()).map((signer) => signer.address);
  const [, governance, guardian, riskCouncil, ...others] = accounts as [string, string, string, string, ...string[]];
  return {
    governance,
    guardian,
    riskCouncil,
    releaser: governance,
    governanceDelay: 86_400,
    grantDelay: DEFAULT_GRANT_DELAY,
    targetAdminDelay: DEFAULT_TARGET_ADMIN_DELAY,
    collateralMaxAge: DEFAULT_COLLATERAL_MAX_AGE,
    slotSeconds: 0,
    limits: DEFAULT_LIMITS,
    subjects: [
      { kind: 2, venue: VENUE, asset: ZeroAddress },
      { kind: 1, venue: ZeroAddress, asset: others[10]! },
      { kind: 3, venue: VENUE, asset: others[10]! },
    ],
    signers: others.slice(0, 3).sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
    threshold: 2,
    modelHash: `0x${"11".repeat(32)}`,
    heartbeatPeriod: DEFAULT_HEARTBEAT_PERIOD,
    target: venueSubject(31337n, VENUE),
    targetConfig: DEFAULT_TARGET_CONFIG,
    ...DEFAULT_DUTY_CYCLE,
  };
}

/** The same with the example owner: account 1 holds every vote, account 7 lowers levels. */
export async function exampleOwnerParameters(connection: Connection): Promise<ExampleOwnerParameters> {
  const accounts = (await connection.ethers.getSigners()).map((signer) => signer.address);
  const { guardian, riskCouncil, slotSeconds, limits, subjects, signers, threshold, modelHash, ...rest } =
    await exampleParameters(connection);
  const { heartbeatPeriod, target, targetConfig, openSeconds, cycleSeconds, collateralMaxAge } = rest;
  const { grantDelay, targetAdminDelay } = rest;
  return {
    ...{ guardian, riskCouncil, slotSeconds, limits, subjects, signers, threshold, modelHash },
    ...{ heartbeatPeriod, target, targetConfig, openSeconds, cycleSeconds, collateralMaxAge },
    ...{ grantDelay, targetAdminDelay },
    votesHolder: accounts[1]!,
    votesSupply: 1_000_000n * 10n ** 18n,
    votingRules: { votingDelay: 86_400, votingPeriod: 259_200, proposalThreshold: 0n, quorumPercent: 4 },
    timelockDelay: 172_800,
    releaser: accounts[7]!,
  };
}

/** Run the real deployment and attach typed contracts, connected to the deployer. */
export async function deployBulkhead(connection: Connection, parameters: BulkheadParameters): Promise<Deployment> {
  const deployed = await connection.ignition.deploy(Bulkhead, { parameters: { Bulkhead: { ...parameters } } });
  return attach(connection, deployed);
}

/** Run the real deployment with the example owner. */
export async function deployWithExampleOwner(
  connection: Connection,
  parameters: ExampleOwnerParameters,
): Promise<OwnedDeployment> {
  const [deployer] = await connection.ethers.getSigners();
  const deployed = await connection.ignition.deploy(BulkheadWithExampleOwner, {
    parameters: { BulkheadWithExampleOwner: { ...parameters } },
  });
  const timelock = await deployed.timelock.getAddress();
  return {
    ...(await attach(connection, deployed)),
    votes: ExampleVotes__factory.connect(await deployed.votes.getAddress(), deployer),
    timelock: await connection.ethers.getContractAt(TimelockArtifact.abi, timelock, deployer),
    governor: ExampleGovernor__factory.connect(await deployed.governor.getAddress(), deployer),
  };
}

type Addressed = { getAddress(): Promise<string> };

async function attach(connection: Connection, deployed: Record<keyof Deployment, Addressed>): Promise<Deployment> {
  const [deployer] = await connection.ethers.getSigners();
  return {
    accessManager: await connection.ethers.getContractAt(
      AccessManagerArtifact.abi,
      await deployed.accessManager.getAddress(),
      deployer,
    ),
    oracle: RiskOracle__factory.connect(await deployed.oracle.getAddress(), deployer),
    breaker: CircuitBreaker__factory.connect(await deployed.breaker.getAddress(), deployer),
    sentinel: AaveV3Sentinel__factory.connect(await deployed.sentinel.getAddress(), deployer),
    margin: MarginPolicy__factory.connect(await deployed.margin.getAddress(), deployer),
    collateral: CollateralFramework__factory.connect(await deployed.collateral.getAddress(), deployer),
  };
}
