// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev What one lane says, field by field.
struct Fields {
    uint256 leverage;
    uint256 atRisk;
    uint256 rehypothecation;
    uint256 ltv;
    uint256 advice;
}

/// @dev A lane as it was last given, and when.
struct Given {
    Fields fields;
    uint256 at;
}

/// @title LaneModel
/// @notice How lanes may ease, as the documents say it: one lane, one field, one rule after the other, nothing packed. It shares
/// no line with the contracts.
library LaneModel {
    /// @dev Basis points times seconds of an hour.
    uint256 private constant RATE_ONE = 36_000_000;
    /// @dev What comes back of a share is counted in 1/65536.
    uint256 private constant SHARE_ONE = 65_536;
    /// @dev 1.00x, 1 %: what is smaller eases as this does.
    uint256 private constant LEAST = 100;

    function split(uint256 lane) internal pure returns (Fields memory fields) {
        fields.leverage = lane % 2 ** 16;
        fields.atRisk = (lane / 2 ** 16) % 2 ** 16;
        fields.rehypothecation = (lane / 2 ** 32) % 2 ** 16;
        fields.ltv = (lane / 2 ** 48) % 2 ** 14;
        fields.advice = (lane / 2 ** 62) % 4;
    }

    function join(Fields memory fields) internal pure returns (uint256) {
        return
            fields.leverage +
            fields.atRisk * 2 ** 16 +
            fields.rehypothecation * 2 ** 32 +
            fields.ltv * 2 ** 48 +
            fields.advice * 2 ** 62;
    }

    /// @notice The shortest power of two seconds in which a hundred units ease by one.
    function tickOf(uint256 rate) internal pure returns (uint256 tick) {
        for (tick = 1; (LEAST * ((tick * rate * SHARE_ONE) / RATE_ONE)) / SHARE_ONE == 0;) tick *= 2;
    }

    /// @notice Share of a value that may ease from `from` to `to`: the ticks that ended in between.
    function shareOf(uint256 rate, uint256 from, uint256 to) internal pure returns (uint256 share) {
        if (rate == 0 || to <= from) return 0;
        uint256 tick = tickOf(rate);
        share = ((to / tick - from / tick) * tick * rate * SHARE_ONE) / RATE_ONE;
        if (share > SHARE_ONE) share = SHARE_ONE;
    }

    function portionOf(uint256 value, uint256 share) internal pure returns (uint256) {
        return ((value > LEAST ? value : LEAST) * share) / SHARE_ONE;
    }

    /// @notice The next lane when `signed` follows `last`, given what was known of it before and the rate in force.
    /// @param known Changed in place when something of `last` is not given any more.
    function next(
        Fields memory signed,
        Fields memory last,
        Given memory known,
        uint256 rate,
        uint256 from,
        uint256 to
    ) internal pure returns (Fields memory stored) {
        _remember(signed, last, known, from);
        if (signed.leverage == 0) return stored;
        uint256 since = from;
        Fields memory measure = last;
        if (last.leverage == 0) {
            measure = known.fields;
            since = known.at;
        }
        uint256 rehypothecation = measure.rehypothecation == 0 ? known.fields.rehypothecation : measure.rehypothecation;
        uint256 ltv = measure.ltv == 0 ? known.fields.ltv : measure.ltv;
        uint256 share = shareOf(rate, since, to);
        stored.leverage = _fall(signed.leverage, measure.leverage, share);
        stored.atRisk = _fall(signed.atRisk, measure.atRisk, share);
        stored.rehypothecation =
            signed.rehypothecation == 0 ? 0 : _fall(signed.rehypothecation, rehypothecation, share);
        stored.ltv = ltv == 0 ? signed.ltv : _rise(signed.ltv, ltv, share);
        stored.advice = signed.advice;
        if (signed.advice < measure.advice) stored.advice = measure.advice - (rate != 0 && to > since ? 1 : 0);
    }

    function _remember(Fields memory signed, Fields memory last, Given memory known, uint256 at) private pure {
        bool vanishes =
            signed.leverage == 0 ||
                (signed.rehypothecation == 0 && last.rehypothecation != 0) ||
                (signed.ltv == 0 && last.ltv != 0);
        if (last.leverage == 0 || !vanishes) return;
        uint256 rehypothecation = last.rehypothecation == 0 ? known.fields.rehypothecation : last.rehypothecation;
        uint256 ltv = last.ltv == 0 ? known.fields.ltv : last.ltv;
        known.fields = Fields(last.leverage, last.atRisk, rehypothecation, ltv, last.advice);
        known.at = at;
    }

    function _fall(uint256 signed, uint256 last, uint256 share) private pure returns (uint256) {
        uint256 portion = portionOf(last, share);
        uint256 lowest = last > portion ? last - portion : 0;
        return signed > lowest ? signed : lowest;
    }

    function _rise(uint256 signed, uint256 last, uint256 share) private pure returns (uint256) {
        uint256 highest = last + portionOf(last, share);
        return signed < highest ? signed : highest;
    }
}
