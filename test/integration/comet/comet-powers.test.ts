import { expect } from "chai";
import { ZeroAddress, id, zeroPadValue } from "ethers";

import { toWord } from "../../../keeper/src/chain/archive/archive.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import type { CometMom } from "../../../typechain-types/index.js";
import { COMET, EXTENSION, FRIEND, GOVERNOR, IMPLEMENTATION, LENDER, PAUSE_GUARDIAN } from "./market-archive.js";
import { type Market, OURS, THROTTLE, openMarket, useSnapshots } from "./recorded-market.js";

const ONE: Address = "0x0000000000000000000000000000000000000001";
const [PUSH1, PUSH4, PUSH32] = [0x60, 0x63, 0x7f];

const selector = (signature: string): Hex => id(signature).slice(0, 10) as Hex;
const PAUSE = selector("pause(bool,bool,bool,bool,bool)");
const FLAGS = ["Supply", "Transfer", "Withdraw", "Absorb", "Buy"].map((name) => selector(`is${name}Paused()`));
/** Four-byte words that solc puts into any code: `Panic(uint256)`, and a mask. */
const COMPILER_WORDS = ["0x4e487b71", "0xffffffff"];

/** Every four-byte word in the code: among them all selectors that it answers to, and all that it calls. */
function wordsOf(code: string): Set<Hex> {
  const bytes = Buffer.from(code.slice(2), "hex");
  const found = new Set<Hex>();
  for (let at = 0; at < bytes.length; at += 1) {
    const opcode = bytes.readUInt8(at);
    if (opcode === PUSH4) found.add(`0x${bytes.subarray(at + 1, at + 5).toString("hex")}`);
    if (opcode >= PUSH1 && opcode <= PUSH32) at += opcode - PUSH1 + 1;
  }
  return found;
}

describe("CometMom and the powers of its role", function () {
  let market: Market;
  before(async function () {
    market = await openMarket(this, [ZeroAddress as Address, ONE, PAUSE_GUARDIAN, GOVERNOR]);
  });
  after(() => market?.close());
  useSnapshots(() => market);

  const codeOf = (address: string) => market.provider.getCode(address);
  async function hostWords(): Promise<Set<Hex>> {
    const words = [...wordsOf(await codeOf(IMPLEMENTATION)), ...wordsOf(await codeOf(EXTENSION))];
    return new Set(words.filter((word) => !COMPILER_WORDS.includes(word)));
  }

  async function answer(from: Address, data: string): Promise<string> {
    try {
      return String(await market.rpc.call("eth_call", [{ from, to: COMET, data }, "latest"]));
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** The functions that the genuine code, asked one by one, lets `account` call otherwise than a stranger. */
  async function powersOf(account: Address): Promise<string[]> {
    const powers = new Set<string>();
    for (const word of await hostWords()) {
      for (const argument of [ZeroAddress, ONE]) {
        const data = word + zeroPadValue(argument, 32).slice(2).repeat(10);
        if ((await answer(account, data)) !== (await answer(FRIEND, data))) powers.add(word);
      }
    }
    return [...powers].sort();
  }

  it("default: of all functions of the market, the pause guardian has one to itself; the governor has three", async function () {
    expect(await powersOf(PAUSE_GUARDIAN)).to.deep.equal([PAUSE]);
    const reserves = [selector("approveThis(address,address,uint256)"), selector("withdrawReserves(address,uint256)")];
    expect(await powersOf(GOVERNOR)).to.deep.equal([PAUSE, ...reserves].sort());
  });

  it("behavior: the adapter's code names no function of the market but the pause and its five views", async function () {
    const mom = await market.appointMom(THROTTLE);
    const host = await hostWords();
    expect([...wordsOf(await codeOf(PAUSE_GUARDIAN))].filter((word) => host.has(word)).sort()).to.deep.equal(
      [PAUSE, ...FLAGS].sort(),
    );
    const functions = mom.interface.fragments.filter(({ type }) => type === "function");
    expect(functions.map((fragment) => fragment.format("sighash")).sort()).to.deep.equal([
      ...["breaker()", "capabilities()", "comet()", "effect()", "fromLevel()", "subject()", "sync()"],
    ]);
  });

  /** All of the market's storage that is known: recorded, set by the tests, or written since. */
  async function storage(): Promise<Record<string, string>> {
    const slots = [...market.archive.accounts.get(COMET)!.storage.keys()];
    const values = await Promise.all(slots.map((slot) => market.provider.getStorage(COMET, slot)));
    return Object.fromEntries(slots.map((slot, at) => [toWord(slot), values[at]!]));
  }

  async function callEverything(mom: CometMom): Promise<void> {
    const caller = await market.as(LENDER);
    const functions = mom.interface.fragments.filter(({ type }) => type === "function");
    const own = functions.map((fragment) => selector(fragment.format("sighash")));
    const all = [...own, PAUSE, ...FLAGS, selector("approveThis(address,address,uint256)"), "0x", "0x00000000"];
    for (const data of all) {
      const padded = data === "0x" ? data : data + "00".repeat(160);
      const sent = await caller
        .sendTransaction({ to: PAUSE_GUARDIAN, data: padded, gasLimit: 1_000_000 })
        .catch(() => null);
      await sent?.wait().catch(() => null);
    }
  }

  it("behavior: whatever is called on the adapter, at any level, two flags of the market change and nothing else", async function () {
    const mom = await market.appointMom(THROTTLE);
    const before = await storage();
    for (const level of [0, 1, 2, 3, 4]) {
      if (level > 0) await market.trip(level);
      await callEverything(mom);
      const after = await storage();
      const changed = Object.keys(before).filter((slot) => before[slot] !== after[slot]);
      // Slot 1: totals and time of the last accrual below, `pauseFlags` in its first byte.
      expect(changed).to.deep.equal(level < THROTTLE ? [] : [toWord(1n)], `level ${level}`);
      expect(after[toWord(1n)]!.slice(4)).to.equal(before[toWord(1n)]!.slice(4));
      expect(Number(after[toWord(1n)]!.slice(0, 4))).to.equal(level < THROTTLE ? 0 : 0b00110, "transfer and withdraw");
    }
    expect(await market.flags()).to.deep.equal(OURS);
    await market.release();
    await callEverything(mom);
    expect(await storage()).to.deep.equal(before);
  });
});
