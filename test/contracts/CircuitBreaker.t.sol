// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {CircuitBreaker} from "../../contracts/CircuitBreaker.sol";
import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Cause, Evidence, TargetLedger, TargetState} from "../../contracts/types/Breaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {Report} from "../../contracts/types/Score.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {vm} from "./support/Vm.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";

contract CircuitBreakerTest is BreakerFixture {
    SubjectId internal constant OTHER = SubjectId.wrap(keccak256("other"));

    /* PACKING */

    function test_targetState_isOneSlot() public {
        _halt();
        // _targets is the first mapping after AccessManaged's slot.
        bytes32 base = keccak256(abi.encode(venueId, uint256(1)));
        (TargetState memory state, TargetLedger memory ledger) = breaker.stateOf(venueId);
        uint256 word = uint256(state.shadow ? 1 : 0) | (uint256(state.blocksWhenStale ? 1 : 0) << 8);
        word |= uint256(state.level) << 16;
        word |= (uint256(state.floor) << 24) | (uint256(state.maxAge) << 40) | (uint256(state.throttleSince) << 56);
        word |= (uint256(state.until) << 96) | (uint256(state.observedAt) << 136);
        word |= (uint256(state.graceUntil) << 176) | (uint256(state.noNewLeverageUntil) << 216);
        vm.assertEq(vm.load(address(breaker), base), bytes32(word));
        word =
            uint256(ledger.confirmedBlock) |
            (uint256(ledger.budgetAt) << 48) |
            (uint256(ledger.budgetSeconds) << 96) |
            (uint256(ledger.lastEpoch) << 136) |
            (uint256(ledger.dwellSince) << 184) |
            (uint256(ledger.confirmations) << 224) |
            (uint256(ledger.byScores ? 1 : 0) << 232);
        vm.assertEq(vm.load(address(breaker), bytes32(uint256(base) + 1)), bytes32(word));
        vm.assertTrue(
            state.until != 0 && state.graceUntil != 0 && state.noNewLeverageUntil != 0 && state.floor == 9_500
        );
        vm.assertTrue(
            ledger.confirmedBlock != 0 && ledger.lastEpoch == 2 && ledger.byScores && ledger.confirmations != 0
        );
    }

    /* POKE */

    function test_poke_raisesAndEmitsTheEvidence() public {
        _publish(1, _word(_lane(145, 300, 0)));
        Evidence memory evidence = Evidence(
            true,
            1,
            START + 3_600,
            Cx.wrap(145),
            Bps.wrap(300),
            0,
            false,
            Bps.wrap(10_000)
        );
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.LevelChanged(
            venueId,
            Level.Normal,
            Level.NoNewLeverage,
            uint48(block.timestamp + 12 hours),
            uint48(block.timestamp),
            Cause.Scores,
            false,
            evidence
        );
        vm.assertEq(uint256(breaker.poke(venueId)), uint256(Level.NoNewLeverage));
        _assertLevel(Level.NoNewLeverage);
    }

    function test_poke_isOpenToAnybodyAndIdempotent() public {
        _score(1, 145, 0);
        (TargetState memory before, ) = breaker.stateOf(venueId);
        vm.prank(address(0xdead));
        breaker.poke(venueId);
        (TargetState memory afterwards, ) = breaker.stateOf(venueId);
        vm.assertEq(abi.encode(before), abi.encode(afterwards));
    }

    function test_poke_recordsAnExpiryWithItsTime() public {
        _halt();
        (TargetState memory state, ) = breaker.stateOf(venueId);
        vm.warp(uint256(state.until) + 100);
        _expectExpiry(Level.Halt, Level.NoNewLeverage, state.noNewLeverageUntil, state.until);
        breaker.poke(venueId);
        _assertLevel(Level.NoNewLeverage);
        vm.warp(uint256(state.noNewLeverageUntil) + 100);
        _expectExpiry(Level.NoNewLeverage, Level.Watch, 0, state.noNewLeverageUntil);
        breaker.poke(venueId);
        _assertLevel(Level.Watch);
    }

    function test_poke_recordsEveryExpiryThatNobodyNoted() public {
        _halt();
        (TargetState memory state, ) = breaker.stateOf(venueId);
        vm.warp(uint256(state.noNewLeverageUntil) + 100);
        _expectExpiry(Level.Halt, Level.NoNewLeverage, state.noNewLeverageUntil, state.until);
        _expectExpiry(Level.NoNewLeverage, Level.Watch, 0, state.noNewLeverageUntil);
        breaker.poke(venueId);
        _assertLevel(Level.Watch);
    }

    function _expectExpiry(Level from, Level to, uint48 until, uint48 since) private {
        Evidence memory none;
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.LevelChanged(venueId, from, to, until, since, Cause.Expiry, false, none);
    }

    function test_poke_saysWhenTheBudgetIsShort() public {
        TargetConfig memory config = _config();
        config.terms.budgetRefillPerDay = 0;
        breaker.configureTarget(venueId, config);
        _trip(Level.Throttle, 6 hours - 4 minutes);
        _score(7, 250, 3);
        _publish(8, _word(_lane(250, 0, 3)));
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.PauseBudgetShort(venueId, Level.Halt, Level.NoNewLeverage, 4 minutes);
        breaker.poke(venueId);
        _assertLevel(Level.NoNewLeverage);
    }

    function test_poke_doesNothingOnAVoidedEpoch() public {
        _publish(1, _word(_lane(250, 0, 3)));
        oracle.quarantine(1, new uint256[](0), "wrong");
        breaker.poke(venueId);
        _assertLevel(Level.Normal);
        (, TargetLedger memory ledger) = breaker.stateOf(venueId);
        vm.assertEq(ledger.lastEpoch, 0);
    }

    function test_RevertWhen_TargetIsNotConfigured() public {
        bytes memory error = abi.encodeWithSelector(ICircuitBreaker.TargetNotConfigured.selector, OTHER);
        vm.expectRevert(error);
        breaker.poke(OTHER);
        vm.expectRevert(error);
        breaker.configOf(OTHER);
        vm.expectRevert(error);
        breaker.release(OTHER, Level.Normal, "");
        vm.prank(GUARDIAN);
        vm.expectRevert(error);
        breaker.trip(OTHER, Level.Watch, 0, "");
        vm.assertEq(uint256(breaker.levelOf(OTHER)), 0);
    }

    function test_publishAndPoke_publishesThenPokes() public {
        _travelTo(1);
        Report memory report = _report(1, _word(_lane(145, 0, 0)));
        bytes memory signatures = _sign(report, 2);
        breaker.publishAndPoke(report, signatures, _targets());
        vm.assertEq(oracle.header().epoch, 1);
        _assertLevel(Level.NoNewLeverage);
    }

    function test_publishAndPoke_onlyPokesWhenTheEpochIsThere() public {
        _travelTo(1);
        Report memory report = _report(1, _word(_lane(145, 0, 0)));
        bytes memory signatures = _sign(report, 2);
        oracle.publish(report, signatures);
        _assertLevel(Level.Normal);
        breaker.publishAndPoke(report, signatures, _targets());
        _assertLevel(Level.NoNewLeverage);
    }

    function test_RevertWhen_PublishAndPokeCarriesABadReport() public {
        _travelTo(1);
        Report memory report = _report(1, _word(_lane(145, 0, 0)));
        bytes memory one = _sign(report, 1);
        vm.expectRevert(abi.encodeWithSelector(IRiskOracle.SignatureCountMismatch.selector, 1, 2));
        breaker.publishAndPoke(report, one, _targets());
        _assertLevel(Level.Normal);
    }

    function _targets() private view returns (SubjectId[] memory targets) {
        targets = new SubjectId[](1);
        targets[0] = venueId;
    }

    /* GUARDIANS */

    function test_trip_raisesWithinTheBudget() public {
        _trip(Level.Halt, 1 hours);
        _assertLevel(Level.Halt);
        vm.assertEq(breaker.pauseBudgetOf(venueId), 6 hours - 70 minutes);
        vm.warp(block.timestamp + 1 hours);
        _assertLevel(Level.NoNewLeverage);
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Throttle));
        vm.warp(block.timestamp + 10 minutes);
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Watch));
    }

    function test_trip_emitsWhoAndWhy() public {
        vm.prank(GUARDIAN);
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.Tripped(venueId, GUARDIAN, "feed stuck");
        breaker.trip(venueId, Level.NoNewLeverage, 1 days, "feed stuck");
        _assertLevel(Level.NoNewLeverage);
    }

    function test_RevertWhen_TripIsNotARise() public {
        _trip(Level.Throttle, 1 hours);
        vm.prank(GUARDIAN);
        vm.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.LevelNotHigher.selector, Level.Throttle, Level.Throttle)
        );
        breaker.trip(venueId, Level.Throttle, 1 hours, "");
        vm.prank(GUARDIAN);
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.LevelNotHigher.selector, Level.Normal, Level.Throttle));
        breaker.trip(venueId, Level.Normal, 0, "");
        _assertLevel(Level.Throttle);
    }

    function test_RevertWhen_TripLastsTooLong() public {
        _expectDuration(Level.Halt, 4 hours + 1, 5 minutes, 4 hours);
        _expectDuration(Level.Throttle, 24 hours + 1, 5 minutes, 24 hours);
        _expectDuration(Level.NoNewLeverage, 7 days + 1, 1, 7 days);
        _expectDuration(Level.Watch, 1, 0, 0);
        _trip(Level.Halt, 4 hours);
        _assertLevel(Level.Halt);
    }

    function test_RevertWhen_TripIsTooShort() public {
        _expectDuration(Level.Halt, 5 minutes - 1, 5 minutes, 4 hours);
        _expectDuration(Level.Throttle, 5 minutes - 1, 5 minutes, 24 hours);
        _expectDuration(Level.NoNewLeverage, 0, 1, 7 days);
        _trip(Level.Throttle, 5 minutes);
        _assertLevel(Level.Throttle);
    }

    function test_RevertWhen_TripEndsBeforeThePauseInForce() public {
        _trip(Level.Throttle, 2 hours);
        vm.warp(block.timestamp + 30 minutes);
        // The Halt's grace of 10 minutes throttles too.
        _expectDuration(Level.Halt, 80 minutes - 1, 80 minutes, 4 hours);
        _trip(Level.Halt, 80 minutes);
        vm.warp(block.timestamp + 80 minutes);
        // During the grace.
        _expectDuration(Level.Throttle, 10 minutes - 1, 10 minutes, 24 hours);
        _trip(Level.Throttle, 10 minutes);
        _assertLevel(Level.Throttle);
    }

    function test_trip_toTheLongestHaltWhateverIsInForce() public {
        TargetConfig memory config = _config();
        config.terms.budgetCapacity = 24 hours;
        breaker.configureTarget(OTHER, config);
        vm.prank(GUARDIAN);
        breaker.trip(OTHER, Level.Throttle, 23 hours, "");
        vm.prank(GUARDIAN);
        breaker.trip(OTHER, Level.Halt, 4 hours, "");
        vm.assertEq(uint256(breaker.levelOf(OTHER)), uint256(Level.Halt));
    }

    function _expectDuration(Level level, uint32 duration, uint256 shortest, uint256 longest) private {
        vm.prank(GUARDIAN);
        vm.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.DurationOutOfRange.selector, duration, shortest, longest)
        );
        breaker.trip(venueId, level, duration, "");
    }

    function test_RevertWhen_TripExceedsTheBudget() public {
        _trip(Level.Throttle, 4 hours);
        vm.warp(block.timestamp + 4 hours);
        // 6 h less 4 h, and a quarter of 4 h came back.
        vm.prank(GUARDIAN);
        vm.expectRevert(
            abi.encodeWithSelector(ICircuitBreaker.PauseBudgetExceeded.selector, 3 hours + 10 minutes, 3 hours)
        );
        breaker.trip(venueId, Level.Halt, 3 hours, "");
        _trip(Level.Halt, 2 hours + 50 minutes);
        _assertLevel(Level.Halt);
    }

    function test_RevertWhen_GuardianMissedItsHeartbeat() public {
        uint48 until = breaker.aliveUntil(GUARDIAN);
        vm.warp(until);
        _trip(Level.Watch, 0);
        vm.warp(uint256(until) + 1);
        bytes memory error = abi.encodeWithSelector(ICircuitBreaker.GuardianLapsed.selector, GUARDIAN, until);
        vm.prank(GUARDIAN);
        vm.expectRevert(error);
        breaker.trip(venueId, Level.NoNewLeverage, 1 hours, "");
        vm.prank(GUARDIAN);
        vm.expectRevert(error);
        breaker.heartbeat();
        breaker.armGuardian(GUARDIAN);
        _trip(Level.NoNewLeverage, 1 hours);
        _assertLevel(Level.NoNewLeverage);
    }

    /// @dev A release alone is answered by the next trip: the guardian has back what it spent.
    function test_disarmGuardian_endsItsPowerAtOnce() public {
        _trip(Level.Halt, 1 hours);
        breaker.release(venueId, Level.Normal, "captured");
        _trip(Level.Halt, 1 hours);
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.GuardianAlive(GUARDIAN, 0);
        breaker.disarmGuardian(GUARDIAN);
        _assertLevel(Level.Halt);
        breaker.release(venueId, Level.Normal, "captured");
        bytes memory error = abi.encodeWithSelector(ICircuitBreaker.GuardianLapsed.selector, GUARDIAN, 0);
        vm.prank(GUARDIAN);
        vm.expectRevert(error);
        breaker.trip(venueId, Level.NoNewLeverage, 1 hours, "");
        vm.prank(GUARDIAN);
        vm.expectRevert(error);
        breaker.heartbeat();
        _assertLevel(Level.Normal);
        breaker.armGuardian(GUARDIAN);
        _trip(Level.NoNewLeverage, 1 hours);
        _assertLevel(Level.NoNewLeverage);
    }

    function test_heartbeat_keepsTheGuardianAlive() public {
        vm.warp(block.timestamp + 20 days);
        vm.prank(GUARDIAN);
        breaker.heartbeat();
        vm.assertEq(breaker.aliveUntil(GUARDIAN), block.timestamp + 30 days);
    }

    function test_RevertWhen_CallerHasNoRole() public {
        bytes[6] memory calls = [
            abi.encodeCall(breaker.trip, (venueId, Level.Halt, 60, "")),
            abi.encodeCall(breaker.release, (venueId, Level.Normal, "")),
            abi.encodeCall(breaker.configureTarget, (venueId, _config())),
            abi.encodeCall(breaker.armGuardian, (GUARDIAN)),
            abi.encodeCall(breaker.disarmGuardian, (GUARDIAN)),
            abi.encodeCall(breaker.heartbeat, ())
        ];
        address nobody = address(0xdead);
        bytes memory error = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, nobody);
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(nobody);
            (bool done, bytes memory reason) = address(breaker).call(calls[i]);
            vm.assertFalse(done);
            vm.assertEq(reason, error);
        }
    }

    function test_RevertWhen_GuardianReleasesOrConfigures() public {
        bytes memory error = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, GUARDIAN);
        vm.prank(GUARDIAN);
        vm.expectRevert(error);
        breaker.release(venueId, Level.Normal, "");
        vm.prank(GUARDIAN);
        vm.expectRevert(error);
        breaker.configureTarget(venueId, _config());
        _assertLevel(Level.Normal);
    }

    function test_RevertWhen_HeartbeatPeriodIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.HeartbeatPeriodZero.selector));
        new CircuitBreaker(oracle, address(manager), 0);
        vm.assertEq(breaker.heartbeatPeriod(), 30 days);
    }

    /* GOVERNANCE */

    function test_release_lowersAtOnceAndGivesTheBudgetBack() public {
        _trip(Level.Throttle, 2 hours);
        vm.warp(block.timestamp + 1 hours);
        breaker.release(venueId, Level.Normal, "over");
        _assertLevel(Level.Normal);
        // One hour used, a quarter of it came back.
        vm.assertEq(breaker.pauseBudgetOf(venueId), 6 hours - 1 hours + 15 minutes);
    }

    function test_release_fromHaltLeavesTheGraceAndAgainEndsIt() public {
        _trip(Level.Halt, 2 hours);
        vm.warp(block.timestamp + 1 hours);
        breaker.release(venueId, Level.NoNewLeverage, "over");
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Throttle));
        vm.assertEq(breaker.pauseBudgetOf(venueId), 6 hours - 1 hours + 15 minutes - 10 minutes);
        breaker.release(venueId, Level.Watch, "really over");
        vm.assertEq(uint256(breaker.liquidationLevelOf(venueId)), uint256(Level.Watch));
        vm.assertEq(breaker.pauseBudgetOf(venueId), 6 hours - 1 hours + 15 minutes);
    }

    function test_release_startsTheConfirmationsOver() public {
        _halt();
        breaker.release(venueId, Level.Normal, "false alarm");
        vm.assertEq(uint256(breaker.poke(venueId)), uint256(Level.Normal));
        vm.assertEq(uint256(_score(3, 250, 3)), uint256(Level.NoNewLeverage));
        vm.assertEq(uint256(_score(4, 250, 3)), uint256(Level.Halt));
    }

    function test_RevertWhen_ReleaseDoesNotLower() public {
        _expectNotLower(Level.Normal, Level.Normal);
        _expectNotLower(Level.Watch, Level.Normal);
        _trip(Level.Halt, 1 hours);
        _expectNotLower(Level.Throttle, Level.Halt);
        _expectNotLower(Level.Halt, Level.Halt);
        breaker.release(venueId, Level.NoNewLeverage, "");
        _assertLevel(Level.NoNewLeverage);
    }

    function _expectNotLower(Level level, Level current) private {
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.LevelNotLower.selector, level, current));
        breaker.release(venueId, level, "");
    }

    function test_configureTarget_keepsALevelInForce() public {
        _trip(Level.Throttle, 2 hours);
        (TargetState memory before, ) = breaker.stateOf(venueId);
        TargetConfig memory config = _config();
        config.maxAge = 77;
        breaker.configureTarget(venueId, config);
        (TargetState memory afterwards, ) = breaker.stateOf(venueId);
        vm.assertEq(afterwards.until, before.until);
        vm.assertEq(afterwards.maxAge, 77);
        _assertLevel(Level.Throttle);
    }

    function test_configOf_returnsWhatWasSet() public view {
        vm.assertEq(abi.encode(breaker.configOf(venueId)), abi.encode(_config()));
    }

    function test_RevertWhen_ConfigurationIsInvalid() public {
        TargetConfig memory c = _config();
        c.rules[2].exitLeverage = c.rules[2].enterLeverage;
        _expectFault(c, ICircuitBreaker.ConfigFault.ExitNotBelowEnter);
        c = _config();
        c.rules[0].exitLiquidationAtRisk = Bps.wrap(1_001);
        _expectFault(c, ICircuitBreaker.ConfigFault.ExitNotBelowEnter);
        c = _config();
        c.rules[3].enterLeverage = Cx.wrap(159);
        c.rules[3].exitLeverage = Cx.wrap(150);
        _expectFault(c, ICircuitBreaker.ConfigFault.EnterNotAscending);
        for (uint256 i; i < 4; ++i) {
            c = _config();
            c.terms.confirmations &= ~uint8(3 << (2 * i));
            _expectFault(c, ICircuitBreaker.ConfigFault.ConfirmationsZero);
        }
        c = _config();
        c.healthFactorFloor = 1e18 + 1;
        _expectFault(c, ICircuitBreaker.ConfigFault.FloorOutOfRange);
        c.healthFactorFloor = 0.9e18 - 1;
        _expectFault(c, ICircuitBreaker.ConfigFault.FloorOutOfRange);
        c = _config();
        c.maxAge = 0;
        _expectFault(c, ICircuitBreaker.ConfigFault.MaxAgeZero);
        c = _config();
        c.throttleCapacity = 0;
        _expectFault(c, ICircuitBreaker.ConfigFault.ThrottleOutOfRange);
        c = _config();
        c.throttleWindow = 0;
        _expectFault(c, ICircuitBreaker.ConfigFault.ThrottleOutOfRange);
    }

    function test_RevertWhen_TermsAreInvalid() public {
        uint32[2][5] memory wrong = [
            [uint32(0), 7 days + 1],
            [uint32(5 minutes - 1), 24 hours + 1],
            [uint32(5 minutes - 1), 4 hours + 1],
            [uint32(1 hours + 1), type(uint32).max],
            [uint32(24 hours + 1), type(uint32).max]
        ];
        for (uint256 field; field < 5; ++field) {
            for (uint256 i; i < 2; ++i) {
                TargetConfig memory c = _config();
                if (field == 0) c.terms.noNewLeverageSeconds = wrong[field][i];
                if (field == 1) c.terms.throttleSeconds = wrong[field][i];
                if (field == 2) c.terms.haltSeconds = wrong[field][i];
                if (field == 3) c.terms.graceSeconds = wrong[field][i];
                if (field == 4) c.terms.minDwell = wrong[field][i];
                _expectFault(c, ICircuitBreaker.ConfigFault.DurationOutOfRange);
            }
        }
        TargetConfig memory b = _config();
        b.terms.budgetCapacity = 100 minutes - 1;
        _expectFault(b, ICircuitBreaker.ConfigFault.BudgetOutOfRange);
        b.terms.budgetCapacity = 24 hours + 1;
        _expectFault(b, ICircuitBreaker.ConfigFault.BudgetOutOfRange);
        b = _config();
        b.terms.budgetRefillPerDay = 1 days;
        _expectFault(b, ICircuitBreaker.ConfigFault.BudgetOutOfRange);
        b = _config();
        b.terms.minCoverage = Bps.wrap(10_001);
        _expectFault(b, ICircuitBreaker.ConfigFault.CoverageAboveOne);
    }

    function _expectFault(TargetConfig memory config, ICircuitBreaker.ConfigFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(ICircuitBreaker.TargetConfigInvalid.selector, fault));
        breaker.configureTarget(OTHER, config);
    }
}
