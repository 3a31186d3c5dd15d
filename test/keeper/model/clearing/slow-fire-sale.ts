/** One bank, with its units of each security and those that it wants to sell; prices start at 1. */
export interface SlowBank {
  readonly cash: number;
  readonly units: readonly number[];
  readonly other: number;
  readonly loan: number;
  readonly otherDebt: number;
  readonly alive: boolean;
  readonly orders: readonly number[];
}

export interface SlowFireSale {
  readonly drop: readonly number[];
  /** Fall of a price when 5 % of all units are sold. */
  readonly impact: number;
  readonly min: number;
  readonly buffer: number;
  readonly target: number;
  readonly steps: number;
}

/** The semantics of the EBA-2018 vectors word for word. */
export function slowFireSale(start: readonly SlowBank[], { drop, impact, min, buffer, target, steps }: SlowFireSale) {
  const banks = start.map((b) => ({ ...b, units: [...b.units], orders: [...b.orders] }));
  const total = drop.map((_, k) => banks.reduce((sum, b) => sum + b.units[k]!, 0));
  const all = total.reduce((a, b) => a + b, 0);
  const beta = -Math.log(1 - impact) / 0.05;
  let price = drop.map((d) => 1 - d);
  let sold = 0;
  const defaults: number[] = [];
  const soldShare: number[] = [];
  const worth = (b: SlowBank) => b.units.reduce((sum, u, k) => sum + u * price[k]!, 0);
  for (let step = 0; step < steps; step++) {
    const before = price;
    const orders = total.map((_, k) => banks.reduce((sum, b) => sum + b.orders[k]!, 0));
    price = price.map((p, k) => (total[k]! > 0 ? p * Math.exp((-beta * orders[k]!) / total[k]!) : p));
    for (const b of banks) {
      b.orders.forEach((q, k) => {
        b.cash += (q * (before[k]! + price[k]!)) / 2;
        b.units[k]! -= q;
      });
      b.orders = b.orders.map(() => 0);
    }
    sold += orders.reduce((a, b) => a + b, 0);
    soldShare.push(all > 0 ? sold / all : 0);
    let fresh = 0;
    for (const b of banks.filter(({ alive }) => alive)) {
      const assets = b.cash + worth(b) + b.other;
      const equity = assets - b.loan - b.otherDebt;
      if (equity / assets < min) {
        b.alive = false;
        b.orders = [...b.units];
        fresh++;
      } else if (equity / assets < buffer) {
        const wants = Math.max(0, assets - equity / target);
        const paid = Math.min(wants, b.cash, b.loan);
        b.cash -= paid;
        b.loan -= paid;
        const value = worth(b);
        if (value > 0) b.orders = b.units.map((u) => (u * Math.min(value, wants - paid)) / value);
      }
    }
    defaults.push(fresh);
  }
  const equity = banks.map((b) => b.cash + worth(b) + b.other - b.loan - b.otherDebt);
  return { price, defaults, soldShare, equity, alive: banks.map(({ alive }) => alive) };
}
