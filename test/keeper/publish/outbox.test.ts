import { expect } from "chai";
import { SigningKey } from "ethers";
import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { createOutbox, type Outbox } from "../../../keeper/src/publish/outbox.js";
import { NO_EPOCH, type OutboxParts, type Payload, type StepResult } from "../../../keeper/src/publish/outbox-parts.js";
import { identityOf } from "../../../keeper/src/report/identity.js";
import { openJournal } from "../../../keeper/src/store/database.js";
import { createTransactions, type Transactions } from "../../../keeper/src/store/transactions.js";
import type { Address } from "../../../keeper/src/units.js";
import { hash32 } from "../report/assessments.js";
import { createVirtualNode, GWEI, type VirtualNode } from "./virtual-node.js";

const { key, address } = identityOf(new SigningKey(hash32("01")));
const TARGET: Address = "0x00000000000000000000000000000000000000dd";

const payload = (epoch: number): Payload => ({
  epoch,
  to: TARGET,
  data: `0x${epoch.toString(16).padStart(64, "0")}`,
});

describe("outbox", () => {
  let folder: string;
  let db: DatabaseSync;
  let node: VirtualNode;
  let transactions: Transactions;
  let outbox: Outbox;

  const start = (over: Partial<OutboxParts> = {}): void => {
    db = openJournal(folder, { operator: address, chainId: 1, oracle: TARGET });
    transactions = createTransactions(db);
    outbox = createOutbox({
      transactions,
      gateway: node.gateway,
      key,
      address,
      chainId: 1,
      gasLimit: 300_000n,
      fees: { maxFeeCap: 200n * GWEI, tip: GWEI },
      budget: { weiPerHour: 10n ** 18n, transactionsPerHour: 100 },
      ...over,
    });
  };
  const restart = (over: Partial<OutboxParts> = {}): void => {
    db.close();
    start(over);
  };
  const sync: Payload = { epoch: NO_EPOCH, to: "0x00000000000000000000000000000000000000AA", data: "0xff" };
  const pending = (): unknown[] => node.pool().map(({ to, nonce }) => [to?.toLowerCase(), nonce]);
  /** One head, as the operator works through it: the epoch is wanted until the chain holds it. */
  const turn = async (epoch?: number): Promise<StepResult> => {
    const head = node.head();
    await outbox.reconcile(head);
    const publishedEpoch = Math.max(0, ...node.executed());
    const isWanted = epoch !== undefined && epoch > publishedEpoch;
    return outbox.step(head, { payload: isWanted ? payload(epoch) : undefined, publishedEpoch });
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "bulkhead-outbox-"));
    node = createVirtualNode();
    start();
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("sends a call once, and knows when it is in the chain", async () => {
    const sent = await turn(7);
    expect(sent).to.deep.include({ kind: "sent", fault: undefined });
    const head = node.mine();
    const landed = await outbox.reconcile(head);
    expect(landed).to.have.length(1);
    expect(landed[0]).to.include({ block: 101, succeeded: true, attempt: sent.kind === "sent" ? sent.hash : "" });
    expect(await turn()).to.deep.equal({ kind: "idle" });
    expect(node.executed()).to.deep.equal([7]);
  });

  it("has one nonce in flight: a newer call waits, then replaces the pending one at 12.5 % more", async () => {
    await turn(7);
    node.mine({ isFull: true });
    await turn(8);
    expect(node.pool().map(({ nonce, maxFeePerGas }) => [nonce, maxFeePerGas])).to.deep.equal([[0, 21n * GWEI]]);
    node.mine({ isFull: true });
    await turn(9);
    expect(node.pool().map(({ nonce, maxFeePerGas }) => [nonce, maxFeePerGas])).to.deep.equal([[0, 23_625_000_000n]]);
    node.mine();
    await turn();
    expect(node.executed()).to.deep.equal([9]);
    expect(transactions.live()).to.deep.equal([]);
  });

  it("bumps a call that is still wanted, and only rebroadcasts one that is not", async () => {
    await turn(7);
    node.mine({ isFull: true });
    node.mine({ isFull: true });
    await turn();
    expect(node.pool()[0]?.maxFeePerGas).to.equal(23_625_000_000n);
    await outbox.reconcile(node.mine({ isFull: true }));
    node.mine({ isFull: true });
    await outbox.step(node.head(), { payload: undefined, publishedEpoch: 7 });
    expect(node.pool()[0]?.maxFeePerGas).to.equal(23_625_000_000n);
  });

  it("lets an epoch take a pending sync's place at once, and a sync no wanted epoch's, whatever the wait", async () => {
    const stepWith = async (payload: Payload | undefined): Promise<StepResult> => {
      await outbox.reconcile(node.head());
      return outbox.step(node.head(), { payload, publishedEpoch: Math.max(0, ...node.executed()) });
    };
    expect(await stepWith(sync)).to.deep.include({ kind: "sent", to: sync.to.toLowerCase() });
    node.mine({ isFull: true });
    await stepWith(payload(7));
    expect(pending()).to.deep.equal([[TARGET, 0]]);
    for (let block = 0; block < 3; block++) {
      node.mine({ isFull: true });
      await stepWith(sync);
      expect(pending()).to.deep.equal([[TARGET, 0]]);
    }
    node.mine();
    await stepWith(sync);
    expect(pending()).to.deep.equal([[sync.to.toLowerCase(), 1]]);
    const landed = await outbox.reconcile(node.mine());
    expect(landed.map(({ to }) => to)).to.deep.equal([sync.to.toLowerCase()]);
  });

  it("bumps a sync for as long as it is asked for, and only rebroadcasts it afterwards", async () => {
    const stepWith = async (payload: Payload | undefined): Promise<void> => {
      await outbox.reconcile(node.head());
      await outbox.step(node.head(), { payload, publishedEpoch: 0 });
      node.mine({ isFull: true });
    };
    for (let block = 0; block < 3; block++) await stepWith(sync);
    expect(node.pool()[0]?.maxFeePerGas).to.equal(23_625_000_000n);
    node.dropPool();
    for (let block = 0; block < 3; block++) await stepWith(undefined);
    expect(node.pool().map(({ maxFeePerGas }) => maxFeePerGas)).to.deep.equal([23_625_000_000n]);
  });

  it("sends again what a node forgot, byte for byte", async () => {
    await turn(7);
    const [before] = node.pool();
    node.dropPool();
    node.mine();
    await turn(7);
    expect(node.pool()[0]?.hash).to.equal(before?.hash);
  });

  it("stops at the fee cap, and goes on below it", async () => {
    node.mine({ baseFee: 201n * GWEI });
    const held = await turn(7);
    expect(held.kind === "held" && held.reason).to.contain("fee cap: base fee 201000000000 wei is above 200000000000");
    expect(transactions.live()).to.deep.equal([]);
    node.mine({ baseFee: 190n * GWEI });
    expect((await turn(7)).kind).to.equal("sent");
    expect(node.pool()[0]?.maxFeePerGas).to.equal(200n * GWEI);
  });

  it("lands within three blocks of a base fee that rose tenfold", async () => {
    await turn(7);
    node.mine({ baseFee: 90n * GWEI, isFull: true });
    for (let blocks = 0; blocks < 3; blocks++) {
      await turn(7);
      node.mine({ baseFee: 90n * GWEI });
    }
    expect(node.executed()).to.deep.equal([7]);
  });

  it("stops at the budget of an hour, in transactions and in wei, and goes on after it", async () => {
    restart({ budget: { weiPerHour: 10n ** 18n, transactionsPerHour: 2 } });
    for (const epoch of [7, 8]) {
      await turn(epoch);
      node.mine();
    }
    const third = await turn(9);
    expect(third.kind === "held" && third.reason).to.contain("saw 3 transactions this hour");
    for (let block = 0; block < 300; block++) node.mine();
    expect((await turn(9)).kind).to.equal("sent");
    restart({ budget: { weiPerHour: 1n, transactionsPerHour: 9 } });
    node.mine();
    await turn();
    expect((await turn(10)).kind).to.equal("held");
  });

  it("counts a refusal as nothing but a refusal: the row stays, the next head decides", async () => {
    node.refuse = "insufficient funds for gas * price + value";
    expect(await turn(7)).to.include({ kind: "sent", fault: "poor" });
    expect(transactions.attempts(0)[0]?.sent).to.equal(false);
    node.refuse = undefined;
    node.mine();
    expect(await turn(7)).to.deep.include({ kind: "sent", fault: undefined });
    node.mine();
    await turn();
    expect(node.executed()).to.deep.equal([7]);
  });

  it("gives up a nonce that was used elsewhere, and takes the next", async () => {
    await turn(7);
    node.useNonceElsewhere();
    node.mine();
    node.mine();
    await turn(8);
    node.mine();
    await turn();
    expect(node.executed()).to.deep.equal([8]);
    expect(transactions.live()).to.deep.equal([]);
  });

  it("takes a mined call back when its block leaves the chain, and lands it again once", async () => {
    await turn(7);
    await outbox.reconcile(node.mine());
    node.reorg(1, { forget: true });
    node.mine({ isFull: true });
    node.mine({ isFull: true });
    await turn(7);
    expect(transactions.live()).to.have.length(1);
    node.mine();
    await turn();
    expect(node.executed()).to.deep.equal([7]);
  });

  const crashPoints = ["signed", "journaled", "sent", "marked", "receipt"] as const;
  for (const point of crashPoints) {
    it(`loses and doubles nothing when it ends at "${point}", once and again`, async () => {
      const crash = (seen: string): void => {
        if (seen === point) throw new Error(`ended at ${point}`);
      };
      const tryTurn = (epoch?: number): Promise<unknown> => turn(epoch).catch((error: unknown) => String(error));
      for (const fault of [crash, crash, () => undefined]) {
        restart({ fault });
        await tryTurn(7);
      }
      node.mine();
      for (const fault of [crash, crash, () => undefined]) {
        restart({ fault });
        await tryTurn(7);
        node.mine();
      }
      expect(node.executed()).to.deep.equal([7]);
      expect(transactions.live()).to.deep.equal([]);
    });
  }

  type Event = "wish" | "mine" | "full" | "drop" | "reorg" | "crash" | "refuse" | "spike" | "elsewhere";
  const events = fc.array(
    fc.constantFrom<Event[]>(
      "wish",
      "wish",
      "mine",
      "mine",
      "full",
      "drop",
      "reorg",
      "crash",
      "refuse",
      "spike",
      "elsewhere",
    ),
    { minLength: 5, maxLength: 40 },
  );

  it("publishes each epoch at most once whatever happens, and the last one in the end", async function () {
    this.timeout(60_000);
    await fc.assert(
      fc.asyncProperty(events, fc.constantFrom(...crashPoints), async (script, point) => {
        db.close();
        rmSync(folder, { recursive: true, force: true });
        node = createVirtualNode();
        start();
        let epoch = 0;
        for (const event of script) {
          if (event === "wish") epoch += 1;
          if (event === "drop") node.dropPool();
          if (event === "reorg" && node.head().number > 103) node.reorg(2, { forget: epoch % 2 === 0 });
          if (event === "elsewhere") node.useNonceElsewhere();
          if (event === "mine" || event === "reorg") node.mine();
          if (event === "full") node.mine({ isFull: true });
          if (event === "spike") node.mine({ baseFee: 90n * GWEI });
          node.refuse = event === "refuse" ? "internal error" : undefined;
          const fault = (seen: string): void => {
            if (seen === point) throw new Error("crash");
          };
          if (event === "crash") restart({ fault });
          await turn(epoch === 0 ? undefined : epoch).catch((error: unknown) => {
            if (String(error) !== "Error: crash") throw error;
          });
          if (event === "crash") restart();
        }
        node.refuse = undefined;
        for (let block = 0; block < 12; block++) {
          await turn(epoch === 0 ? undefined : epoch);
          node.mine();
        }
        await turn();
        const executed = node.executed();
        // A nonce used elsewhere that a reorganisation frees again can bring an abandoned call back: the oracle takes an
        // epoch once, the second call only pokes. Nothing else can.
        if (!script.includes("elsewhere")) expect(new Set(executed).size, "an epoch twice").to.equal(executed.length);
        if (epoch > 0) expect(executed, "the last epoch").to.include(epoch);
        expect(transactions.live()).to.deep.equal([]);
      }),
      { numRuns: 60, seed: 42 },
    );
  });
});
