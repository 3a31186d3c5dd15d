import { expect } from "chai";

import { DEFAULT_TARGET_CONFIG } from "../../../deploy/defaults.js";
import { createRandom } from "../../../keeper/src/lab/random.js";
import type { CometMom } from "../../../typechain-types/index.js";
import { FRIEND, GOVERNOR } from "./market-archive.js";
import { HALT, type Market, OPEN, OURS, THROTTLE, openMarket, useSnapshots } from "./recorded-market.js";

const STEPS = 120;
const SEED = 20_260_310;
const DAY = 86_400;

/** What a {@link CometMom.sync} has to leave behind, in words: the specification, kept apart from the contract's own state. */
class Model {
  /** The flags of the market before our pause, while it is in force and nobody else has changed them since. */
  private host: boolean[] | undefined;
  private isLevelSeen = false;
  private left = OPEN;
  readonly seen = { paused: 0, lifted: 0, yielded: 0 };

  constructor(private readonly fromLevel: number) {}

  expectAfter(level: number, flags: boolean[]): boolean[] {
    if (this.isLevelSeen && String(flags) !== String(this.left)) this.yield();
    if (level >= this.fromLevel) {
      if (!this.isLevelSeen) this.host = flags;
      this.left = this.isLevelSeen ? flags : flags.map((flag, at) => flag || OURS[at]!);
      if (!this.isLevelSeen) this.seen.paused += 1;
    } else {
      if (this.host !== undefined) this.seen.lifted += 1;
      this.left = this.host ?? flags;
      this.host = undefined;
    }
    this.isLevelSeen = level >= this.fromLevel;
    return this.left;
  }

  private yield(): void {
    this.host = undefined;
    this.seen.yielded += 1;
  }
}

describe("CometMom under random calls of everybody", function () {
  let market: Market;
  before(async function () {
    market = await openMarket(this);
  });
  after(() => market?.close());
  useSnapshots(() => market);

  const random = createRandom(SEED);
  const pick = (count: number): number => random.uint32() % count;

  const someFlags = (): boolean[] => OPEN.map(() => pick(3) === 0);

  /** Levels come and go; what is refused (no budget, level not higher) is refused. */
  async function moveLevel(): Promise<void> {
    const trip = () => market.trip(pick(3) === 0 ? THROTTLE : HALT, 300 + pick(600));
    const moves = [
      ...[trip, trip],
      () => market.release(),
      async () => void (await market.mine((await market.timestamp()) + 1 + pick(900))),
    ];
    await moves[pick(moves.length)]!().catch(() => undefined);
  }

  async function sync(mom: CometMom, model: Model): Promise<void> {
    const before = await market.flags();
    const { blockNumber } = (await (await mom.sync()).wait())!;
    const level = await market.breaker.liquidationLevelOf(market.target, { blockTag: blockNumber });
    const wanted = model.expectAfter(Number(level), before);
    const after = await market.flags();
    expect(after).to.deep.equal(wanted, `at level ${level}, from ${before.join()}`);
    for (const flag of [0, 3, 4]) expect(after[flag], "supply, absorb, buy").to.equal(before[flag]);
  }

  for (const fromLevel of [THROTTLE, HALT]) {
    it(`behavior: pausing from level ${fromLevel}, it leaves what the specification says, call after call`, async function () {
      const terms = {
        ...DEFAULT_TARGET_CONFIG.terms,
        budgetCapacity: DAY,
        budgetRefillPerDay: DAY - 1,
        graceSeconds: 60,
      };
      await market.configure({ terms });
      const mom = (await market.appointMom(fromLevel)).connect(await market.as(FRIEND));
      const model = new Model(fromLevel);
      for (let step = 0; step < STEPS; step += 1) {
        await moveLevel();
        if (pick(4) === 0) await market.act(GOVERNOR, "pause", someFlags());
        if (pick(4) !== 0) await sync(mom, model);
      }
      for (const [what, times] of Object.entries(model.seen)) expect(times, what).to.be.greaterThan(0);

      await market.release().catch(() => undefined);
      await market.act(GOVERNOR, "pause", OPEN);
      await sync(mom, model);
      expect(await market.flags()).to.deep.equal(OPEN);
    });
  }
});
