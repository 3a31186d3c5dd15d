// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {IMarginPolicy} from "../../contracts/interfaces/IMarginPolicy.sol";
import {MarginTerms} from "../../contracts/types/Margin.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {MarginFixture} from "./support/MarginFixture.sol";
import {bound, vm} from "./support/Vm.sol";

contract MarginPolicyGovernanceTest is MarginFixture {
    SubjectId internal constant OTHER = SubjectId.wrap(keccak256("other"));
    uint40 internal constant RAMP_START = uint40(START + 30 days);
    uint40 internal constant RAMP_END = RAMP_START + 100 days;

    function _startRamp() internal {
        policy.startRamp(marketId, Bps.wrap(6_000), RAMP_START, RAMP_END);
    }

    /* MARKETS AND TERMS */

    function test_addMarket_keepsWhatItIsGiven() public {
        vm.expectEmit(address(policy));
        emit IMarginPolicy.MarketAdded(OTHER, Bps.wrap(5_000), Bps.wrap(5_300), _terms());
        policy.addMarket(OTHER, _terms(), Bps.wrap(5_000), Bps.wrap(5_300));
        (Bps ltv, Bps threshold) = policy.parameters(OTHER);
        vm.assertEq(Bps.unwrap(ltv), 5_000);
        vm.assertEq(Bps.unwrap(threshold), 5_300);
        (, MarginTerms memory terms) = policy.marketOf(OTHER);
        vm.assertEq(keccak256(abi.encode(terms)), keccak256(abi.encode(_terms())));
    }

    function test_RevertWhen_MarketIsAddedTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IMarginPolicy.MarketExists.selector, marketId));
        policy.addMarket(marketId, _terms(), Bps.wrap(5_000), Bps.wrap(8_000));
        _assertState(7_000, 8_000);
    }

    function test_RevertWhen_CallerHasNoRole() public {
        bytes memory refused = abi.encodeWithSelector(
            IAccessManaged.AccessManagedUnauthorized.selector,
            address(0xbad)
        );
        vm.startPrank(address(0xbad));
        vm.expectRevert(refused);
        policy.addMarket(OTHER, _terms(), Bps.wrap(5_000), Bps.wrap(8_000));
        vm.expectRevert(refused);
        policy.setTerms(marketId, _terms());
        vm.expectRevert(refused);
        policy.raiseThreshold(marketId, Bps.wrap(9_000));
        vm.expectRevert(refused);
        _startRamp();
        vm.expectRevert(refused);
        policy.cancelRamp(marketId);
        vm.stopPrank();
        _assertState(7_000, 8_000);
    }

    function testFuzz_addMarket_keepsTheOpeningLtvBetweenMinimumAndCeiling(uint16 ltv, uint16 threshold) public {
        bool inRange = ltv >= 4_000 && ltv <= 7_500 && uint256(ltv) + 300 <= threshold;
        if (threshold > 10_000) {
            _expectThresholdOutOfRange(threshold, 0);
        } else if (threshold < 4_300) {
            _expectTermsInvalid(IMarginPolicy.TermsFault.MinLtvAboveCeiling);
        } else if (!inRange) {
            uint16 ceiling = threshold - 300 < 7_500 ? threshold - 300 : 7_500;
            vm.expectRevert(
                abi.encodeWithSelector(IMarginPolicy.OpeningLtvOutOfRange.selector, ltv, uint16(4_000), ceiling)
            );
        }
        policy.addMarket(OTHER, _terms(), Bps.wrap(ltv), Bps.wrap(threshold));
        if (!inRange || threshold > 10_000) return;
        vm.assertEq(Bps.unwrap(policy.openingLtv(OTHER)), ltv);
        vm.assertEq(Bps.unwrap(policy.liquidationThreshold(OTHER)), threshold);
    }

    function testFuzz_setTerms_keepsTheirBounds(uint16[4] memory shares, uint32 cooldown, uint32 maxAge) public {
        MarginTerms memory terms = MarginTerms(
            Bps.wrap(shares[0]),
            Bps.wrap(shares[1]),
            Bps.wrap(shares[2]),
            Bps.wrap(shares[3]),
            cooldown,
            maxAge
        );
        (bool valid, IMarginPolicy.TermsFault fault) = _judge(terms);
        if (!valid) _expectTermsInvalid(fault);
        policy.setTerms(marketId, terms);
        (, MarginTerms memory kept) = policy.marketOf(marketId);
        vm.assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(valid ? terms : _terms())));
    }

    function testFuzz_setTerms_acceptsWhatIsInBoundsAndRaisesNothing(uint256 seed) public {
        MarginTerms memory terms;
        uint256 gap = bound(seed, 1, 7_999);
        uint256 min = bound(seed >> 16, 1, 8_000 - gap);
        uint256 max = bound(seed >> 32, min, type(uint16).max);
        (terms.gap, terms.minLtv, terms.maxLtv) = (Bps.wrap(uint16(gap)), Bps.wrap(uint16(min)), Bps.wrap(uint16(max)));
        terms.step = Bps.wrap(uint16(bound(seed >> 48, 1, 1_000)));
        terms.cooldown = uint32(bound(seed >> 64, 1 hours, 30 days));
        terms.maxAge = uint32(bound(seed >> 96, 1, terms.cooldown / 2));
        policy.setTerms(marketId, terms);
        uint256 ceiling = max < 8_000 - gap ? max : 8_000 - gap;
        _assertState(ceiling < 7_000 ? ceiling : 7_000, 8_000);
    }

    /// @dev The bounds as the interface states them, in the order in which they are checked.
    function _judge(MarginTerms memory terms) private pure returns (bool, IMarginPolicy.TermsFault) {
        uint256 min = Bps.unwrap(terms.minLtv);
        if (min == 0) return (false, IMarginPolicy.TermsFault.MinLtvZero);
        if (Bps.unwrap(terms.gap) == 0) return (false, IMarginPolicy.TermsFault.GapZero);
        if (Bps.unwrap(terms.step) == 0 || Bps.unwrap(terms.step) > 1_000)
            return (false, IMarginPolicy.TermsFault.StepOutOfRange);
        if (terms.cooldown < 3_600 || terms.cooldown > 2_592_000)
            return (false, IMarginPolicy.TermsFault.CooldownOutOfRange);
        if (terms.maxAge == 0 || uint256(terms.maxAge) * 2 > terms.cooldown)
            return (false, IMarginPolicy.TermsFault.MaxAgeOutOfRange);
        bool fits = min <= Bps.unwrap(terms.maxLtv) && min + Bps.unwrap(terms.gap) <= 8_000;
        return (fits, IMarginPolicy.TermsFault.MinLtvAboveCeiling);
    }

    function test_setTerms_lowersAtOnceAndForgetsWhatStood() public {
        for (uint48 epoch = 1; epoch < 7; ++epoch) _recommendAndSync(epoch, 7_400);
        MarginTerms memory terms = _terms();
        terms.maxLtv = Bps.wrap(6_900);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.TermsChanged(marketId, _terms(), terms);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.OpeningLtvChanged(marketId, Bps.wrap(7_000), Bps.wrap(6_900), Bps.wrap(0), 0);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.StandingChanged(marketId, Bps.wrap(0), 0, 0);
        policy.setTerms(marketId, terms);
        policy.setTerms(marketId, _terms());
        _assertState(6_900, 8_000);
        vm.assertEq(_recommendAndSync(7, 7_400), 6_900);
    }

    function test_setTerms_withAHigherMinimumRaisesNothingBeforeTheCooldown() public {
        _recommendAndSync(1, 4_000);
        MarginTerms memory terms = _terms();
        terms.minLtv = Bps.wrap(6_000);
        policy.setTerms(marketId, terms);
        _assertState(4_000, 8_000);
        for (uint48 epoch = 2; epoch < 8; ++epoch) vm.assertEq(_recommendAndSync(epoch, 4_100), 4_000);
        vm.assertEq(_recommendAndSync(8, 4_100), 4_100);
    }

    /* THRESHOLDS */

    function test_raiseThreshold_raisesAtOnceAndLeavesTheOpeningLtv() public {
        vm.expectEmit(address(policy));
        emit IMarginPolicy.ThresholdRaised(marketId, Bps.wrap(8_000), Bps.wrap(8_300));
        policy.raiseThreshold(marketId, Bps.wrap(8_300));
        _assertState(7_000, 8_300);
    }

    function testFuzz_raiseThreshold_keepsItsBounds(uint16 threshold) public {
        bool valid = threshold > 8_000 && threshold <= 10_000;
        if (!valid) _expectThresholdOutOfRange(threshold, 8_000);
        policy.raiseThreshold(marketId, Bps.wrap(threshold));
        _assertState(7_000, valid ? threshold : 8_000);
    }

    function test_startRamp_lowersTheOpeningLtvAtOnceAndTheThresholdAlongALine() public {
        vm.expectEmit(address(policy));
        emit IMarginPolicy.RampStarted(marketId, Bps.wrap(8_000), Bps.wrap(6_000), RAMP_START, RAMP_END);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.OpeningLtvChanged(marketId, Bps.wrap(7_000), Bps.wrap(5_700), Bps.wrap(0), 0);
        _startRamp();
        _assertState(5_700, 8_000);
        // 2000 bps in 100 days: 20 a day.
        vm.warp(RAMP_START);
        _assertState(5_700, 8_000);
        vm.warp(RAMP_START + 1);
        _assertState(5_700, 8_000);
        vm.warp(RAMP_START + 1 days);
        _assertState(5_700, 7_980);
        vm.warp(RAMP_START + 50 days);
        _assertState(5_700, 7_000);
        vm.warp(RAMP_END - 1);
        _assertState(5_700, 6_001);
        vm.warp(RAMP_END);
        _assertState(5_700, 6_000);
        vm.warp(RAMP_END + 1_000 days);
        _assertState(5_700, 6_000);
    }

    function test_thresholdAt_isReadableAhead() public {
        _startRamp();
        vm.assertEq(Bps.unwrap(policy.thresholdAt(marketId, RAMP_START + 25 days)), 7_500);
        vm.assertEq(Bps.unwrap(policy.thresholdAt(marketId, RAMP_END)), 6_000);
    }

    function test_startRamp_isFollowedByAnotherOnlyWhenItIsOver() public {
        _startRamp();
        vm.warp(RAMP_END - 1);
        _expectRampInForce();
        policy.startRamp(marketId, Bps.wrap(5_000), RAMP_END + 31 days, RAMP_END + 131 days);
        _expectRampInForce();
        policy.raiseThreshold(marketId, Bps.wrap(9_000));
        vm.warp(RAMP_END);
        policy.startRamp(marketId, Bps.wrap(5_000), RAMP_END + 31 days, RAMP_END + 131 days);
        _assertState(4_700, 6_000);
    }

    function testFuzz_startRamp_keepsItsBounds(uint16 target, uint40 start, uint40 end, uint256 near) public {
        // Half of the cases near the bounds, where they decide something.
        if (near & 1 == 1) {
            start = uint40(START + 30 days - 2 + bound(near >> 1, 0, 4));
            end = start + uint40(bound(near >> 8, 6 days, 40 days));
            target = uint16(bound(near >> 64, 3_000, 8_001));
        }
        (bool valid, bytes memory refusal) = _judgeRamp(target, start, end);
        if (!valid) vm.expectRevert(refusal);
        policy.startRamp(marketId, Bps.wrap(target), start, end);
        vm.assertEq(Bps.unwrap(_state().thresholdTo), valid ? target : 8_000);
        vm.assertEq(_ltv(), valid && target < 7_300 ? target - 300 : 7_000);
    }

    function test_startRamp_acceptsTheSteepestAndNoSteeper() public {
        // 8000 to 7400 is 600 bps; 1 % of 7400 a day is 74 bps: 600/74 = 8.108... days, in whole seconds.
        uint40 shortest = uint40((uint256(600) * 86_400 * 100 + 7_399) / 7_400);
        _expectRampInvalid(IMarginPolicy.RampFault.TooSteep);
        policy.startRamp(marketId, Bps.wrap(7_400), RAMP_START, RAMP_START + shortest - 1);
        policy.startRamp(marketId, Bps.wrap(7_400), RAMP_START, RAMP_START + shortest);
        vm.assertEq(_state().rampEnd, RAMP_START + shortest);
    }

    function _judgeRamp(uint256 target, uint256 start, uint256 end) private view returns (bool, bytes memory) {
        if (target >= 8_000) return (false, _rampInvalid(IMarginPolicy.RampFault.TargetNotLower));
        if (start < block.timestamp + 30 days) return (false, _rampInvalid(IMarginPolicy.RampFault.NoticeTooShort));
        if (end < start + 7 days) return (false, _rampInvalid(IMarginPolicy.RampFault.TooShort));
        if (end > block.timestamp + 730 days) return (false, _rampInvalid(IMarginPolicy.RampFault.TooFarAhead));
        // Percent of the target a day, as a fraction of whole seconds: depth / length > target / 100 days.
        bool steep = (8_000 - target) * 8_640_000 > target * (end - start);
        if (steep) return (false, _rampInvalid(IMarginPolicy.RampFault.TooSteep));
        if (target < 4_300)
            return (
                false,
                abi.encodeWithSelector(IMarginPolicy.TermsInvalid.selector, IMarginPolicy.TermsFault.MinLtvAboveCeiling)
            );
        return (true, "");
    }

    function test_cancelRamp_leavesTheThresholdWhereItIs() public {
        _startRamp();
        vm.warp(RAMP_START + 10 days);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.RampCancelled(marketId, Bps.wrap(7_800), Bps.wrap(6_000));
        policy.cancelRamp(marketId);
        _assertState(5_700, 7_800);
        vm.warp(RAMP_END + 1);
        _assertState(5_700, 7_800);
        policy.raiseThreshold(marketId, Bps.wrap(8_000));
        _assertState(5_700, 8_000);
    }

    function test_cancelRamp_beforeItsStartLeavesEverything() public {
        _startRamp();
        policy.cancelRamp(marketId);
        vm.warp(RAMP_END);
        _assertState(5_700, 8_000);
    }

    function test_RevertWhen_ThereIsNoRampToCancel() public {
        bytes memory none = abi.encodeWithSelector(IMarginPolicy.RampNotInForce.selector, marketId);
        vm.expectRevert(none);
        policy.cancelRamp(marketId);
        _startRamp();
        vm.warp(RAMP_END);
        vm.expectRevert(none);
        policy.cancelRamp(marketId);
        _assertState(5_700, 6_000);
    }

    function test_scores_neitherStartNorSpeedARamp() public {
        _startRamp();
        for (uint48 epoch = 1; epoch < 5; ++epoch) _recommendAndSync(epoch, 1);
        _assertState(4_000, 8_000);
        vm.warp(RAMP_START + 50 days);
        policy.sync(marketId);
        _assertState(4_000, 7_000);
    }

    function test_openingLtv_risesBackUnderANewCeilingOnly() public {
        _startRamp();
        policy.cancelRamp(marketId);
        for (uint48 epoch = 1; epoch < 7; ++epoch) vm.assertEq(_recommendAndSync(epoch, 7_000), 5_700);
        vm.assertEq(_recommendAndSync(7, 7_000), 5_800);
    }

    function _expectRampInForce() private {
        vm.expectRevert(abi.encodeWithSelector(IMarginPolicy.RampInForce.selector, marketId, RAMP_END));
    }

    function _expectRampInvalid(IMarginPolicy.RampFault fault) private {
        vm.expectRevert(_rampInvalid(fault));
    }

    function _expectTermsInvalid(IMarginPolicy.TermsFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(IMarginPolicy.TermsInvalid.selector, fault));
    }

    function _expectThresholdOutOfRange(uint16 seen, uint16 current) private {
        vm.expectRevert(abi.encodeWithSelector(IMarginPolicy.ThresholdOutOfRange.selector, seen, current));
    }

    function _rampInvalid(IMarginPolicy.RampFault fault) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarginPolicy.RampInvalid.selector, fault);
    }
}
