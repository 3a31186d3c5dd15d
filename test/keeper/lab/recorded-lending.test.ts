import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import type { Archive } from "../../../keeper/src/chain/archive/archive.js";
import { type RecordedLending, readRecordedLending } from "../../../keeper/src/lab/case-studies/recorded-lending.js";
import type { Address, Hex } from "../../../keeper/src/units.js";
import { type RawMarket, accrue } from "../../../keeper/src/venues/compound-v2-markets.js";
import { startEdr } from "../../fork/edr-node.js";
import { recordedBlock, slotOf } from "../venues/recorded-code.js";

const VAT: Address = "0x35d1b3f3d7966a1dfe207aa4514c12a259a0492b";
const SPOT: Address = "0x65c79fcb50ca1594b025960e539ed7a9a6d434a3";
const RAY = 10n ** 27n;

describe("readRecordedLending", function () {
  this.timeout(120_000);

  async function readBlock(context: Mocha.Context, number: number): Promise<[Archive, readonly RecordedLending[]]> {
    const archive = await recordedBlock(context, number);
    return [archive, await readRecordedLending(archive, startEdr)];
  }
  const venueIn = (read: readonly RecordedLending[], name: string): RecordedLending =>
    read.find(({ venue }) => venue === name)!;
  const ofMap = ({ answers }: RecordedLending) => new Map(answers.map(({ of, read }) => [of, read] as const));
  const wordAt = (archive: Archive, contract: Address, slot: bigint): bigint | undefined =>
    archive.accounts.get(contract)?.storage.get(slot);
  const ilkSlot = (ilk: string, mapping: bigint): bigint => slotOf(mapping, encodeBytes32String(ilk) as Hex);

  it("behavior: before block 12,965,000 the Vat's own code tells two ilks and a vault in each, as its slots hold them", async function () {
    const [archive, read] = await readBlock(this, 12_965_000);
    const maker = venueIn(read, "Maker");
    expect(maker).to.include({ block: 12_965_000, unanswered: 0 });
    const answers = ofMap(maker);
    for (const ilk of ["ETH-A", "WBTC-A"]) {
      const words = Object.values(answers.get(ilk)!);
      expect(words).to.deep.equal([0n, 1n, 2n, 3n, 4n].map((word) => wordAt(archive, VAT, ilkSlot(ilk, 2n) + word)));
    }
    const vaults = [...answers].filter(([of]) => of.includes(" "));
    expect(vaults.length).to.equal(2);
    for (const [of, vault] of vaults) {
      const [ilk, urn] = of.split(" ") as [string, Hex];
      const slot = slotOf(ilkSlot(ilk, 3n), urn);
      expect([vault["ink"], vault["art"]]).to.deep.equal([wordAt(archive, VAT, slot), wordAt(archive, VAT, slot + 1n)]);
      const { rate, spot } = answers.get(ilk)!;
      expect(vault["ink"]! * spot! >= vault["art"]! * rate!, `${of} is safe`).to.equal(true);
    }
  });

  it("behavior: of ilks that block 19,505,152 only prices, spot and mat are read by slots, and make the oracle's price", async function () {
    const [archive, read] = await readBlock(this, 19_505_152);
    const maker = venueIn(read, "Maker");
    expect(maker.answers.map(({ of }) => of)).to.include.members(["ETH-A", "ETH-B", "ETH-C", "WSTETH-A", "WSTETH-B"]);
    const usd = maker.answers
      .filter(({ of, read: words }) => of.startsWith("ETH-") && words["spot"] !== undefined)
      .map(({ read: words }) => Number((words["spot"]! * words["mat"]!) / RAY / 10n ** 23n) / 1e4);
    // All three ask one oracle, hours apart at most: March 2024, ETH between 3,300 and 3,700 USD.
    expect(usd.length).to.equal(3);
    for (const price of usd) expect(price).to.be.within(3_300, 3_700);
    const mat = maker.answers.find(({ of }) => of === "ETH-C")!.read["mat"];
    expect(mat).to.equal(wordAt(archive, SPOT, ilkSlot("ETH-C", 1n) + 1n));
  });

  it("behavior: interest that the keeper adds to a recorded market is what its own code adds, to the unit", async function () {
    let compared = 0;
    for (const [number, market] of [
      [11_114_732, "cUSDC"],
      [12_243_999, "cETH"],
      [12_964_999, "cUSDC"],
    ] as const) {
      const [, read] = await readBlock(this, number);
      const words = ofMap(venueIn(read, "Compound v2")).get(market)!;
      const raw = {
        ...{ borrows: words["totalBorrows"], reserves: words["totalReserves"], supply: words["totalSupply"] },
        ...{ cash: words["getCash"], reserveFactor: words["reserveFactorMantissa"], borrowIndex: words["borrowIndex"] },
        ...{ accruedAt: words["accrualBlockNumber"], borrowRate: words["borrowRatePerBlock"] },
      } as RawMarket;
      const { borrows, exchangeRate } = accrue(raw, number);
      expect(borrows > raw.borrows, market).to.equal(true);
      expect([borrows, exchangeRate]).to.deep.equal([words["totalBorrowsCurrent"], words["exchangeRateCurrent"]]);
      compared += 1;
    }
    expect(compared).to.equal(3);
  });

  it("behavior: of Compound v3 the constants of five collaterals", async function () {
    const [, read] = await readBlock(this, 19_932_703);
    const comet = venueIn(read, "Compound v3");
    expect(comet.answers.length).to.equal(5);
    const weth = ofMap(comet).get("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")!;
    // Source: compound-finance/comet, deployments/mainnet/usdc, as of May 2024.
    expect([
      weth["borrowCollateralFactor"],
      weth["liquidateCollateralFactor"],
      weth["liquidationFactor"],
    ]).to.deep.equal([825n, 895n, 950n].map((permille) => permille * 10n ** 15n));
  });

  it("default: a block that touches none of them has nothing to tell", async function () {
    const [, read] = await readBlock(this, 19_933_612);
    expect(read).to.deep.equal([]);
  });
});
