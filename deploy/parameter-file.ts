import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

import {
  bulkheadParameters,
  exampleOwnerParameters,
  type BulkheadParameters,
  type ExampleOwnerParameters,
} from "./parameters.js";

/** The parameters cannot be used; the message names each of them, what was seen and what was expected. */
export class ParametersInvalid extends Error {
  override readonly name = "ParametersInvalid";
  constructor(where: string, faults: readonly string[], cause?: unknown) {
    super(`${where}:\n${faults.map((fault) => `  ${fault}`).join("\n")}\ndeploy/README.md says what is expected`, {
      cause,
    });
  }
}

/** What to deploy, and where. */
export type DeploymentFile =
  | { readonly chainId: number; readonly module: "Bulkhead"; readonly parameters: BulkheadParameters }
  | {
      readonly chainId: number;
      readonly module: "BulkheadWithExampleOwner";
      readonly parameters: ExampleOwnerParameters;
    };

const frame = z.strictObject({
  chainId: z.number().int().positive(),
  module: z.enum(["Bulkhead", "BulkheadWithExampleOwner"]).default("Bulkhead"),
  parameters: z.record(z.string(), z.unknown()),
});

/** Read and check a parameter file, YAML or JSON. Throws {@link ParametersInvalid}. */
export function readParameterFile(file: string): DeploymentFile {
  const { chainId, module, parameters } = parsed(frame, textOf(file), { file, at: "" });
  const where = { file, at: "parameters" };
  return module === "Bulkhead"
    ? { chainId, module, parameters: parsed(bulkheadParameters, parameters, where) }
    : { chainId, module, parameters: parsed(exampleOwnerParameters, parameters, where) };
}

function textOf(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    const seen = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ParametersInvalid(file, [`saw ${seen}, expected a readable YAML or JSON file`], error);
  }
}

function parsed<S extends z.ZodType>(
  schema: S,
  value: unknown,
  { file, at }: { file: string; at: string },
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => {
    const name = [at, ...path.map(String)].filter((part) => part !== "").join(".");
    return `${name === "" ? "the file" : name}: ${message}`;
  });
  throw new ParametersInvalid(file, faults, result.error);
}
