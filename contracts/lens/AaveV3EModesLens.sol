// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV3LiquidEModes} from "../interfaces/external/IAaveV3.sol";
import {Words} from "./Words.sol";

/// @title AaveV3EModesLens
/// @notice Reads the liquid e-mode categories `from` and on of an Aave v3.2 pool, as many as fit, in one `eth_call` of this init
/// code. All 255 ids are looked at: nothing lists those in use.
///
/// ANSWER, in words. Header: first id that was not looked at | categories answered << 16. For each category with a liquidation
/// threshold 2 words: id << 48 | bonus << 32 | threshold << 16 | LTV; ids of its collateral << 128 | ids that it lends, as bits.
contract AaveV3EModesLens {
    using Words for Words.List;

    uint256 internal constant CATEGORY_WORDS = 2;
    /// @dev Three questions to a pool behind a proxy.
    uint256 internal constant CATEGORY_GAS = 100_000;
    uint256 internal constant END = 256;

    /// @param pool The Pool.
    /// @param from Id of the first category to look at, from 1 on.
    constructor(IAaveV3LiquidEModes pool, uint256 from) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 id = from;
        uint256 count;
        for (; id < END && out.hasRoom(CATEGORY_WORDS, CATEGORY_GAS); ++id) {
            IAaveV3LiquidEModes.CollateralConfig memory c = pool.getEModeCategoryCollateralConfig(uint8(id));
            if (c.liquidationThreshold == 0) continue;
            out.push(
                (id << 48) | (uint256(c.liquidationBonus) << 32) | (uint256(c.liquidationThreshold) << 16) | c.ltv
            );
            out.push(
                (uint256(pool.getEModeCategoryCollateralBitmap(uint8(id))) << 128) |
                    pool.getEModeCategoryBorrowableBitmap(uint8(id))
            );
            ++count;
        }
        out.data[0] = id | (count << 16);
        out.finish();
    }
}
