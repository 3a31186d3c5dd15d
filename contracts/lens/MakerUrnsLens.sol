// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMakerVat} from "../interfaces/external/IMaker.sol";
import {Words} from "./Words.sol";

/// @title MakerUrnsLens
/// @notice Reads vaults of Maker, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Vaults answered. For each vault 2 words: collateral; debt before interest.
contract MakerUrnsLens {
    using Words for Words.List;

    uint256 internal constant URN_WORDS = 2;
    uint256 internal constant URN_GAS = 20_000;

    /// @param vat The Vat.
    /// @param ilks Ilk of each vault.
    /// @param urns The vaults, in this order.
    constructor(IMakerVat vat, bytes32[] memory ilks, address[] memory urns) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < urns.length && out.hasRoom(URN_WORDS, URN_GAS); ++done) {
            (uint256 ink, uint256 art) = vat.urns(ilks[done], urns[done]);
            out.push(ink);
            out.push(art);
        }
        out.data[0] = done;
        out.finish();
    }
}
