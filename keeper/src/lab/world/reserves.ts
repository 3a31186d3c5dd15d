import { ZeroAddress } from "ethers";
import { BPS_ONE, intToBig } from "../../units.js";
import type { Address } from "../../units.js";
import type { DevChain } from "../chain.js";
import type { Aave } from "./aave.js";
import { loadAave } from "./artifacts.js";
import type { AssetSpec, RateSpec } from "./spec.js";
import { read } from "./contract-ref.js";
import type { ContractRef } from "./contract-ref.js";
import type { Steward } from "./steward.js";

/** A reserve's tokens. */
export interface ReserveTokens {
  readonly aToken: ContractRef;
  readonly variableDebt: ContractRef;
}

/** Rates are in ray: 1e27 is 100 % per year. */
const RAY_PER_BPS = 10n ** 23n;

/** Queue a reserve with its real parameters, but for interest: there is none before it is started. */
export function listReserve(steward: Steward, aave: Aave, asset: AssetSpec, token: ContractRef): void {
  const { configurator } = aave;
  steward.call(configurator, "initReserves", [[reserveInput(aave, asset, token.address)]]);
  if (asset.canBeCollateral) {
    const { ltvBps, liquidationThresholdBps, liquidationBonusBps } = asset;
    const risk = [ltvBps, liquidationThresholdBps, BPS_ONE + liquidationBonusBps];
    steward.call(configurator, "configureReserveAsCollateral", [token.address, ...risk]);
  }
  if (asset.canBeBorrowed) steward.call(configurator, "setReserveBorrowing", [token.address, true]);
  steward.call(configurator, "setReserveFlashLoaning", [token.address, true]);
  steward.call(configurator, "setReserveFactor", [token.address, asset.reserveFactorBps]);
  steward.call(configurator, "setLiquidationProtocolFee", [token.address, asset.liquidationProtocolFeeBps ?? 0]);
  steward.call(configurator, "setSupplyCap", [token.address, asset.supplyCap ?? 0]);
  steward.call(configurator, "setBorrowCap", [token.address, asset.borrowCap ?? 0]);
}

/** Queue a strategy that charges the asset's own rates. */
export function deployStrategy(steward: Steward, aave: Aave, rates: RateSpec): ContractRef {
  const ray = (bps: number): bigint => intToBig(bps) * RAY_PER_BPS;
  const variable = [rates.optimalUsageBps, rates.baseBps, rates.slope1Bps, rates.slope2Bps].map(ray);
  // Stable borrowing is off everywhere: its slopes, offsets and optimal share are never used.
  const stable = [0n, 0n, 0n, 0n, 0n];
  const source = loadAave("protocol/pool/DefaultReserveInterestRateStrategy");
  return steward.deploy(source, [aave.addressesProvider.address, ...variable, ...stable]);
}

/** Find a listed reserve's tokens. */
export async function reserveTokens(chain: DevChain, aave: Aave, token: ContractRef): Promise<ReserveTokens> {
  const [aToken, , variableDebt] = await read(chain, aave.dataProvider, "getReserveTokensAddresses", [token.address]);
  return { aToken: tokenAt("AToken", aToken), variableDebt: tokenAt("VariableDebtToken", variableDebt) };
}

function tokenAt(name: string, address: unknown): ContractRef {
  const { abi } = loadAave(`protocol/tokenization/${name}`);
  return { name, address: String(address).toLowerCase() as Address, abi };
}

function reserveInput(aave: Aave, asset: AssetSpec, underlying: Address): Record<string, unknown> {
  const { aToken, stableDebt, variableDebt } = aave.tokenImplementations;
  return {
    aTokenImpl: aToken.address,
    stableDebtTokenImpl: stableDebt.address,
    variableDebtTokenImpl: variableDebt.address,
    underlyingAssetDecimals: asset.decimals,
    interestRateStrategyAddress: aave.zeroStrategy.address,
    underlyingAsset: underlying,
    treasury: aave.treasury,
    incentivesController: ZeroAddress,
    aTokenName: `Aave lab ${asset.symbol}`,
    aTokenSymbol: `aLab${asset.symbol}`,
    variableDebtTokenName: `Aave lab variable debt ${asset.symbol}`,
    variableDebtTokenSymbol: `variableDebtLab${asset.symbol}`,
    stableDebtTokenName: `Aave lab stable debt ${asset.symbol}`,
    stableDebtTokenSymbol: `stableDebtLab${asset.symbol}`,
    params: "0x",
  };
}
