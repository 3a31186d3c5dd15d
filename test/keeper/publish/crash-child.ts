import { SigningKey } from "ethers";
import { createRpcPool } from "../../../keeper/src/chain/rpc-pool.js";
import { createOutbox } from "../../../keeper/src/publish/outbox.js";
import { createGateway } from "../../../keeper/src/publish/transmission.js";
import { identityOf } from "../../../keeper/src/report/identity.js";
import { openJournal } from "../../../keeper/src/store/database.js";
import { createTransactions } from "../../../keeper/src/store/transactions.js";
import type { Address, Hex } from "../../../keeper/src/units.js";

/** One head of an operator that wants a counter on chain to be 1, killed by itself at `fault`; prints what it did. */
export interface CrashTask {
  readonly url: string;
  readonly folder: string;
  readonly key: Hex;
  readonly counter: Address;
  readonly fault: string;
}

const task = JSON.parse(process.argv[2] ?? "") as CrashTask;
const pool = createRpcPool({ urls: [task.url], chainId: 31_337, quorum: 1, timeoutMs: 10_000 });
const { key, address } = identityOf(new SigningKey(task.key));
const journal = openJournal(task.folder, { operator: address, chainId: 31_337, oracle: task.counter });
const outbox = createOutbox({
  transactions: createTransactions(journal),
  gateway: createGateway(pool),
  key,
  address,
  chainId: 31_337,
  gasLimit: 100_000n,
  fees: { maxFeeCap: 10n ** 12n, tip: 10n ** 9n },
  budget: { weiPerHour: 10n ** 20n, transactionsPerHour: 100 },
  fault: (point) => {
    if (point === task.fault) process.kill(process.pid, "SIGKILL");
  },
});

const head = await pool.head();
const landed = await outbox.reconcile(head);
const count = BigInt(await pool.at(head).storage(task.counter, `0x${"00".repeat(32)}`));
const payload = count === 0n ? ({ epoch: 1, to: task.counter, data: "0x" } as const) : undefined;
const step = await outbox.step(head, { payload, publishedEpoch: count === 0n ? 0 : 1 });
process.stdout.write(`${JSON.stringify({ step, landed: landed.length })}\n`);
journal.close();
