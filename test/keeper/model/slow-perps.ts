import type { PerpBook } from "../../../keeper/src/model/perps/perp-book.js";

/** A perpetual position as double-entry book-keeping: equity is cash + units * price, and everything is a trade. */
export interface SlowPosition {
  units: number;
  cash: number;
  readonly entry: number;
  readonly maintenance: number;
  readonly market: number;
}

export interface SlowVenue {
  fund: number;
  readonly vault: { cash: number; units: number[] };
  readonly share: number;
  readonly leverage: number;
  readonly fee: number;
  readonly rule: "queue" | "pro-rata";
}

export interface SlowPerps {
  readonly positions: SlowPosition[];
  /** Venue of each market. */
  readonly venueOf: readonly number[];
  readonly venues: SlowVenue[];
  readonly makers: { cash: number; units: number[] };
  /** Who was liquidated. */
  readonly closed: Set<SlowPosition>;
}

/** A perp book in cash and units. */
export function slowOf(book: PerpBook): SlowPerps {
  return {
    positions: [...book.market].map((market, i) => ({
      market,
      units: book.sizeUsd[i]!,
      cash: book.marginUsd[i]! - book.fundingUsd[i]! - book.sizeUsd[i]! * book.entry[i]!,
      entry: book.entry[i]!,
      maintenance: book.maintenanceFrac[i]!,
    })),
    venueOf: book.markets.map(({ venue }) => venue),
    venues: book.venues.map((v) => ({
      fund: v.insuranceUsd,
      vault: { cash: v.backstopUsd, units: book.markets.map(() => 0) },
      share: v.backstopShareFrac,
      leverage: v.backstopLeverage,
      fee: v.liquidationFeeFrac,
      rule: v.adl,
    })),
    makers: { cash: 0, units: book.markets.map(() => 0) },
    closed: new Set(),
  };
}

/** Average price of net sales of `flow` units into market `c`. */
export type SlowExecution = (c: number, flow: number) => number;

/**
 * One round of MODEL 5.7, position by position and trade by trade. Written apart from the kernel: nobody has a margin or a
 * realised profit here, only cash and units, and winners are filled by repeated proportional shares.
 */
export function slowPerpRound(system: SlowPerps, mark: readonly number[], execute: SlowExecution): number {
  const { positions, venues, venueOf, makers } = system;
  const worth = (p: SlowPosition) => p.cash + p.units * mark[p.market]!;
  const venue = (p: SlowPosition) => venues[venueOf[p.market]!]!;
  const out = positions.filter((p) => p.units !== 0 && worth(p) < p.maintenance * Math.abs(p.units) * mark[p.market]!);
  const vaultPart = new Map(
    venues.map((v) => {
      const asked = sum(out.filter((p) => venue(p) === v).map((p) => Math.abs(p.units) * mark[p.market]!));
      const equity = v.vault.cash + sum(v.vault.units.map((u, c) => u * mark[c]!));
      const held = sum(v.vault.units.map((u, c) => Math.abs(u) * mark[c]!));
      return [v, asked === 0 ? 0 : Math.min(v.share, Math.max(0, v.leverage * equity - held) / asked)] as const;
    }),
  );
  const rest = new Map(out.map((p) => [p, 1 - vaultPart.get(venue(p))!] as const));
  const flow = (c: number) => sum(out.filter((p) => p.market === c).map((p) => p.units * rest.get(p)!));
  const planned = mark.map((m, c) => (flow(c) === 0 ? m : execute(c, flow(c))));
  const short = new Map(
    out.map((p) => {
      const part = rest.get(p)!;
      return [
        p,
        Math.max(0, -(p.cash + p.units * ((1 - part) * mark[p.market]! + part * planned[p.market]!))),
      ] as const;
    }),
  );
  const unpaid = new Map(
    out.map((p) => {
      const total = sum(out.filter((o) => venue(o) === venue(p)).map((o) => short.get(o)!));
      return [p, short.get(p)! > 0 ? Math.max(0, 1 - venue(p).fund / total) : 0] as const;
    }),
  );
  const ruin = new Map(out.map((p) => [p, -p.cash / p.units] as const));
  const sizes = new Map(out.map((p) => [p, p.units] as const));
  for (let c = 0; c < mark.length; c++) {
    for (const side of [1, -1]) {
      const broken = out.filter((p) => p.market === c && unpaid.get(p)! > 0 && Math.sign(p.units) === side);
      const wanted = broken.map((p) => Math.abs(sizes.get(p)!) * rest.get(p)! * unpaid.get(p)!);
      if (sum(wanted) === 0) continue;
      const price = sum(wanted.map((w, m) => w * ruin.get(broken[m]!)!)) / sum(wanted);
      const loss = side * (price - mark[c]!);
      const winners = positions.filter(
        (p) => p.market === c && p.units * side < 0 && !out.includes(p) && p.units * (mark[c]! - p.entry) > 0,
      );
      const pnl = winners.map((p) => p.units * (mark[c]! - p.entry));
      const cap = winners.map((p, w) => (loss > 0 ? Math.min(Math.abs(p.units), pnl[w]! / loss) : Math.abs(p.units)));
      const rank = winners.map(
        (p, w) => (pnl[w]! / (Math.abs(p.units) * p.entry)) * ((Math.abs(p.units) * mark[c]!) / worth(p)),
      );
      const rule = venues[venueOf[c]!]!.rule;
      const closed = rule === "queue" ? fillQueue(sum(wanted), cap, rank) : fillByProfit(sum(wanted), cap, pnl);
      const part = Math.min(1, sum(closed) / sum(wanted));
      broken.forEach((p, m) => {
        const units = side * wanted[m]! * part;
        trade(p, units, ruin.get(p)!);
        rest.set(p, rest.get(p)! * (1 - unpaid.get(p)! * part));
      });
      winners.forEach((p, w) => trade(p, -side * closed[w]!, price));
    }
  }
  const bookUnits = (p: SlowPosition) => sizes.get(p)! * rest.get(p)!;
  const average = mark.map((m, c) => {
    const left = sum(out.filter((p) => p.market === c).map((p) => bookUnits(p)));
    return left === 0 ? m : execute(c, left);
  });
  for (const p of out) {
    const { vault } = venue(p);
    const off = sizes.get(p)! * vaultPart.get(venue(p))!;
    const price = (1 - unpaid.get(p)!) * mark[p.market]! + unpaid.get(p)! * ruin.get(p)!;
    trade(p, off, price);
    vault.cash -= off * price;
    vault.units[p.market]! += off;
    const onBook = bookUnits(p);
    trade(p, onBook, average[p.market]!);
    makers.cash -= onBook * average[p.market]!;
    makers.units[p.market]! += onBook;
    p.units = 0;
    system.closed.add(p);
    const fee = Math.max(0, Math.min(p.cash, venue(p).fee * Math.abs(sizes.get(p)!) * mark[p.market]!));
    p.cash -= fee;
    venue(p).fund += fee;
  }
  for (const v of venues) {
    const broke = out.filter((p) => venue(p) === v && p.cash < 0);
    const hole = sum(broke.map((p) => -p.cash));
    if (hole === 0) continue;
    const fromFund = Math.min(hole, v.fund);
    const rich = positions.filter((p) => venue(p) === v && worth(p) > 0);
    const wealth = sum(rich.map(worth));
    const fromRich = Math.min(hole - fromFund, wealth);
    const before = rich.map(worth);
    rich.forEach((p, m) => (p.cash -= wealth > 0 ? (before[m]! / wealth) * fromRich : 0));
    broke.forEach((p) => (p.cash *= 1 - (fromFund + fromRich) / hole));
    v.fund -= fromFund;
  }
  return out.length;
}

function trade(p: SlowPosition, units: number, price: number): void {
  p.units -= units;
  p.cash += units * price;
}

function fillQueue(wanted: number, cap: readonly number[], rank: readonly number[]): number[] {
  const closed = cap.map(() => 0);
  for (let left = wanted, seen = new Set<number>(); seen.size < cap.length;) {
    let best = -1;
    cap.forEach((_, w) => {
      if (!seen.has(w) && (best < 0 || rank[w]! > rank[best]!)) best = w;
    });
    seen.add(best);
    closed[best] = Math.min(left, cap[best]!);
    left -= closed[best]!;
  }
  return closed;
}

function fillByProfit(wanted: number, cap: readonly number[], pnl: readonly number[]): number[] {
  const full = cap.map(() => false);
  for (;;) {
    const left = wanted - sum(cap.filter((_, w) => full[w]));
    const open = sum(pnl.filter((_, w) => !full[w]));
    const share = cap.map((c, w) => (full[w] ? c : (left * pnl[w]!) / open));
    const over = share.findIndex((s, w) => !full[w] && s > cap[w]!);
    if (over < 0) return share;
    full[over] = true;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
