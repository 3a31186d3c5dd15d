// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {
    ILiquityV2Collaterals,
    ILiquityV2Price,
    ILiquityV2Registry,
    ILiquityV2Troves
} from "../interfaces/external/ILiquityV2.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title LiquityV2BranchesLens
/// @notice Reads the branches of a deployment of Liquity v2 in one `eth_call` of this init code.
///
/// ANSWER, in words. Branches of the deployment; for each of them 2 words: trove manager; debt. Then for each registry given 8
/// words: trove manager; owners of troves; collateral; stablecoin; minimum ratio << 128 | penalty of the stability pool; 1 if the
/// price was read << 255 | 1 if its oracle failed << 254 | troves; shut down at, Unix seconds; price.
contract LiquityV2BranchesLens {
    using Words for Words.List;

    /// @dev Prices of staked ether ask several feeds and compare them.
    uint256 internal constant PRICE_GAS = 2_000_000;

    /// @param collaterals The collateral registry.
    /// @param registries Addresses registry of each branch to read.
    constructor(ILiquityV2Collaterals collaterals, ILiquityV2Registry[] memory registries) {
        Words.List memory out = Words.create();
        uint256 branches = collaterals.totalCollaterals();
        out.push(branches);
        for (uint256 i; i < branches; ++i) {
            address manager = collaterals.getTroveManager(i);
            out.push(uint160(manager));
            out.push(ILiquityV2Troves(manager).getEntireBranchDebt());
        }
        for (uint256 i; i < registries.length; ++i) _pushBranch(out, registries[i]);
        out.finish();
    }

    function _pushBranch(Words.List memory out, ILiquityV2Registry registry) private {
        ILiquityV2Troves manager = ILiquityV2Troves(registry.troveManager());
        out.push(uint160(address(manager)));
        out.push(uint160(registry.troveNFT()));
        out.push(uint160(registry.collToken()));
        out.push(uint160(registry.boldToken()));
        out.push((registry.MCR() << 128) | registry.LIQUIDATION_PENALTY_SP());
        (uint256 flags, uint256 price) = _price(registry.priceFeed());
        out.push((flags << 254) | manager.getTroveIdsCount());
        out.push(manager.shutdownTime());
        out.push(price);
    }

    function _price(address feed) private returns (uint256 flags, uint256 price) {
        (bool ok, bytes memory answer) = feed.call{gas: PRICE_GAS}(abi.encodeCall(ILiquityV2Price.fetchPrice, ()));
        if (!ok || answer.length < 64) return (0, 0);
        return (Probe.at(answer, 1) == 0 ? 2 : 3, Probe.at(answer, 0));
    }
}
