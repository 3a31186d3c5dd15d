// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Score} from "../../../contracts/types/Score.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";

/// @dev The easing rule as its prose says it, a field at a time, in checked arithmetic: what the words of four lanes are compared
/// with. Shares nothing with the contract but the layout of a lane, which is written again here.
library SlowEasing {
    struct Limit {
        uint256 rate;
        uint256 from;
        uint256 to;
    }

    uint256 internal constant HOUR = 10_000 * 3_600;

    /// @dev The least power of two in seconds that eases one unit of a hundred, with both roundings.
    function tick(uint256 rate) internal pure returns (uint256 seconds_) {
        seconds_ = 1;
        while (((seconds_ * rate * 65_536) / HOUR) * 100 < 65_536) seconds_ *= 2;
    }

    function allowance(uint256 last, Limit memory limit) internal pure returns (uint256) {
        if (limit.rate == 0 || limit.to <= limit.from) return 0;
        uint256 one = tick(limit.rate);
        uint256 ticks = limit.to / one - limit.from / one;
        uint256 share = (ticks * one * limit.rate * 65_536) / HOUR;
        if (share > 65_536) share = 65_536;
        return ((last < 100 ? 100 : last) * share) / 65_536;
    }

    function unpack(uint256 word, uint256 lane) internal pure returns (Score memory score) {
        uint256 bits = word >> (64 * lane);
        score.leverage = Cx.wrap(uint16(bits % 65_536));
        score.liquidationAtRisk = Bps.wrap(uint16((bits >> 16) % 65_536));
        score.rehypothecation = Cx.wrap(uint16((bits >> 32) % 65_536));
        score.borrowLtv = Bps.wrap(uint16((bits >> 48) % 16_384));
        score.advice = uint8((bits >> 62) % 4);
    }

    function pack(Score memory score, uint256 lane) internal pure returns (uint256 word) {
        word = score.advice;
        word = word * 16_384 + Bps.unwrap(score.borrowLtv);
        word = word * 65_536 + Cx.unwrap(score.rehypothecation);
        word = word * 65_536 + Bps.unwrap(score.liquidationAtRisk);
        word = (word * 65_536 + Cx.unwrap(score.leverage)) << (64 * lane);
    }

    /// @dev What is stored when `signed` follows `last`. A field that was not given is taken as signed, and so is one that is no
    /// longer given; an unknown lane wholly.
    function step(
        Score memory signed,
        Score memory last,
        Limit memory limit
    ) internal pure returns (Score memory stored) {
        if (Cx.unwrap(signed.leverage) == 0) return stored;
        stored.leverage = Cx.wrap(_fall(Cx.unwrap(signed.leverage), Cx.unwrap(last.leverage), limit));
        stored.liquidationAtRisk = Bps.wrap(
            _fall(Bps.unwrap(signed.liquidationAtRisk), Bps.unwrap(last.liquidationAtRisk), limit)
        );
        if (Cx.unwrap(signed.rehypothecation) != 0)
            stored.rehypothecation = Cx.wrap(
                _fall(Cx.unwrap(signed.rehypothecation), Cx.unwrap(last.rehypothecation), limit)
            );
        stored.borrowLtv = Bps.wrap(_rise(Bps.unwrap(signed.borrowLtv), Bps.unwrap(last.borrowLtv), limit));
        stored.advice = _stepAdvice(signed.advice, last.advice, limit);
    }

    function stepWord(uint256 signed, uint256 last, Limit memory limit) internal pure returns (uint256 word) {
        for (uint256 i; i < 4; ++i) word |= pack(step(unpack(signed, i), unpack(last, i), limit), i);
    }

    function _fall(uint16 signed, uint16 last, Limit memory limit) private pure returns (uint16) {
        uint256 eased = allowance(last, limit);
        uint256 least = eased > last ? 0 : last - eased;
        return signed < least ? uint16(least) : signed;
    }

    function _rise(uint16 signed, uint16 last, Limit memory limit) private pure returns (uint16) {
        uint256 most = last + allowance(last, limit);
        return last != 0 && signed > most ? uint16(most) : signed;
    }

    function _stepAdvice(uint8 signed, uint8 last, Limit memory limit) private pure returns (uint8) {
        if (signed >= last) return signed;
        return limit.rate != 0 && limit.to > limit.from ? last - 1 : last;
    }
}
