import { z } from "zod";
import type { Report } from "./report.js";
import type { Address, Hex } from "../units.js";

/** One operator's vote: the whole report, so that whoever reads it can recompute the digest and need trust nobody. */
export interface SignedReport {
  readonly report: Report;
  readonly digest: Hex;
  readonly signer: Address;
  readonly signature: Hex;
}

/** A body that is not a signed report. */
export class MessageMalformed extends Error {
  override readonly name = "MessageMalformed";
  constructor(detail: string) {
    super(`saw ${detail}, expected {"report": {…}, "signature": "0x…"} as another operator sends it`);
  }
}

const U48_MAX = 2 ** 48 - 1;
const hex = (bytes: number): z.ZodType<Hex> =>
  z.custom<Hex>((value) => typeof value === "string" && new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`).test(value), {
    error: `expected ${bytes} bytes of lower-case hex`,
  });
const uint = (max: number): z.ZodNumber => z.int().min(0).max(max);
const word = z
  .string()
  .regex(/^0x[0-9a-f]{1,64}$/)
  .transform((text) => BigInt(text));

const reportSchema = z.strictObject({
  configDigest: hex(32),
  epoch: uint(U48_MAX),
  observedBlock: uint(U48_MAX),
  observedBlockHash: hex(32),
  observedAt: uint(U48_MAX),
  coverage: uint(0xffff),
  flags: uint(0xff),
  modelHash: hex(32),
  snapshotHash: hex(32),
  scoresRoot: hex(32),
  lanes: z.array(word).max(16_384),
});
const messageSchema = z.strictObject({ report: reportSchema, signature: hex(64) });

/** Write `report` as JSON; words of lanes as hex. */
export function encodeReport(report: Report): string {
  return JSON.stringify(report, bigintAsHex);
}

/** Read a report back from {@link encodeReport}. Throws {@link MessageMalformed}. */
export function decodeReport(text: string): Report {
  return parse(reportSchema, text);
}

/** Write the body that goes to peers. */
export function encodeMessage({ report, signature }: Pick<SignedReport, "report" | "signature">): string {
  return JSON.stringify({ report, signature }, bigintAsHex);
}

/** Characters of the body outside of its lanes, generously. */
const MESSAGE_FRAME = 1_024;
/** Characters of one word of lanes: quotes, 0x, 64 digits and a comma. */
const MESSAGE_WORD = 69;

/** The most characters that {@link encodeMessage} writes for a report of `laneWords` words of lanes. */
export function longestMessage(laneWords: number): number {
  return MESSAGE_FRAME + MESSAGE_WORD * laneWords;
}

/** Read a peer's body. Throws {@link MessageMalformed}. Nothing in it is believed before its signer is recovered. */
export function decodeMessage(text: string): { report: Report; signature: Hex } {
  return parse(messageSchema, text);
}

function parse<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MessageMalformed("a body that is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new MessageMalformed(`${issue?.path.join(".") ?? "body"}: ${issue?.message ?? "malformed"}`);
}

function bigintAsHex(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `0x${value.toString(16)}` : value;
}
