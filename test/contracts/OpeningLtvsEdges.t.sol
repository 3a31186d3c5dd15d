// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OpeningLtvs} from "../../contracts/libraries/OpeningLtvs.sol";
import {MarginState, MarginTerms, Recommendation} from "../../contracts/types/Margin.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

/// @dev At the exact times and at the smallest numbers, which random ones miss.
contract OpeningLtvsEdgesTest {
    uint40 internal constant START = 1_700_000_000;

    function _terms() private pure returns (MarginTerms memory) {
        // From 0.01 % on, 10 % below the threshold, a step of 1 %, a cooldown of an hour in which none is older than half of it.
        return MarginTerms(Bps.wrap(1), Bps.wrap(9_000), Bps.wrap(1_000), Bps.wrap(100), 1 hours, 30 minutes);
    }

    function _at(uint16 ltv) private pure returns (MarginState memory state) {
        state.openingLtv = Bps.wrap(ltv);
        (state.thresholdFrom, state.thresholdTo) = (Bps.wrap(8_000), Bps.wrap(8_000));
    }

    /// @dev What `ltv`, observed `age` seconds before `time`, which counts from `START`, makes of the opening LTV.
    function _next(MarginState memory state, uint16 ltv, uint40 time, uint40 age) private pure returns (uint16) {
        uint40 now_ = START + time;
        OpeningLtvs.next(state, _terms(), Recommendation(Bps.wrap(ltv), now_ - age), now_);
        return Bps.unwrap(state.openingLtv);
    }

    function _assertNothingStands(MarginState memory state) private pure {
        vm.assertEq(Bps.unwrap(state.standingLtv), 0);
        vm.assertEq(state.standingSince, 0);
        vm.assertEq(state.standingTo, 0);
    }

    function test_next_takesTheSmallestRecommendation() public pure {
        vm.assertEq(_next(_at(5_000), 1, 0, 0), 1);
    }

    function test_next_raisesWhenTheCooldownIsOverToTheSecond() public pure {
        MarginState memory state = _at(5_000);
        vm.assertEq(_next(state, 6_000, 0, 0), 5_000);
        vm.assertEq(_next(state, 6_000, 30 minutes, 0), 5_000);
        vm.assertEq(_next(state, 6_000, 1 hours - 1, 0), 5_000);
        vm.assertEq(_next(state, 6_000, 1 hours, 0), 5_100);
    }

    function test_next_countsWhatIsAsOldAsItMayBe() public pure {
        MarginState memory state = _at(5_000);
        _next(state, 6_000, 0, 30 minutes + 1);
        _assertNothingStands(state);
        _next(state, 6_000, 0, 30 minutes);
        vm.assertEq(state.standingTo, START - 30 minutes);
        vm.assertEq(Bps.unwrap(state.standingLtv), 6_000);
    }

    function test_next_observationsFurtherApartDoNotStandTogether() public pure {
        MarginState memory state = _at(5_000);
        _next(state, 6_000, 0, 0);
        _next(state, 6_100, 30 minutes, 0);
        vm.assertEq(state.standingSince, START);
        _next(state, 6_200, 1 hours + 1, 0);
        vm.assertEq(state.standingSince, START + 1 hours + 1);
        vm.assertEq(Bps.unwrap(state.standingLtv), 6_200);
    }

    /// @dev From an opening LTV of nothing, to which a ramp that was cancelled since had brought it.
    function test_next_theSmallestOfAllStands() public pure {
        MarginState memory state = _at(0);
        for (uint40 time; time < 1 hours; time += 30 minutes) vm.assertEq(_next(state, 1, time, 0), 0);
        vm.assertEq(_next(state, 1, 1 hours, 0), 1);
    }

    function test_next_forgetsWhatStandsWhenItEndsOrIsVoided() public pure {
        MarginState memory state = _at(5_000);
        _next(state, 6_000, 0, 0);
        _next(state, 0, 10 minutes, 5 minutes);
        vm.assertEq(state.standingTo, START);
        _next(state, 0, 10 minutes, 10 minutes);
        _assertNothingStands(state);
        _next(state, 6_000, 20 minutes, 0);
        vm.assertEq(_next(state, 5_000, 30 minutes, 0), 5_000);
        _assertNothingStands(state);
    }

    function test_cap_bringsTheOpeningLtvUnderTheCeilingAndForgetsWhatStands() public pure {
        MarginState memory state = _at(6_500);
        _next(state, 6_900, 0, 0);
        state.thresholdTo = Bps.wrap(7_400);
        OpeningLtvs.cap(state, _terms());
        vm.assertEq(Bps.unwrap(state.openingLtv), 6_400);
        _assertNothingStands(state);
    }
}
