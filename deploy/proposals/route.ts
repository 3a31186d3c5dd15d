import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { id, Interface } from "ethers";
import { ExampleGovernor__factory } from "../../typechain-types/index.js";
import type { DeploymentRecord } from "../record.js";
import { encodeAction, ProposalInvalid, type Action } from "./action.js";

const manager = new Interface(AccessManagerArtifact.abi);
const governor = ExampleGovernor__factory.createInterface() as Interface;

/** A transaction that somebody signs. */
export interface Signed {
  /** What it does, in a word. */
  readonly step: string;
  readonly to: string;
  readonly data: string;
  /** Seconds that have to pass since the transaction before; a vote's own time comes on top. */
  readonly after: number;
}

/** Who makes a call happen, and by which transactions. */
export interface Route {
  readonly kind: "direct" | "scheduled" | "governor";
  /** Who signs: a member of the role, or anybody with votes. */
  readonly signer: string;
  /** Whom the contract sees. */
  readonly caller: string;
  readonly call: { readonly to: string; readonly data: string };
  readonly transactions: readonly Signed[];
}

/** The way from `action` to the chain, after the recorded roles. Throws {@link ProposalInvalid}. */
export function routeOf(record: DeploymentRecord, action: Action, options: { from?: string; why: string }): Route {
  const at = (name: string): string => {
    const address = record.contracts[name]?.address;
    if (address === undefined) throw new ProposalInvalid(`deployment: saw no ${name}, expected one`);
    return address;
  };
  const call = { to: at(action.contract), data: encodeAction(action) };
  const members = record.roles.roles[action.role]?.members ?? {};
  const caller = memberOf(members, action, options.from);
  if (record.roles.timelock !== undefined && caller === at("TimelockController")) {
    const { minDelay: delay } = record.roles.timelock;
    return throughGovernor(at("ExampleGovernor"), { call, caller, why: options.why, delay });
  }
  const delay = members[caller] ?? 0;
  const once = { signer: caller, caller, call };
  if (delay === 0) return { kind: "direct", ...once, transactions: [{ step: "call", ...call, after: 0 }] };
  const to = at("AccessManager");
  const schedule = manager.encodeFunctionData("schedule", [call.to, call.data, 0]);
  const execute = manager.encodeFunctionData("execute", [call.to, call.data]);
  const transactions = [
    { step: "schedule", to, data: schedule, after: 0 },
    { step: "execute", to, data: execute, after: delay },
  ];
  return { kind: "scheduled", ...once, transactions };
}

function memberOf(members: Readonly<Record<string, number>>, { role }: Action, from: string | undefined): string {
  const known = Object.keys(members);
  const chosen = from === undefined ? known[0] : known.find((one) => one.toLowerCase() === from.toLowerCase());
  if (chosen !== undefined) return chosen;
  const expected = known.length === 0 ? "one; the record names nobody" : `one of ${known.join(", ")}`;
  throw new ProposalInvalid(`member of ${role}: saw ${from ?? "none"}, expected ${expected}`);
}

interface Vote {
  readonly call: Route["call"];
  readonly caller: string;
  readonly why: string;
  readonly delay: number;
}

function throughGovernor(to: string, { call, caller, why, delay }: Vote): Route {
  const batch = [[call.to], [0n], [call.data]];
  const encode = (method: string, last: string): string => governor.encodeFunctionData(method, [...batch, last]);
  const transactions = [
    { step: "propose", to, data: encode("propose", why), after: 0 },
    { step: "queue", to, data: encode("queue", id(why)), after: 0 },
    { step: "execute", to, data: encode("execute", id(why)), after: delay },
  ];
  return { kind: "governor", signer: "anybody with votes", caller, call, transactions };
}
