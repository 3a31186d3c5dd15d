import { isDeepStrictEqual } from "node:util";
import { nameBlock, parseBlock } from "./block-ref.js";
import type { BlockRef } from "./block-ref.js";
import type { Endpoint } from "./endpoint.js";
import { standing } from "./fleet.js";
import type { Fleet } from "./fleet.js";
import { toQuantity } from "./parse.js";
import { NoHeadAgreement, RpcRefused, mostTelling } from "./rpc-errors.js";

interface Vote {
  readonly endpoint: Endpoint;
  readonly block: BlockRef;
}

/** How long the answers of the others are waited for once a quorum has answered. */
const STRAGGLER_MS = 250;

/**
 * The highest block that a quorum of endpoints has and agrees on, header fields included.
 *
 * Endpoints ahead of it are asked again for their block at that height. Where a quorum agrees, an endpoint with another
 * block at that height is forked and not trusted for a while. **Throws** {@link NoHeadAgreement}; where no endpoint gave an
 * answer at all, what they failed with.
 */
export async function agreeOnHead(fleet: Fleet): Promise<BlockRef> {
  const failures: unknown[] = [];
  const votes = await gather(fleet, failures);
  if (votes.length === 0) throw mostTelling(failures);
  votes.sort((a, b) => b.block.number - a.block.number);
  const reached = votes[fleet.quorum - 1];
  if (reached === undefined) throw new NoHeadAgreement(votes.map(name), fleet.quorum, failures);

  const height = reached.block.number;
  const atHeight = await Promise.all(
    votes.filter(({ block }) => block.number >= height).map((vote) => lower(vote, height, failures)),
  );
  const groups = groupVotes(atHeight.filter((vote) => vote !== undefined));
  const winners = groups.filter((group) => group.length >= fleet.quorum).sort((a, b) => b.length - a.length);
  const [won, rival] = winners;
  if (won === undefined || won.length === rival?.length) {
    throw new NoHeadAgreement(groups.flat().map(name), fleet.quorum, failures);
  }
  for (const vote of groups.filter((group) => group !== won).flat()) {
    vote.endpoint.suspect(
      "forked",
      `has ${nameBlock(vote.block)} where ${won.length} have ${nameBlock(won[0]!.block)}`,
    );
  }
  return won[0]!.block;
}

/** Heads of all endpoints that answer, in the pool's order; stragglers are left behind once a quorum is there. */
function gather(fleet: Fleet, failures: unknown[]): Promise<Vote[]> {
  const all = standing(fleet);
  const inOrder = all.filter((endpoint) => endpoint.status().until === 0);
  const asked = inOrder.length >= fleet.quorum ? inOrder : all;
  const votes: (Vote | undefined)[] = asked.map(() => undefined);
  const answered = (): Vote[] => votes.filter((vote) => vote !== undefined);
  return new Promise((resolve) => {
    let open = asked.length;
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      resolve(answered());
    };
    const settled = (): void => {
      open -= 1;
      if (open === 0) finish();
      else if (answered().length >= fleet.quorum) timer ??= setTimeout(finish, STRAGGLER_MS);
    };
    asked.forEach((endpoint, i) => {
      endpoint
        .request("eth_getBlockByNumber", ["latest", false], parseBlock)
        .then((block) => {
          endpoint.sawHead(block);
          votes[i] = { endpoint, block };
        })
        .catch((cause: unknown) => void failures.push(cause))
        .finally(settled);
    });
  });
}

async function lower(vote: Vote, height: number, failures: unknown[]): Promise<Vote | undefined> {
  if (vote.block.number === height) return vote;
  const { endpoint } = vote;
  try {
    const block = await endpoint.request("eth_getBlockByNumber", [toQuantity(height), false], parseBlock);
    if (block.number === height) return { endpoint, block };
    failures.push(
      new RpcRefused(endpoint.name, "eth_getBlockByNumber", 0, `block ${block.number} instead of ${height}`),
    );
  } catch (cause) {
    failures.push(cause);
  }
  return undefined;
}

function groupVotes(votes: readonly Vote[]): Vote[][] {
  const groups: Vote[][] = [];
  for (const vote of votes) {
    const group = groups.find(([first]) => isDeepStrictEqual(first?.block, vote.block));
    if (group === undefined) groups.push([vote]);
    else group.push(vote);
  }
  return groups;
}

function name({ endpoint, block }: Vote): string {
  return `${endpoint.name} at ${nameBlock(block)}`;
}
