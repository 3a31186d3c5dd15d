// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DutyCycles} from "../../contracts/libraries/DutyCycles.sol";
import {TargetState} from "../../contracts/types/Breaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {vm} from "./support/Vm.sol";

contract DutyCyclesTest {
    /// @dev A multiple of the cycle: one begins.
    uint40 internal constant BEGIN = 1_800_000_000;
    uint32 internal constant OPEN = 600;
    uint32 internal constant WHOLE = 1_800;

    function check(uint32 open, uint32 whole) external pure returns (uint32, uint32) {
        return DutyCycles.checked([open, whole]);
    }

    function _assertChecked(uint32 open, uint32 whole) private view {
        (uint32 openSeconds, uint32 cycleSeconds) = this.check(open, whole);
        vm.assertEq(openSeconds, open);
        vm.assertEq(cycleSeconds, whole);
    }

    function _assertRefused(uint32 open, uint32 whole) private {
        vm.expectRevert(abi.encodeWithSelector(DutyCycles.DutyCycleInvalid.selector, open, whole));
        this.check(open, whole);
    }

    /// @dev Open for the 12 seconds between two blocks at least, for less than all of a cycle, which is of 4 hours at most.
    function test_checked_takesCyclesUpToTheirBounds() public {
        _assertChecked(12, 13);
        _assertRefused(11, 13);
        _assertRefused(12, 12);
        _assertRefused(13, 12);
        _assertChecked(12, 14_400);
        _assertChecked(14_399, 14_400);
        _assertRefused(12, 14_401);
    }

    function test_closedUntil_isTheBeginOfTheNextCycle() public {
        uint16[6] memory elapsed = [uint16(0), 599, 600, 1_799, 1_800, 2_400];
        uint16[6] memory opens = [uint16(0), 0, 1_800, 1_800, 0, 3_600];
        for (uint256 i; i < 6; ++i) {
            vm.warp(BEGIN + elapsed[i]);
            vm.assertEq(DutyCycles.closedUntil(OPEN, WHOLE), opens[i] == 0 ? 0 : BEGIN + opens[i]);
        }
    }

    /// @dev Of a target stored at `stored` until `until`, with a grace until `graceUntil`, both seconds after `BEGIN`.
    function _shutUntil(Level level, Level stored, uint40 until, uint40 graceUntil) private view returns (uint256) {
        TargetState memory state;
        state.level = stored;
        (state.until, state.graceUntil) = (BEGIN + until, BEGIN + graceUntil);
        return DutyCycles.shutUntil(level, state, OPEN, WHOLE) - BEGIN;
    }

    function test_shutUntil_isTheEndOfAHaltWhateverTheCycle() public {
        vm.warp(BEGIN + 100);
        vm.assertEq(_shutUntil(Level.Halt, Level.Halt, 700, 900), 700);
        vm.warp(BEGIN + 650);
        vm.assertEq(_shutUntil(Level.Halt, Level.Halt, 9_000, 9_600), 9_000);
    }

    function test_shutUntil_isTheNextOpeningOrTheEndOfWhatLimits() public {
        vm.warp(BEGIN + 700);
        vm.assertEq(_shutUntil(Level.Throttle, Level.Throttle, 9_000, 0), 1_800);
        vm.assertEq(_shutUntil(Level.Throttle, Level.Throttle, 1_000, 0), 1_000);
        // A Halt that is over, and its grace.
        vm.assertEq(_shutUntil(Level.Throttle, Level.Halt, 650, 1_200), 1_200);
        // What was released to NoNewLeverage, which lasts longer than the grace.
        vm.assertEq(_shutUntil(Level.Throttle, Level.NoNewLeverage, 9_000, 1_100), 1_100);
    }
}
