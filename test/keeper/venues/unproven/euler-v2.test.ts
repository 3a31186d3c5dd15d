import { expect } from "chai";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { Address } from "../../../../keeper/src/units.js";
import { readEulerAccounts, readEulerVaults } from "../../../../keeper/src/venues/euler-vaults.js";
import { viewEuler } from "../../../../keeper/src/venues/euler-view.js";
import { EulerAccountsLens__factory, EulerVaultsLens__factory } from "../../../../typechain-types/index.js";
import { requireShared } from "../../../shared-data.js";
import { WAD, addressOf, packed, telling } from "./words.js";

const [VAULT, ASSET, EVC, UNIT] = [addressOf(0xb1), addressOf(0xd5), addressOf(0xc0), addressOf(840)];
const [SHARES, WORTHLESS, OTHER] = [addressOf(0xd1), addressOf(0xd2), addressOf(0xd9)];
const [ALICE, BOB, CAROL, DAVE] = [0xe1, 0xe2, 0xe3, 0xe4].map(addressOf) as [Address, Address, Address, Address];
const READ = { decimals: 1n, price: 2n };
const ALL = READ.decimals | READ.price;

interface Vault {
  readonly unit?: Address;
  readonly flags?: bigint;
  readonly price?: bigint;
  readonly collateralFlags?: bigint;
  readonly borrowed?: bigint;
}

/** Lends an asset of 6 decimals at a dollar against shares of 18 at 2,000 dollars. */
const vault = ({
  unit = UNIT,
  flags = ALL,
  price = WAD,
  collateralFlags = ALL,
  borrowed = 3_000n * 10n ** 6n,
}: Vault) => [
  1n,
  packed([flags, 184], [6n, 176], [1_500n, 160], [ASSET, 0]),
  packed([2n, 160], [unit, 0]),
  18n,
  borrowed,
  10_000n * 10n ** 6n,
  price,
  packed([collateralFlags, 200], [18n, 192], [8_500n, 176], [8_300n, 160], [SHARES, 0]),
  2_000n * WAD,
  // Its loan-to-value was set to 0: no price of it is asked for.
  packed([READ.decimals, 200], [18n, 192], [WORTHLESS, 0]),
  0n,
];
const has = (token: Address, shares: bigint, isRead = 1n) => [packed([isRead, 160], [token, 0]), shares];
const owes = (units: bigint): bigint => (1n << 255n) | (units * 10n ** 6n);
/** Alice has shares, some that count for nothing and some that the vault does not take; Bob may borrow from nobody. */
const ACCOUNTS = [
  [
    ...[
      3n,
      packed([3n, 160], [VAULT, 0]),
      owes(1_000n),
      ...has(SHARES, WAD),
      ...has(WORTHLESS, WAD),
      ...has(OTHER, 5n),
    ],
    0n,
    ...[packed([1n, 160], [VAULT, 0]), owes(2_000n), ...has(SHARES, 2n * WAD)],
  ],
  [1n, packed([0n, 160], [VAULT, 0]), owes(0n)],
];

async function read(of: Vault, accounts: readonly (readonly (bigint | Address)[])[] = ACCOUNTS) {
  const reader = telling([
    [EulerVaultsLens__factory, [vault(of)]],
    [EulerAccountsLens__factory, accounts],
  ]);
  const vaults = await readEulerVaults(reader, [VAULT]);
  const market = { vaults, accounts: await readEulerAccounts(reader, EVC, [ALICE, BOB, CAROL, DAVE]) };
  const followed = { block: reader.block, accounts: new Map<string, never>(), seen: new Set<string>() };
  const state = { ...followed, market, unattributed: new Map<string, bigint>(), sales: [] };
  return viewEuler(state, { venue: VAULT, unitOfAccount: UNIT, baseUsdFeed: undefined });
}

describe("Euler v2 venue: what is made of a lens's words", () => {
  it("default: a vault is a market of its asset and the shares that it takes; who owes is a row", async () => {
    const { state, exclusions } = await read({});
    expect(exclusions).to.deep.equal([]);
    expect(state.reserves.map(({ asset, market, priceBase }) => [asset, market, priceBase])).to.deep.equal([
      [SHARES, VAULT, 2_000n * WAD],
      [ASSET, VAULT, WAD],
    ]);
    // 0.15 / 0.85 = 17.65 %, rounded up.
    const terms = { ltvBps: 8_300, liquidationThresholdBps: 8_500, liquidationBonusBps: 1_765 };
    expect(state.reserves[0]).to.deep.include({ ...terms, suppliedUnits: 3n * WAD });
    expect(state.accounts).to.deep.equal([
      { market: VAULT, account: ALICE, collateral: [[0, WAD]], debt: [[1, 1_000n * 10n ** 6n]] },
      { market: VAULT, account: CAROL, collateral: [[0, 2n * WAD]], debt: [[1, 2_000n * 10n ** 6n]] },
    ]);
    expect(state).to.deep.include({ baseUnit: WAD, baseUsdE8: 10n ** 8n, totalDebtBase: 3_000n * WAD });
  });

  const FAULTS: Record<string, readonly [Vault, string]> = {
    "another unit of account": [{ unit: OTHER }, `its unit of account is ${OTHER}`],
    "no decimals": [{ flags: READ.price }, "its asset: decimals does not answer"],
    "a price that was not read": [
      { flags: READ.decimals },
      "no price of its asset: the oracle does not answer, or answers 0",
    ],
    "a price of 0": [{ price: 0n }, "no price of its asset: the oracle does not answer, or answers 0"],
  };
  for (const [what, [of, reason]] of Object.entries(FAULTS)) {
    it(`behavior: ${what} excludes the vault, and says how much is in no total`, async () => {
      const { state, exclusions } = await read(of);
      const said = `${reason}; 3000000000 raw units owed are in no total`;
      expect(exclusions).to.deep.equal([{ scope: "reserve", id: `${VAULT}/${VAULT}`, reason: said }]);
      expect(state).to.deep.include({ reserves: [], accounts: [], totalDebtBase: 0n });
    });
  }

  it("behavior: who has collateral without a price is left out, and the debt counts against coverage", async () => {
    const { state, exclusions } = await read({ collateralFlags: READ.decimals });
    expect(state.accounts).to.deep.equal([]);
    expect(state.totalDebtBase).to.equal(3_000n * WAD);
    expect(exclusions.map(({ scope, id }) => [scope, id])).to.deep.equal([
      ["reserve", `${VAULT}/${VAULT}/${SHARES}`],
      ["account", `${VAULT}/${ALICE}`],
      ["account", `${VAULT}/${CAROL}`],
    ]);
    expect(exclusions[1]!.reason).to.equal(`collateral ${SHARES} has no price`);
  });

  it("behavior: so is who has collateral, or debt, that does not answer", async () => {
    const mute = [
      [
        ...[4n, packed([1n, 160], [VAULT, 0]), owes(1_000n), ...has(SHARES, 0n, 0n)],
        ...[0n, packed([0n, 160], [VAULT, 0]), 0n, 0n],
      ],
    ];
    const { state, exclusions } = await read({ borrowed: 1_000n * 10n ** 6n }, mute);
    expect(state.accounts).to.deep.equal([]);
    expect(exclusions.map(({ reason }) => reason)).to.deep.equal([
      `collateral ${SHARES} does not say what it has`,
      "its vault does not say what it owes",
    ]);
  });

  it("behavior: debt that no known account owes is named", async () => {
    const { exclusions } = await read({ borrowed: 3_001n * 10n ** 6n });
    const reason = "of 3001000000 raw units owed, 1000000 are owed by no known account";
    expect(exclusions).to.deep.equal([{ scope: "reserve", id: `${VAULT}/${VAULT}`, reason }]);
  });

  it("error: WordsMalformed for an answer that ends early, and for one without progress", async () => {
    const cut = telling([[EulerVaultsLens__factory, [vault({}).slice(0, -1)]]]);
    expect(await readEulerVaults(cut, [VAULT]).catch(String)).to.contain("saw 10 words, expected a word 10");
    expect(await read({}, [[0n]]).catch(String)).to.contain("no progress");
  });
});

describe("Euler v2 venue on the accounts that a liquidation bot watched on Base", () => {
  interface Watched {
    readonly accounts: Readonly<Record<string, { readonly controller_address: string }>>;
  }

  it("behavior: all of them, sub-accounts apart, page by page", async function () {
    const file = path.join(requireShared(this, "data/positions-euler-base-2025-01"), "Base_state.json.gz");
    const { accounts } = JSON.parse(
      gunzipSync(readFileSync(file)).toString("utf8").replaceAll("Infinity", "null"),
    ) as Watched;
    const lower = (text: string): Address => text.toLowerCase() as Address;
    const owners = Object.entries(accounts).map(
      ([account, of]) => [lower(account), lower(of.controller_address)] as const,
    );
    const vaults = [...new Set(owners.map(([, controller]) => controller))];
    const paged = <T>(list: readonly T[], size: number): T[][] =>
      Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
    const reader = telling([
      [
        EulerVaultsLens__factory,
        paged(vaults, 20).map((page) => [BigInt(page.length), ...page.flatMap(() => vault({}).slice(1))]),
      ],
      [
        EulerAccountsLens__factory,
        paged(owners, 100).map((page) => [
          BigInt(page.length),
          ...page.flatMap(([, controller]) => [packed([1n, 160], [controller, 0]), owes(2n), ...has(SHARES, WAD)]),
        ]),
      ],
    ]);
    const market = {
      vaults: await readEulerVaults(reader, vaults),
      accounts: await readEulerAccounts(
        reader,
        EVC,
        owners.map(([account]) => account),
      ),
    };
    const followed = { block: reader.block, accounts: new Map<string, never>(), seen: new Set<string>() };
    const state = { ...followed, market, unattributed: new Map<string, bigint>(), sales: [] };
    const view = viewEuler(state, { venue: vaults[0]!, unitOfAccount: UNIT, baseUsdFeed: undefined });
    const expected = owners.map(([account, controller]) => `${controller}/${account}`).toSorted();
    expect(view.state.accounts.map((row) => `${row.market}/${row.account}`)).to.deep.equal(expected);
    expect(expected.length).to.be.above(500);
  });
});
