// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";

import {LiquidationThrottle, Throttle} from "../../contracts/libraries/LiquidationThrottle.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Against OpenZeppelin's RateLimiter, and against a bucket in exact fractions.
contract LiquidationThrottleTest {
    using LiquidationThrottle for Throttle;
    using RateLimiter for RateLimiter.RefillingBucket;

    address internal constant HOST = address(0xa);
    address internal constant OTHER = address(0xb);
    uint256 internal constant NOW = 1_000_000_000;
    uint96 internal constant MOST = type(uint96).max;
    /// @dev Every window below divides it: what comes back in a second is then a whole number of its parts.
    uint256 internal constant PARTS = 3_600;

    Throttle internal ours;
    RateLimiter.RefillingBucket internal theirs;
    uint256 internal since;
    /// @dev What is in use, in parts of a unit, and when that was so.
    uint256 internal exactUsed;
    uint256 internal exactAt;

    function setUp() public {
        vm.warp(NOW);
    }

    /// @dev What is in use beyond a capacity that is lowered does not count, in either reference.
    function _setTerms(uint96 capacity, uint24 window) private {
        (ours.capacity, ours.window) = (capacity, window);
        since = block.timestamp;
        theirs.updateSettings(window, capacity);
        if (theirs.used(_key(HOST)) > capacity) {
            theirs.reset(_key(HOST));
            theirs.consume(_key(HOST), capacity);
        }
        if (exactUsed > capacity * PARTS) exactUsed = capacity * PARTS;
    }

    function _take(address host, uint256 value) private returns (bool) {
        return ours.tryTake(host, since, value);
    }

    function _assertState(address host, uint256 used, uint256 available) private view {
        (uint256 seenUsed, uint256 seenAvailable) = ours.stateOf(host, since);
        vm.assertEq(seenUsed, used, "used");
        vm.assertEq(seenAvailable, available, "available");
    }

    function _key(address host) private pure returns (bytes32) {
        return bytes32(uint256(uint160(host)));
    }

    function test_tryTake_takesUpToTheCapacityAndNoMore() public {
        _setTerms(1_000, 3_600);
        vm.assertTrue(_take(HOST, 999));
        vm.assertFalse(_take(HOST, 2));
        _assertState(HOST, 999, 1);
        vm.assertTrue(_take(HOST, 1));
        vm.assertFalse(_take(HOST, 1));
        _assertState(HOST, 1_000, 0);
        _assertState(OTHER, 0, 1_000);
    }

    function test_tryTake_takesNothingMoreThanFitsInAWord() public {
        _setTerms(MOST, 1);
        vm.assertFalse(_take(HOST, uint256(MOST) + 1));
        vm.assertFalse(_take(HOST, type(uint256).max));
        vm.assertTrue(_take(HOST, MOST));
        vm.assertFalse(_take(HOST, type(uint256).max - MOST + 1));
        _assertState(HOST, MOST, 0);
        vm.warp(type(uint40).max);
        _assertState(HOST, 0, MOST);
        vm.assertTrue(_take(HOST, MOST));
        _assertState(HOST, MOST, 0);
    }

    function test_stateOf_comesBackAtTheRateRoundedDown() public {
        _setTerms(1_000, 3_600);
        _take(HOST, 1_000);
        vm.warp(NOW + 3);
        _assertState(HOST, 1_000, 0);
        vm.warp(NOW + 4);
        _assertState(HOST, 999, 1);
        vm.warp(NOW + 3_599);
        _assertState(HOST, 1, 999);
        vm.warp(NOW + 3_600);
        _assertState(HOST, 0, 1_000);
    }

    /// @dev Hosts, values and waits at random, terms as they are: the same answer and the same state, to the unit.
    function testFuzz_tryTake_equalsOpenZeppelinsRateLimiter(uint256 seed, uint96 capacity, uint24 window) public {
        capacity = capacity == 0 ? 1 : capacity;
        _setTerms(capacity, uint24(bound(window, 1, 24 hours)));
        for (uint256 i; i < 12; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + bound(seed, 0, seed % 3 == 0 ? 10 : 4 hours));
            address host = seed & (1 << 255) == 0 ? HOST : OTHER;
            uint256 value = bound(seed >> 64, 0, seed % 5 == 0 ? uint256(capacity) + 1 : (capacity >> 1) + 1);
            bool taken = _take(host, value);
            vm.assertEq(taken, theirs.tryConsume(_key(host), value), "taken");
            (uint256 used, uint256 available) = theirs.state(_key(host));
            _assertState(host, used, available);
        }
    }

    /// @dev With the terms changing as well, and the same taken from both: never more left than in either reference.
    function testFuzz_tryTake_isNeverMorePermissiveWhenTermsChange(uint256 seed) public {
        _setTerms(1_000, 3_600);
        exactAt = block.timestamp;
        uint24[4] memory windows = [uint24(1), 60, 900, 3_600];
        for (uint256 i; i < 24; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            _wait(bound(seed, 0, seed % 3 == 0 ? 5 : 2 hours));
            if (seed & (1 << 255) == 0) {
                _setTerms(uint96(bound(seed >> 32, 1, 5_000)), windows[(seed >> 48) & 3]);
            } else {
                uint256 value = bound(seed >> 64, 0, 2_000);
                if (_take(HOST, value)) {
                    vm.assertTrue(theirs.tryConsume(_key(HOST), value));
                    exactUsed += value * PARTS;
                    vm.assertLe(exactUsed, uint256(ours.capacity) * PARTS);
                }
            }
            (uint256 used, uint256 available) = ours.stateOf(HOST, since);
            vm.assertLe(available, theirs.available(_key(HOST)));
            vm.assertGe(used * PARTS, exactUsed);
        }
    }

    /// @dev Time passes for the exact bucket at the terms that hold while it passes.
    function _wait(uint256 duration) private {
        vm.warp(block.timestamp + duration);
        uint256 refilled = (duration * ours.capacity * PARTS) / ours.window;
        exactUsed = exactUsed > refilled ? exactUsed - refilled : 0;
    }

    function test_stateOf_whatWasUsedStaysUsedWhenTermsChange() public {
        _setTerms(1_000, 3_600);
        _take(HOST, 900);
        vm.warp(NOW + 1_800);
        _setTerms(2_000, 3_600);
        _assertState(HOST, 900, 1_100);
        vm.warp(NOW + 1_800 + 900);
        _assertState(HOST, 400, 1_600);
        vm.assertTrue(_take(HOST, 1_600));
        _setTerms(500, 3_600);
        _assertState(HOST, 500, 0);
        vm.assertFalse(_take(HOST, 1));
    }

    /// @dev From 18 decimals to 8, say: what was used in the old unit is not held against the host for 10^10 windows.
    function test_stateOf_aLowerCapacityShutsNobodyForLongerThanAWindow() public {
        _setTerms(1e24, 3_600);
        _take(HOST, 1e24);
        vm.warp(NOW + 365 days);
        _setTerms(1e14, 3_600);
        _assertState(HOST, 1e14, 0);
        vm.warp(NOW + 365 days + 1_800);
        vm.assertTrue(_take(HOST, 0.5e14));
        vm.assertFalse(_take(HOST, 1));
        vm.warp(NOW + 365 days + 1_800 + 3_600);
        _assertState(HOST, 0, 1e14);
    }

    /// @dev A unit comes back every 86.4 seconds: written in every block, it would never come back.
    function test_tryTake_ofNothingIsAlwaysThereAndKeepsNothingFromComingBack() public {
        _setTerms(1_000, 1 days);
        _take(HOST, 1_000);
        for (uint256 i; i < 72; ++i) {
            vm.assertTrue(_take(HOST, 0));
            vm.warp(block.timestamp + 12);
        }
        _assertState(HOST, 990, 10);
    }

    function test_tryTake_inTheSecondOfAChangeStillFollowsIt() public {
        _setTerms(1_000, 3_600);
        _take(HOST, 100);
        _setTerms(200, 60);
        _assertState(HOST, 100, 100);
        _take(HOST, 50);
        _setTerms(1_000, 60);
        _assertState(HOST, 150, 850);
        vm.warp(NOW + 6);
        _assertState(HOST, 50, 950);
    }
}
