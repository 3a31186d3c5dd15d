// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AaveV3Sentinel} from "../../contracts/adapters/AaveV3Sentinel.sol";
import {DutyCycles} from "../../contracts/libraries/DutyCycles.sol";
import {Level} from "../../contracts/types/Level.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {vm} from "./support/Vm.sol";

contract AaveV3SentinelTest is BreakerFixture {
    AaveV3Sentinel internal sentinel;

    function setUp() public override {
        super.setUp();
        sentinel = new AaveV3Sentinel(address(breaker), venueId, 600, 1_800);
    }

    function _assertGates(bool borrow, bool liquidation) private view {
        vm.assertEq(sentinel.isBorrowAllowed(), borrow, "borrow");
        vm.assertEq(sentinel.isLiquidationAllowed(), liquidation, "liquidation");
    }

    function test_sentinel_followsTheLevel() public {
        _assertGates(true, true);
        _trip(Level.Watch, 0);
        _assertGates(true, true);
        _trip(Level.NoNewLeverage, 1 hours);
        _assertGates(false, true);
        _trip(Level.Halt, 1 hours);
        _assertGates(false, false);
    }

    function test_sentinel_throttlesByTime() public {
        uint256 cycle = ((uint256(START) / 1_800) + 1) * 1_800;
        vm.warp(cycle);
        _trip(Level.Throttle, 2 hours);
        for (uint256 i; i < 2; ++i) {
            _assertGates(false, true);
            vm.warp(cycle + 599);
            _assertGates(false, true);
            vm.warp(cycle + 600);
            _assertGates(false, false);
            vm.warp(cycle + 1_799);
            _assertGates(false, false);
            cycle += 1_800;
            vm.warp(cycle);
        }
    }

    function test_sentinel_throttlesDuringTheGrace() public {
        uint256 cycle = ((uint256(START) / 1_800) + 3) * 1_800;
        vm.warp(cycle + 800 - 1 hours);
        _trip(Level.Halt, 1 hours);
        vm.warp(cycle + 800);
        _assertGates(false, false);
        vm.warp(cycle + 800 + 10 minutes);
        _assertGates(true, true);
    }

    function test_sentinel_allowsWhenTheBreakerFails() public {
        _trip(Level.Halt, 1 hours);
        bytes[4] memory broken = [bytes(hex"5f5ffd"), hex"5b5f56", hex"621000005ff3", ""];
        for (uint256 i; i < broken.length; ++i) {
            vm.etch(address(breaker), broken[i]);
            _assertGates(true, true);
        }
    }

    function test_sentinel_declaresWhatItReaches() public view {
        vm.assertTrue(sentinel.capabilities().blocksBorrow && sentinel.capabilities().blocksLiquidation);
        vm.assertTrue(sentinel.capabilities().throttlesByTime && !sentinel.capabilities().throttlesByVolume);
        vm.assertFalse(sentinel.capabilities().blocksWithdrawal);
        vm.assertEq(sentinel.capabilities().hostFloor, 0.95e18);
    }

    function test_RevertWhen_DutyCycleIsInvalid() public {
        uint32[2][5] memory wrong = [
            [uint32(0), 600],
            [uint32(600), 600],
            [uint32(601), 600],
            [uint32(11), 1_200],
            [uint32(600), 14_401]
        ];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(DutyCycles.DutyCycleInvalid.selector, wrong[i][0], wrong[i][1]));
            new AaveV3Sentinel(address(breaker), venueId, wrong[i][0], wrong[i][1]);
        }
        vm.assertEq(sentinel.openSeconds(), 600);
    }
}
