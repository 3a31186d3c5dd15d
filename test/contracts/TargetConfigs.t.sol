// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {TargetConfigs} from "../../contracts/libraries/TargetConfigs.sol";
import {Level} from "../../contracts/types/Level.sol";
import {LevelRule, TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

/// @dev A configuration at the lowest values that it can have, one at the highest, and every field one step past either.
contract TargetConfigsTest {
    function check(TargetConfig calldata config) external pure {
        TargetConfigs.check(config);
    }

    function _rule(uint16 base) private pure returns (LevelRule memory) {
        return LevelRule(Cx.wrap(base + 1), Cx.wrap(base), Bps.wrap(base + 1), Bps.wrap(base));
    }

    function _lowest() private pure returns (TargetConfig memory c) {
        for (uint256 i; i < 4; ++i) c.rules[i] = _rule(0);
        (c.terms.noNewLeverageSeconds, c.terms.throttleSeconds, c.terms.haltSeconds) = (1, 300, 300);
        (c.terms.budgetCapacity, c.terms.confirmations) = (300, 0x55);
        (c.healthFactorFloor, c.maxAge) = (0.9e18, 1);
        (c.throttleCapacity, c.throttleWindow) = (1, 1);
    }

    function _highest() private pure returns (TargetConfig memory c) {
        for (uint256 i; i < 4; ++i) c.rules[i] = _rule(uint16(65_531 + i));
        (c.terms.noNewLeverageSeconds, c.terms.throttleSeconds) = (604_800, 86_400);
        (c.terms.haltSeconds, c.terms.graceSeconds, c.terms.minDwell) = (14_400, 3_600, 86_400);
        (c.terms.budgetCapacity, c.terms.budgetRefillPerDay) = (86_400, 86_399);
        (c.terms.confirmations, c.terms.minCoverage) = (0xff, Bps.wrap(10_000));
        (c.healthFactorFloor, c.maxAge) = (1e18, type(uint16).max);
        (c.throttleCapacity, c.throttleWindow) = (type(uint96).max, 86_400);
    }

    /// @dev It reverts otherwise.
    function _assertTakes(TargetConfig memory c) private view {
        this.check(c);
    }

    function _expectFault(TargetConfig memory c, ICircuitBreaker.ConfigFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.TargetConfigInvalid.selector, fault));
        this.check(c);
    }

    function test_check_takesTheLowestAndTheHighest() public view {
        _assertTakes(_lowest());
        _assertTakes(_highest());
    }

    function test_RevertWhen_ADurationIsOutOfRange() public {
        for (uint256 i; i < 8; ++i) {
            TargetConfig memory c = i < 3 ? _lowest() : _highest();
            if (i == 0) c.terms.noNewLeverageSeconds = 0;
            if (i == 1) c.terms.throttleSeconds = 299;
            if (i == 2) c.terms.haltSeconds = 299;
            if (i == 3) c.terms.noNewLeverageSeconds = 604_801;
            if (i == 4) c.terms.throttleSeconds = 86_401;
            if (i == 5) c.terms.haltSeconds = 14_401;
            if (i == 6) c.terms.graceSeconds = 3_601;
            if (i == 7) c.terms.minDwell = 86_401;
            _expectFault(c, ICircuitBreaker.ConfigFault.DurationOutOfRange);
        }
    }

    function test_RevertWhen_TheBudgetIsOutOfRange() public {
        for (uint256 i; i < 4; ++i) {
            TargetConfig memory c = i == 0 ? _lowest() : _highest();
            if (i == 0) c.terms.budgetCapacity = 299;
            if (i == 1) c.terms.budgetCapacity = 86_401;
            if (i == 2) c.terms.budgetRefillPerDay = 86_400;
            // A Halt of four hours and its grace of one.
            if (i == 3) c.terms.budgetCapacity = 17_999;
            _expectFault(c, ICircuitBreaker.ConfigFault.BudgetOutOfRange);
        }
        TargetConfig memory just = _highest();
        just.terms.budgetCapacity = 18_000;
        _assertTakes(just);
    }

    function test_RevertWhen_ThereAreNoConfirmationsForALevel() public {
        for (uint256 i; i < 4; ++i) {
            TargetConfig memory c = _highest();
            c.terms.confirmations = uint8(0xff - (3 << (2 * i)));
            _expectFault(c, ICircuitBreaker.ConfigFault.ConfirmationsZero);
            c.terms.confirmations |= uint8(2 << (2 * i));
            _assertTakes(c);
        }
    }

    function test_RevertWhen_TheRestIsOutOfRange() public {
        TargetConfig memory c = _highest();
        c.terms.minCoverage = Bps.wrap(10_001);
        _expectFault(c, ICircuitBreaker.ConfigFault.CoverageAboveOne);
        c = _lowest();
        c.maxAge = 0;
        _expectFault(c, ICircuitBreaker.ConfigFault.MaxAgeZero);
        uint64[4] memory floors = [0.8999e18, 0.90005e18, 1.0001e18, 0.95e18 + 1];
        for (uint256 i; i < 4; ++i) {
            c = _lowest();
            c.healthFactorFloor = floors[i];
            _expectFault(c, ICircuitBreaker.ConfigFault.FloorOutOfRange);
        }
        for (uint256 i; i < 3; ++i) {
            c = _highest();
            if (i == 0) c.throttleCapacity = 0;
            if (i == 1) c.throttleWindow = 0;
            if (i == 2) c.throttleWindow = 86_401;
            _expectFault(c, ICircuitBreaker.ConfigFault.ThrottleOutOfRange);
        }
    }

    function test_RevertWhen_RulesAreOutOfOrder() public {
        for (uint256 i; i < 4; ++i) {
            TargetConfig memory c = _lowest();
            c.rules[i].exitLeverage = c.rules[i].enterLeverage;
            _expectFault(c, ICircuitBreaker.ConfigFault.ExitNotBelowEnter);
            c = _lowest();
            c.rules[i].exitLiquidationAtRisk = c.rules[i].enterLiquidationAtRisk;
            _expectFault(c, ICircuitBreaker.ConfigFault.ExitNotBelowEnter);
            if (i == 0) continue;
            c = _highest();
            (c.rules[i].enterLeverage, c.rules[i].exitLeverage) = (Cx.wrap(65_530), Cx.wrap(0));
            _expectFault(c, ICircuitBreaker.ConfigFault.EnterNotAscending);
            c = _highest();
            (c.rules[i].enterLiquidationAtRisk, c.rules[i].exitLiquidationAtRisk) = (Bps.wrap(65_530), Bps.wrap(0));
            _expectFault(c, ICircuitBreaker.ConfigFault.EnterNotAscending);
        }
    }

    function _assertBounds(Level level, uint256 grace, uint256 prepaid, uint256[2] memory expected) private pure {
        (uint256 shortest, uint256 longest) = TargetConfigs.tripBounds(level, grace, prepaid);
        vm.assertEq(shortest, expected[0]);
        vm.assertEq(longest, expected[1]);
    }

    function test_tripBounds_areThoseOfTheLevel() public pure {
        _assertBounds(Level.Watch, 0, 1_000, [uint256(0), 0]);
        _assertBounds(Level.NoNewLeverage, 0, 1_000, [uint256(1), 604_800]);
        _assertBounds(Level.Throttle, 0, 0, [uint256(300), 86_400]);
        _assertBounds(Level.Halt, 600, 0, [uint256(300), 14_400]);
    }

    /// @dev What follows a pause may not end before it, its own grace included; the longest may.
    function test_tripBounds_reachTheEndOfThePauseBefore() public pure {
        _assertBounds(Level.Halt, 600, 899, [uint256(300), 14_400]);
        _assertBounds(Level.Halt, 600, 900, [uint256(300), 14_400]);
        _assertBounds(Level.Halt, 600, 901, [uint256(301), 14_400]);
        _assertBounds(Level.Halt, 600, 15_000, [uint256(14_400), 14_400]);
        _assertBounds(Level.Halt, 600, 15_001, [uint256(14_400), 14_400]);
        _assertBounds(Level.Throttle, 0, 301, [uint256(301), 86_400]);
    }
}
