import { expect } from "chai";
import type { Interface } from "ethers";

/** Revert data, wherever in the chain of causes the node or ethers has put it. */
function revertData(error: unknown, depth = 0): string | undefined {
  if (typeof error !== "object" || error === null || depth > 6) return undefined;
  const { data, cause, error: inner, info } = error as Record<string, unknown>;
  if (typeof data === "string" && /^0x[0-9a-f]{8}/.test(data)) return data;
  return [data, cause, inner, info].map((next) => revertData(next, depth + 1)).find((found) => found !== undefined);
}

/** Check that `action` reverts with the custom error `name` of `contract`, and with exactly `args` where they are given. */
export async function expectRevert(
  action: Promise<unknown>,
  contract: { readonly interface: Interface },
  name: string,
  args?: readonly unknown[],
): Promise<void> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, `expected a revert with ${name}, but the call went through`).to.not.equal(undefined);
  const data = revertData(error);
  if (data === undefined) throw error;
  const parsed = contract.interface.parseError(data);
  expect(parsed?.name, `error of the revert data ${data}`).to.equal(name);
  if (args !== undefined) expect([...(parsed?.args ?? [])]).to.deep.equal(args);
}

/** Name of the custom error with which a call reverted, by the first of `interfaces` that knows it. */
export function errorName(error: unknown, interfaces: readonly Interface[]): string {
  const data = revertData(error);
  if (data === undefined) throw error;
  const names = interfaces.map((each) => each.parseError(data)?.name);
  return names.find((name) => name !== undefined) ?? data;
}
