import type { SquareRootMarket } from "../../keeper/src/model/clearing/square-root-sales.js";
import type { Equilibria, SqrtInput, Toy } from "./firesale-sqrt-file.js";

/** The input of that name. */
export function inputNamed(inputs: Readonly<Record<string, SqrtInput>>, name: string): SqrtInput {
  const input = inputs[name];
  if (input === undefined) throw new Error(`saw input "${name}", expected one of ${Object.keys(inputs).join(", ")}`);
  return input;
}

export function marketOf(input: SqrtInput, kappa: number, maxLeverage: number): SquareRootMarket {
  return {
    equityUsd: Float64Array.from(input.e_1),
    loansUsd: Float64Array.from(input.L_1_total),
    holdingsUsd: Float64Array.from(input.S_1.flat()),
    impactPerRootUsd: Float64Array.from(input.volatility, (sigma, k) => (sigma * kappa) / Math.sqrt(input.adv[k]!)),
    maxLeverage,
  };
}

/** One security, whose impact is written out: "delta = sqrt(0.000022 * q), ...". */
export function toyMarket({ state, lb, impact }: Toy): SquareRootMarket {
  const scale = /sqrt\(\s*([\d.eE+-]+)\s*\*\s*q\s*\)/.exec(impact)?.[1];
  if (scale === undefined) throw new Error(`saw impact "${impact}", expected "sqrt(NUMBER * q)": write it like that`);
  return {
    equityUsd: Float64Array.from(state.e_1),
    loansUsd: Float64Array.from(state.L_1),
    holdingsUsd: Float64Array.from(state.S_1),
    impactPerRootUsd: Float64Array.of(Math.sqrt(Number(scale))),
    maxLeverage: lb,
  };
}

/** The toy's results in the words of the other cases. */
export function toyEquilibria(toy: Toy): Equilibria {
  return {
    delta_lower: [toy.delta_lower],
    delta_upper: [toy.delta_upper],
    iter_lower: toy.iterations_lower,
    iter_upper: toy.iterations_upper,
    unique: toy.unique,
  };
}
