import hre from "hardhat";
import { globSync } from "node:fs";
import { z } from "zod";

const entry = z.object({ name: z.string(), value: z.string() });
const group = z.object({ name: z.string(), entries: z.array(entry) });
const test = z.object({ status: z.string(), valueSnapshotGroups: z.array(group).optional() });
const run = z.object({ suiteResults: z.array(z.object({ testResults: z.array(test) })) });
const outcome = z.union([z.object({ value: run }), z.object({ error: run })]);

/** Runs `work` with what it prints going to the error output, so that the output is the caller's alone. */
async function aside<T>(work: () => Promise<T>): Promise<T> {
  const write = process.stdout.write;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    return await work();
  } finally {
    process.stdout.write = write;
  }
}

/**
 * Runs the tests of test/gas and returns what they measured, by name.
 *
 * **Units.** Gas.
 * **Throws.** When one of them fails: a bar is broken, or the code under it.
 */
export async function measureGas(): Promise<ReadonlyMap<string, number>> {
  const testFiles = globSync("test/gas/*.t.sol").sort();
  const result: unknown = await aside(() => hre.tasks.getTask(["test", "solidity"]).run({ testFiles }));
  const parsed = outcome.parse(result);
  const { suiteResults } = "value" in parsed ? parsed.value : parsed.error;
  const tests = suiteResults.flatMap(({ testResults }) => testResults);
  const failed = tests.filter(({ status }) => status === "Failure").length;
  if (failed > 0 || tests.length === 0)
    throw new Error(`saw ${failed} of ${tests.length} tests of test/gas fail, expected none: see above`);
  const entries = tests.flatMap((one) => (one.valueSnapshotGroups ?? []).flatMap(({ entries }) => entries));
  return new Map(entries.map(({ name, value }) => [name, Number(value)]));
}
