import {
  CollectStackTraces,
  EdrContext,
  IncludeTraces,
  L1_CHAIN_TYPE,
  l1GenesisState,
  l1HardforkLatest,
  l1HardforkToString,
  l1SolidityTestRunnerFactory,
  TestStatus,
  type SolidityTestRunnerConfigArgs,
  type SuiteResult,
} from "@nomicfoundation/edr";
import path from "node:path";
import type { Compiled } from "./compile.js";

/** No test needs half of it; a mutant that never ends is stopped by it. */
const GAS_LIMIT = 60_000_000n;

/** As in hardhat.config.ts, with fewer runs of a fuzz test. */
const config: SolidityTestRunnerConfigArgs = {
  projectRoot: path.resolve("."),
  hardfork: l1HardforkToString(l1HardforkLatest()),
  localPredeploys: l1GenesisState(l1HardforkLatest()),
  isolate: true,
  gasLimit: GAS_LIMIT,
  disableBlockGasLimit: true,
  disableTransactionGasCap: true,
  includeTraces: IncludeTraces.None,
  collectStackTraces: CollectStackTraces.OnFailure,
  fuzz: { runs: 64, seed: "0x42" },
};

const context = new EdrContext();
await context.registerSolidityTestRunnerFactory(L1_CHAIN_TYPE, l1SolidityTestRunnerFactory());

const isSuite = ({ abi, bytecode }: Compiled): boolean =>
  bytecode !== "" && abi.some(({ type, name }) => type === "function" && name?.startsWith("test") === true);

/** Runs the tests of `contracts` on Hardhat's engine and returns the names of those that fail. */
export async function failingTests(source: string, contracts: readonly Compiled[]): Promise<string[]> {
  const artifacts = contracts.map(({ name, abi, bytecode, deployedBytecode }) => ({
    id: { name, source, solcVersion: "0.8.30" },
    contract: { abi: JSON.stringify(abi), bytecode: `0x${bytecode}`, deployedBytecode: `0x${deployedBytecode}` },
  }));
  const suites = artifacts.filter((_, i) => contracts.slice(i, i + 1).some(isSuite)).map(({ id }) => id);
  const failed: string[] = [];
  // The run may end before the results of its last suite are in.
  await new Promise<void>((resolve, reject) => {
    let open = suites.length;
    const done = ({ testResults }: SuiteResult): void => {
      for (const { name, status } of testResults) if (status === TestStatus.Failure) failed.push(name);
      if (--open === 0) resolve();
    };
    context.runSolidityTests(L1_CHAIN_TYPE, artifacts, suites, config, {}, done).catch(reject);
  });
  return failed;
}
