import { expect } from "chai";
import { byAccount, type Book } from "../../../keeper/src/model/book.js";
import type { Rounds } from "../../../keeper/src/model/rounds.js";
import type { PlainRun } from "./plain-cascade.js";

/** Results by rank. */
export type Ended = Pick<
  Rounds,
  | "prices"
  | "collateralLeft"
  | "debtLeft"
  | "repaidUsd"
  | "badDebtUsd"
  | "triggerRound"
  | "touchedCount"
  | "bonusUsd"
  | "rounds"
  | "converged"
>;

/** Expect the bits of `plain`. */
export function expectSame(book: Book, run: Ended, plain: PlainRun): void {
  const same = (actual: Float64Array | Int32Array, expected: Float64Array | Int32Array, what: string) => {
    const at = actual.findIndex((x, e) => !Object.is(x, expected[e]));
    expect(at, `${what}: ${actual[at]} for ${expected[at]}`).to.equal(-1);
  };
  same(run.prices.price, plain.price, "price");
  same(run.prices.temporaryUsd, plain.temporaryUsd, "temporary sales");
  same(run.prices.permanentUsd, plain.permanentUsd, "permanent sales");
  same(byAccount(book, run.collateralLeft, 1), plain.collateralLeft, "collateral left");
  same(byAccount(book, run.debtLeft, 1), plain.debtLeft, "debt left");
  same(byAccount(book, run.repaidUsd, 0), plain.repaidUsd, "repaid");
  same(byAccount(book, run.badDebtUsd, 0), plain.badDebtUsd, "bad debt");
  same(
    run.triggerRound,
    Int32Array.from(book.order, (i) => plain.triggerRound[i]!),
    "trigger round",
  );
  expect(run.bonusUsd).to.equal(plain.bonusUsd);
  expect(run.rounds).to.equal(plain.rounds);
  expect(run.converged).to.equal(plain.converged);
  const changed = plain.triggerRound.filter((round) => round > 0);
  expect(run.touchedCount).to.equal(changed.length);
}
