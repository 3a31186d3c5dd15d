import { deserialize, serialize } from "node:v8";
import type { StateStore } from "../../keeper/src/chain/follow.js";
import type { FollowOptions } from "../../keeper/src/chain/source-kind.js";

/** States as a restart finds them: bytes, in memory. */
export function keepStates(): NonNullable<FollowOptions["states"]> {
  const kept = new Map<string, Buffer>();
  return (name) => ({
    last() {
      const bytes = kept.get(name);
      return bytes && (deserialize(bytes) as ReturnType<StateStore<unknown>["last"]>);
    },
    save: (block, state, upTo) => void kept.set(name, serialize({ block, state, upTo })),
  });
}
