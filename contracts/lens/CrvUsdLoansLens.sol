// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICrvUsdController} from "../interfaces/external/ICrvUsd.sol";
import {Words} from "./Words.sol";

/// @title CrvUsdLoansLens
/// @notice Reads loans `from` up to `to` of one market of crvUSD, as many as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Loans answered. For each loan 3 words: bands << 160 | borrower; collateral << 128 | stablecoin that collateral
/// was sold for; debt.
contract CrvUsdLoansLens {
    using Words for Words.List;

    uint256 internal constant LOAN_WORDS = 3;
    /// @dev A loan may be spread over 50 bands.
    uint256 internal constant LOAN_GAS = 600_000;

    /// @param controller The market's controller.
    /// @param from First place in the list of loans.
    /// @param to Place after the last.
    constructor(ICrvUsdController controller, uint256 from, uint256 to) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 next = from;
        for (; next < to && out.hasRoom(LOAN_WORDS, LOAN_GAS); ++next) {
            address user = controller.loans(next);
            uint256[4] memory state = controller.user_state(user);
            out.push((state[3] << 160) | uint160(user));
            out.push((state[0] << 128) | state[1]);
            out.push(state[2]);
        }
        out.data[0] = next - from;
        out.finish();
    }
}
