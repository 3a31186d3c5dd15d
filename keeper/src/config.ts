import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { z } from "zod";
import { readDeployment, type Contracts } from "./config/deployment.js";
import { schema, type operator, type Parsed } from "./config/schema.js";
import { sourcesSchema } from "./config/sources.js";
import { intToBig, toUnitsDown } from "./units.js";

/** The configuration cannot be used: it is not there, not YAML, or says something that cannot be meant. */
export class ConfigInvalid extends Error {
  override readonly name = "ConfigInvalid";
  constructor(file: string, faults: readonly string[], cause?: unknown) {
    super(`${file}: ${faults.join("; ")}; \`bulkhead config schema\` prints what is expected`, { cause });
  }
}

/** Where the operator's key comes from. `text` came from the environment and is never logged. */
export type KeySource =
  | { readonly kind: "text"; readonly text: string; readonly from: string }
  | { readonly kind: "keyFile"; readonly file: string }
  | { readonly kind: "keystore"; readonly file: string; readonly password: KeyPassword };

/** A keystore's password: a file, the text itself, or nothing (which only a keystore without one accepts). */
export type KeyPassword = { readonly file: string } | { readonly text: string };

/** A checked configuration: paths absolute, fees in wei, secrets by reference. */
export interface Config extends Omit<Parsed, "gas" | "operator" | "contracts"> {
  readonly contracts: Contracts;
  readonly operator: KeySource | undefined;
  readonly gas: {
    readonly limit: bigint;
    readonly maxFeeCap: bigint;
    readonly tip: bigint;
    readonly weiPerHour: bigint;
    readonly transactionsPerHour: number;
  };
}

/** Environment variables, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment for a program that is started from here: this one's with `changes`; undefined takes a variable out. */
export function childEnvironment(changes: Environment, environment: Environment = process.env): Environment {
  return { ...environment, ...changes };
}

/**
 * Read, check and complete the configuration in `file` (YAML or JSON). Relative paths are relative to the file. Secrets may
 * come from `environment`, each also as the name of a file in its `_FILE` twin. Throws {@link ConfigInvalid}.
 */
export function loadConfig(file: string, environment: Environment = process.env): Config {
  const raw = readYaml(file);
  const urls = secret(file, environment, "BULKHEAD_RPC_URLS");
  const parsed = schema.safeParse(urls === undefined ? raw : withRpcUrls(raw, urls));
  if (!parsed.success) throw new ConfigInvalid(file, parsed.error.issues.map(faultText), parsed.error);
  const { gas: g, operator: o, contracts: c, ...config } = parsed.data;
  const at = (relative: string): string => path.resolve(path.dirname(file), relative);
  return {
    ...config,
    contracts: contractsOf(c, config.chain.chainId, { file, at }),
    calibration: at(config.calibration),
    dataDir: at(config.dataDir),
    operator: keySource(o, at, (name) => secret(file, environment, name)),
    gas: {
      limit: intToBig(g.limit),
      maxFeeCap: toUnitsDown(g.maxFeeGwei, 9),
      tip: toUnitsDown(g.tipGwei, 9),
      weiPerHour: toUnitsDown(g.maxSpendEthPerHour, 18),
      transactionsPerHour: g.maxTransactionsPerHour,
    },
  };
}

/** Read and check what to read: the `sources` of a configuration, in a file of their own. Throws {@link ConfigInvalid}. */
export function loadSources(file: string): Parsed["sources"] {
  const parsed = sourcesSchema.safeParse(readYaml(file));
  if (!parsed.success) throw new ConfigInvalid(file, parsed.error.issues.map(faultText), parsed.error);
  return parsed.data;
}

/** The schema has seen to it that there are two addresses, or a file. */
function contractsOf(
  { oracle, breaker, deployment }: Parsed["contracts"],
  chainId: number,
  { file, at }: { readonly file: string; readonly at: (relative: string) => string },
): Contracts {
  if (oracle !== undefined && breaker !== undefined) return { oracle, breaker };
  try {
    return readDeployment(at(deployment ?? ""), chainId);
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    const expected = `expected the deployment.json of a deployment on chain ${chainId}`;
    throw new ConfigInvalid(file, [`contracts.deployment: saw ${seen}, ${expected}`], error);
  }
}

function faultText({ path: at, message }: z.core.$ZodIssue): string {
  return `${at.length === 0 ? "config" : at.join(".")}: ${message}`;
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    const seen = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new ConfigInvalid(file, [`saw ${seen}, expected a readable YAML or JSON file`], error);
  }
}

function withRpcUrls(raw: unknown, urls: string): unknown {
  if (typeof raw !== "object" || raw === null || !("chain" in raw) || typeof raw.chain !== "object") return raw;
  return { ...raw, chain: { ...raw.chain, rpcUrls: urls.split(",").map((url) => url.trim()) } };
}

function keySource(
  from: z.output<typeof operator> | undefined,
  at: (relative: string) => string,
  env: (name: string) => string | undefined,
): KeySource | undefined {
  if (from === undefined) {
    const text = env("BULKHEAD_OPERATOR_KEY");
    return text === undefined ? undefined : { kind: "text", text, from: "BULKHEAD_OPERATOR_KEY" };
  }
  if ("keyFile" in from) return { kind: "keyFile", file: at(from.keyFile) };
  const { keystore, passwordFile } = from;
  const password =
    passwordFile === undefined ? { text: env("BULKHEAD_KEYSTORE_PASSWORD") ?? "" } : { file: at(passwordFile) };
  return { kind: "keystore", file: at(keystore), password };
}

/** A secret by its environment variable, or by the file that its `_FILE` twin names. Both at once is a mistake. */
function secret(file: string, environment: Environment, name: string): string | undefined {
  const [text, pointer] = [environment[name], environment[`${name}_FILE`]];
  if (text !== undefined && pointer !== undefined) {
    throw new ConfigInvalid(file, [`saw both ${name} and ${name}_FILE, expected one of them`]);
  }
  if (pointer === undefined) return text;
  try {
    return readFileSync(pointer, "utf8").trim();
  } catch (error) {
    throw new ConfigInvalid(file, [`${name}_FILE: saw ${pointer}, expected a readable file`], error);
  }
}
