import { expect } from "chai";
import { id, type Interface, type LogDescription, type Result } from "ethers";

import type { DevChain } from "../../../keeper/src/lab/chain.js";
import { createRandom, type Random } from "../../../keeper/src/lab/random.js";
import {
  type CollateralFramework,
  CollateralFramework__factory,
  type MarginPolicy,
  MarginPolicy__factory,
} from "../../../typechain-types/index.js";
import { startChain } from "../world/fixture.js";
import { marketSubject } from "./aave-scene.js";
import { calmLane, DAY, HOUR, openOracle, type OracleScene } from "./margin-scene.js";

const [VENUE, ASSET] = ["0x1111111111111111111111111111111111111111", "0x2222222222222222222222222222222222222222"];
const TERMS = { minLtv: 4_000, maxLtv: 7_500, gap: 200, step: 100, cooldown: 6 * HOUR, maxAge: 2 * HOUR };

/** A market as an indexer keeps it: fields of `MarginState`, then of `MarginTerms`. */
interface Market {
  state: bigint[];
  terms: readonly bigint[];
}

/** What each event of the policy does to a market; nothing else is known to the indexer. */
const POLICY_EVENTS: Record<string, (market: Market, args: Result) => void> = {
  MarketAdded(market, { openingLtv, threshold, terms }) {
    market.state = [openingLtv as bigint, threshold as bigint, threshold as bigint, 0n, 0n, 0n, 0n, 0n];
    market.terms = [...(terms as Result)] as bigint[];
  },
  TermsChanged: (market, { newTerms }) => void (market.terms = [...(newTerms as Result)] as bigint[]),
  OpeningLtvChanged(market, { oldLtv, newLtv }) {
    expect(market.state[0]).to.equal(oldLtv);
    market.state[0] = newLtv as bigint;
  },
  StandingChanged: (market, { standingLtv, since, to }) =>
    void market.state.splice(5, 3, standingLtv as bigint, since as bigint, to as bigint),
  ThresholdRaised: (market, { newThreshold }) =>
    void market.state.splice(1, 4, newThreshold as bigint, newThreshold as bigint, 0n, 0n),
  RampStarted: (market, { from, target, startsAt, endsAt }) =>
    void market.state.splice(1, 4, from as bigint, target as bigint, startsAt as bigint, endsAt as bigint),
  RampCancelled: (market, { threshold }) =>
    void market.state.splice(1, 4, threshold as bigint, threshold as bigint, 0n, 0n),
};

describe("state of margin and collateral from events alone", function () {
  let chain: DevChain;
  let scene: OracleScene;

  before(async function () {
    chain = await startChain();
    scene = await openOracle(chain, [{ kind: 3, venue: VENUE, asset: ASSET }]);
  });
  after(() => chain.close());

  async function eventsOf(contract: {
    getAddress(): Promise<string>;
    interface: Interface;
  }): Promise<LogDescription[]> {
    const logs = await chain.provider.getLogs({
      address: await contract.getAddress(),
      fromBlock: 0,
      toBlock: "latest",
    });
    return logs.flatMap((log) => contract.interface.parseLog(log) ?? []);
  }

  it("behavior: MarginPolicy", async function () {
    const policy = await new MarginPolicy__factory(scene.owner).deploy(await scene.oracle.getAddress(), scene.manager);
    const subject = marketSubject(VENUE, ASSET);
    await (await policy.addMarket(subject, TERMS, 7_000, 8_000)).wait();
    const random = createRandom(11);
    for (let step = 0; step < 120; step++) await policyStep(scene, policy, subject, random);

    const market: Market = { state: [], terms: [] };
    const events = (await eventsOf(policy)).filter(({ name }) => name in POLICY_EVENTS);
    for (const { name, args } of events) POLICY_EVENTS[name]!(market, args);
    const [state, terms] = await policy.marketOf(subject);
    expect(market.state).to.deep.equal([...state]);
    expect(market.terms).to.deep.equal([...terms]);
    expect(new Set(events.map(({ name }) => name))).to.deep.equal(new Set(Object.keys(POLICY_EVENTS)));
  });

  it("behavior: CollateralFramework", async function () {
    const oracle = await scene.oracle.getAddress();
    const framework = await new CollateralFramework__factory(scene.owner).deploy(oracle, scene.manager, DAY);
    const tokens = Array.from({ length: 8 }, (_, i) => `0x${id(`token ${i}`).slice(-40)}`).sort();
    const random = createRandom(12);
    for (let step = 0; step < 80; step++) await registerStep(framework, tokens, random);

    const entries = new Map<string, { terms: unknown[]; claims: unknown[][] }>();
    for (const { name, args } of await eventsOf(framework)) {
      const token = String(args.token).toLowerCase();
      if (name === "TokenRegistered") {
        const claims = (args.claims as Result[]).map((claim) => [...claim] as unknown[]);
        entries.set(token, { terms: [...(args.terms as Result)] as unknown[], claims });
      } else if (name === "TokenRemoved") entries.delete(token);
      else if (name === "TokenTermsChanged") entries.get(token)!.terms = [...(args.newTerms as Result)] as unknown[];
    }
    expect(entries.size).to.be.greaterThan(1);
    for (const token of tokens) {
      expect(await framework.isRegistered(token)).to.equal(entries.has(token));
      if (!entries.has(token)) continue;
      const [terms, claims] = await framework.tokenOf(token);
      expect({ terms: [...terms], claims: claims.map((claim) => [...claim]) }).to.deep.equal(entries.get(token));
    }
  });
});

/** One random call: scores mostly, time, and now and then governance. A call that is refused changes nothing. */
async function policyStep(scene: OracleScene, policy: MarginPolicy, subject: string, random: Random): Promise<void> {
  const now = await scene.chain.timestamp();
  const dice = random.uint32() % 20;
  const { threshold } = await policy.parameters(subject);
  const attempt = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);
  if (dice < 13) {
    await scene.wait(HOUR);
    await scene.publish([calmLane({}), calmLane({ borrowLtv: random.unit() < 0.85 ? 7_400 : 5_000 + dice })]);
    await policy.sync(subject);
  } else if (dice < 15) {
    await scene.wait(1 + Math.floor(random.unit() * 20 * DAY));
  } else if (dice === 15) {
    await attempt(policy.setTerms(subject, { ...TERMS, maxLtv: 7_000 + (random.uint32() % 500) }));
  } else if (dice === 16) {
    await attempt(policy.startRamp(subject, threshold - 200n, now + 31 * DAY, now + 50 * DAY));
  } else if (dice === 17) {
    await attempt(policy.cancelRamp(subject));
  } else {
    await attempt(policy.raiseThreshold(subject, threshold + 100n));
  }
}

async function registerStep(framework: CollateralFramework, tokens: readonly string[], random: Random): Promise<void> {
  const pick = (): string => tokens[random.uint32() % tokens.length]!;
  const terms = { baseHaircut: random.uint32() % 10_001, unknownLeverage: 100 + (random.uint32() % 500) };
  const attempt = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);
  const dice = random.uint32() % 4;
  const [low, high] = [pick(), pick()].sort() as [string, string];
  const share = 10n ** 17n;
  if (dice === 0) await attempt(framework.registerToken(pick(), terms, []));
  else if (dice === 1) {
    const claims = [low, high].map((token, i) => ({ token, share: i === 0 ? share : 10n ** 18n - share }));
    await attempt(framework.registerToken(pick(), terms, claims));
  } else if (dice === 2) await attempt(framework.removeToken(pick()));
  else await attempt(framework.setTerms(pick(), terms));
}
