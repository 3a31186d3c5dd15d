import type { Interface } from "ethers";
import { formatEther, formatUnits, type ParamType } from "ethers";

import type { Step } from "./journal.js";
import { localBuild } from "./local-build.js";
import type { Difference, RoleTable } from "./role-table.js";
import { partiesOf } from "./preflight.js";
import type { DeploymentFile } from "./parameter-file.js";
import { managedNames, MANAGED, roleName } from "./roles.js";
import type { Simulation } from "./simulate.js";

/** Names of the accounts and contracts that turn up in arguments, by address in lower case. */
export type Names = ReadonlyMap<string, string>;

/** What a deployment would do, for people: every transaction in order, the cost, who ends up with what. */
export async function renderSimulation(plan: Simulation, file: DeploymentFile, deployer: string): Promise<string[]> {
  const named: (readonly [name: string, account: string])[] = [
    ...partiesOf(file),
    ["the deployer", deployer],
    ...plan.steps.filter(isCreation).map(({ contract, address }) => [contract, address] as const),
  ];
  const names = new Map<string, string>();
  for (const [name, account] of named) {
    const before = names.get(account.toLowerCase());
    names.set(account.toLowerCase(), before === undefined ? name : `${before}, ${name}`);
  }
  const lines: string[] = [];
  for (const [index, step] of plan.steps.entries()) lines.push(...(await renderStep(step, index, { plan, names })), "");
  const ahead = plan.steps.filter(({ blockNumber }) => blockNumber > plan.blockNumber);
  const gas = ahead.reduce((sum, step) => sum + step.gas, 0n);
  const cost = gas * plan.baseFee;
  const purse = `the deployer has ${formatEther(plan.balance)}${plan.balance < cost ? ": too little" : ""}`;
  return [
    ...lines,
    `${ahead.length} transactions, ${group(gas)} gas; at the base fee of ${formatUnits(plan.baseFee, "gwei")} gwei ` +
      `${formatEther(cost)} ETH; ${purse}`,
    "",
    ...renderRoles(plan.roles),
  ];
}

const isCreation = ({ method }: Step): boolean => method === undefined;
const group = (value: bigint): string => value.toLocaleString("en-US");

interface Context {
  readonly plan: Simulation;
  readonly names: Names;
}

async function renderStep(step: Step, index: number, { plan, names }: Context): Promise<string[]> {
  const { contract } = await localBuild(step.contract);
  const fragment = step.method === undefined ? contract.deploy : contract.getFunction(step.method);
  const what = step.method === undefined ? `create ${step.contract}` : `call ${step.contract}.${step.method}`;
  const done = step.blockNumber <= plan.blockNumber ? `  sent before, in block ${step.blockNumber}` : "";
  const head = `${String(index + 1).padStart(3)}  ${what}  ${step.address}  gas ${group(step.gas)}${done}`;
  if (step.method === "multicall") return [head, ...innerCalls(step.args[0], contract, names)];
  const inputs = fragment?.inputs ?? [];
  return [head, ...step.args.map((value, i) => `       ${inputs[i]?.name ?? i}: ${shown(value, names)}`)];
}

/** The calls of a multicall, each on a line of its own. */
function innerCalls(calls: unknown, contract: Interface, names: Names): string[] {
  if (!Array.isArray(calls)) return [];
  return calls.map((data) => {
    const call = contract.parseTransaction({ data: String(data) });
    if (call === null) return `       ${String(data)}`;
    const args = call.fragment.inputs.map((input, i) => shownInput(input, call.args[i], names));
    return `       ${call.name}(${args.join(", ")})`;
  });
}

function shownInput(input: ParamType, value: unknown, names: Names): string {
  if (input.name === "roleId" || input.name === "admin" || input.name === "guardian")
    return roleName(BigInt(String(value)));
  if (input.name === "selectors") return `[${[...(value as Iterable<string>)].map(functionName).join(", ")}]`;
  return `${input.name} ${shown(value, names)}`;
}

const functionName = (selector: string): string =>
  managedNames.map((name) => MANAGED[name].getFunction(selector)?.name).find(Boolean) ?? selector;

/** A value on one line: addresses with the name that is known for them. */
function shown(value: unknown, names: Names): string {
  if (Array.isArray(value)) return `[${value.map((each) => shown(each, names)).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, each]) => `${key}: ${shown(each, names)}`)
      .join(", ")} }`;
  }
  const text = String(value);
  const name = names.get(text.toLowerCase());
  return name === undefined ? text : `${text} (${name})`;
}

/** A role table, a line a fact. */
export function renderRoles({ roles, targets, timelock }: RoleTable): string[] {
  const members = (row: Readonly<Record<string, number>>): string =>
    Object.entries(row)
      .map(([account, delay]) => `${account} after ${delay} s`)
      .join(", ") || "nobody";
  return [
    "roles (who, and how long it waits; who may cancel; from a grant until it counts)",
    ...Object.entries(roles).map(
      ([name, row]) =>
        `  ${name.padEnd(13)} ${members(row.members)}; cancelled by ${row.guardian}; granted by ${row.admin}, ${row.grantDelay} s`,
    ),
    ...Object.entries(targets).flatMap(([name, row]) => [
      `${name} asks ${row.authority}${row.closed ? ", and is closed" : ""}; another role after ${row.adminDelay} s`,
      ...Object.entries(row.functions).map(([signature, role]) => `  ${signature.split("(")[0]?.padEnd(18)} ${role}`),
    ]),
    ...(timelock === undefined
      ? []
      : [
          `the timelock waits ${timelock.minDelay} s`,
          ...Object.entries(timelock.members).map(([role, who]) => `  ${role.padEnd(18)} ${who.join(", ")}`),
        ]),
  ];
}

/** Differences, a line each. */
export function renderDifferences(found: readonly Difference[]): string[] {
  return found.map(({ what, expected, seen }) => `DIFFERS ${what}: expected ${expected}, saw ${seen}`);
}
