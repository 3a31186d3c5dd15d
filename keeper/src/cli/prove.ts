import { open } from "node:fs/promises";
import { z } from "zod";
import { buildScoreTree, leafHash } from "../report/merkle.js";
import type { LeafScore } from "../report/score-leaf.js";
import type { Hex } from "../units.js";

/** A line of a file of scores is not one subject's score. */
export class ScoreLineInvalid extends Error {
  override readonly name = "ScoreLineInvalid";
  constructor(file: string, line: number, seen: string) {
    super(
      `${file} line ${line}: saw ${seen}; expected one subject a line as in \`scores\` of \`bulkhead once --json\``,
    );
  }
}

const uint = (bits: number): z.ZodNumber =>
  z
    .int()
    .min(0)
    .max(2 ** bits - 1);

const scoreLine = z.object({
  id: z.templateLiteral(["0x", z.string().regex(/^[0-9a-f]{64}$/)]),
  leverage: uint(16),
  liquidationAtRisk: uint(16),
  rehypothecation: uint(16),
  borrowLtv: uint(14),
  advice: z.literal([0, 1, 2, 3]),
  lossShare: uint(16),
  throttleUsdPerHour: z.string().regex(/^\d{1,20}$/),
  haltSeconds: uint(32),
});

/**
 * `bulkhead prove`: the Merkle root over the scores of an epoch, one JSON object a line, and the proof of each subject
 * asked for, as `RiskOracle.verifyScore` takes it. A million subjects take some seconds and less than 1 GB.
 *
 * **Throws** {@link ScoreLineInvalid}, `SubjectNotInTree`, `SubjectTwiceInTree`, `RangeError` for a file without lines.
 */
export async function prove(options: { scores: string; subject?: readonly string[] }): Promise<string> {
  const scores = await readScores(options.scores);
  const tree = buildScoreTree(scores);
  const wanted = new Set(options.subject ?? []);
  const byId = new Map(scores.filter(({ id }) => wanted.has(id)).map((score) => [score.id, score]));
  const proofs = [...wanted].map((subject) => {
    const id = subject as Hex;
    const proof = tree.proof(id);
    const score = byId.get(id) as LeafScore;
    const { throttleUsdPerHour, ...rest } = score;
    return { ...rest, throttleUsdPerHour: throttleUsdPerHour.toString(), leaf: leafHash(score), proof };
  });
  return JSON.stringify({ subjects: scores.length, scoresRoot: tree.root, proofs });
}

async function readScores(file: string): Promise<LeafScore[]> {
  const handle = await open(file);
  const scores: LeafScore[] = [];
  let line = 0;
  for await (const text of handle.readLines()) {
    line++;
    if (text !== "") scores.push(readScore(text, file, line));
  }
  return scores;
}

function readScore(text: string, file: string, line: number): LeafScore {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ScoreLineInvalid(file, line, `no JSON: ${text.slice(0, 60)}`);
  }
  const { success, data, error } = scoreLine.safeParse(value);
  if (!success) {
    const faults = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw new ScoreLineInvalid(file, line, faults.join("; "));
  }
  const { id, lossShare, throttleUsdPerHour, haltSeconds, ...lane } = data;
  return { id, lane, lossShare, throttleUsdPerHour: BigInt(throttleUsdPerHour), haltSeconds };
}
