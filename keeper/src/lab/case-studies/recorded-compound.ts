import { Interface } from "ethers";
import { ICompoundV2CToken__factory, ICompoundV3__factory } from "../../../../typechain-types/index.js";
import type { Archive } from "../../chain/archive/archive.js";
import { bigToInt } from "../../units.js";
import type { Address } from "../../units.js";
import { addressesIn, named, slotOf } from "./recorded-asker.js";
import type { Asker, Tried } from "./recorded-asker.js";

/** Compound v3's market of USDC. **Source:** compound-finance/comet, deployments/mainnet/usdc. */
export const COMET: Address = "0xc3d688b66703497daa19211eedff47f25384cdc3";
/** **Source:** compound-finance/compound-config, networks/mainnet.json. */
export const CTOKENS: Readonly<Record<string, Address>> = {
  cETH: "0x4ddc2d193948926d02f9b1fe9e1daa0718270ed5",
  cUSDC: "0x39aa39c021dfbae8fac545936693ac917d5e7563",
  cUSDT: "0xf650c3d88d12db855b8bf7d11be6c55a4e07dcc9",
  cWBTC2: "0xccf4429db6322d5c611ee964527d42e5d685dd6a",
};
/** What accounts have in a cToken, of 2019 and later. Source: CTokenStorage. */
const ACCOUNT_TOKENS = [15n, 14n];
const CURRENT = ["totalBorrowsCurrent", "exchangeRateCurrent"];
/** These add interest first: their own arithmetic, to compare ours with. */
const current = new Interface(CURRENT.map((name) => `function ${name}() returns (uint256)`));

/** Markets as their getters tell them, with interest up to the block where they can add it, and balances of cTokens. */
export async function readRecordedCompoundV2({ attempt, call }: Asker, archive: Archive): Promise<Tried[]> {
  const abi = ICompoundV2CToken__factory.createInterface();
  const tried: Tried[] = [];
  for (const [name, cToken] of Object.entries(CTOKENS)) {
    const storage = archive.accounts.get(cToken)?.storage;
    if (storage === undefined) continue;
    const read: Record<string, bigint> = {};
    for (const getter of MARKET_GETTERS) {
      const answer = await attempt(() => call(abi, cToken, getter));
      if (answer !== undefined) read[getter] = answer[0] as bigint;
    }
    for (const getter of CURRENT) {
      const answer = await attempt(() => call(current, cToken, getter));
      if (answer !== undefined) read[getter] = answer[0] as bigint;
    }
    tried.push(Object.keys(read).length === 0 ? undefined : { of: name, read });
    const owners = [...addressesIn(archive)].filter((owner) =>
      ACCOUNT_TOKENS.some((slot) => storage.has(slotOf(slot, owner))),
    );
    for (const owner of owners) {
      tried.push(
        await attempt(async () =>
          named(`${name} ${owner}`, ["balanceOf"], await call(abi, cToken, "balanceOf", [owner])),
        ),
      );
    }
  }
  return tried;
}

const MARKET_GETTERS = [
  ...["getCash", "totalBorrows", "totalReserves", "totalSupply", "reserveFactorMantissa"],
  ...["accrualBlockNumber", "borrowIndex", "borrowRatePerBlock"],
] as const;

/** The market's constants are in its code; what it stores of totals no recorded block reads. */
export async function readRecordedCompoundV3({ attempt, call }: Asker): Promise<Tried[]> {
  const abi = ICompoundV3__factory.createInterface();
  const count = await attempt(() => call(abi, COMET, "numAssets"));
  const tried: Tried[] = [];
  for (let i = 0; i < bigToInt((count?.[0] as bigint | undefined) ?? 0n); i++) {
    tried.push(
      await attempt(async () => {
        const [info] = (await call(abi, COMET, "getAssetInfo", [i])) as [Record<string, string | bigint>];
        const fields = [
          "scale",
          "borrowCollateralFactor",
          "liquidateCollateralFactor",
          "liquidationFactor",
          "supplyCap",
        ];
        return named(
          String(info["asset"]).toLowerCase(),
          fields,
          fields.map((field) => info[field]),
        );
      }),
    );
  }
  return tried;
}
