import { Interface, MaxUint256, id, parseUnits } from "ethers";
import type { DevChain } from "../../../../keeper/src/lab/chain.js";
import type { Random } from "../../../../keeper/src/lab/random.js";
import { type ContractRef, read } from "../../../../keeper/src/lab/world/contract-ref.js";
import { type Order, derivedAddress, openActors } from "../../../../keeper/src/lab/world/orders.js";
import { type Steward, beginSetup, openSteward } from "../../../../keeper/src/lab/world/steward.js";
import { deployErc20, issue } from "../../../../keeper/src/lab/world/tokens.js";
import type { Address, Hex } from "../../../../keeper/src/units.js";
import { type History, pick, randomSteps } from "../random-steps.js";
import { codeOf, install, recordedBlock, slotOf } from "../recorded-code.js";

/** **Source:** compound-finance/compound-config, networks/mainnet.json. */
export const COMPTROLLER: Address = "0x3d9819210a31b4961b30ef54be2aed79b9c9cd3b";
const IMPLEMENTATION: Address = "0xbe7616b06f71e363a310aa8ce8ad99654401ead7";
const ORACLE: Address = "0x6d2299c48a8dd07a872fdd0f8233924872ad1071";
const ERC20_RATES: Address = "0xd8ec56013ea119e7181d231e5048f90fbbe753c0";
const ETHER_RATES: Address = "0x0c3f8df27e1a00b47653fde878d68d35f00714c0";
const CETH: Address = "0x4ddc2d193948926d02f9b1fe9e1daa0718270ed5";
const CUSDC: Address = "0x39aa39c021dfbae8fac545936693ac917d5e7563";
/** Blocks in which somebody uses cETH and the Comptroller, and cUSDC and the oracle: their code is recorded. */
const [CETH_BLOCK, CUSDC_BLOCK] = [12_243_999, 12_964_999];

export const WAD = 10n ** 18n;
export const USERS: readonly Address[] = Array.from({ length: 8 }, (_, i) => derivedAddress(`compound user ${i}`));
/** WBTC has two markets, as on mainnet. The oracle's constants say which token an address lends. */
const MARKETS = [
  { symbol: "ETH", cToken: CETH, decimals: 18, factor: 75, usd: 2_500n, initial: 2n * 10n ** 26n },
  { symbol: "USDC", cToken: CUSDC, decimals: 6, factor: 75, usd: 1n, initial: 2n * 10n ** 14n },
  {
    symbol: "BTC",
    cToken: "0xc11b1268c1a384e55c48c2391d8d480264a3a7f4",
    decimals: 8,
    factor: 0,
    usd: 40_000n,
    initial: 2n * 10n ** 16n,
  },
  {
    symbol: "BTC",
    cToken: "0xccf4429db6322d5c611ee964527d42e5d685dd6a",
    decimals: 8,
    factor: 65,
    usd: 40_000n,
    initial: 2n * 10n ** 16n,
  },
  {
    symbol: "DAI",
    cToken: "0x5d3a536e4d6dbd6114cc1ead35777bab948e3643",
    decimals: 18,
    factor: 75,
    usd: 1n,
    initial: 2n * 10n ** 26n,
  },
] as const satisfies readonly { cToken: Address; [key: string]: unknown }[];

export const cTokenAbi = new Interface([
  "function mint(uint256)",
  "function redeem(uint256)",
  "function borrow(uint256)",
  "function repayBorrow(uint256)",
  "function liquidateBorrow(address borrower, uint256 amount, address collateral)",
  "function transfer(address, uint256)",
  "function accrueInterest()",
  "function balanceOf(address) view returns (uint256)",
  "function balanceOfUnderlying(address) returns (uint256)",
  "function borrowBalanceCurrent(address) returns (uint256)",
  "function borrowBalanceStored(address) view returns (uint256)",
  "function exchangeRateStored() view returns (uint256)",
  "function exchangeRateCurrent() returns (uint256)",
  "function totalBorrowsCurrent() returns (uint256)",
  "function _setReserveFactor(uint256)",
  "event LiquidateBorrow(address liquidator, address borrower, uint256 repayAmount, address cTokenCollateral, uint256 seizeTokens)",
]);
const etherAbi = new Interface(["function mint() payable", "function repayBorrow() payable"]);
export const comptrollerAbi = new Interface([
  ...["_setPriceOracle(address)", "_setCloseFactor(uint256)", "_setLiquidationIncentive(uint256)"].map(
    (f) => `function ${f}`,
  ),
  ...["_supportMarket(address)", "_setCollateralFactor(address, uint256)"].map((f) => `function ${f}`),
  ...["enterMarkets(address[])", "exitMarket(address)"].map((f) => `function ${f}`),
  "function getAccountLiquidity(address) view returns (uint256 code, uint256 liquidity, uint256 shortfall)",
  "function checkMembership(address, address) view returns (bool)",
  "function getAllMarkets() view returns (address[])",
]);

export interface Market {
  readonly symbol: string;
  readonly cToken: ContractRef;
  /** Zero address for ether. */
  readonly token: ContractRef;
  readonly decimals: number;
  readonly usd: bigint;
  /** Percent. */
  readonly factor: number;
}

/** Mainnet's Comptroller, oracle, interest rates and cTokens, empty, at their addresses, with five markets. */
export interface Stage {
  readonly chain: DevChain;
  readonly steward: Steward;
  readonly comptroller: ContractRef;
  readonly markets: readonly Market[];
  /** What ether counts as. */
  readonly weth: Address;
  /** Set the reported price of a symbol, in 1e-6 USD. */
  price(symbol: string, micros: bigint): Promise<void>;
}

export async function buildStage(context: Mocha.Context, chain: DevChain): Promise<Stage> {
  const [first, second] = [await recordedBlock(context, CETH_BLOCK), await recordedBlock(context, CUSDC_BLOCK)];
  await beginSetup(chain);
  const steward = await openSteward(chain);
  await openActors(chain, USERS, 10n ** 24n);
  // Source: ComptrollerStorage.sol: admin, pending admin, implementation, its successor, oracle, close factor, incentive, most assets.
  await install(chain, COMPTROLLER, codeOf(first, COMPTROLLER), [
    [0n, BigInt(steward.address)],
    [2n, BigInt(IMPLEMENTATION)],
    [7n, 20n],
  ]);
  await install(chain, IMPLEMENTATION, codeOf(first, IMPLEMENTATION));
  await install(chain, ORACLE, codeOf(second, ORACLE));
  // Rates a block near the most that a market takes, 5e-6, so that interest shows. Source: JumpRateModel, WhitePaperInterestRateModel.
  await install(chain, ERC20_RATES, codeOf(second, ERC20_RATES), [
    [1n, 2n * 10n ** 12n],
    [2n, 10n ** 9n],
    [3n, 4n * 10n ** 12n],
    [4n, (8n * WAD) / 10n],
  ]);
  await install(chain, ETHER_RATES, codeOf(first, ETHER_RATES), [
    [0n, 6n * WAD],
    [1n, WAD / 10n],
  ]);
  const comptroller: ContractRef = { name: "Comptroller", address: COMPTROLLER, abi: comptrollerAbi };
  const block = BigInt(await chain.provider.getBlockNumber());
  const tokens = new Map<string, ContractRef>();
  const markets: Market[] = [];
  for (const { symbol, cToken, decimals, factor, usd, initial } of MARKETS) {
    const isEther = cToken === CETH;
    const token = tokens.get(symbol) ?? deployErc20(steward, symbol, decimals);
    tokens.set(symbol, token);
    // Source: CToken.sol of 2019: guard, name, symbol, decimals, admin, its successor, comptroller, rates, initial exchange
    // rate, reserve factor, block, index; the underlying at 18.
    const slots: [bigint, bigint][] = [
      [0n, 1n],
      [3n, 8n],
      [4n, BigInt(steward.address)],
      [6n, BigInt(COMPTROLLER)],
    ];
    slots.push([7n, BigInt(isEther ? ETHER_RATES : ERC20_RATES)], [8n, initial], [10n, block], [11n, WAD]);
    if (!isEther) slots.push([18n, BigInt(token.address)]);
    await install(chain, cToken, isEther ? codeOf(first, CETH) : codeOf(second, CUSDC), slots);
    markets.push({
      symbol,
      cToken: { name: `c${symbol}`, address: cToken, abi: cTokenAbi },
      token,
      decimals,
      usd,
      factor,
    });
  }
  const stage: Stage = {
    ...{ chain, steward, comptroller, markets, weth: tokens.get("ETH")!.address },
    // Source: UniswapAnchoredView, `prices` at slot 2.
    price: (symbol, micros) =>
      install(chain, ORACLE, codeOf(second, ORACLE), [[slotOf(2n, id(symbol) as Hex), micros]]),
  };
  for (const { symbol, usd } of MARKETS) await stage.price(symbol, usd * 10n ** 6n);
  await openMarkets(stage);
  return stage;
}

async function openMarkets({ steward, comptroller, markets }: Stage): Promise<void> {
  steward.call(comptroller, "_setPriceOracle", [ORACLE]);
  steward.call(comptroller, "_setCloseFactor", [WAD / 2n]);
  steward.call(comptroller, "_setLiquidationIncentive", [(108n * WAD) / 100n]);
  for (const { cToken, factor } of markets) {
    steward.call(comptroller, "_supportMarket", [cToken.address]);
    steward.call(comptroller, "_setCollateralFactor", [cToken.address, (BigInt(factor) * WAD) / 100n]);
  }
  await steward.flush();
  for (const market of markets) {
    steward.call(market.cToken, "_setReserveFactor", [WAD / 5n]);
    for (const user of USERS) {
      if (market.symbol === "ETH") {
        steward.add(payEther(user, market, "mint", 20n * WAD));
        continue;
      }
      issue(steward, market.token, user, parseUnits("1000000", market.decimals) / market.usd);
      const data = market.token.abi.encodeFunctionData("approve", [market.cToken.address, MaxUint256]) as Hex;
      steward.add({ label: "approving", from: user, to: market.token.address, data });
    }
  }
  await steward.flush();
}

export function payEther(from: Address, { cToken }: Market, method: "mint" | "repayBorrow", value: bigint): Order {
  return { label: method, from, to: cToken.address, data: etherAbi.encodeFunctionData(method) as Hex, value };
}

/** Everything that moves accounts, from a seed. */
export function randomHistory(stage: Stage, random: Random): History {
  const { chain, steward, comptroller, markets } = stage;
  const any = (): Market => pick(random, markets);
  const erc20 = (): Market => pick(random, markets.slice(1));
  const some = ({ decimals, usd }: Market): bigint =>
    parseUnits((10 ** (1.5 + 3 * random.unit())).toFixed(6), decimals) / usd + BigInt(random.uint32() % 1_000);
  const held = async (user: Address, { cToken }: Market): Promise<bigint> =>
    (await read(chain, cToken, "balanceOf", [user]))[0] as bigint;
  return randomSteps(stage, random, {
    users: USERS,
    actions: {
      mint() {
        const of = erc20();
        return [of.cToken, "mint", [some(of)]];
      },
      async redeem(user) {
        const of = any();
        return [of.cToken, "redeem", [((await held(user, of)) * BigInt(1 + (random.uint32() % 3))) / 3n]];
      },
      async borrow(user) {
        const of = any();
        const liquidity = (await read(chain, comptroller, "getAccountLiquidity", [user])).getValue(
          "liquidity",
        ) as bigint;
        const most = (liquidity * 10n ** BigInt(of.decimals)) / of.usd / WAD;
        return [of.cToken, "borrow", [(most * BigInt(40 + (random.uint32() % 60))) / 100n + 1n]];
      },
      async repay(user) {
        const of = erc20();
        const owed = (await read(chain, of.cToken, "borrowBalanceStored", [user]))[0] as bigint;
        return [of.cToken, "repayBorrow", [pick(random, [MaxUint256, owed / 2n + 1n])]];
      },
      enter: () => [comptroller, "enterMarkets", [[any().cToken.address]]],
      exit: () => [comptroller, "exitMarket", [any().cToken.address]],
      async transfer(user) {
        const of = any();
        return [of.cToken, "transfer", [pick(random, USERS), (await held(user, of)) / 4n]];
      },
      async liquidate() {
        const [borrower, of] = [pick(random, USERS), erc20()];
        const owed = (await read(chain, of.cToken, "borrowBalanceStored", [borrower]))[0] as bigint;
        return [of.cToken, "liquidateBorrow", [borrower, owed / 4n + 1n, any().cToken.address]];
      },
    },
    favoured: ["mint", "mint", "enter", "enter", "borrow", "borrow", "borrow", "liquidate", "liquidate", "liquidate"],
    async movePrice() {
      await stage.price("ETH", 2_500n * 10n ** 4n * BigInt(50 + (random.uint32() % 70)));
      await stage.price("BTC", 40_000n * 10n ** 4n * BigInt(50 + (random.uint32() % 70)));
      steward.add(payEther(pick(random, USERS), markets[0]!, "mint", some(markets[0]!)));
      // Blocks pass: interest is added by them.
      const blocks = 1 + (random.uint32() % pick(random, [4, 20, 60]));
      await chain.rpc.batch(Array.from({ length: blocks }, () => ({ method: "evm_mine", params: [] })));
    },
  });
}
