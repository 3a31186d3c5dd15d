import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { sourcesSchema } from "./config/sources.js";
import { address, bytes32, port, wholeFrom } from "./config/values.js";
import { intToBig, toUnitsDown } from "./units.js";

/** The configuration cannot be used: it is not there, not YAML, or says something that cannot be meant. */
export class ConfigInvalid extends Error {
  override readonly name = "ConfigInvalid";
  constructor(file: string, faults: readonly string[], cause?: unknown) {
    super(`${file}: ${faults.join("; ")}; \`bulkhead config schema\` prints what is expected`, { cause });
  }
}

const gwei = z.number().positive().max(100_000);

const chain = z.strictObject({
  rpcUrls: z
    .array(z.url({ protocol: /^https?$/ }))
    .default([])
    .describe("or BULKHEAD_RPC_URLS(_FILE), separated by commas"),
  chainId: wholeFrom(1),
  headQuorum: wholeFrom(1).default(1).describe("RPCs that must agree on a block's hash"),
  pollMs: wholeFrom(10).default(500),
});

const publish = z.strictObject({
  deviationCx: wholeFrom(1).default(5).describe("rise of a multiple worth an epoch, in 0.01x"),
  deviationBps: wholeFrom(1).default(100).describe("rise of a share worth an epoch, in bps"),
  heartbeatSec: wholeFrom(1).default(1800).describe("an epoch at least this often; below every target's maxAge"),
  easeSpacingSec: wholeFrom(0).default(300).describe("least age of an epoch before one that only eases"),
  earlySpacingSec: wholeFrom(0).default(12).describe("least age of an epoch before one that only confirms a level"),
  minCoverageBps: wholeFrom(0).max(10_000).default(5_000).describe("below it nothing is signed"),
  stageBlocks: wholeFrom(1).default(2).describe("blocks before the next operator of the order may transmit"),
  peerGraceMs: wholeFrom(0).default(3_000).describe("how long the transmitter waits for the preferred signers"),
  pushTimeoutMs: wholeFrom(50).default(1_000),
  targets: z.array(bytes32).default([]).describe("subjects of the breaker to poke with each epoch"),
});

const gas = z.strictObject({
  limit: wholeFrom(100_000).default(3_000_000),
  maxFeeGwei: gwei.default(500).describe("hard cap of a transaction's fee per gas"),
  tipGwei: gwei.default(1),
  maxSpendEthPerHour: z.number().positive().default(1),
  maxTransactionsPerHour: wholeFrom(1).default(400),
});

const operator = z.union([
  z.strictObject({ keystore: z.string(), passwordFile: z.string().optional() }),
  z.strictObject({ keyFile: z.string() }),
]);

const schema = z
  .strictObject({
    chain,
    contracts: z.strictObject({ oracle: address, breaker: address }),
    sources: sourcesSchema,
    calibration: z.string().describe("path of calibration.json"),
    operator: operator.optional().describe("or BULKHEAD_OPERATOR_KEY(_FILE)"),
    peers: z.array(z.strictObject({ url: z.url({ protocol: /^https?$/ }), address })).default([]),
    listen: z.strictObject({ host: z.string().default("127.0.0.1"), port }),
    publish: publish.prefault({}),
    gas: gas.prefault({}),
    dataDir: z.string(),
    statusPort: port.optional(),
  })
  .superRefine((config, context) => {
    for (const [at, message] of crossFaults(config)) context.addIssue({ code: "custom", path: at, message });
  });

type Parsed = z.output<typeof schema>;

/** Where the operator's key comes from. `text` came from the environment and is never logged. */
export type KeySource =
  | { readonly kind: "text"; readonly text: string; readonly from: string }
  | { readonly kind: "keyFile"; readonly file: string }
  | { readonly kind: "keystore"; readonly file: string; readonly password: KeyPassword };

/** A keystore's password: a file, the text itself, or nothing (which only a keystore without one accepts). */
export type KeyPassword = { readonly file: string } | { readonly text: string };

/** A checked configuration: paths absolute, fees in wei, secrets by reference. */
export interface Config extends Omit<Parsed, "gas" | "operator"> {
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

/**
 * Read, check and complete the configuration in `file` (YAML or JSON). Relative paths are relative to the file. Secrets may
 * come from `environment`, each also as the name of a file in its `_FILE` twin. Throws {@link ConfigInvalid}.
 */
export function loadConfig(file: string, environment: Environment = process.env): Config {
  const raw = readYaml(file);
  const urls = secret(file, environment, "BULKHEAD_RPC_URLS");
  const parsed = schema.safeParse(urls === undefined ? raw : withRpcUrls(raw, urls));
  if (!parsed.success) throw new ConfigInvalid(file, parsed.error.issues.map(faultText), parsed.error);
  const { gas: g, operator: o, ...config } = parsed.data;
  const at = (relative: string): string => path.resolve(path.dirname(file), relative);
  return {
    ...config,
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

/** JSON Schema of the file, defaults and descriptions included. */
export function configJsonSchema(): object {
  return z.toJSONSchema(schema, { io: "input" });
}

type CrossFault = [at: string[], message: string];

function crossFaults({ chain: c, contracts, peers, publish: p, gas: g, listen, statusPort }: Parsed): CrossFault[] {
  const rules: [boolean, string[], string][] = [
    [c.rpcUrls.length === 0, ["chain", "rpcUrls"], "saw none, expected at least one URL here or in BULKHEAD_RPC_URLS"],
    [
      c.headQuorum > c.rpcUrls.length,
      ["chain", "headQuorum"],
      `saw ${c.headQuorum} of ${c.rpcUrls.length} URLs, expected at most as many as there are`,
    ],
    [
      repeats(c.rpcUrls),
      ["chain", "rpcUrls"],
      "saw one URL twice, expected different ones: a node must not outvote the others",
    ],
    [
      contracts.oracle === contracts.breaker,
      ["contracts"],
      `saw ${contracts.oracle} twice, expected the oracle's and the breaker's own address`,
    ],
    [repeats(peers.map((peer) => peer.address)), ["peers"], "saw one address twice, expected each peer once"],
    [repeats(peers.map((peer) => peer.url)), ["peers"], "saw one URL twice, expected each peer once"],
    [repeats(p.targets), ["publish", "targets"], "saw one target twice, expected each once"],
    [
      p.easeSpacingSec > p.heartbeatSec,
      ["publish", "easeSpacingSec"],
      `saw ${p.easeSpacingSec}, expected at most heartbeatSec (${p.heartbeatSec})`,
    ],
    [g.tipGwei > g.maxFeeGwei, ["gas", "tipGwei"], `saw ${g.tipGwei}, expected at most maxFeeGwei (${g.maxFeeGwei})`],
    [
      listen.port !== 0 && listen.port === statusPort,
      ["statusPort"],
      `saw ${statusPort}, expected another port than listen.port`,
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, at, message]) => [at, message]);
}

const repeats = (values: readonly string[]): boolean => new Set(values).size < values.length;

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
