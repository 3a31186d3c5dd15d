// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ILiquityV2Owners, ILiquityV2Troves} from "../interfaces/external/ILiquityV2.sol";
import {Words} from "./Words.sol";

/// @title LiquityV2TrovesLens
/// @notice Reads open troves `from` up to `to` of one branch of Liquity v2, as many as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Troves answered. For each trove 3 words: id; owner; debt << 128 | collateral.
contract LiquityV2TrovesLens {
    using Words for Words.List;

    uint256 internal constant TROVE_WORDS = 3;
    uint256 internal constant TROVE_GAS = 200_000;

    /// @param manager The trove manager.
    /// @param owners The token that troves are.
    /// @param from First place in the list of open troves.
    /// @param to Place after the last.
    constructor(ILiquityV2Troves manager, ILiquityV2Owners owners, uint256 from, uint256 to) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 next = from;
        for (; next < to && out.hasRoom(TROVE_WORDS, TROVE_GAS); ++next) {
            uint256 id = manager.getTroveFromTroveIdsArray(next);
            ILiquityV2Troves.LatestTroveData memory trove = manager.getLatestTroveData(id);
            out.push(id);
            out.push(uint160(owners.ownerOf(id)));
            out.push((trove.entireDebt << 128) | trove.entireColl);
        }
        out.data[0] = next - from;
        out.finish();
    }
}
