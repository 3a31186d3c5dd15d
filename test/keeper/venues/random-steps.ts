import type { DevChain } from "../../../keeper/src/lab/chain.js";
import type { Random } from "../../../keeper/src/lab/random.js";
import type { ContractRef } from "../../../keeper/src/lab/world/contract-ref.js";
import { orderRequest } from "../../../keeper/src/lab/world/orders.js";
import type { Steward } from "../../../keeper/src/lab/world/steward.js";
import type { Address, Hex } from "../../../keeper/src/units.js";

export interface History {
  /** Mine one more block with a few random actions in it, and time passing. Some of them revert, as in life. */
  step(): Promise<void>;
  /** Actions that were mined without reverting, by name. */
  readonly done: Map<string, number>;
}

export type Call = readonly [target: ContractRef, method: string, args: readonly unknown[]];

/** What a user may do, by name. */
export type Actions = Record<string, (user: Address) => Call | Promise<Call>>;

export interface Plan {
  readonly users: readonly Address[];
  readonly actions: Actions;
  /** Names that come up more often, as often as they are listed. */
  readonly favoured: readonly string[];
  /** Queue new prices with the steward. */
  movePrice(): Promise<void>;
}

/** Blocks of random actions, and of waiting from seconds to weeks. */
export function randomSteps(
  { chain, steward }: { readonly chain: DevChain; readonly steward: Steward },
  random: Random,
  { users, actions, favoured, movePrice }: Plan,
): History {
  const names = [...Object.keys(actions), ...favoured];
  const done = new Map<string, number>();
  return {
    done,
    async step() {
      if (random.uint32() % 3 === 0) {
        await movePrice();
        await steward.flush();
      }
      const chosen = Array.from({ length: random.uint32() % 6 }, () => ({
        user: pick(random, users),
        name: pick(random, names),
      }));
      const requests = [];
      for (const { user, name } of chosen) {
        const [target, method, args] = await actions[name]!(user);
        const data = target.abi.encodeFunctionData(method, args) as Hex;
        requests.push(orderRequest({ label: name, from: user, to: target.address, data, gas: 2_000_000n }));
      }
      const hashes = requests.length === 0 ? [] : await chain.rpc.batch(requests);
      // From seconds to weeks: interest is projected over all of them.
      await chain.mine((await chain.timestamp()) + 1 + Math.floor(10 ** (6.3 * random.unit())));
      const receipts = await chain.rpc.batch(
        hashes.map((hash) => ({ method: "eth_getTransactionReceipt", params: [hash] })),
      );
      receipts.forEach((receipt, i) => {
        const { name } = chosen[i]!;
        if ((receipt as { status: Hex }).status === "0x1") done.set(name, (done.get(name) ?? 0) + 1);
      });
    },
  };
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.uint32() % list.length]!;
}
