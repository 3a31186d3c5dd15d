import { z } from "zod";
import { latentBadDebtUsd } from "../../keeper/src/model/latent.js";
import { fullLoss, runSmall } from "../../test/keeper/model/run-small.js";
import type { SmallSystem } from "../../test/keeper/model/small-system.js";
import { pairs, relative, worstOf } from "./compare.js";
import type { Case } from "./format.js";

const vector = z.array(z.number());
const out = z.object({ price: vector, liquidated: vector, bad_debt: vector, latent_bad_debt: vector }).extend({
  rounds: z.number(),
  bonus_paid: z.number(),
  L1: z.number(),
  Linf: z.number(),
  M: z.number(),
  rho_eff: z.number(),
  Q: vector,
});

/** `latency`: rounds that the oracle lags; `resilience`: what is left of the impact after a round. */
export const cascadeRun = z.object({ shock: vector, latency: z.number(), resilience: z.number() }).extend({
  out: out.partial().required({ price: true }),
});
type Run = z.infer<typeof cascadeRun>;
type Out = z.infer<typeof out>;

/** One run of the engine against every number that the file tells of it. */
export function runCase(name: string, system: SmallSystem, { out, ...row }: Run, tolerance: number): Case {
  const actual = engineOn(system, row);
  const errors = Object.entries(out).flatMap(([field, expected]) =>
    pairs([actual[field as keyof Out]].flat(), [expected ?? []].flat()).map(relative),
  );
  return worstOf(name, tolerance, errors);
}

function engineOn(system: SmallSystem, { shock, latency, resilience }: Omit<Run, "out">): Out {
  const { book, run } = runSmall(system, shock, { latencyRounds: latency, keepFrac: resilience });
  const perVenue = (value: (rank: number) => number) => {
    const sums = system.closeFactor.map(() => 0);
    book.order.forEach((account, rank) => {
      const venue = book.state.accountVenue[account]!;
      sums[venue] = sums[venue]! + value(rank);
    });
    return sums;
  };
  const { asset, usd } = book.state.collateral;
  const L1 = asset.reduce((loss, k, e) => loss + usd[e]! * shock[k]!, 0);
  const Linf = fullLoss(book, run);
  const M = L1 === 0 ? 1 : Linf / L1;
  const { price, temporaryUsd, permanentUsd } = run.prices;
  return {
    price: system.prices.map((p, k) => p * price[k]!),
    rounds: run.converged ? run.rounds : NaN,
    liquidated: perVenue((rank) => run.repaidUsd[rank]!),
    bad_debt: perVenue((rank) => run.badDebtUsd[rank]!),
    latent_bad_debt: perVenue((rank) => latentBadDebtUsd(book, run, rank)),
    bonus_paid: run.bonusUsd,
    ...{ L1, Linf, M, rho_eff: Math.max(0, 1 - 1 / M) },
    Q: system.prices.map((p, k) => (temporaryUsd[k]! + permanentUsd[k]!) / p),
  };
}
