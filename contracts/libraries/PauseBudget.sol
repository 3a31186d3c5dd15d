// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TargetLedger} from "../types/Breaker.sol";
import {TargetTerms} from "../types/TargetConfig.sol";

/// @title PauseBudget
/// @notice Seconds of Throttle and Halt that a target may still spend: a token bucket that starts full.
/// @dev Seconds are taken at the trip up to the expiry and given back on release. As they refill more slowly than they pass,
/// what is left plus what is taken in advance never exceeds the capacity C; so no window of W seconds, wherever it starts,
/// holds more than C + W * refill paused seconds. (OpenZeppelin's RateLimiter can neither give back nor differ by key.)
library PauseBudget {
    /// @notice Seconds left at `now_`. Rounds down.
    function available(
        TargetLedger memory ledger,
        TargetTerms memory terms,
        uint256 now_
    ) internal pure returns (uint256) {
        uint256 refilled = ((now_ - ledger.budgetAt) * terms.budgetRefillPerDay) / 1 days;
        uint256 total = ledger.budgetSeconds + refilled;
        return total < terms.budgetCapacity ? total : terms.budgetCapacity;
    }

    /// @notice Gives `back` seconds back and takes `taken`, in place. The caller has checked that they are there; where a new
    /// configuration left less than was taken before it, nothing is left.
    function settle(
        TargetLedger memory ledger,
        TargetTerms memory terms,
        uint256 back,
        uint256 taken,
        uint256 now_
    ) internal pure {
        uint256 total = available(ledger, terms, now_) + back;
        if (total > terms.budgetCapacity) total = terms.budgetCapacity;
        ledger.budgetSeconds = uint40(total > taken ? total - taken : 0);
        ledger.budgetAt = uint48(now_);
    }
}
