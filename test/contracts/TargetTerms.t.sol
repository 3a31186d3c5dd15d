// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PauseFacade} from "../../contracts/adapters/PauseFacade.sol";
import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {TargetState} from "../../contracts/types/Breaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {LevelRule, TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Terms that are changed while a pause runs, terms at odds with each other, and rules that are refused.
contract TargetTermsTest is BreakerFixture {
    address internal constant PAUSER = address(0x9a);

    PauseFacade internal facade;

    function setUp() public override {
        super.setUp();
        facade = new PauseFacade(breaker, venueId, PAUSER);
        manager.grantRole(GUARDIAN_ROLE, address(facade), 0);
        breaker.armGuardian(address(facade));
    }

    /// @dev What is left and what the Throttle gives back are more than the new capacity, which is 2 hours, grace included.
    function test_pauseFor_noMoreThanACapacityThatWasLowered() public {
        _trip(Level.Throttle, 2 hours);
        TargetConfig memory config = _config();
        config.terms.budgetCapacity = 2 hours;
        breaker.configureTarget(venueId, config);
        vm.assertEq(breaker.pauseBudgetOf(venueId), 2 hours);

        vm.prank(PAUSER);
        facade.pauseFor(14 days);
        (TargetState memory state, ) = breaker.stateOf(venueId);
        vm.assertEq(uint256(state.level), uint256(Level.Halt));
        vm.assertEq(state.until, block.timestamp + 110 minutes);
        vm.assertEq(breaker.pauseBudgetOf(venueId), 0);
    }

    /// @dev Borrowing stays blocked as long as liquidations are limited, even where the target's own time is shorter.
    function test_release_fromHaltBlocksBorrowingForAllOfALongGrace() public {
        TargetConfig memory config = _config();
        config.terms.noNewLeverageSeconds = 1 minutes;
        breaker.configureTarget(venueId, config);
        _trip(Level.Halt, 2 hours);
        breaker.release(venueId, Level.NoNewLeverage, "over");
        vm.warp(block.timestamp + 10 minutes - 1);
        _assertLevel(Level.NoNewLeverage);
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Throttle));
        vm.warp(block.timestamp + 1);
        _assertLevel(Level.Watch);
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Watch));
    }

    /// @dev Each measure for itself: that the other one ascends does not help.
    function test_RevertWhen_ARuleIsEnteredBelowTheOneUnderneath() public {
        for (uint256 i = 1; i < 4; ++i) {
            TargetConfig memory leverage = _config();
            LevelRule memory under = leverage.rules[i - 1];
            leverage.rules[i].enterLeverage = Cx.wrap(Cx.unwrap(under.enterLeverage) - 1);
            leverage.rules[i].exitLeverage = under.exitLeverage;
            _expectNotAscending(leverage);
            TargetConfig memory atRisk = _config();
            under = atRisk.rules[i - 1];
            atRisk.rules[i].enterLiquidationAtRisk = Bps.wrap(Bps.unwrap(under.enterLiquidationAtRisk) - 1);
            atRisk.rules[i].exitLiquidationAtRisk = under.exitLiquidationAtRisk;
            _expectNotAscending(atRisk);
        }
        vm.assertEq(abi.encode(breaker.configOf(venueId)), abi.encode(_config()));
    }

    function _expectNotAscending(TargetConfig memory config) private {
        ICircuitBreaker.ConfigFault fault = ICircuitBreaker.ConfigFault.EnterNotAscending;
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.TargetConfigInvalid.selector, fault));
        breaker.configureTarget(venueId, config);
    }
}
