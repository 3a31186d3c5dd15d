import type { SystemGraph } from "../graph/build-system.js";
import type { Positions } from "../graph/system-state.js";
import { amountText } from "./amount-text.js";
import type { Subject } from "./assessment.js";
import { renderUses, usesOfAsset, type AssetUse } from "./asset-uses.js";
import { loopedUsd, loopLeverageX } from "./loop-leverage.js";
import { claimMultiples } from "./rehypothecation.js";
import type { Address } from "../units.js";

/** A holding, and under it what it is a claim on. */
export interface ChainLink {
  readonly asset: Address;
  readonly symbol: string;
  readonly units: number;
  /** What is held at its venue's price; what is behind it by the value of its own backing. NaN where nobody prices it. */
  readonly usd: number;
  readonly behind: readonly ChainLink[];
  /** It is already on the way from the holding to here: the chain closes and is not followed round again. */
  readonly circular: boolean;
}

/** Where the collateral of an account, an asset or a venue comes from. */
export interface CollateralChain {
  readonly subject: Extract<Subject, { kind: "asset" | "venue" }> | { kind: "account"; owner: Address; venue: Address };
  readonly held: readonly ChainLink[];
  readonly owed: readonly ChainLink[];
  /** Wrappers between a holding and what is underneath, at the most. */
  readonly depth: number;
  /** Gross claims per unit of underlying. */
  readonly claimsX: number;
  /** Leverage of borrowing and supplying again: beside the claims, not in them. NaN for an asset, which owes nothing. */
  readonly loopX: number;
  /** What rests on an asset; null for accounts and venues, on which nothing does. */
  readonly uses: AssetUse | null;
}

/** The chain of account i: what it pledges and owes at its venue. */
export function chainOfAccount(graph: SystemGraph, i: number): CollateralChain {
  const { state } = graph;
  const venue = state.venues[state.accountVenue[i]!]!.address;
  return chainOfAccounts(graph, { kind: "account", owner: state.owners[state.accountOwner[i]!]!, venue }, [i]);
}

/** The chain of venue v: what all of its accounts pledge and owe, by asset. */
export function chainOfVenue(graph: SystemGraph, v: number): CollateralChain {
  const { accountVenue, venues } = graph.state;
  const accounts = Array.from(accountVenue, (_, i) => i).filter((i) => accountVenue[i] === v);
  return chainOfAccounts(graph, { kind: "venue", venue: venues[v]!.address }, accounts);
}

/** The chain of one whole unit of asset k, down to what is behind it and up to what rests on it. */
export function chainOfAsset(graph: SystemGraph, k: number): CollateralChain {
  const { state, backing } = graph;
  const held = [linkOf(graph, k, { units: 1, usd: backing.unitUsd[k]! }, [])];
  const subject = { kind: "asset", asset: state.assets[k]!.address } as const;
  const claimsX = claimMultiples(state, backing)[k]!;
  const uses = usesOfAsset(graph, k);
  return { subject, held, owed: [], depth: backing.depth[k]!, claimsX, loopX: NaN, uses };
}

function chainOfAccounts(
  graph: SystemGraph,
  subject: CollateralChain["subject"],
  accounts: readonly number[],
): CollateralChain {
  const { state, backing } = graph;
  const held = sumByAsset(graph, state.collateral, accounts);
  const owed = sumByAsset(graph, state.debt, accounts);
  const multiples = claimMultiples(state, backing);
  const looped = loopedUsd(state);
  let [gross, usd, loops, depth] = [0, 0, 0, 0];
  for (const [k, amount] of held) {
    gross += amount.usd * multiples[k]!;
    usd += amount.usd;
    depth = Math.max(depth, backing.depth[k]!);
  }
  for (const i of accounts) loops += looped[i]!;
  return {
    subject,
    held: held.map(([k, amount]) => linkOf(graph, k, amount, [])),
    owed: owed.map(([k, amount]) => ({ ...linkOf(graph, k, amount, []), behind: [] })),
    depth,
    claimsX: usd > 0 ? gross / usd : 1,
    loopX: loopLeverageX(usd, loops),
    uses: null,
  };
}

interface Amount {
  readonly units: number;
  readonly usd: number;
}

/** Positions of `accounts` by asset, ascending. Units follow from the market's value, which no e-mode price touches. */
function sumByAsset(graph: SystemGraph, positions: Positions, accounts: readonly number[]): [number, Amount][] {
  const { assets, reserves } = graph.state;
  const units = new Float64Array(assets.length);
  const usd = new Float64Array(assets.length);
  for (const i of accounts) {
    for (let e = positions.start[i]!; e < positions.start[i + 1]!; e++) {
      const k = positions.asset[e]!;
      const { marketUsd } = assets[k]!;
      usd[k] = usd[k]! + positions.usd[e]!;
      units[k] =
        units[k]! +
        (marketUsd > 0
          ? positions.saleUsd[e]! / marketUsd
          : positions.usd[e]! / reserves[positions.reserve[e]!]!.priceUsd);
    }
  }
  return assets.flatMap((_, k): [number, Amount][] => (usd[k]! > 0 ? [[k, { units: units[k]!, usd: usd[k]! }]] : []));
}

function linkOf(graph: SystemGraph, k: number, { units, usd }: Amount, way: readonly number[]): ChainLink {
  const { state, backing } = graph;
  const { address, symbol } = state.assets[k]!;
  const size = state.assets.length;
  const circular = way.includes(k);
  const behind: ChainLink[] = [];
  for (let m = 0; m < size && !circular; m++) {
    const claimed = units * backing.claims[k * size + m]!;
    if (claimed > 0) behind.push(linkOf(graph, m, { units: claimed, usd: claimed * backing.navUsd[m]! }, [...way, k]));
  }
  return { asset: address, symbol, units, usd, behind, circular };
}

/** The chain as lines of text. */
export function renderChain(chain: CollateralChain): string {
  const { subject, held, owed, depth, claimsX, loopX, uses } = chain;
  const loops = Number.isNaN(loopX) ? "" : `, ${loopX.toFixed(2)}x by loops`;
  return [
    titleOf(subject),
    ...held.flatMap((link) => renderLink(link, subject.kind === "asset" ? "  " : "  holds ", "  ")),
    ...owed.flatMap((link) => renderLink(link, "  owes ", "  ")),
    ...(uses === null ? [] : renderUses(uses, "  ")),
    `  depth ${depth}, ${claimsX.toFixed(2)}x claims per underlying${loops}`,
  ].join("\n");
}

function titleOf(subject: CollateralChain["subject"]): string {
  if (subject.kind === "account") return `account ${subject.owner} at venue ${subject.venue}`;
  return subject.kind === "venue" ? `venue ${subject.venue}` : `asset ${subject.asset}`;
}

function renderLink({ symbol, units, usd, behind, circular }: ChainLink, lead: string, indent: string): string[] {
  const value = Number.isNaN(usd) ? "no price" : `$${amountText(usd)}`;
  const own = `${lead}${amountText(units)} ${symbol} (${value})${circular ? ", which closes the circle" : ""}`;
  return [own, ...behind.flatMap((link) => renderLink(link, `${indent}  -> `, `${indent}  `))];
}
