import type { z } from "zod";
import type { FeedState } from "../snapshot/snapshot.js";
import type { Address } from "../units.js";
import type { BlockRef } from "./block-ref.js";
import { follow } from "./follow.js";
import type { Checkpoint, Derivation, StateStore } from "./follow.js";
import { CallReverted } from "./rpc-errors.js";
import type { RpcPool } from "./rpc-pool.js";
import { WordsMalformed } from "./words.js";

/** Chainlink feeds of the block, by address; those that do not answer are absent. */
export type Feeds = ReadonlyMap<Address, FeedState>;

/** What a source turned out to be at a block. */
export type Outcome<V> =
  | { readonly kind: "read"; readonly view: (feeds: Feeds) => V }
  | { readonly kind: "unreadable"; readonly reason: string };

/** How a source is followed. */
export interface FollowOptions {
  /** How long a forced sale stays in the snapshot, seconds. */
  readonly resilienceWindowSec: number;
  /** Where the states of sources outlive the process: opens the place of one source, named by what determines its states. */
  readonly states?: (name: string) => StateStore<unknown>;
}

/** A source under way: the next block costs what changed. */
export interface OpenSource<V> {
  /** The contract by which the source is known. */
  readonly address: Address;
  /** What tells it from others at that address; absent where there is one. */
  readonly id?: string | undefined;
  /** Feeds that its view needs. */
  readonly feeds: readonly Address[];
  at(block: BlockRef): Promise<Outcome<V>>;
}

/** One kind of source, e.g. Aave v3: everything that the reader and the configuration need to know of it. */
export interface SourceKind<Schema extends z.ZodType, V> {
  /** What the configuration says of one such source; its `kind` is a literal. */
  readonly schema: Schema;
  /** **Throws** a ZodError where `source` is not of the schema. */
  open(chain: RpcPool, source: unknown, options: FollowOptions): OpenSource<V>;
}

/** The parts of a {@link SourceKind}. */
export interface SourceSpec<Schema extends z.ZodType, S, V> {
  readonly schema: Schema;
  addressOf(source: z.output<Schema>): Address;
  idOf?(source: z.output<Schema>): string;
  feedsOf?(source: z.output<Schema>): readonly Address[];
  follow(chain: RpcPool, source: z.output<Schema>, options: FollowOptions): Derivation<S>;
  /** What the snapshot shows of a state. */
  view(source: z.output<Schema>, state: S, feeds: Feeds): V;
}

/** Make a kind of source. A contract that is not what the configuration says makes its source unreadable, not the snapshot. */
export function sourceKind<Schema extends z.ZodType, S, V>(spec: SourceSpec<Schema, S, V>): SourceKind<Schema, V> {
  return {
    schema: spec.schema,
    open(chain, given, options) {
      const source = spec.schema.parse(given);
      const name = JSON.stringify([chain.chainId, options.resilienceWindowSec, given]);
      const store = options.states?.(name) as StateStore<Attempt<S>> | undefined;
      const at = follow(chain, tolerant(spec.follow(chain, source, options)), store);
      return {
        address: spec.addressOf(source),
        id: spec.idOf?.(source),
        feeds: spec.feedsOf?.(source) ?? [],
        async at(block) {
          const read = await at(block);
          if (read.kind === "unreadable") return { kind: read.kind, reason: read.reason };
          return { kind: "read", view: (feeds) => spec.view(source, read.state, feeds) };
        },
      };
    },
  };
}

/** `hint`: what was known when it was last readable, so that it is not found anew at every block. */
type Attempt<S> =
  | { readonly kind: "read"; readonly state: S }
  | { readonly kind: "unreadable"; readonly reason: string; readonly hint: S | undefined };

function tolerant<S>(derivation: Derivation<S>): Derivation<Attempt<S>> {
  const attempt = async (hintOf: () => S | undefined, read: () => Promise<S>): Promise<Attempt<S>> => {
    try {
      return { kind: "read", state: await read() };
    } catch (cause) {
      if (!(cause instanceof CallReverted || cause instanceof WordsMalformed)) throw cause;
      // Every operator must give the same reason: no text of a node in it.
      const reason = cause instanceof CallReverted ? "a call of its contracts reverts" : cause.message;
      return { kind: "unreadable", reason, hint: hintOf() };
    }
  };
  const load = (block: BlockRef, known: S | undefined, checkpoint?: Checkpoint<Attempt<S>>): Promise<Attempt<S>> => {
    let hint = known;
    return attempt(
      () => hint,
      () =>
        derivation.load(block, known, (state, upTo) => {
          hint = state;
          checkpoint?.({ kind: "read", state }, upTo);
        }),
    );
  };
  return {
    load: (block, hint, checkpoint) => load(block, hint && stateOf(hint), checkpoint),
    advance: (before, path) =>
      before.kind === "read"
        ? attempt(
            () => before.state,
            () => derivation.advance(before.state, path),
          )
        : load(path.at(-1)!, before.hint),
  };
}

function stateOf<S>(attempt: Attempt<S>): S | undefined {
  return attempt.kind === "read" ? attempt.state : attempt.hint;
}
