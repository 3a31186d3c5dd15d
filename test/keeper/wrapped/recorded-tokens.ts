import { id } from "ethers";
import type { Archive } from "../../../keeper/src/chain/archive/archive.js";
import type { Address } from "../../../keeper/src/units.js";

/** Tokens of mainnet, and what some of them are claims on. */
export const TOKENS = {
  WETH: "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
  DAI: "0x6b175474e89094c44da98b954eedeac495271d0f",
  USDC: "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
  USDT: "0xdac17f958d2ee523a2206206994597c13d831ec7",
  stETH: "0xae7ab96520de3a18e5e111b5eaab095312d7fe84",
  eETH: "0x35fa164735182de50811e8e2e824cfb9b6118ac2",
  USDe: "0x4c9edd5852cd905f086c759e8383e09bff1e68b3",
  wstETH: "0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0",
  weETH: "0xcd5fe23c85820f7b72d0926fc9b05b43e359b7ee",
  sUSDe: "0x9d39a5de30e57443bff2a8307a4256c8797a3497",
  cUSDC: "0x39aa39c021dfbae8fac545936693ac917d5e7563",
  cETH: "0x4ddc2d193948926d02f9b1fe9e1daa0718270ed5",
  aUSDC: "0xbcca60bb61934080951369a648fb03df4f96263c",
  sUSD: "0x57ab1ec28d129707052df4df418d58a2d46d5f51",
  sETH: "0x5e74c9036fb86bd7ecdcb084a0673efc32ea31cb",
  swETH: "0xf951e335afb289353dc249e82926178eac7ded78",
  cbETH: "0xbe9895146f7af43049ca1c1ae358b0541ea49704",
  WBTC: "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599",
  crv3crypto: "0xc4ad29ba4b3c580e6d59105fff484999997675ff",
  "3Crv": "0x6c3f90f043a72fa612cbac8115ee7e52bde6e490",
} as const satisfies Record<string, Address>;

/** Curve's 3pool, whose shares 3Crv is. */
export const THREE_POOL: Address = "0xbebc44782c7db0a1a60cb6fe97d0b483032ff1c7";
/** Curve's tricrypto2, whose shares crv3crypto is. */
export const TRICRYPTO: Address = "0xd51a44d3fae010294c616388b506acda1bfaae46";
/** Curve's pool of four dollars, of before Vyper 0.2, and its pool of ether and sETH. */
export const SUSD_POOL: Address = "0xa5407eae9ba41422680e2e00537571bcc53efbfd";
export const SETH_POOL: Address = "0xc5424b857f758e906013f3555dad202e4bdb4567";
/** A pair with WETH of which shares were made in block 19,932,703. */
export const PAIR: Address = "0xc7e6b676bfc73ae40bcc4577f22aab1682c691c6";

/** What sETH's proxy calls in block 12,300,570. */
const SETH_CODE: Address = "0x87641989057242bff28d0d6108d007c79774d06f";
/** keccak256 of slot 0, where Vyper begins a pool's list of coins. */
const COINS = 0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563n;

/**
 * Constants of these contracts that nobody in the recorded blocks read: decimals, by the slot that holds them, and the coins of
 * pools, which have no way to change them. **Source:** the contracts' verified source, and any block explorer.
 */
const CONSTANTS: Readonly<Record<Address, Readonly<Record<string, bigint>>>> = {
  [TOKENS.WETH]: { 2: 18n },
  [TOKENS.USDC]: { 6: 6n },
  [TOKENS.USDT]: { 9: 6n },
  [TOKENS.wstETH]: { 5: 18n },
  [TOKENS.cbETH]: { 6: 18n },
  [TOKENS.cUSDC]: { 3: 8n },
  [TOKENS.cETH]: { 3: 8n },
  [TOKENS.aUSDC]: { 57: 6n },
  [TOKENS["3Crv"]]: { 2: 18n },
  [SETH_CODE]: { 9: 18n },
  [THREE_POOL]: coins([TOKENS.DAI, TOKENS.USDC, TOKENS.USDT]),
  [SUSD_POOL]: coins([TOKENS.DAI, TOKENS.USDC, TOKENS.USDT, TOKENS.sUSD]),
};

function coins(list: readonly Address[]): Readonly<Record<string, bigint>> {
  return Object.fromEntries(list.map((coin, i) => [String(COINS + BigInt(i)), BigInt(coin)]));
}

/** keccak256("org.coinbase.stakedToken.exchangeRate"), where cbETH's code keeps what its oracle set. */
const CBETH_RATE = BigInt(id("org.coinbase.stakedToken.exchangeRate"));

/** The archive with a rate of our choice in cbETH, which no recorded block reads. */
export function withCbethRate(archive: Archive, rate: bigint): Archive {
  const account = archive.accounts.get(TOKENS.cbETH);
  if (account === undefined) throw new Error(`expected ${TOKENS.cbETH} in the archive`);
  const storage = new Map(account.storage).set(CBETH_RATE, rate);
  return { ...archive, accounts: new Map(archive.accounts).set(TOKENS.cbETH, { ...account, storage }) };
}

/** The archive with constants of its contracts added where they were not recorded; what was recorded stands. */
export function withConstants(archive: Archive): Archive {
  const accounts = new Map(archive.accounts);
  for (const [address, constants] of Object.entries(CONSTANTS) as [Address, Record<string, bigint>][]) {
    const account = accounts.get(address);
    if (account === undefined) continue;
    const added = Object.entries(constants).map(([slot, value]) => [BigInt(slot), value] as const);
    accounts.set(address, { ...account, storage: new Map([...added, ...account.storage]) });
  }
  return { ...archive, accounts };
}
