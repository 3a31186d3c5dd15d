import { Contract, JsonRpcProvider, ZeroAddress } from "ethers";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { readRecord } from "../record.js";
import { MANAGED } from "../roles.js";
import { actionOf, levelOf, ProposalInvalid, type Action } from "./action.js";
import { plainResult, simulateRoute } from "./effect.js";
import { renderProposal, writePayloads } from "./payload.js";
import { routeOf } from "./route.js";

/** What every proposal needs to know. */
export interface ProposeOptions {
  readonly deployment: string;
  readonly rpc: string;
  readonly why: string;
  readonly from?: string;
  readonly out?: string;
}

type Say = (line: string) => void;

/** Say who has to sign what for `action`, and what it would do; write the payloads where a folder is given. */
export async function propose(action: Action, options: ProposeOptions, say: Say): Promise<void> {
  const record = await readRecord(options.deployment);
  const route = routeOf(record, action, options);
  const effect = await simulateRoute(record, options.rpc, { action, route });
  for (const line of renderProposal(route, effect)) say(line);
  if (options.out === undefined) return;
  for (const file of await writePayloads(options.out, record, { route, why: options.why })) say(`wrote ${file}`);
}

/** A guardian's raise. */
export function tripAction(target: string, level: string, seconds: string, why: string): Action {
  const duration = Number(seconds);
  return actionOf("CircuitBreaker", "trip", { target, level: levelOf(level), duration, reason: why });
}

/** A releaser's lowering. */
export function releaseAction(target: string, level: string, why: string): Action {
  return actionOf("CircuitBreaker", "release", { target, level: levelOf(level), reason: why });
}

/** The target's present configuration with what the YAML file `change` says otherwise, e.g. `terms: { minDwell: 1800 }`. */
export async function configureAction(target: string, change: string, options: ProposeOptions): Promise<Action> {
  const { contracts } = await readRecord(options.deployment);
  const provider = new JsonRpcProvider(options.rpc);
  try {
    const breaker = new Contract(contracts["CircuitBreaker"]?.address ?? ZeroAddress, MANAGED.CircuitBreaker, provider);
    const view = breaker.getFunction("configOf");
    const config = plainResult(view.fragment, await view.staticCallResult(target));
    const changes: unknown = parse(readFileSync(change, "utf8"));
    return actionOf("CircuitBreaker", "configureTarget", { target, config: merged(config, changes, "") });
  } finally {
    provider.destroy();
  }
}

function merged(old: unknown, change: unknown, at: string): unknown {
  if (typeof change !== "object" || change === null || typeof old !== "object" || old === null) return change;
  const unknown = Object.keys(change).filter((key) => !(key in old));
  if (unknown.length > 0) {
    throw new ProposalInvalid(`${at}: saw ${unknown.join(", ")}, expected some of ${Object.keys(old).join(", ")}`);
  }
  const entries = Object.entries(old).map(([key, value]: [string, unknown]) => {
    const inner = (change as Record<string, unknown>)[key];
    return [key, inner === undefined ? value : merged(value, inner, `${at}.${key}`)] as const;
  });
  return Array.isArray(old) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** Any other call, its arguments by name as JSON or YAML. */
export function anyAction(contract: string, method: string, args: string): Action {
  const given: unknown = parse(args);
  if (typeof given === "object" && given !== null) return actionOf(contract, method, given as Record<string, unknown>);
  throw new ProposalInvalid(`--args: saw ${args}, expected arguments by name, e.g. '{ "newModelHash": "0x…" }'`);
}
