// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EasingLib} from "../../contracts/libraries/EasingLib.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {SlowEasing} from "./support/SlowEasing.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev The limit of easing over many epochs against the nominal one: each epoch the rate times the time since the last one, of
/// the last value or of 100 units, in real numbers (here with 27 decimals).
contract EasingTest {
    using EasingLib for uint256;

    uint256 internal constant ONE = 1e27;
    /// @dev Basis points times seconds of an hour.
    uint256 internal constant RATE_ONE = 10_000 * 3_600;
    uint256 internal constant START = 1_700_000_000;

    struct Path {
        uint256 value;
        uint256 nominal;
        uint256 at;
    }

    function _lane(uint256 value) private pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(uint16(value)), Bps.wrap(0), Cx.wrap(100), Bps.wrap(0), 0));
    }

    function _atRisk(uint256 value) private pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(100), Bps.wrap(uint16(value)), Cx.wrap(100), Bps.wrap(0), 0));
    }

    function _ltv(uint256 value) private pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(100), Bps.wrap(0), Cx.wrap(100), Bps.wrap(uint16(value)), 0));
    }

    function _step(
        uint256 signed,
        uint256 last,
        uint256 rate,
        uint256 from,
        uint256 to
    ) private pure returns (uint256) {
        (uint256 share, uint256 levels) = EasingLib.pace(rate, from, to);
        return signed.step(last, share, levels);
    }

    function _fall(Path memory path, uint256 rate, uint256 elapsed) private pure {
        uint256 to = path.at + elapsed;
        path.value = (_step(_atRisk(0), _atRisk(path.value), rate, path.at, to) >> 16) & 0xffff;
        uint256 base = path.nominal < 100 * ONE ? 100 * ONE : path.nominal;
        uint256 down = (base * rate * elapsed) / RATE_ONE + 1;
        path.nominal = down < path.nominal ? path.nominal - down : 0;
        path.at = to;
    }

    /// @dev Epochs as dense as blocks, as sparse as hours, and everything between, one after the other.
    function _elapsed(uint256 seed, uint256 i) private pure returns (uint256) {
        uint256 one = uint256(keccak256(abi.encode(seed, i)));
        return 1 + ((one >> 8) % (uint256(1) << (one % 14)));
    }

    /// @dev What one tick eases of `value`, or of 100 units, with 27 decimals.
    function _tickOf(uint256 value, uint256 rate) private pure returns (uint256) {
        return ((value < 100 ? 100 : value) * SlowEasing.tick(rate) * rate * ONE) / RATE_ONE;
    }

    function testFuzz_step_neverFallsAheadOfTheRateByATick(
        uint256 seed,
        uint256 start,
        uint256 rate,
        uint256 first
    ) public pure {
        Path memory path = Path(bound(first, 1, 10_000), 0, START + bound(start, 0, 1 << 30));
        path.nominal = path.value * ONE;
        rate = bound(rate, 1, 10_000);
        uint256 ahead = _tickOf(path.value, rate);
        for (uint256 i; i < 300 && path.value > 0; ++i) {
            _fall(path, rate, _elapsed(seed, i));
            vm.assertGe(path.value * ONE + ahead, path.nominal);
        }
    }

    function testFuzz_step_neverFallsAheadByATickInEpochsOfBlocks(
        uint256 start,
        uint256 rate,
        uint256 first
    ) public pure {
        Path memory path = Path(bound(first, 1, 5_000), 0, START + bound(start, 0, 1 << 30));
        path.nominal = path.value * ONE;
        rate = bound(rate, 1, 10_000);
        uint256 ahead = _tickOf(path.value, rate);
        for (uint256 i; i < 900 && path.value > 0; ++i) {
            _fall(path, rate, 12);
            vm.assertGe(path.value * ONE + ahead, path.nominal);
        }
    }

    /// @dev What compounds by the tick, from the value or 100 units, over the ticks that fit in the time passed, and one.
    function testFuzz_step_neverRisesAheadOfCompounding(
        uint256 seed,
        uint256 start,
        uint256 rate,
        uint256 first
    ) public pure {
        Path memory path = Path(bound(first, 1, 9_000), 0, START + bound(start, 0, 1 << 30));
        rate = bound(rate, 1, 10_000);
        (uint256 began, uint256 tick, uint256 ticks) = (path.at, SlowEasing.tick(rate), 0);
        uint256 most = (path.value < 100 ? 100 : path.value) * ONE;
        uint256 head = most - path.value * ONE;
        for (uint256 i; i < 300 && path.value * ONE + head < 10_000 * ONE; ++i) {
            uint256 to = path.at + _elapsed(seed, i);
            path.value = (_step(_ltv(10_000), _ltv(path.value), rate, path.at, to) >> 48) & 0x3fff;
            path.at = to;
            for (; ticks < (to - began) / tick + 1 && most < 10_000 * ONE; ++ticks)
                most += (most * tick * rate) / RATE_ONE + 1;
            vm.assertTrue(path.value * ONE + head <= most || most >= 10_000 * ONE);
        }
    }

    /// @dev At most twice as slow as the rate, and never at rest: dense epochs, small values. A tick that ended has eased at least
    /// half of its part, whatever was rounded.
    function testFuzz_step_isAtLeastHalfTheRate(uint256 start, uint256 rate, uint256 first) public pure {
        Path memory path = Path(bound(first, 100, 65_535), 0, START + bound(start, 0, 1 << 30));
        rate = bound(rate, 1, 10_000);
        uint256 tick = SlowEasing.tick(rate);
        uint256 seconds_ = tick < 12 ? 1 : 12;
        // The epoch in which the next tick ends.
        uint256 ends = (path.at / tick + 1) * tick;
        path.at = ends - 1 - ((ends - 1 - path.at) % seconds_);
        uint256 value = path.value;
        path.value = _step(_lane(100), _lane(value), rate, path.at, path.at + seconds_) & 0xffff;
        if (path.value > 100) vm.assertGe(2 * (value - path.value) * RATE_ONE, value * rate * tick);
        // The one before had none, and eased nothing.
        vm.assertEq(_step(_lane(100), _lane(value), rate, path.at - seconds_, path.at) & 0xffff, value);
        vm.assertLe(path.value, value);
    }

    /// @dev A tick is the shortest power of two seconds that eases one unit of a hundred: 1 % to 2.01 % of a value.
    function testFuzz_pace_countsInTicksOfOnePercent(uint256 rate) public pure {
        for (uint256 i; i < 2; ++i) {
            rate = i == 0 ? bound(rate, 1, 10_000) : [uint256(1), 5_625, 5_630, 10_000][rate % 4];
            uint256 tick = SlowEasing.tick(rate);
            (uint256 one, ) = EasingLib.pace(rate, 7 * tick - 1, 7 * tick);
            (uint256 none, uint256 levels) = EasingLib.pace(rate, 7 * tick, 8 * tick - 1);
            vm.assertEq(one, (tick * rate * 65_536) / RATE_ONE);
            vm.assertGe(one, 656);
            vm.assertLe(10_000 * tick * rate, 201 * RATE_ONE);
            vm.assertEq(none, 0);
            vm.assertEq(levels, 1);
        }
    }

    /// @dev Cutting time into epochs gains nothing: the ticks of the parts are the ticks of the whole.
    function testFuzz_pace_cuttingTimeGainsNothing(
        uint256 rate,
        uint256 from,
        uint256 first,
        uint256 second
    ) public pure {
        rate = bound(rate, 1, 10_000);
        from = bound(from, START, START + (1 << 30));
        (first, second) = (from + bound(first, 0, 20_000), bound(second, 0, 20_000));
        second += first;
        (uint256 whole, ) = EasingLib.pace(rate, from, second);
        (uint256 one, ) = EasingLib.pace(rate, from, first);
        (uint256 other, ) = EasingLib.pace(rate, first, second);
        vm.assertTrue(one + other <= whole || whole == 65_536);
        vm.assertLe(whole, 65_536);
    }

    function test_pace_isNothingWithoutARateOrTime() public pure {
        uint256[3][3] memory still = [[uint256(0), 1, 1e9], [uint256(10_000), 1e9, 1e9], [uint256(10_000), 1e9, 1e8]];
        for (uint256 i; i < 3; ++i) {
            (uint256 share, uint256 levels) = EasingLib.pace(still[i][0], still[i][1], still[i][2]);
            vm.assertEq(share, 0);
            vm.assertEq(levels, 0);
        }
    }

    /// @dev Worked out by hand: ticks of 512, 512, 128, 64, 512, 2^19, 128 and 4,096 s; the first is 7 ticks of 512 s at 10 % an hour,
    /// 9.955 % of 10.00x. Half an hour at 10,000 bps is half, 28 of 28.125 ticks; thirty years are all of it.
    function test_step_fallsByTheTicksThatEnded() public pure {
        uint256[5][8] memory cases = [
            // value, rate, from, to, stored
            [uint256(1_000), 1_000, 0, 3_584, 901],
            [uint256(1_000), 1_000, 511, 512, 986],
            [uint256(100), 5_625, 0, 128, 99],
            [uint256(2_000), 10_000, 0, 1_800, 1_005],
            [uint256(1), 1_000, 511, 512, 0],
            [uint256(10_000), 1, 0, 524_288, 9_855],
            [uint256(300), 5_000, 0, 3_600, 151],
            [uint256(9_999), 100, 0, 1e9, 0]
        ];
        for (uint256 i; i < cases.length; ++i) {
            uint256[5] memory c = cases[i];
            vm.assertEq((_step(_atRisk(0), _atRisk(c[0]), c[1], c[2], c[3]) >> 16) & 0xffff, c[4]);
        }
    }
}
