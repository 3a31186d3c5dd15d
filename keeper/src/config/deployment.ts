import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Address } from "../units.js";
import { address } from "../values.js";

/** Addresses of the contracts that a keeper talks to. */
export interface Contracts {
  readonly oracle: Address;
  readonly breaker: Address;
}

const created = z.looseObject({ address });
const record = z.looseObject({
  chainId: z.int(),
  contracts: z.looseObject({ RiskOracle: created, CircuitBreaker: created }),
});

/**
 * Read both addresses from a deployment.json, as `npm run deploy` writes it.
 *
 * **Throws** an Error that says what was seen, when the file is not one or is of another chain than `chainId`.
 */
export function readDeployment(file: string, chainId: number): Contracts {
  const { data, error } = record.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (data === undefined) throw new Error(z.prettifyError(error).split("\n").slice(0, 2).join(" "), { cause: error });
  if (data.chainId !== chainId) throw new Error(`a deployment on chain ${data.chainId}`);
  return { oracle: data.contracts.RiskOracle.address, breaker: data.contracts.CircuitBreaker.address };
}
