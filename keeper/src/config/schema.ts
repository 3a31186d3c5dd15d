import { z } from "zod";
import { sourcesSchema } from "./sources.js";
import { address, bytes32, port, wholeFrom } from "../values.js";

const gwei = z.number().positive().max(100_000);

const chain = z
  .strictObject({
    rpcUrls: z
      .array(z.url({ protocol: /^https?$/ }))
      .default([])
      .describe("or BULKHEAD_RPC_URLS(_FILE), separated by commas"),
    chainId: wholeFrom(1),
    headQuorum: wholeFrom(1)
      .optional()
      .describe("RPCs that must agree on a block's hash and on every read; 2, or 1 where there is one RPC"),
    pollMs: wholeFrom(10).default(500),
    maxHeadAgeSec: wholeFrom(1)
      .optional()
      .describe("a head older than this by the machine's clock is not scored; none where it is left out"),
  })
  .transform(({ headQuorum, ...rest }) => ({
    ...rest,
    headQuorum: headQuorum ?? Math.max(1, Math.min(2, rest.rpcUrls.length)),
  }));

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
  adapters: z.array(address).default([]).describe("push adapters to sync when their host is not at the level"),
});

const gas = z.strictObject({
  limit: wholeFrom(100_000).default(3_000_000),
  maxFeeGwei: gwei.default(500).describe("hard cap of a transaction's fee per gas"),
  tipGwei: gwei.default(1),
  maxSpendEthPerHour: z.number().positive().default(1),
  maxTransactionsPerHour: wholeFrom(1).default(400),
});

/** Where the operator's key comes from, as the file says it. */
export const operator = z.union([
  z.strictObject({ keystore: z.string(), passwordFile: z.string().optional() }),
  z.strictObject({ keyFile: z.string() }),
]);

/** The whole file. */
export const schema = z
  .strictObject({
    chain,
    contracts: z.strictObject({
      oracle: address.optional(),
      breaker: address.optional(),
      deployment: z.string().optional().describe("path of a deployment.json, instead of both addresses"),
    }),
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

/** The file, checked, with its defaults. */
export type Parsed = z.output<typeof schema>;

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
      contracts.deployment === undefined
        ? contracts.oracle === undefined || contracts.breaker === undefined
        : contracts.oracle !== undefined || contracts.breaker !== undefined,
      ["contracts"],
      "expected oracle and breaker, or deployment instead of both",
    ],
    [
      contracts.oracle !== undefined && contracts.oracle === contracts.breaker,
      ["contracts"],
      `saw ${contracts.oracle} twice, expected the oracle's and the breaker's own address`,
    ],
    [repeats(peers.map((peer) => peer.address)), ["peers"], "saw one address twice, expected each peer once"],
    [repeats(peers.map((peer) => peer.url)), ["peers"], "saw one URL twice, expected each peer once"],
    [repeats(p.targets), ["publish", "targets"], "saw one target twice, expected each once"],
    [repeats(p.adapters), ["publish", "adapters"], "saw one address twice, expected each adapter once"],
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
