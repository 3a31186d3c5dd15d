import { encodeMessage, type SignedReport } from "../report/signed-report.js";
import { SIGNATURES_PATH } from "./peer-server.js";

/** Where a peer listens, and the key it signs with. */
export interface Peer {
  readonly url: string;
  readonly address: string;
}

/** How a push to one peer ended: an HTTP status, or why there was none. */
export interface PushResult {
  readonly peer: string;
  readonly status: number | undefined;
  readonly error: string | undefined;
}

/** Tries per peer: the second covers a kept-alive connection that the other side had just closed. */
const TRIES = 2;

/** Push a vote to every peer at once; settles when each has answered, refused or let `timeoutMs` pass. Never throws. */
export function pushVote(vote: SignedReport, peers: readonly Peer[], timeoutMs: number): Promise<PushResult[]> {
  const body = encodeMessage(vote);
  return Promise.all(peers.map((peer) => pushTo(peer, body, timeoutMs)));
}

async function pushTo(peer: Peer, body: string, timeoutMs: number): Promise<PushResult> {
  const signal = AbortSignal.timeout(timeoutMs);
  let error: unknown;
  for (let i = 0; i < TRIES && !signal.aborted; i++) {
    try {
      const request = { method: "POST", body, signal, headers: { "content-type": "application/json" } };
      const response = await fetch(new URL(SIGNATURES_PATH, peer.url), request);
      await response.arrayBuffer();
      return { peer: peer.address, status: response.status, error: undefined };
    } catch (caught) {
      error = caught;
    }
  }
  return { peer: peer.address, status: undefined, error: reasonOf(error) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && "code" in cause ? String(cause.code) : error.message;
}
