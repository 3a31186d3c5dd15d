import { z } from "zod";
import { IEulerConnector__factory, IEulerLender__factory } from "../../../typechain-types/index.js";
import { addressInTopic } from "../chain/log.js";
import type { Log } from "../chain/log.js";
import { sourceKind } from "../chain/source-kind.js";
import { address as addressWord, decodeRow, splitWords, uint } from "../chain/words.js";
import type { Address, Hex } from "../units.js";
import { address, wholeFrom } from "../values.js";
import { readEulerAccounts, readEulerVaults } from "./euler-vaults.js";
import type { RawEulerAccount, RawEulerVault } from "./euler-vaults.js";
import { viewEuler } from "./euler-view.js";
import { followAccounts } from "./follow-accounts.js";
import type { AccountsVenue, Followed, UntimedSale } from "./follow-accounts.js";
import { unproven } from "./unproven.js";

/** A cluster of vaults and everybody who ever might borrow from one of them, read whole: debts grow with every second. */
export interface EulerMarket {
  readonly vaults: readonly RawEulerVault[];
  readonly accounts: readonly RawEulerAccount[];
}

export type EulerState = Followed<EulerMarket, never>;

const schema = z.strictObject({
  kind: z.literal("euler-v2"),
  connector: address.describe("the Ethereum Vault Connector"),
  fromBlock: wholeFrom(0).describe("block of the first vault's creation"),
  vaults: z.array(address).min(1).describe("vaults that lend; the first is what the venue is known by"),
  unitOfAccount: address.describe("what their values are expressed in; vaults of another are excluded"),
  baseUsdFeed: address.exactOptional().describe("feed of the unit of account in USD; none where it is USD"),
  unproven: unproven("euler-v2"),
});

/** A cluster of vaults of Euler v2 with one unit of account. Not proven offline. */
export const eulerV2 = sourceKind({
  schema,
  addressOf: ({ vaults }) => vaults[0]!,
  feedsOf: ({ baseUsdFeed }) => (baseUsdFeed === undefined ? [] : [baseUsdFeed]),
  follow: (chain, source, { resilienceWindowSec }) => followAccounts(chain, eulerVenue(source), resilienceWindowSec),
  view: ({ vaults, unitOfAccount, baseUsdFeed }, state: EulerState) =>
    viewEuler(state, { venue: vaults[0]!, unitOfAccount, baseUsdFeed }),
});

const CONTROLLER = IEulerConnector__factory.createInterface().getEvent("ControllerStatus").topicHash as Hex;
const LIQUIDATE = IEulerLender__factory.createInterface().getEvent("Liquidate").topicHash as Hex;
const LIQUIDATED = { collateral: addressWord(0), repaid: uint(1), shares: uint(2) } as const;

function eulerVenue(source: z.output<typeof schema>): AccountsVenue<EulerMarket, never> {
  const { connector, fromBlock, vaults } = source;
  /** What each vault lends never changes. */
  const assets = new Map<Address, Address>();
  return {
    fromBlock,
    marketFollowsKeys: true,
    async readMarket(reader, seen) {
      const [read, accounts] = await Promise.all([
        readEulerVaults(reader, vaults),
        readEulerAccounts(reader, connector, [...seen].sort() as Address[]),
      ]);
      for (const { vault, asset } of read) assets.set(vault, asset);
      return { vaults: read, accounts };
    },
    filterOf: () => [
      { addresses: [connector], topics: [CONTROLLER] },
      { addresses: vaults, topics: [LIQUIDATE] },
    ],
    keysOf: (logs) => [...new Set(logs.flatMap((log) => borrowersIn(log, vaults)))].sort(),
    salesOf: (logs) => salesOf(logs, vaults[0]!, assets),
    readAccounts: () => Promise.resolve([]),
    unattributed: () => new Map<string, bigint>(),
  };
}

function borrowersIn({ topics }: Log, vaults: readonly Address[]): Address[] {
  return topics[0] === CONTROLLER && vaults.includes(addressInTopic(topics[2]!)) ? [addressInTopic(topics[1]!)] : [];
}

/** The liquidator takes debt and shares over; when it sells, nobody tells. */
function salesOf(logs: readonly Log[], venue: Address, assets: ReadonlyMap<Address, Address>): UntimedSale[] {
  return logs
    .filter(({ topics }) => topics[0] === LIQUIDATE)
    .map(({ address: vault, topics, data, blockNumber, blockHash, logIndex }) => {
      const { collateral, repaid, shares } = decodeRow(splitWords(data), 0, LIQUIDATED);
      return {
        block: blockNumber,
        blockHash,
        logIndex,
        venue,
        collateralAsset: collateral,
        debtAsset: assets.get(vault)!,
        account: addressInTopic(topics[2]!),
        debtUnits: repaid,
        collateralUnits: shares,
      };
    });
}
