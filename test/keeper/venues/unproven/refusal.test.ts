import { expect } from "chai";
import { createRpcPool } from "../../../../keeper/src/chain/rpc-pool.js";
import { type DevChain, startEmbeddedChain } from "../../../../keeper/src/lab/chain.js";
import { derivedAddress } from "../../../../keeper/src/lab/world/orders.js";
import type { Address } from "../../../../keeper/src/units.js";
import { openVenue, venueSourceSchema } from "../../../../keeper/src/venues/venue-kinds.js";
import { answering, reverting } from "../strange-contracts.js";

const [FEED, UNIT] = [derivedAddress("feed"), derivedAddress("unit")];

/** A source of each kind that is not proven offline, whose contracts are at `at`. */
const SOURCES = {
  "euler-v2": (at: Address) => ({ connector: at, fromBlock: 0, vaults: [at], unitOfAccount: UNIT }),
  "liquity-v2": (at: Address) => ({ collateralRegistry: at, branches: [at] }),
  crvusd: (at: Address) => ({ factory: at, baseUsdFeed: FEED }),
} as const;

describe("venues that are not proven offline", () => {
  let chain: DevChain;
  before(async () => {
    chain = await startEmbeddedChain({ genesisTime: 1_583_971_200 });
    await chain.setAutomine(false);
  });
  after(() => chain.close());

  for (const [kind, source] of Object.entries(SOURCES)) {
    it(`error: ${kind} is refused unless the configuration states that it is unproven`, () => {
      const stated = { kind, ...source(FEED) };
      expect(venueSourceSchema.safeParse({ ...stated, unproven: true }).success).to.equal(true);
      for (const refused of [stated, { ...stated, unproven: false }]) {
        const { error } = venueSourceSchema.safeParse(refused);
        expect(error?.issues.map(({ path }) => path)).to.deep.equal([["unproven"]]);
        expect(error?.issues[0]?.message).to.contain(`expected true: ${kind} is not proven on the protocol's own code`);
      }
    });

    it(`behavior: ${kind} is unreadable where there is no contract, or one that reverts or answers nothing`, async () => {
      const strange = [reverting(chain, "mute"), answering(chain, "empty", [])];
      const places = [derivedAddress("nothing there"), ...(await Promise.all(strange))];
      await chain.mine((await chain.timestamp()) + 1);
      const pool = createRpcPool({ urls: [chain.url], chainId: chain.chainId, quorum: 1, timeoutMs: 20_000 });
      for (const at of places) {
        const parsed = venueSourceSchema.parse({ kind, ...source(at), unproven: true });
        const outcome = await openVenue(pool, parsed, { resilienceWindowSec: 60 }).at(await pool.head());
        expect(outcome, at).to.deep.equal({ kind: "unreadable", reason: "a call of its contracts reverts" });
      }
    });
  }
});
