// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {LevelRule, StalePolicy, TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev What every setter takes and what it does not, one below its bounds, at them, one above, and anywhere.
contract BreakerBoundsTest is BreakerFixture {
    SubjectId internal constant OTHER = SubjectId.wrap(keccak256("other"));

    struct Bounds {
        uint256 low;
        uint256 high;
        ICircuitBreaker.ConfigFault fault;
    }

    /// @dev Of the fixture's configuration, field by field, the others as they are.
    function _bounds() private pure returns (Bounds[12] memory) {
        ICircuitBreaker.ConfigFault duration = ICircuitBreaker.ConfigFault.DurationOutOfRange;
        ICircuitBreaker.ConfigFault budget = ICircuitBreaker.ConfigFault.BudgetOutOfRange;
        ICircuitBreaker.ConfigFault throttle = ICircuitBreaker.ConfigFault.ThrottleOutOfRange;
        return
            [
                Bounds(1, 7 days, duration),
                Bounds(5 minutes, 24 hours, duration),
                Bounds(5 minutes, 4 hours, duration),
                Bounds(0, 1 hours, duration),
                Bounds(0, 24 hours, duration),
                // A Halt of 90 minutes and its grace of 10.
                Bounds(100 minutes, 24 hours, budget),
                Bounds(0, 1 days - 1, budget),
                Bounds(0, 10_000, ICircuitBreaker.ConfigFault.CoverageAboveOne),
                Bounds(1, type(uint16).max, ICircuitBreaker.ConfigFault.MaxAgeZero),
                Bounds(1, type(uint96).max, throttle),
                Bounds(1, 24 hours, throttle),
                // In ten-thousandths.
                Bounds(9_000, 10_000, ICircuitBreaker.ConfigFault.FloorOutOfRange)
            ];
    }

    /// @dev The largest value that the type of a field holds.
    function _most(uint256 field) private pure returns (uint256) {
        if (field < 7) return type(uint32).max;
        if (field < 9) return type(uint16).max;
        if (field == 9) return type(uint96).max;
        return field == 10 ? type(uint24).max : type(uint64).max / 1e14;
    }

    function _with(uint256 field, uint256 value) private pure returns (TargetConfig memory c) {
        c = _config();
        if (field == 0) c.terms.noNewLeverageSeconds = uint32(value);
        if (field == 1) c.terms.throttleSeconds = uint32(value);
        if (field == 2) c.terms.haltSeconds = uint32(value);
        if (field == 3) c.terms.graceSeconds = uint32(value);
        if (field == 4) c.terms.minDwell = uint32(value);
        if (field == 5) c.terms.budgetCapacity = uint32(value);
        if (field == 6) c.terms.budgetRefillPerDay = uint32(value);
        if (field == 7) c.terms.minCoverage = Bps.wrap(uint16(value));
        if (field == 8) c.maxAge = uint16(value);
        if (field == 9) c.throttleCapacity = uint96(value);
        if (field == 10) c.throttleWindow = uint24(value);
        if (field == 11) c.healthFactorFloor = uint64(value * 1e14);
    }

    function _assertTakes(TargetConfig memory c) private {
        breaker.configureTarget(OTHER, c);
        vm.assertEq(abi.encode(breaker.configOf(OTHER)), abi.encode(c));
    }

    function _expectFault(TargetConfig memory c, ICircuitBreaker.ConfigFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.TargetConfigInvalid.selector, fault));
        breaker.configureTarget(OTHER, c);
    }

    function test_configureTarget_takesEachFieldAtItsBoundsAndNotPastThem() public {
        Bounds[12] memory bounds = _bounds();
        for (uint256 i; i < bounds.length; ++i) {
            _assertTakes(_with(i, bounds[i].low));
            _assertTakes(_with(i, bounds[i].high));
            if (bounds[i].low > 0) _expectFault(_with(i, bounds[i].low - 1), bounds[i].fault);
            if (bounds[i].high < _most(i)) _expectFault(_with(i, bounds[i].high + 1), bounds[i].fault);
        }
    }

    function testFuzz_configureTarget_takesAFieldExactlyWithinItsBounds(uint256 field, uint256 value) public {
        field = bound(field, 0, 11);
        Bounds memory bounds = _bounds()[field];
        uint256 room = bounds.high < _most(field) / 2 ? 2 * bounds.high : _most(field);
        value = bound(value, 0, room);
        if (value >= bounds.low && value <= bounds.high) _assertTakes(_with(field, value));
        else _expectFault(_with(field, value), bounds.fault);
    }

    function testFuzz_configureTarget_takesAFloorInTenThousandthsOnly(uint64 floor) public {
        TargetConfig memory c = _config();
        c.healthFactorFloor = uint64(bound(floor, 0.9e18, 1e18));
        if (c.healthFactorFloor % 1e14 == 0) _assertTakes(c);
        else _expectFault(c, ICircuitBreaker.ConfigFault.FloorOutOfRange);
        c.healthFactorFloor -= c.healthFactorFloor % 1e14;
        _assertTakes(c);
    }

    function testFuzz_configureTarget_takesConfirmationsOfOneToThreeForEachLevel(uint8 confirmations) public {
        TargetConfig memory c = _config();
        c.terms.confirmations = confirmations;
        bool each = true;
        for (uint256 i; i < 4; ++i) each = each && (confirmations >> (2 * i)) % 4 != 0;
        if (each) _assertTakes(c);
        else _expectFault(c, ICircuitBreaker.ConfigFault.ConfirmationsZero);
    }

    /// @dev Rules of any kind: taken where each leaves below where it enters and enters no lower than the one underneath.
    function testFuzz_configureTarget_takesRulesInOrder(uint256 seed) public {
        TargetConfig memory c = _config();
        bool below = true;
        bool ascending = true;
        for (uint256 i; i < 4; ++i) {
            uint256 s = uint256(keccak256(abi.encode(seed, i)));
            // Near each other, so that equal ones come up.
            uint16 base = uint16(100 * i);
            uint16[4] memory v;
            for (uint256 k; k < 4; ++k) v[k] = base + uint16(bound(s >> (32 * k), k % 2, seed % 2 == 0 ? 3 : 140));
            c.rules[i] = LevelRule(Cx.wrap(v[1]), Cx.wrap(v[0]), Bps.wrap(v[3]), Bps.wrap(v[2]));
            below = below && v[0] < v[1] && v[2] < v[3];
            if (i == 0) continue;
            LevelRule memory under = c.rules[i - 1];
            ascending =
                ascending &&
                v[1] >= Cx.unwrap(under.enterLeverage) &&
                v[3] >= Bps.unwrap(under.enterLiquidationAtRisk);
        }
        if (below && ascending) {
            _assertTakes(c);
            return;
        }
        (bool done, bytes memory reason) = address(breaker).call(abi.encodeCall(breaker.configureTarget, (OTHER, c)));
        vm.assertFalse(done);
        ICircuitBreaker.ConfigFault fault = ICircuitBreaker.ConfigFault.ExitNotBelowEnter;
        bytes memory exit = abi.encodeWithSelector(ICircuitBreaker.TargetConfigInvalid.selector, fault);
        fault = ICircuitBreaker.ConfigFault.EnterNotAscending;
        bytes memory enter = abi.encodeWithSelector(ICircuitBreaker.TargetConfigInvalid.selector, fault);
        // Where both are wrong, either is said.
        vm.assertTrue(
            (!below && keccak256(reason) == keccak256(exit)) || (!ascending && keccak256(reason) == keccak256(enter))
        );
    }

    /// @dev Every field at random within its bounds, all at once: what is read back is what was set.
    function testFuzz_configureTarget_keepsEveryField(uint256 seed) public {
        TargetConfig memory c = _config();
        c.terms.haltSeconds = uint32(bound(seed, 5 minutes, 4 hours));
        c.terms.graceSeconds = uint32(bound(seed >> 16, 0, 1 hours));
        c.terms.budgetCapacity = uint32(bound(seed >> 32, 5 hours, 24 hours));
        c.terms.budgetRefillPerDay = uint32(bound(seed >> 48, 0, 1 days - 1));
        c.terms.noNewLeverageSeconds = uint32(bound(seed >> 64, 1, 7 days));
        c.terms.throttleSeconds = uint32(bound(seed >> 80, 5 minutes, 24 hours));
        c.terms.minDwell = uint32(bound(seed >> 96, 0, 24 hours));
        c.healthFactorFloor = uint64(bound(seed >> 112, 9_000, 10_000) * 1e14);
        c.maxAge = uint16(bound(seed >> 128, 1, type(uint16).max));
        c.stalePolicy = StalePolicy((seed >> 144) & 1);
        c.shadow = (seed >> 145) & 1 == 1;
        c.throttleCapacity = uint96(bound(seed >> 146, 1, type(uint96).max));
        c.throttleWindow = uint24(bound(seed >> 160, 1, 24 hours));
        _assertTakes(c);
    }

    /* TRIPS AND RELEASES */

    /// @dev From every level to every level: a guardian upwards only, governance downwards only, and to NoNewLeverage at most.
    function test_tripAndRelease_everyPairOfLevels() public {
        for (uint256 pair; pair < 25; ++pair) {
            (Level from, Level to) = (Level(pair / 5), Level(pair % 5));
            _reset(from);
            bytes memory error = abi.encodeWithSelector(ICircuitBreaker.LevelNotLower.selector, to, from);
            if (to >= from || to > Level.NoNewLeverage) vm.expectRevert(error);
            breaker.release(OTHER, to, "");
            vm.assertEq(uint256(breaker.levelOf(OTHER)), uint256(to < from && to < Level.Throttle ? to : from));
            _reset(from);
            error = abi.encodeWithSelector(ICircuitBreaker.LevelNotHigher.selector, to, from);
            vm.prank(GUARDIAN);
            if (to <= from) vm.expectRevert(error);
            breaker.trip(OTHER, to, to <= Level.Watch ? 0 : 1 hours, "");
            vm.assertEq(uint256(breaker.levelOf(OTHER)), uint256(to > from ? to : from));
        }
    }

    function _reset(Level level) private {
        breaker.configureTarget(OTHER, _config());
        if (breaker.levelOf(OTHER) > Level.Normal) breaker.release(OTHER, Level.Normal, "");
        vm.prank(GUARDIAN);
        if (level > Level.Normal) breaker.trip(OTHER, level, level == Level.Watch ? 0 : 50 minutes, "");
        else breaker.heartbeat();
    }

    /// @dev Any level for any time, with a budget that does not matter: accepted exactly within the bounds of the level.
    function testFuzz_trip_takesDurationsExactlyWithinTheBounds(uint256 seed, uint32 duration) public {
        TargetConfig memory c = _config();
        c.terms.budgetCapacity = 24 hours;
        breaker.configureTarget(OTHER, c);
        uint256 i = bound(seed, 0, 3);
        uint32[4] memory low = [0, 1, uint32(5 minutes), 5 minutes];
        uint32[4] memory high = [0, uint32(7 days), 24 hours, 4 hours];
        uint32[6] memory edges = [low[i], low[i] + 1, high[i], high[i] + 1, low[i] > 0 ? low[i] - 1 : 0, duration];
        duration = edges[bound(seed >> 8, 0, 5)];
        bool fits = duration >= low[i] && duration <= high[i];
        vm.prank(GUARDIAN);
        if (!fits)
            vm.expectRevert(
                abi.encodeWithSelector(ICircuitBreaker.DurationOutOfRange.selector, duration, low[i], high[i])
            );
        breaker.trip(OTHER, Level(i + 1), duration, "");
        vm.assertEq(uint256(breaker.levelOf(OTHER)), fits ? i + 1 : 0);
    }

    /// @dev A Halt for any time, with any budget left: accepted exactly where the budget holds it and its grace.
    function testFuzz_trip_takesWhatTheBudgetHolds(uint256 spent, uint256 duration) public {
        TargetConfig memory c = _config();
        c.terms.budgetRefillPerDay = 0;
        breaker.configureTarget(OTHER, c);
        spent = bound(spent, 5 minutes, 6 hours);
        vm.prank(GUARDIAN);
        breaker.trip(OTHER, Level.Throttle, uint32(spent), "");
        vm.warp(block.timestamp + spent);
        uint256 left = 6 hours - spent;
        // Most of the time close to what is left.
        duration =
            duration % 2 == 0 && left > 20 minutes
                ? bound(duration, left - 11 minutes, left)
                : bound(duration, 5 minutes, 4 hours);
        if (duration > 4 hours) duration = 4 hours;
        bool fits = duration + 10 minutes <= left;
        vm.prank(GUARDIAN);
        if (!fits)
            vm.expectRevert(
                abi.encodeWithSelector(ICircuitBreaker.PauseBudgetExceeded.selector, duration + 10 minutes, left)
            );
        breaker.trip(OTHER, Level.Halt, uint32(duration), "");
        vm.assertEq(breaker.pauseBudgetOf(OTHER), fits ? left - duration - 10 minutes : left);
    }

    /* HEARTBEATS */

    function testFuzz_heartbeat_aGuardianIsAliveForExactlyThePeriod(uint256 wait) public {
        uint256 armedAt = block.timestamp;
        breaker.armGuardian(GUARDIAN);
        vm.assertEq(breaker.aliveUntil(GUARDIAN), armedAt + 30 days);
        wait = wait % 3 == 0 ? 30 days + (wait % 2) : bound(wait, 0, 60 days);
        vm.warp(armedAt + wait);
        vm.prank(GUARDIAN);
        if (wait > 30 days)
            vm.expectRevert(
                abi.encodeWithSelector(ICircuitBreaker.GuardianLapsed.selector, GUARDIAN, armedAt + 30 days)
            );
        breaker.heartbeat();
        vm.assertEq(breaker.aliveUntil(GUARDIAN), armedAt + (wait > 30 days ? 0 : wait) + 30 days);
    }

    function testFuzz_armGuardian_neverGrantsTheRole(address guardian) public {
        vm.assume(guardian != GUARDIAN && guardian != address(this));
        breaker.armGuardian(guardian);
        vm.prank(guardian);
        (bool done, ) = address(breaker).call(abi.encodeCall(breaker.trip, (venueId, Level.Watch, 0, "")));
        vm.assertFalse(done);
        vm.assertEq(breaker.aliveUntil(guardian), block.timestamp + 30 days);
    }
}
