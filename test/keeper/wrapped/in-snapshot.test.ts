import { expect } from "chai";
import { type Sources, createSnapshotReader } from "../../../keeper/src/snapshot-reader.js";
import { canonicalJson } from "../../../keeper/src/snapshot/canonical.js";
import type { Address } from "../../../keeper/src/units.js";
import { type FaultyNode, startFaultyNode } from "../chain/faulty-node.js";
import { type Scene, WINDOW, openScene } from "../snapshot/wrong-answers/scene.js";
import { answeringEach } from "../venues/strange-contracts.js";

const WAD = 10n ** 18n;

describe("wrapped tokens in snapshots", function () {
  this.timeout(120_000);
  let scene: Scene;
  let node: FaultyNode;
  let sources: Sources;
  before(async () => {
    scene = await openScene();
    node = await startFaultyNode(scene.chain.url);
    // A vault of vaults: the inner one is named by nobody but the outer one.
    const vault = (role: string, asset: Address) =>
      answeringEach(scene.chain, role, {
        "decimals()": [18n],
        "asset()": [BigInt(asset)],
        "convertToAssets(uint256)": [(3n * WAD) / 2n],
      });
    const inner = await vault("inner vault", scene.addressOf("WETH"));
    const outer = await vault("outer vault", inner);
    const aToken = scene.world.assets[0]!.aToken.address;
    sources = {
      ...scene.sources,
      wrapped: [
        { kind: "erc4626", token: outer },
        { kind: "aave-atoken", token: aToken },
      ],
    };
  });
  after(async () => {
    await node.close();
    await scene.chain.close();
  });

  it("behavior: read block by block or from scratch, with what is not configured: the same bytes, in four requests", async () => {
    const pool = scene.openPool([node.url]);
    const reader = createSnapshotReader(pool, sources, WINDOW);
    await reader.read(await pool.head());
    for (let block = 0; block < 3; block++) {
      await scene.borrowMore();
      const requests = node.requests();
      const snapshot = await reader.read(await pool.head());
      expect(node.requests() - requests).to.be.at.most(4);
      const again = scene.openPool();
      const scratch = await createSnapshotReader(again, sources, WINDOW).read(await again.head());
      expect(canonicalJson(snapshot)).to.equal(canonicalJson(scratch));
      expect(snapshot.exclusions.map(({ scope, reason }) => [scope, reason.split(": ")[1]])).to.deep.equal([
        ["asset", "it answers asset() and convertToAssets(); add it to sources.wrapped as erc4626"],
      ]);
    }
  });

  it("behavior: every token that a claim names is in the snapshot, with its claims", async () => {
    const pool = scene.openPool();
    const { assets } = await createSnapshotReader(pool, sources, WINDOW).read(await pool.head());
    const [outer, aToken] = sources.wrapped!.map(({ token }) => assets.find(({ asset }) => asset === token)!);
    const inner = assets.find(({ asset }) => asset === outer!.lookThrough[0]!.asset)!;
    expect([outer!.lookThrough[0]!.unitsWad, inner.lookThrough]).to.deep.equal([(3n * WAD) / 2n, []]);
    expect(aToken!.lookThrough).to.deep.equal([{ asset: scene.addressOf("WETH"), unitsWad: WAD }]);
  });
});
