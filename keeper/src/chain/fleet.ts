import { isDeepStrictEqual } from "node:util";
import type { Endpoint } from "./endpoint.js";
import { BlockGone, CallReverted, ReadsDisagree, RpcRefused, mostTelling } from "./rpc-errors.js";

/** The endpoints of a pool, and how many of them must say the same. */
export interface Fleet {
  readonly endpoints: readonly Endpoint[];
  readonly quorum: number;
}

/** One question, the same for every endpoint. */
export interface Question<T> {
  readonly method: string;
  readonly params: readonly unknown[];
  /** Throws FieldMalformed. */
  readonly parse: (result: unknown) => T;
  /** Endpoints whose head is below it are asked last. */
  readonly minHead?: number;
}

/** Equal answers of a quorum, or the revert that a quorum agrees on. */
type Ballot<T> = { readonly voters: Endpoint[] } & (
  { readonly kind: "value"; readonly value: T } | { readonly kind: "revert"; readonly error: CallReverted }
);

/** Two passes: an answer that failed to arrive may arrive when asked again. */
const PASSES = 2;
const PAUSE_BETWEEN_PASSES_MS = 100;

const UNTRUSTED = new Set(["wrong-chain", "forked", "lying"]);

/** Endpoints in the order to ask them: those in good standing, then those that had trouble; liars only if nothing else. */
export function standing(fleet: Fleet, minHead = 0): Endpoint[] {
  const rank = (endpoint: Endpoint): number => {
    const { state, until, head } = endpoint.status();
    if (until > 0) return UNTRUSTED.has(state) ? 3 : 2;
    return head !== undefined && head < minHead ? 1 : 0;
  };
  const ranked = fleet.endpoints.map((endpoint) => ({ endpoint, rank: rank(endpoint) })).filter(({ rank }) => rank < 3);
  const usable = ranked.sort((a, b) => a.rank - b.rank).map(({ endpoint }) => endpoint);
  return usable.length === 0 ? [...fleet.endpoints] : usable;
}

/**
 * Ask until a quorum of endpoints gave equal answers; the endpoints that a quorum outvotes are not trusted for a while. Only
 * for questions about one block by its hash: honest endpoints answer anything else differently when they are a block apart.
 *
 * **Throws** {@link ReadsDisagree}; {@link BlockGone} where nobody knows the block; {@link CallReverted} as agreed upon;
 * otherwise what the endpoints failed with.
 */
export async function agree<T>(fleet: Fleet, question: Question<T>): Promise<T> {
  const { won, ballots } = await poll(fleet, question);
  distrustOutvoted(won, ballots, question.method);
  return answerOf(won);
}

/** Like {@link agree}, for questions that are not about one block by its hash: nobody is distrusted for another answer. */
export async function concur<T>(fleet: Fleet, question: Question<T>): Promise<T> {
  return answerOf((await poll(fleet, question)).won);
}

async function poll<T>(
  fleet: Fleet,
  question: Question<T>,
): Promise<{ won: Ballot<T>; ballots: readonly Ballot<T>[] }> {
  const failures: unknown[] = [];
  const ballots: Ballot<T>[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    if (pass > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_BETWEEN_PASSES_MS));
    const voted = new Set(ballots.flatMap(({ voters }) => voters));
    const waiting = standing(fleet, question.minHead).filter((endpoint) => !voted.has(endpoint));
    while (waiting.length > 0) {
      const missing = fleet.quorum - Math.max(0, ...ballots.map(({ voters }) => voters.length));
      await Promise.all(waiting.splice(0, missing).map((endpoint) => vote(endpoint, question, ballots, failures)));
      const won = ballots.find(({ voters }) => voters.length >= fleet.quorum);
      if (won !== undefined) return { won, ballots };
    }
    if (failures.length === 0 || failures.every(isFinal)) break;
  }
  throw verdict(fleet, question, ballots, failures);
}

async function vote<T>(
  endpoint: Endpoint,
  question: Question<T>,
  ballots: Ballot<T>[],
  failures: unknown[],
): Promise<void> {
  try {
    const value = await endpoint.request(question.method, question.params, question.parse);
    cast(ballots, { kind: "value", value, voters: [endpoint] });
  } catch (error) {
    if (error instanceof CallReverted) cast(ballots, { kind: "revert", error, voters: [endpoint] });
    else failures.push(error);
  }
}

function cast<T>(ballots: Ballot<T>[], ballot: Ballot<T>): void {
  const same = ballots.find((other) => isDeepStrictEqual(content(other), content(ballot)));
  if (same === undefined) ballots.push(ballot);
  else same.voters.push(...ballot.voters);
}

function content<T>(ballot: Ballot<T>): unknown {
  return ballot.kind === "value" ? ballot.value : ballot.error.data;
}

function answerOf<T>(won: Ballot<T>): T {
  if (won.kind === "revert") throw won.error;
  return won.value;
}

function distrustOutvoted<T>(won: Ballot<T>, ballots: readonly Ballot<T>[], method: string): void {
  for (const lost of ballots) {
    if (lost === won) continue;
    const evidence = `${method}: answered ${excerpt(content(lost))} where ${won.voters.length} others answered ${excerpt(content(won))}`;
    for (const endpoint of lost.voters) endpoint.suspect("lying", evidence);
  }
}

function isFinal(failure: unknown): boolean {
  return failure instanceof BlockGone || failure instanceof RpcRefused;
}

function verdict<T>(
  fleet: Fleet,
  question: Question<T>,
  ballots: readonly Ballot<T>[],
  failures: readonly unknown[],
): unknown {
  if (ballots.length > 1) {
    const answers = ballots.map((b) => `${b.voters.map(({ name }) => name).join("+")}: ${excerpt(content(b))}`);
    return new ReadsDisagree(question.method, answers, fleet.quorum);
  }
  const gone = failures.find((failure) => failure instanceof BlockGone);
  return gone ?? mostTelling(failures);
}

function excerpt(value: unknown): string {
  return JSON.stringify(value ?? null, (_, v: unknown) => (typeof v === "bigint" ? `${v}` : v)).slice(0, 80);
}
