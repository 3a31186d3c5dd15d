// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginPolicy} from "../../contracts/interfaces/IMarginPolicy.sol";
import {Ramps} from "../../contracts/libraries/Ramps.sol";
import {MarginState, MarginTerms} from "../../contracts/types/Margin.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {MarginFixture} from "./support/MarginFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Every bound at its last good value and at its first bad one.
contract MarginPolicyBoundsTest is MarginFixture {
    uint40 internal constant SOONEST = uint40(START) + 30 days;

    function _withTimes(uint32 cooldown, uint32 maxAge) private pure returns (MarginTerms memory terms) {
        terms = _terms();
        (terms.cooldown, terms.maxAge) = (cooldown, maxAge);
    }

    function _withShares(
        uint16 min,
        uint16 max,
        uint16 gap,
        uint16 step
    ) private pure returns (MarginTerms memory terms) {
        terms = _terms();
        (terms.minLtv, terms.maxLtv) = (Bps.wrap(min), Bps.wrap(max));
        (terms.gap, terms.step) = (Bps.wrap(gap), Bps.wrap(step));
    }

    function _accept(MarginTerms memory terms) private {
        policy.setTerms(marketId, terms);
        (, MarginTerms memory kept) = policy.marketOf(marketId);
        vm.assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(terms)));
    }

    function _refuse(MarginTerms memory terms, IMarginPolicy.TermsFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(IMarginPolicy.TermsInvalid.selector, fault));
        policy.setTerms(marketId, terms);
    }

    function test_setTerms_atTheEdgesOfTheTimes() public {
        _accept(_withTimes(1 hours, 1));
        _refuse(_withTimes(1 hours - 1, 1), IMarginPolicy.TermsFault.CooldownOutOfRange);
        _accept(_withTimes(30 days, 15 days));
        _refuse(_withTimes(30 days + 1, 1), IMarginPolicy.TermsFault.CooldownOutOfRange);
        _refuse(_withTimes(30 days, 15 days + 1), IMarginPolicy.TermsFault.MaxAgeOutOfRange);
        _refuse(_withTimes(30 days, 0), IMarginPolicy.TermsFault.MaxAgeOutOfRange);
        vm.assertEq(_ltv(), 7_000);
    }

    function test_setTerms_atTheEdgesOfTheShares() public {
        _accept(_withShares(1, 1, 1, 1));
        _accept(_withShares(1, 1, 1, 1_000));
        _refuse(_withShares(1, 1, 1, 1_001), IMarginPolicy.TermsFault.StepOutOfRange);
        _refuse(_withShares(1, 1, 1, 0), IMarginPolicy.TermsFault.StepOutOfRange);
        _refuse(_withShares(0, 1, 1, 1), IMarginPolicy.TermsFault.MinLtvZero);
        _refuse(_withShares(1, 1, 0, 1), IMarginPolicy.TermsFault.GapZero);
        _refuse(_withShares(2, 1, 1, 1), IMarginPolicy.TermsFault.MinLtvAboveCeiling);
        _accept(_withShares(7_999, 9_000, 1, 1));
        _refuse(_withShares(8_000, 9_000, 1, 1), IMarginPolicy.TermsFault.MinLtvAboveCeiling);
        // No room below the threshold at all.
        _refuse(_withShares(1, 9_000, 8_000, 1), IMarginPolicy.TermsFault.MinLtvAboveCeiling);
        _refuse(_withShares(1, 9_000, type(uint16).max, 1), IMarginPolicy.TermsFault.MinLtvAboveCeiling);
        vm.assertEq(_ltv(), 1);
    }

    function _assertRampAccepted(uint16 target, uint40 start, uint40 end) private {
        policy.startRamp(marketId, Bps.wrap(target), start, end);
        vm.assertEq(Bps.unwrap(_state().thresholdTo), target);
        policy.cancelRamp(marketId);
    }

    function _assertRampRefused(uint16 target, uint40 start, uint40 end, IMarginPolicy.RampFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(IMarginPolicy.RampInvalid.selector, fault));
        policy.startRamp(marketId, Bps.wrap(target), start, end);
        vm.assertEq(Bps.unwrap(_state().thresholdTo), 8_000);
    }

    function test_startRamp_atTheEdges() public {
        uint40 last = uint40(START) + 730 days;
        _assertRampAccepted(7_999, SOONEST, SOONEST + 7 days);
        _assertRampRefused(8_000, SOONEST, SOONEST + 7 days, IMarginPolicy.RampFault.TargetNotLower);
        _assertRampRefused(7_999, SOONEST - 1, SOONEST + 7 days, IMarginPolicy.RampFault.NoticeTooShort);
        _assertRampRefused(7_999, SOONEST, SOONEST + 7 days - 1, IMarginPolicy.RampFault.TooShort);
        _assertRampAccepted(7_999, SOONEST, last);
        _assertRampRefused(7_999, SOONEST, last + 1, IMarginPolicy.RampFault.TooFarAhead);
        // 2000 bps at 60 bps a day are 33 days and a third: whole seconds.
        _assertRampAccepted(6_000, SOONEST, SOONEST + 2_880_000);
        _assertRampRefused(6_000, SOONEST, SOONEST + 2_879_999, IMarginPolicy.RampFault.TooSteep);
    }

    function test_thresholdAt_roundsUpToTheLastSecond() public pure {
        MarginState memory state;
        (state.thresholdFrom, state.thresholdTo) = (Bps.wrap(101), Bps.wrap(100));
        (state.rampStart, state.rampEnd) = (1_000, 2_000);
        vm.assertEq(Bps.unwrap(Ramps.thresholdAt(state, 1_999)), 101);
        vm.assertEq(Bps.unwrap(Ramps.thresholdAt(state, 2_000)), 100);
        vm.assertTrue(Ramps.inForce(state, 1_999));
        vm.assertFalse(Ramps.inForce(state, 2_000));
    }

    /// @dev What stood before a raise limits that raise, not the next one.
    function test_sync_forgetsTheLowestScoreOnceItRaised() public {
        _recommendAndSync(1, 7_040);
        for (uint48 epoch = 2; epoch < 7; ++epoch) _recommendAndSync(epoch, 7_400);
        vm.assertEq(_recommendAndSync(7, 7_400), 7_040);
        for (uint48 epoch = 8; epoch < 13; ++epoch) vm.assertEq(_recommendAndSync(epoch, 7_400), 7_040);
        vm.assertEq(_recommendAndSync(13, 7_400), 7_140);
    }
}
