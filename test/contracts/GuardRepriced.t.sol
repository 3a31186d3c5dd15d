// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {ExampleMarket} from "./support/ExampleMarket.sol";
import {vm} from "./support/Vm.sol";

/// @dev What an access costs here: a slot that is cold, and one that is new; with the reading of the gas, a little more.
contract SlotPrices {
    uint256 private _cold = 1;
    uint256 private _new;

    function coldSlot() external view returns (uint256 price) {
        uint256 value;
        assembly ("memory-safe") {
            let start := gas()
            value := sload(_cold.slot)
            price := sub(start, gas())
        }
    }

    function newSlot() external returns (uint256 price) {
        uint256 value;
        assembly ("memory-safe") {
            value := sload(_new.slot)
            let start := gas()
            sstore(_new.slot, 1)
            price := sub(start, gas())
        }
    }
}

/// @dev The breaker of `code`, its storage in place, behind an extra charge: what its accesses would cost more.
contract RepricedBreaker {
    address private immutable _code;
    uint256 private immutable _forRead;
    uint256 private immutable _forConsume;

    constructor(address code, uint256 forRead, uint256 forConsume) {
        (_code, _forRead, _forConsume) = (code, forRead, forConsume);
    }

    fallback() external payable {
        // A liquidation asks in three words.
        uint256 charge = msg.data.length < 100 ? _forRead : _forConsume;
        uint256 until = gasleft() - charge;
        while (gasleft() > until) {}
        address code = _code;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let done := delegatecall(gas(), code, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch done
            case 0 {
                revert(0, returndatasize())
            }
            default {
                return(0, returndatasize())
            }
        }
    }
}

/// @dev EIP-8037 and EIP-8038 propose to make accesses and new slots several times dearer. No engine here can do that yet, so the
/// breaker burns the difference before it answers; the guard, the host and the answer are what they are. The breaker's account is
/// paid for outside the stipend, whatever it costs.
contract GuardRepricedTest is BreakerFixture {
    uint256 internal constant SOUND = 0.97e18;

    ExampleMarket internal market;
    SubjectId internal id;
    address internal code = address(0xc0de);
    uint256 internal coldSlot;
    uint256 internal newSlot;

    function setUp() public override {
        super.setUp();
        market = new ExampleMarket(address(breaker));
        id = market.venue();
        breaker.configureTarget(id, _config());
        market.borrow(10_000);
        coldSlot = new SlotPrices().coldSlot();
        newSlot = new SlotPrices().newSlot();
        vm.etch(code, address(breaker).code);
    }

    /// @dev Every access `times` as dear as it is. A read has one slot. A liquidation has the state, at Throttle the meter, and the
    /// first time the terms, and the meter is new.
    function _reprice(uint256 times) private {
        uint256 more = times - 1;
        RepricedBreaker repriced = new RepricedBreaker(code, more * coldSlot, more * (3 * coldSlot + newSlot));
        vm.etch(address(breaker), address(repriced).code);
    }

    function _raise(Level level) private {
        vm.prank(GUARDIAN);
        breaker.trip(id, level, 1 hours, "");
    }

    function _expectBlocked(Action action) private {
        vm.expectRevert(abi.encodeWithSelector(CircuitBreakerGuard.ActionBlocked.selector, id, action));
    }

    function test_prices_areThoseOfToday() public view {
        vm.assertGe(coldSlot, 2_100);
        vm.assertLe(coldSlot, 2_120);
        vm.assertGe(newSlot, 20_000);
        vm.assertLe(newSlot, 20_020);
    }

    function test_repriced_theHostWorksWhileNothingIsWrong() public {
        _reprice(5);
        market.borrow(5);
        market.liquidate(address(this), 1, SOUND);
        vm.assertEq(market.debtOf(address(this)), 10_004);
    }

    function test_repriced_theGuardStillBlocks() public {
        _raise(Level.NoNewLeverage);
        _reprice(5);
        _expectBlocked(Action.Borrow);
        market.borrow(1);
        vm.etch(address(breaker), code.code);
        _raise(Level.Halt);
        _reprice(5);
        _expectBlocked(Action.Liquidate);
        market.liquidate(address(this), 1, SOUND);
        market.liquidate(address(this), 1, 0.94e18);
        vm.assertEq(market.debtOf(address(this)), 9_999);
    }

    function test_repriced_theThrottleCountsFromTheFirstLiquidation() public {
        _raise(Level.Throttle);
        _reprice(5);
        market.liquidate(address(this), 600, SOUND);
        (uint256 used, ) = breaker.throttleOf(id, address(market));
        vm.assertEq(used, 600);
        market.liquidate(address(this), 400, SOUND);
        _expectBlocked(Action.Liquidate);
        market.liquidate(address(this), 1, SOUND);
    }

    function test_repriced_withTooLittleGasTheHostIsRefusedAndNotLetThrough() public {
        _raise(Level.Halt);
        _reprice(5);
        bytes memory data = abi.encodeCall(market.liquidate, (address(this), 1, SOUND));
        for (uint256 limit = 100_000; limit < 300_000; limit += 10_000) {
            (bool done, ) = address(market).call{gas: limit}(data);
            vm.assertFalse(done);
        }
    }

    /// @dev Where the stipends end: the guard is skipped, and the host goes on.
    function test_repriced_beyondTheStipendTheHostStillWorks() public {
        _raise(Level.Halt);
        _reprice(40);
        market.borrow(1);
        market.liquidate(address(this), 1, SOUND);
        market.repay(1);
        vm.assertEq(market.debtOf(address(this)), 9_999);
    }
}
