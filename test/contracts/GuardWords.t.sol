// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {GuardWord} from "../../contracts/libraries/GuardWords.sol";
import {TargetState} from "../../contracts/types/Breaker.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev The word that a guard reads, written by the compiler, read by hand; against the table of levels, read field by field.
contract GuardWordsTest {
    uint40 internal constant NOW = 1_000_000_000;

    TargetState internal stored;

    function _word(TargetState memory state) private returns (GuardWord word) {
        stored = state;
        assembly ("memory-safe") {
            word := sload(stored.slot)
        }
    }

    /// @dev {GuardWords.returnAllows} ends the call that it is in.
    function allows(GuardWord word, Action action) external view returns (bool) {
        return word.returnAllows(action);
    }

    /// @dev A time that is long past, just past, now, just ahead, far ahead or the last there is.
    function _time(uint256 seed) private pure returns (uint40) {
        uint40[6] memory times = [0, NOW - 1, NOW, NOW + 1, NOW + 1 days, type(uint40).max];
        return times[seed % 6];
    }

    function _state(uint256 seed) private pure returns (TargetState memory state) {
        state.shadow = seed & 1 == 1;
        state.blocksWhenStale = (seed >> 1) & 1 == 1;
        state.level = Level(bound(seed >> 8, 0, 4));
        state.floor = uint16(seed >> 16);
        state.maxAge = (seed >> 32) & 1 == 1 ? type(uint16).max : uint16(bound(seed >> 33, 0, 2));
        state.throttleSince = _time(seed >> 64);
        state.until = _time(seed >> 96);
        state.observedAt = (seed >> 128) & 1 == 1 ? NOW - state.maxAge : _time(seed >> 129);
        state.graceUntil = _time(seed >> 160);
        state.noNewLeverageUntil = _time(seed >> 192);
    }

    /* THE TABLE */

    function _level(TargetState memory state) private pure returns (Level) {
        if (state.level == Level.Normal || state.level == Level.Watch) return state.level;
        if (NOW < state.until) return state.level;
        return NOW < state.noNewLeverageUntil ? Level.NoNewLeverage : Level.Watch;
    }

    function _limit(TargetState memory state) private pure returns (Level) {
        if (_level(state) == Level.Halt) return Level.Halt;
        return _level(state) == Level.Throttle || NOW < state.graceUntil ? Level.Throttle : Level.Normal;
    }

    function _isBlocked(TargetState memory state, Action action) private pure returns (bool) {
        bool leverage = NOW < state.noNewLeverageUntil;
        bool stale = state.blocksWhenStale && NOW > uint256(state.observedAt) + state.maxAge;
        if (action == Action.Borrow) return leverage || stale;
        if (action == Action.WithdrawCollateral) return leverage;
        return action == Action.Liquidate && _level(state) == Level.Halt;
    }

    function testFuzz_word_answersAsItsFieldsDo(uint256 seed) public {
        vm.warp(NOW);
        TargetState memory state = _state(seed);
        GuardWord word = _word(state);
        Level limit = _limit(state);
        vm.assertEq(word.limitAt(NOW), uint256(limit));
        vm.assertEq(word.isShadow(), state.shadow);
        vm.assertEq(word.throttleSince(), state.throttleSince);
        Level level = state.shadow ? Level.Normal : _level(state);
        vm.assertEq(uint256(word.levelAt(NOW)), uint256(level), "level");
        if (!state.shadow && limit != Level.Normal) level = limit;
        vm.assertEq(uint256(word.liquidationLevelAt(NOW)), uint256(level), "liquidation level");
        for (uint256 i; i < 5; ++i) {
            bool allowed = state.shadow || !_isBlocked(state, Action(i));
            vm.assertEq(this.allows(word, Action(i)), allowed, "allowed");
        }
    }

    function testFuzz_isBelowFloor_isExactToTheUnit(uint16 floor, uint256 seed) public {
        TargetState memory state = _state(seed);
        state.floor = floor;
        GuardWord word = _word(state);
        uint256 wad = uint256(floor) * 1e14;
        vm.assertFalse(word.isBelowFloor(wad));
        vm.assertFalse(word.isBelowFloor(type(uint256).max));
        vm.assertEq(word.isBelowFloor(0), floor != 0);
        if (floor != 0) vm.assertTrue(word.isBelowFloor(wad - 1));
    }

    /// @dev Each field at its largest, alone: no other moves, and none is cut off.
    function test_word_holdsEveryFieldAtItsLargest() public {
        uint256[10] memory masks = [
            uint256(0xff),
            0xff << 8,
            0xff << 16,
            uint256(type(uint16).max) << 24,
            uint256(type(uint16).max) << 40,
            uint256(type(uint40).max) << 56,
            uint256(type(uint40).max) << 96,
            uint256(type(uint40).max) << 136,
            uint256(type(uint40).max) << 176,
            uint256(type(uint40).max) << 216
        ];
        uint256 all;
        for (uint256 i; i < 10; ++i) {
            TargetState memory state;
            if (i == 0) state.shadow = true;
            if (i == 1) state.blocksWhenStale = true;
            if (i == 2) state.level = Level.Halt;
            if (i == 3) state.floor = type(uint16).max;
            if (i == 4) state.maxAge = type(uint16).max;
            if (i == 5) state.throttleSince = type(uint40).max;
            if (i == 6) state.until = type(uint40).max;
            if (i == 7) state.observedAt = type(uint40).max;
            if (i == 8) state.graceUntil = type(uint40).max;
            if (i == 9) state.noNewLeverageUntil = type(uint40).max;
            uint256 value = [uint256(1), 1, 4][i < 3 ? i : 0];
            uint256 expected = i < 3 ? value << (8 * i) : masks[i];
            vm.assertEq(GuardWord.unwrap(_word(state)), expected);
            vm.assertEq(all & masks[i], 0);
            all |= masks[i];
        }
        vm.assertEq(all, type(uint256).max);
    }
}
