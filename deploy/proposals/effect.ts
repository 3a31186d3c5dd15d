import {
  type FunctionFragment,
  type Interface,
  JsonRpcProvider,
  type Log,
  type ParamType,
  type Provider,
  Result,
  toQuantity,
} from "ethers";
import { network } from "hardhat";
import type { DeploymentRecord } from "../record.js";
import { differences, type Difference } from "../role-table.js";
import { MANAGED, managedNames } from "../roles.js";
import { ProposalInvalid, type Action } from "./action.js";
import type { Route } from "./route.js";

type Connection = Awaited<ReturnType<typeof network.create>>;

/** What a route does to the contract it is about. */
export interface Effect {
  readonly blockNumber: number;
  /** What the contract's views say otherwise right after the call than right before it. */
  readonly changes: readonly Difference[];
  /** Events of our contracts, decoded. */
  readonly events: readonly string[];
}

const PLENTY = 10n ** 20n;

/**
 * Let `route` happen in this process, on a fork of the newest block of `url`: whoever signs is taken at his word, delays pass,
 * and a vote is taken as won. Nothing is sent there.
 *
 * **Throws** {@link ProposalInvalid} with the decoded revert.
 */
export async function simulateRoute(
  record: DeploymentRecord,
  url: string,
  subject: { action: Action; route: Route },
): Promise<Effect> {
  const { action, route } = subject;
  const remote = new JsonRpcProvider(url, record.chainId, { staticNetwork: true });
  const blockNumber = await remote.getBlockNumber();
  remote.destroy();
  const override = { chainId: record.chainId, accounts: [], forking: { url, blockNumber } };
  const connection = await network.create({ network: "lab", override });
  try {
    await connection.networkHelpers.mine();
    const calls = route.kind === "governor" ? [{ ...route.call, after: totalDelay(route) }] : route.transactions;
    for (const { to, data, after } of calls.slice(0, -1))
      await send(connection, { from: route.caller, to, data }, after);
    const last = calls.at(-1);
    if (last === undefined) throw new ProposalInvalid("saw no transaction to simulate, expected one");
    await connection.networkHelpers.time.increase(last.after + 1);
    const before = await viewsOf(connection.ethers.provider, action, route.call.to);
    const logs = await send(connection, { from: route.caller, to: last.to, data: last.data }, 0);
    const after = await viewsOf(connection.ethers.provider, action, route.call.to);
    return { blockNumber, changes: differences(before, after), events: logs.flatMap((log) => described(record, log)) };
  } finally {
    await connection.close();
  }
}

const totalDelay = ({ transactions }: Route): number => transactions.reduce((sum, { after }) => sum + after, 0);

async function send(
  connection: Connection,
  call: Record<"from" | "to" | "data", string>,
  wait: number,
): Promise<readonly Log[]> {
  const { provider, ethers, networkHelpers } = connection;
  if (wait > 0) await networkHelpers.time.increase(wait);
  await networkHelpers.impersonateAccount(call.from);
  await provider.request({ method: "hardhat_setBalance", params: [call.from, toQuantity(PLENTY)] });
  const signer = await ethers.getSigner(call.from);
  try {
    const receipt = await (await signer.sendTransaction(call)).wait();
    return receipt?.logs ?? [];
  } catch (error) {
    throw new ProposalInvalid(`the call would be refused: ${reasonOf(error)}`, { cause: error });
  }
}

/** Revert data, wherever in the chain of causes it is, as the error that it encodes. */
function reasonOf(error: unknown, depth = 0): string {
  if (typeof error !== "object" || error === null || depth > 6) return String(error);
  const { data, cause, message } = error as Record<string, unknown>;
  if (typeof data === "string" && data.startsWith("0x")) {
    for (const name of managedNames) {
      const parsed = MANAGED[name].parseError(data);
      if (parsed !== null) return `${parsed.name}(${parsed.args.join(", ")})`;
    }
  }
  return cause === undefined ? String(message) : reasonOf(cause, depth + 1);
}

/** Every view of the contract that can be asked with the arguments of the action, by name. */
async function viewsOf(provider: Provider, { contract, args }: Action, to: string): Promise<Record<string, unknown>> {
  const abi: Interface = MANAGED[contract];
  const seen: Record<string, unknown> = {};
  const askable = abi.fragments.flatMap((fragment) => {
    const found = fragment.type === "function" ? abi.getFunction(fragment.format("sighash")) : null;
    return found?.constant === true && found.inputs.every(({ name }) => name in args) ? [found] : [];
  });
  for (const view of askable) {
    const data = abi.encodeFunctionData(
      view,
      view.inputs.map(({ name }) => args[name]),
    );
    const answer = await provider.call({ to, data }).catch(() => "0x");
    // A view that reverts, e.g. of a target that is not configured yet, says nothing.
    if (answer !== "0x") seen[view.name] = plainResult(view, abi.decodeFunctionResult(view, answer));
  }
  return seen;
}

/** What a function returned: a single value as itself, structs and several values as objects. */
export function plainResult({ outputs }: FunctionFragment, values: Result): unknown {
  const [only, ...more] = outputs;
  if (only !== undefined && more.length === 0) return plain(only, values[0]);
  return Object.fromEntries(outputs.map((type, i) => [type.name === "" ? i : type.name, plain(type, values[i])]));
}

function plain({ arrayChildren, components }: ParamType, value: unknown): unknown {
  const inner = value instanceof Result ? value.toArray() : [];
  if (arrayChildren !== null) return inner.map((each) => plain(arrayChildren, each));
  if (components === null) return value;
  return Object.fromEntries(components.map((type, i) => [type.name, plain(type, inner[i])]));
}

function described({ contracts }: DeploymentRecord, log: Log): string[] {
  const name = managedNames.find((each) => contracts[each]?.address.toLowerCase() === log.address.toLowerCase());
  const event = name === undefined ? null : MANAGED[name].parseLog(log);
  if (name === undefined || event === null) return [];
  const args = event.fragment.inputs.map(
    (input, i) => `${input.name} ${JSON.stringify(plain(input, event.args[i]), decimal)}`,
  );
  return [`${name}.${event.name}: ${args.join(", ")}`];
}

const decimal = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);
