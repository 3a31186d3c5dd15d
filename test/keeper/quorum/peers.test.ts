import { expect } from "chai";
import { request } from "node:http";
import { createServer, type Server } from "node:net";
import { admit, attributeIn, type Door } from "../../../keeper/src/quorum/admit.js";
import { pushVote } from "../../../keeper/src/quorum/peer-client.js";
import {
  MAX_BODY_BYTES,
  PeerPortUnavailable,
  SIGNATURES_PATH,
  startPeerServer,
  type PeerServer,
} from "../../../keeper/src/quorum/peer-server.js";
import { createSignatureBook, type SignatureBook } from "../../../keeper/src/quorum/signature-book.js";
import { encodeMessage, longestMessage, type SignedReport } from "../../../keeper/src/report/signed-report.js";
import { addressOf, DOMAIN, reportOf, voteOf } from "./votes.js";

const HOST = "127.0.0.1";

/** Send raw bytes; the status, or the error code when the other side hung up. */
function post(port: number, body: string | Buffer, path = SIGNATURES_PATH): Promise<number | string> {
  return new Promise((resolve) => {
    const sending = request({ host: HOST, port, path, method: "POST" }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sending.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sending.end(body);
  });
}

/** A port that takes connections and never answers. */
async function listening(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

describe("peers", () => {
  let book: SignatureBook;
  let server: PeerServer;
  let proofs: [SignedReport, SignedReport][];
  let isDiskFull: boolean;
  let errors: unknown[];
  let attributed: number;
  let door: Door;

  beforeEach(async () => {
    book = createSignatureBook([addressOf(0), addressOf(1)]);
    [proofs, errors, isDiskFull] = [[], [], false];
    const onEquivocation = (first: SignedReport, second: SignedReport): void => {
      if (isDiskFull) throw new Error("database or disk is full");
      proofs.push([first, second]);
    };
    const onError = (error: unknown): void => void errors.push(error);
    attributed = 0;
    const attribute: Door["attribute"] = (report, signature) => {
      attributed += 1;
      return attributeIn(DOMAIN)(report, signature);
    };
    const { configDigest, lanes } = reportOf(7);
    const expected = () => ({ configDigest, laneWords: lanes.length, epoch: 7 });
    door = { book, expected, attribute, onEquivocation, onError };
    server = await startPeerServer({ host: HOST, port: 0 }, door);
  });
  afterEach(() => server.close());

  const push = (vote: SignedReport, timeoutMs = 1_000) =>
    pushVote(vote, [{ url: `http://${HOST}:${server.port}`, address: "0x01" }], timeoutMs);

  it("carry a vote from one operator to the other", async () => {
    const vote = voteOf(0, 7);
    expect(await push(vote)).to.deep.equal([{ peer: "0x01", status: 200, error: undefined }]);
    expect(book.over(vote.digest).get(vote.signer)).to.equal(vote.signature);
    expect((await push(vote))[0]?.status).to.equal(200);
    expect(book.size()).to.equal(1);
  });

  it("refuse strangers: 403", async () => {
    expect((await push(voteOf(5, 7)))[0]?.status).to.equal(403);
    expect(book.size()).to.equal(0);
  });

  it("believe the signature, not the sender: another epoch's signature is a stranger's", async () => {
    const replayed = { ...voteOf(0, 8), signature: voteOf(0, 7).signature };
    expect((await push(replayed))[0]?.status).to.equal(403);
    expect(proofs).to.deep.equal([]);
  });

  it("keep the proof when a signer signs two reports of one epoch: 409", async () => {
    const [first, second] = [voteOf(1, 7), voteOf(1, 7, { coverage: 1 })];
    await push(first);
    expect((await push(second))[0]?.status).to.equal(409);
    expect(proofs).to.deep.equal([[first, second]]);
  });

  it("say so when the proof cannot be kept: 500, and the operator hears of it", async () => {
    isDiskFull = true;
    await push(voteOf(1, 7));
    expect((await push(voteOf(1, 7, { coverage: 1 })))[0]?.status).to.equal(500);
    expect(String(errors[0])).to.contain("disk is full");
  });

  it("refuse what is no vote: 400, 404, 413", async () => {
    const { port } = server;
    expect(await post(port, "{}")).to.equal(400);
    expect(await post(port, encodeMessage(voteOf(0, 7)).replace("0x", "0y"))).to.equal(400);
    expect(await post(port, encodeMessage(voteOf(0, 7)), "/elsewhere")).to.equal(404);
    expect(await post(port, Buffer.alloc(MAX_BODY_BYTES + 1, 0x20))).to.be.oneOf([413, "ECONNRESET", "EPIPE"]);
    expect(book.size()).to.equal(0);
  });

  it("refuse what this operator cannot use before any arithmetic: 422", async () => {
    const { lanes } = reportOf(7);
    const zeros = Array.from({ length: 16_384 }, () => 0n);
    const useless: [string, Parameters<typeof voteOf>[2], number][] = [
      ["characters", { lanes: zeros }, 7],
      ["words of lanes", { lanes: [...lanes, 0n] }, 7],
      ["configDigest", { configDigest: `0x${"cd".repeat(32)}` }, 7],
      ["epoch 72", {}, 72],
    ];
    for (const [reason, over, epoch] of useless) {
      const vote = voteOf(0, epoch, over);
      const verdict = admit(encodeMessage(vote), door);
      expect(verdict.kind === "unexpected" && verdict.reason).to.contain(reason);
      expect(await post(server.port, encodeMessage(vote))).to.equal(422);
    }
    expect([attributed, book.size()]).to.deep.equal([0, 0]);
    expect((await push(voteOf(0, 71)))[0]?.status).to.equal(200);
  });

  it("know a vote again without any arithmetic", async () => {
    const vote = voteOf(0, 7);
    for (let i = 0; i < 5; i++) expect((await push(vote))[0]?.status).to.equal(200);
    expect(attributed).to.equal(1);
  });

  it("take the longest report that fits the registered subjects", () => {
    const most = 2n ** 256n - 1n;
    const big = 2 ** 48 - 1;
    for (const words of [1, 100, 16_384]) {
      const report = reportOf(big, {
        lanes: Array.from({ length: words }, () => most),
        observedBlock: big,
        observedAt: big,
      });
      const body = encodeMessage({ report, signature: `0x${"ff".repeat(64)}` });
      expect(body.length).to.be.at.most(longestMessage(words));
      expect(longestMessage(words)).to.be.at.most(body.length + 512);
    }
  });

  it("survive a flood of 1,000 forged votes in bounded memory, and still take an honest one", async function () {
    this.timeout(30_000);
    const body = encodeMessage(voteOf(5, 7));
    const statuses: (number | string)[] = [];
    for (let round = 0; round < 10; round++) {
      statuses.push(...(await Promise.all(Array.from({ length: 100 }, () => post(server.port, body)))));
    }
    expect(statuses.filter((status) => status === 429).length).to.be.greaterThan(100);
    expect(statuses).not.to.include(200);
    expect(book.size()).to.equal(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await push(voteOf(0, 7)))[0]?.status).to.equal(200);
  });

  it("report a dead peer at once and a silent one after the timeout, and go on", async () => {
    const [silent, gone] = await Promise.all([listening(), listening()]);
    await new Promise((resolve) => gone.server.close(resolve));
    const results = await pushVote(
      voteOf(0, 7),
      [
        { url: `http://${HOST}:${gone.port}`, address: "dead" },
        { url: `http://${HOST}:${silent.port}`, address: "silent" },
        { url: `http://${HOST}:${server.port}`, address: "alive" },
      ],
      300,
    );
    silent.server.close();
    expect(results.map(({ status }) => status)).to.deep.equal([undefined, undefined, 200]);
    expect(results[0]?.error).to.equal("ECONNREFUSED");
    expect(results[1]?.error).to.contain("timeout");
  });

  it("error: PeerPortUnavailable, when the port is taken", async () => {
    const error: unknown = await startPeerServer({ host: HOST, port: server.port }, door).catch(
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(PeerPortUnavailable);
    expect(String(error)).to.contain(`${HOST}:${server.port}: saw EADDRINUSE`);
  });
});
