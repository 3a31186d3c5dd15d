// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {GuardWord} from "../../contracts/libraries/GuardWords.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {vm} from "./support/Vm.sol";

/// @dev Each time in a word at the second before it and at its own, with times of today.
contract GuardWordEdgesTest {
    /// @dev Odd, so that its lowest bit counts.
    uint256 internal constant TIME = 1_800_000_001;

    /// @dev Where the times are in a word.
    uint256 internal constant UNTIL = 96;
    uint256 internal constant OBSERVED_AT = 136;
    uint256 internal constant GRACE_UNTIL = 176;
    uint256 internal constant NO_NEW_LEVERAGE_UNTIL = 216;

    function _word(Level level, uint256 where) private pure returns (GuardWord) {
        return GuardWord.wrap((uint256(level) << 16) | (TIME << where));
    }

    function _assertLevel(GuardWord word, Level before, Level then) private pure {
        vm.assertEq(uint256(word.levelAt(TIME - 1)), uint256(before));
        vm.assertEq(uint256(word.levelAt(TIME)), uint256(then));
    }

    function test_levelAt_isThatOfEachTimeUntilItsSecond() public pure {
        for (uint8 i = 2; i < 5; ++i) {
            Level level = Level(i);
            _assertLevel(_word(level, UNTIL), level, Level.Watch);
            _assertLevel(_word(level, NO_NEW_LEVERAGE_UNTIL), Level.NoNewLeverage, Level.Watch);
            _assertLevel(_word(level, GRACE_UNTIL), Level.Watch, Level.Watch);
        }
    }

    /// @dev They do not end, whatever times stand beside them.
    function test_levelAt_isNormalOrWatchWhereThatIsStored() public pure {
        for (uint8 i; i < 2; ++i) {
            _assertLevel(_word(Level(i), UNTIL), Level(i), Level(i));
            _assertLevel(_word(Level(i), NO_NEW_LEVERAGE_UNTIL), Level(i), Level(i));
        }
    }

    function _assertLimit(GuardWord word, uint256 before, uint256 then) private pure {
        vm.assertEq(word.limitAt(TIME - 1), before);
        vm.assertEq(word.limitAt(TIME), then);
    }

    function test_limitAt_isThatOfEachTimeUntilItsSecond() public pure {
        _assertLimit(_word(Level.NoNewLeverage, UNTIL), 0, 0);
        _assertLimit(_word(Level.Throttle, UNTIL), uint256(Level.Throttle), 0);
        _assertLimit(_word(Level.Halt, UNTIL), uint256(Level.Halt), 0);
        _assertLimit(_word(Level.Halt, GRACE_UNTIL), uint256(Level.Throttle), 0);
        _assertLimit(_word(Level.NoNewLeverage, GRACE_UNTIL), uint256(Level.Throttle), 0);
        _assertLimit(_word(Level.Halt, NO_NEW_LEVERAGE_UNTIL), 0, 0);
    }

    /// @dev {GuardWords.returnAllows} ends the call that it is in.
    function allows(GuardWord word, Action action) external view returns (bool) {
        return word.returnAllows(action);
    }

    function _assertAllows(GuardWord word, Action action, bool before, bool then) private {
        for (uint256 i; i < 2; ++i) {
            vm.warp(TIME - 1 + i);
            (, bytes memory answer) = address(this).staticcall(abi.encodeCall(this.allows, (word, action)));
            vm.assertEq(answer, abi.encode(i == 0 ? before : then));
        }
    }

    function test_returnAllows_blocksUntilTheSecondAndAnswersOneWord() public {
        for (uint8 i; i < 5; ++i) {
            bool borrows = Action(i) != Action.Borrow && Action(i) != Action.WithdrawCollateral;
            _assertAllows(_word(Level.NoNewLeverage, NO_NEW_LEVERAGE_UNTIL), Action(i), borrows, true);
            _assertAllows(_word(Level.Halt, UNTIL), Action(i), Action(i) != Action.Liquidate, true);
            _assertAllows(_word(Level.Throttle, UNTIL), Action(i), true, true);
            _assertAllows(_word(Level.Halt, GRACE_UNTIL), Action(i), true, true);
        }
    }

    /// @dev A score as old as it may be, of an hour and a second, blocks nothing yet.
    function test_returnAllows_blocksBorrowingOnceTheScoreIsStale() public {
        uint256 observedAt = (TIME - 1 - 3_601) << OBSERVED_AT;
        GuardWord word = GuardWord.wrap((1 << 8) | (3_601 << 40) | observedAt);
        _assertAllows(word, Action.Borrow, true, false);
        _assertAllows(word, Action.WithdrawCollateral, true, true);
    }
}
