import type { BlockRef } from "../chain/block-ref.js";
import type { RpcPool } from "../chain/rpc-pool.js";
import type { Config } from "../config.js";
import type { Log } from "../observe/log.js";
import type { OracleState } from "../publish/oracle-state.js";
import { createOutbox } from "../publish/outbox.js";
import { createGateway, simulate } from "../publish/transmission.js";
import { attributeIn, type Expectation } from "../quorum/admit.js";
import { startPeerServer } from "../quorum/peer-server.js";
import { createSignatureBook } from "../quorum/signature-book.js";
import type { ReportDomain } from "../report/digest.js";
import { laneWords } from "../report/lane.js";
import { nextEpoch } from "../report/report.js";
import type { Identity } from "../report/identity.js";
import { openJournal } from "../store/database.js";
import { createSignedReports } from "../store/signed-reports.js";
import { createTransactions } from "../store/transactions.js";
import type { Sending } from "./parts.js";
import { faultOf } from "./run-loop.js";

/** What sending is made of. */
export interface SendingOptions {
  readonly config: Config;
  readonly pool: RpcPool;
  readonly identity: Identity;
  readonly domain: ReportDomain;
  /** The oracle at the latest head: what votes must be about. */
  readonly view: () => OracleView;
  readonly log: Log;
}

/** The oracle as it was at a head. */
export interface OracleView {
  readonly head: BlockRef;
  readonly oracle: OracleState;
}

/** What votes must be about, as this operator sees the oracle. */
function expectationOf({ head, oracle: { config, published } }: OracleView): Expectation {
  const { configDigest, subjects } = config;
  return { configDigest, laneWords: laneWords(subjects.length), epoch: nextEpoch(published, head.number) };
}

/** Open the journal and the door for peers. Nothing leaves before the first head. Throws as both do. */
export async function startSending(
  options: SendingOptions,
): Promise<Sending & { port: number; close: () => Promise<void> }> {
  const { config, pool, identity, domain, view, log } = options;
  const { address } = identity;
  const journal = openJournal(config.dataDir, { operator: address, ...domain });
  const signed = createSignedReports(journal);
  const book = createSignatureBook([address, ...config.peers.map((peer) => peer.address)]);
  const server = await startPeerServer(config.listen, {
    book,
    expected: () => expectationOf(view()),
    attribute: attributeIn(domain),
    onEquivocation: (first, second) => {
      const seen = signed.recordEquivocation(first, second);
      if (!Number.isInteger(Math.log10(seen))) return;
      log.error({
        event: "equivocation",
        signer: first.signer,
        epoch: first.report.epoch,
        digests: [first.digest, second.digest],
        seen,
      });
    },
    onError: (error) => log.error({ event: "peer.error", error: faultOf(error) }),
  }).catch((error: unknown) => {
    journal.close();
    throw error;
  });
  const { gas } = config;
  const outbox = createOutbox({
    transactions: createTransactions(journal),
    gateway: createGateway(pool),
    key: identity.key,
    address,
    chainId: domain.chainId,
    gasLimit: gas.limit,
    fees: { maxFeeCap: gas.maxFeeCap, tip: gas.tip },
    budget: { weiPerHour: gas.weiPerHour, transactionsPerHour: gas.transactionsPerHour },
  });
  return {
    sign: identity.sign,
    signed,
    book,
    peers: config.peers,
    outbox,
    simulate: (payload) => simulate(pool, address, payload),
    port: server.port,
    close: async () => {
      await server.close();
      journal.close();
    },
  };
}
