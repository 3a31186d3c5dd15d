// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Cells} from "../../contracts/libraries/Cells.sol";
import {Easing, KnownLane, KnownLanes} from "../../contracts/libraries/KnownLanes.sol";
import {LaneWords} from "../../contracts/libraries/LaneWords.sol";
import {Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {AnyLanes} from "./support/AnyLanes.sol";
import {EasingSteps} from "./support/EasingSteps.sol";
import {SlowEasing} from "./support/SlowEasing.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Words of four lanes against the rule applied field by field: equal, whatever stands in the sixteen fields.
contract EasingWordsTest is EasingSteps {
    using Cells for uint256;
    using KnownLanes for mapping(uint256 index => KnownLane);

    /// @dev What a lane was before something of it became unknown, for the slow rule.
    struct SlowKnown {
        Score lane;
        uint256 at;
    }

    mapping(uint256 index => KnownLane) internal known;
    mapping(uint256 lane => SlowKnown) internal slowKnown;

    function _limit(uint256 rate, uint256 from, uint256 elapsed) private pure returns (SlowEasing.Limit memory) {
        from = bound(from, 1 << 20, type(uint32).max);
        elapsed =
            elapsed % 3 == 0
                ? elapsed % 100
                : elapsed % 3 == 1
                    ? elapsed % 20_000
                    : elapsed % (1 << 24);
        return SlowEasing.Limit(rate % 4 == 0 ? rate % 10_001 : rate % 1_001, from, from + elapsed);
    }

    function testFuzz_step_isTheRuleFieldByField(
        uint256 signedSeed,
        uint256 lastSeed,
        uint256 rate,
        uint256 from,
        uint256 elapsed
    ) public pure {
        SlowEasing.Limit memory limit = _limit(rate, from, elapsed);
        uint256 last = AnyLanes.word(lastSeed);
        uint256 signed = _givenAlike(AnyLanes.word(signedSeed), last);
        vm.assertFalse(LaneWords.differInWhatIsGiven(signed, last));
        vm.assertEq(_step(signed, last, limit), SlowEasing.stepWord(signed, last, limit));
    }

    function test_step_adviceFallsByOneLevelAtMost() public pure {
        uint256 free = _freeMemory();
        // All pairs of one lane, next to all pairs of another.
        for (uint256 i; i < 1 << 8; ++i) {
            (uint256 signed, uint256 last) = (
                _advices((i & 3) * 0x44),
                _advices(((i >> 2) & 3) * 0x41 + ((i >> 4) << 2))
            );
            SlowEasing.Limit memory limit = SlowEasing.Limit(i % 3 == 0 ? 0 : 1_000, 1, 1 + (i % 5));
            vm.assertEq(_step(signed, last, limit), SlowEasing.stepWord(signed, last, limit));
            _setFreeMemory(free);
        }
    }

    function _advices(uint256 four) private pure returns (uint256 word) {
        for (uint256 i; i < 4; ++i) word |= (100 | (((four >> (2 * i)) & 3) << 62)) << (64 * i);
    }

    /// @dev Five epochs of one word in which anything becomes known and unknown.
    function testFuzz_knownLanes_isTheRuleThroughUnknown(uint256 seed, uint256 rate, uint256 first) public {
        uint256 fast;
        uint256 slow;
        SlowEasing.Limit memory limit = _limit(rate, seed, 0);
        for (uint256 i; i < 5; ++i) {
            uint256 signed = AnyLanes.word(uint256(keccak256(abi.encode(seed, i))));
            limit = _limit(limit.rate, limit.to, uint256(keccak256(abi.encode(seed, i))) >> 8);
            slow = _slowStep(signed, slow, limit);
            Easing memory easing = KnownLanes.easingOf(limit.rate, uint48(limit.from), uint48(limit.to));
            fast = known.step(first % 1_000, signed, fast, easing);
            vm.assertEq(fast, slow);
        }
    }

    function _slowStep(uint256 signed, uint256 last, SlowEasing.Limit memory limit) private returns (uint256 word) {
        for (uint256 i; i < 4; ++i) {
            (Score memory to, Score memory from) = (SlowEasing.unpack(signed, i), SlowEasing.unpack(last, i));
            SlowEasing.Limit memory own = SlowEasing.Limit(limit.rate, limit.from, limit.to);
            SlowKnown storage kept = slowKnown[i];
            if (_loses(to, from)) _keep(kept, from, limit.from);
            if (_loses(from, to)) {
                if (Cx.unwrap(from.leverage) == 0) (from, own.from) = (kept.lane, kept.at);
                else from = _filled(from, kept.lane);
            }
            word |= SlowEasing.pack(SlowEasing.step(to, from, own), i);
        }
    }

    function _loses(Score memory to, Score memory from) private pure returns (bool) {
        return
            (Cx.unwrap(from.leverage) != 0 && Cx.unwrap(to.leverage) == 0) ||
            (Cx.unwrap(from.rehypothecation) != 0 && Cx.unwrap(to.rehypothecation) == 0) ||
            (Bps.unwrap(from.borrowLtv) != 0 && Bps.unwrap(to.borrowLtv) == 0);
    }

    function _keep(SlowKnown storage kept, Score memory lane, uint256 at) private {
        if (Cx.unwrap(lane.leverage) == 0) return;
        kept.lane = _filled(lane, kept.lane);
        kept.at = at;
    }

    function _filled(Score memory lane, Score memory with) private pure returns (Score memory filled) {
        filled = Score(lane.leverage, lane.liquidationAtRisk, lane.rehypothecation, lane.borrowLtv, lane.advice);
        if (Cx.unwrap(lane.rehypothecation) == 0) filled.rehypothecation = with.rehypothecation;
        if (Bps.unwrap(lane.borrowLtv) == 0) filled.borrowLtv = with.borrowLtv;
    }

    function testFuzz_differInWhatIsGiven_isTrueOfAnyOfTwelveFields(uint256 seed, uint256 otherSeed) public pure {
        (uint256 a, uint256 b) = (AnyLanes.word(seed), AnyLanes.word(otherSeed));
        bool differ;
        for (uint256 i; i < 4; ++i) {
            (Score memory one, Score memory other) = (SlowEasing.unpack(a, i), SlowEasing.unpack(b, i));
            differ = differ || _loses(one, other) || _loses(other, one);
        }
        vm.assertEq(LaneWords.differInWhatIsGiven(a, b), differ);
        vm.assertFalse(LaneWords.differInWhatIsGiven(a, a));
    }

    /* CELLS */

    function testFuzz_minusDownTo_isDoneCellByCell(uint256 seed) public pure {
        (uint256 a, uint256 b, uint256 least) = (_cells(seed, 0), _cells(seed, 1), _cells(seed, 2));
        uint256 result = a.minusDownTo(b, least);
        for (uint256 i; i < 256; i += 32) {
            uint256 rest = _cell(a, i) < _cell(b, i) ? 0 : _cell(a, i) - _cell(b, i);
            vm.assertEq(_cell(result, i), rest < _cell(least, i) ? _cell(least, i) : rest);
        }
    }

    function testFuzz_portionOfLarger_isDoneCellByCell(uint256 seed, uint256 share) public pure {
        (uint256 a, uint256 b) = (_cells(seed, 0), _cells(seed, 1));
        share = share % 4 == 0 ? 65_536 : bound(share, 0, 65_536);
        uint256 result = a.portionOfLarger(b, share);
        for (uint256 i; i < 256; i += 32) {
            uint256 larger = _cell(a, i) < _cell(b, i) ? _cell(b, i) : _cell(a, i);
            vm.assertEq(_cell(result, i), (larger * share) / 65_536);
        }
    }

    function _cells(uint256 seed, uint256 which) private pure returns (uint256) {
        return AnyLanes.bits(uint256(keccak256(abi.encode(seed, which)))) & Cells.FULL;
    }

    function _cell(uint256 word, uint256 shift) private pure returns (uint256) {
        return (word >> shift) & type(uint32).max;
    }
}
