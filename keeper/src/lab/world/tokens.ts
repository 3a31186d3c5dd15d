import { MaxUint256 } from "ethers";
import type { Address } from "../../units.js";
import { loadAave, loadForeign } from "./artifacts.js";
import type { ContractRef } from "./contract-ref.js";
import type { Steward } from "./steward.js";

const BURN_MINT_ERC20 = "@chainlink/contracts/src/v0.8/shared/token/ERC20/BurnMintERC20";

/** Queue the genuine WETH9. */
export function deployWeth(steward: Steward): ContractRef {
  return steward.deploy(loadAave("dependencies/weth/WETH9"));
}

/** Queue an ERC-20 (Chainlink's BurnMintERC20, without a maximum supply) that the steward may mint. */
export function deployErc20(steward: Steward, symbol: string, decimals: number): ContractRef {
  const token = steward.deploy(loadForeign(BURN_MINT_ERC20), [symbol, symbol, decimals, 0, 0]);
  steward.call(token, "grantMintAndBurnRoles", [steward.address]);
  return token;
}

/** Queue `units` raw units for `to`: deposited ether for WETH9, minted otherwise. */
export function issue(steward: Steward, token: ContractRef, to: Address, units: bigint): void {
  if (token.abi.hasFunction("mint")) {
    steward.call(token, "mint", [to, units]);
    return;
  }
  steward.call(token, "deposit", [], units);
  if (to !== steward.address) steward.call(token, "transfer", [to, units]);
}

/** Queue the steward's unlimited approval of `spender`. */
export function approve(steward: Steward, token: ContractRef, spender: Address): void {
  steward.call(token, "approve", [spender, MaxUint256]);
}
