// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Cells} from "./Cells.sol";
import {LaneWords} from "./LaneWords.sol";

/// @title EasingLib
/// @notice The limit on how fast lanes may ease; danger is believed at once. Four lanes at a time.
///
/// RATE. Fields are whole units, and epochs may be seconds apart: to round each epoch's part up would ease too fast, to round
/// it down would let values stick. So time counts in ticks, of a power of two seconds, the shortest that ease at least 1 % of a
/// value; an epoch eases by the ticks that ended since the last one. Ticks begin at multiples of themselves, whoever publishes
/// when: cutting time into more epochs gains nothing. What is below 100 units (1.00x, 1 %) eases as 100 units do, so that one
/// tick is one unit at least, and nothing sticks.
///
/// BOUND. In however many epochs, and at any time, what falls is ahead of the rate (each epoch's time times the rate, of the
/// value that is reached so far) by less than one tick's part of the value from which it eases, which is at most 2.01 %; what
/// rises is at most what compounds by the tick, over the time passed and one tick more. Where each epoch has one tick, rounding
/// a value below 200 units down may make it as slow as half the rate. Fuzz tests hold all three.
library EasingLib {
    using Cells for uint256;

    /// @dev Basis points times seconds of an hour: the denominator of a rate.
    uint256 private constant RATE_ONE = 10_000 * 3600;
    uint256 private constant SHARE_ONE = 1 << 16;
    /// @dev The least rate times seconds that is 1 %, rounding included: of which 65536 times, over {RATE_ONE}, 100 times, over
    /// 65536, is one unit, both rounded down.
    uint256 private constant TICK = 360_352;
    /// @dev What a smaller value eases as: 1.00x, 1 %.
    uint256 private constant LEAST_BASE = 0x0000006400000064000000640000006400000064000000640000006400000064;
    /// @dev In the word moved down by 62 bits, the advice of each lane, the bit above it, and one level of it.
    uint256 private constant ADVICES = 0x0000000000000003000000000000000300000000000000030000000000000003;
    uint256 private constant ADVICE_CARRY = 0x0000000000000004000000000000000400000000000000040000000000000004;
    uint256 private constant LEVEL = 0x0000000000000001000000000000000100000000000000010000000000000001;

    /// @notice How far lanes may ease in the time after `from`, up to `to`, unix seconds.
    /// @param rate Share of a value an hour, bps; 0 when nothing may ease.
    /// @return share Of the last value, in 1/65536; at most all of it.
    /// @return levels That the advice may fall by.
    function pace(uint256 rate, uint256 from, uint256 to) internal pure returns (uint256 share, uint256 levels) {
        if (rate == 0 || to <= from) return (0, 0);
        unchecked {
            // A tick is `mask + 1` seconds: the least power of two above this quotient.
            uint256 mask = (TICK - 1) / rate;
            mask |= mask >> 1;
            mask |= mask >> 2;
            mask |= mask >> 4;
            mask |= mask >> 8;
            mask |= mask >> 16;
            share = (((to | mask) - (from | mask)) * rate * SHARE_ONE) / RATE_ONE;
            return (share < SHARE_ONE ? share : SHARE_ONE, 1);
        }
    }

    /// @notice What to store when the word `signed` follows `last`: danger at once, easing by no more than `share` and `levels`, as
    /// in {pace}. Rounds toward more risk.
    /// @dev Zero is a number like any other here: words that differ in what is given must be made comparable first, lane by lane.
    function step(uint256 signed, uint256 last, uint256 share, uint256 levels) internal pure returns (uint256) {
        uint256 multiples = last & Cells.FULL;
        uint256 shares = (last >> 16) & LaneWords.SHARES;
        uint256 signedMultiples = signed & Cells.FULL;
        // A loan-to-value ratio eases upward: what it lacks falls.
        uint256 signedShares = ((signed >> 16) & LaneWords.SHARES) ^ LaneWords.LTVS;
        unchecked {
            // Most words say the same or worse in every field.
            uint256 worse =
                ((signedMultiples | Cells.CARRY) - multiples) &
                    ((signedShares | Cells.CARRY) - (shares ^ LaneWords.LTVS));
            uint256 worseAdvice = (((signed >> 62) & ADVICES) | ADVICE_CARRY) - ((last >> 62) & ADVICES);
            if ((~worse & Cells.CARRY) | (~worseAdvice & ADVICE_CARRY) == 0) return signed;
        }
        multiples = multiples.minusDownTo(multiples.portionOfLarger(LEAST_BASE, share), signedMultiples);
        shares = (shares ^ LaneWords.LTVS).minusDownTo(shares.portionOfLarger(LEAST_BASE, share), signedShares);
        uint256 advices = ((last >> 62) & ADVICES).minusDownTo(LEVEL * levels, (signed >> 62) & ADVICES);
        return multiples | ((shares ^ LaneWords.LTVS) << 16) | (advices << 62);
    }
}
