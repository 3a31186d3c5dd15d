// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {ExampleMarket} from "./support/ExampleMarket.sol";
import {bound, vm} from "./support/Vm.sol";

contract CircuitBreakerGuardTest is BreakerFixture {
    uint256 internal constant SOUND = 0.97e18;
    /// @dev Code that reverts; loops forever; returns a megabyte; returns 7; returns one byte.
    bytes internal constant REVERTING = hex"5f5ffd";
    bytes internal constant ENDLESS = hex"5b5f56";
    bytes internal constant RETURN_BOMB = hex"621000005ff3";
    bytes internal constant RETURNS_SEVEN = hex"60075f5260205ff3";
    bytes internal constant RETURNS_ONE_BYTE = hex"60015ff3";

    ExampleMarket internal market;
    SubjectId internal id;

    function setUp() public override {
        super.setUp();
        market = new ExampleMarket(address(breaker));
        id = market.venue();
        breaker.configureTarget(id, _config());
        market.borrow(10_000);
    }

    function _raise(Level level) private {
        vm.prank(GUARDIAN);
        breaker.trip(id, level, 1 hours, "");
    }

    function test_market_worksWhileNothingIsWrong() public {
        market.borrow(5);
        market.liquidate(address(this), 1, SOUND);
        vm.assertEq(market.debtOf(address(this)), 10_004);
    }

    function test_RevertWhen_BorrowingIsBlocked() public {
        _raise(Level.NoNewLeverage);
        vm.expectRevert(_blocked(Action.Borrow));
        market.borrow(1);
        market.repay(1);
        market.liquidate(address(this), 1, SOUND);
        vm.assertEq(market.debtOf(address(this)), 9_998);
    }

    function test_RevertWhen_LiquidationIsBlocked() public {
        _raise(Level.Halt);
        vm.expectRevert(_blocked(Action.Liquidate));
        market.liquidate(address(this), 1, SOUND);
        market.liquidate(address(this), 1, 0.94e18);
        market.repay(1);
        vm.assertEq(market.debtOf(address(this)), 9_998);
    }

    function test_RevertWhen_LiquidationExceedsTheThrottle() public {
        _raise(Level.Throttle);
        market.liquidate(address(this), 1_000, SOUND);
        vm.expectRevert(_blocked(Action.Liquidate));
        market.liquidate(address(this), 1, SOUND);
        vm.assertEq(market.debtOf(address(this)), 9_000);
    }

    function test_guard_allowsWhenTheBreakerFails() public {
        _raise(Level.Halt);
        bytes[6] memory broken = [REVERTING, ENDLESS, RETURN_BOMB, RETURNS_SEVEN, RETURNS_ONE_BYTE, bytes("")];
        for (uint256 i; i < broken.length; ++i) {
            vm.etch(address(breaker), broken[i]);
            market.borrow(1);
            market.liquidate(address(this), 1, SOUND);
        }
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    function test_guard_costsAtMostItsStipendAndAConstant() public {
        vm.etch(address(breaker), ENDLESS);
        uint256 before = gasleft();
        market.borrow(1);
        // Isolated call: 21,000 and calldata, the stipend, a cold account, a written slot, and the rest below 5,000.
        vm.assertLe(before - gasleft(), 21_000 + 1_000 + CircuitBreakerGuard.READ_STIPEND + 2_600 + 22_100 + 5_000);
        before = gasleft();
        vm.etch(address(breaker), RETURN_BOMB);
        market.borrow(1);
        vm.assertLe(before - gasleft(), 21_000 + 1_000 + CircuitBreakerGuard.READ_STIPEND + 2_600 + 22_100 + 10_000);
    }

    function test_RevertWhen_TheCallerStarvesTheGuard() public {
        _raise(Level.NoNewLeverage);
        (bool done, bytes memory reason) = address(market).call{gas: 48_000}(abi.encodeCall(market.borrow, (1)));
        vm.assertFalse(done);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(CircuitBreakerGuard.GuardGasTooLow.selector));
    }

    function testFuzz_guard_noGasLimitIsAWayAround(uint256 limit) public {
        _raise(Level.NoNewLeverage);
        (bool done, ) = address(market).call{gas: bound(limit, 1_000, 200_000)}(abi.encodeCall(market.borrow, (1)));
        vm.assertFalse(done);
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    /// @dev Code that blocks (answers 0) when it gets its whole stipend, and allows (answers 1) when it gets less: GAS PUSH3
    /// threshold GT, stored and returned. The threshold is what is left after GAS and a few more.
    function _blocksIfFed(uint24 stipend) private pure returns (bytes memory) {
        return bytes.concat(hex"5a62", bytes3(stipend - 10), hex"115f5260205ff3");
    }

    function testFuzz_guard_asksWithTheWholeStipendOrNotAtAll(uint256 limit) public {
        vm.etch(address(breaker), _blocksIfFed(uint24(CircuitBreakerGuard.READ_STIPEND)));
        (bool done, ) = address(market).call{gas: bound(limit, 50_000, 60_000)}(abi.encodeCall(market.borrow, (1)));
        vm.assertFalse(done);
        vm.etch(address(breaker), _blocksIfFed(uint24(CircuitBreakerGuard.CONSUME_STIPEND)));
        bytes memory data = abi.encodeCall(market.liquidate, (address(this), 1, SOUND));
        (done, ) = address(market).call{gas: bound(limit, 100_000, 112_000)}(data);
        vm.assertFalse(done);
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    function _blocked(Action action) private view returns (bytes memory) {
        return abi.encodeWithSelector(CircuitBreakerGuard.ActionBlocked.selector, id, action);
    }
}
