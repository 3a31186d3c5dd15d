// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMarginPolicy} from "../../contracts/interfaces/IMarginPolicy.sol";
import {MarginTerms} from "../../contracts/types/Margin.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {MarginFixture} from "./support/MarginFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev What {Vm} does not have.
interface Accesses {
    function record() external;
    function accesses(address account) external returns (bytes32[] memory reads, bytes32[] memory writes);
}

/// @dev What scores do to a market: epochs of the fixture are an hour apart.
contract MarginPolicyScoresTest is MarginFixture {
    SubjectId internal constant OTHER = SubjectId.wrap(keccak256("other"));
    /// @dev 1.20x for the system and the venue; nothing about the asset and the market.
    uint256 internal constant UNKNOWN = 120 | (120 << 64);

    function test_reads_takeOneSlotAndNeverAskTheOracle() public {
        Accesses log = Accesses(address(vm));
        bytes4[3] memory reads = [
            policy.openingLtv.selector,
            policy.liquidationThreshold.selector,
            policy.parameters.selector
        ];
        for (uint256 i; i < reads.length; ++i) {
            log.record();
            (bool answered, ) = address(policy).staticcall(abi.encodeWithSelector(reads[i], marketId));
            (bytes32[] memory slots, ) = log.accesses(address(policy));
            (bytes32[] memory asked, ) = log.accesses(address(oracle));
            vm.assertTrue(answered);
            vm.assertTrue(slots.length != 0);
            for (uint256 k; k < slots.length; ++k) vm.assertEq(slots[k], slots[0]);
            vm.assertEq(asked.length, 0);
        }
    }

    function test_sync_lowersAtOnceForAnybody() public {
        _recommend(1, 6_200);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.OpeningLtvChanged(
            marketId,
            Bps.wrap(7_000),
            Bps.wrap(6_200),
            Bps.wrap(6_200),
            START + 3_600
        );
        vm.prank(address(0xbeef));
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 6_200);
        _assertState(6_200, 8_000);
    }

    function test_sync_lowersNoFurtherThanTheMinimum() public {
        vm.assertEq(_recommendAndSync(1, 1), 4_000);
        vm.assertEq(_recommendAndSync(2, 3_999), 4_000);
    }

    function test_sync_keepsEverythingWithoutARecommendation() public {
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_000);
        vm.assertEq(_recommendAndSync(1, 0), 7_000);
        _publish(2, UNKNOWN);
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_000);
    }

    function test_sync_keepsEverythingForAVoidedEpochAndARetiredSubject() public {
        _recommend(1, 5_000);
        oracle.quarantine(1, new uint256[](0), "bogus");
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_000);
        _recommend(2, 5_000);
        oracle.retireSubject(marketId);
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_000);
    }

    function test_sync_keepsAMarketThatTheOracleNeverHeardOf() public {
        policy.addMarket(OTHER, _terms(), Bps.wrap(5_000), Bps.wrap(8_000));
        _recommend(1, 4_500);
        vm.assertEq(Bps.unwrap(policy.sync(OTHER)), 5_000);
    }

    function test_sync_lowersOnAStaleScore() public {
        _recommend(1, 6_200);
        vm.warp(block.timestamp + 30 days);
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 6_200);
    }

    function test_RevertWhen_MarketIsUnknown() public {
        bytes memory unknown = abi.encodeWithSelector(IMarginPolicy.MarketUnknown.selector, OTHER);
        vm.expectRevert(unknown);
        policy.sync(OTHER);
        vm.expectRevert(unknown);
        policy.openingLtv(OTHER);
        vm.expectRevert(unknown);
        policy.liquidationThreshold(OTHER);
        vm.expectRevert(unknown);
        policy.parameters(OTHER);
        vm.expectRevert(unknown);
        policy.thresholdAt(OTHER, 0);
        vm.expectRevert(unknown);
        policy.marketOf(OTHER);
    }

    /* RAISING */

    function test_sync_raisesByAStepOnceTheScoreStoodForTheCooldown() public {
        for (uint48 epoch = 1; epoch < 7; ++epoch) vm.assertEq(_recommendAndSync(epoch, 7_400), 7_000);
        // The seventh observation is six hours after the first.
        _recommend(7, 7_400);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.OpeningLtvChanged(
            marketId,
            Bps.wrap(7_000),
            Bps.wrap(7_100),
            Bps.wrap(7_400),
            START + 7 * 3_600
        );
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_100);
    }

    function test_sync_needsAWholeCooldownForEachStep() public {
        uint256 raises;
        uint256 before = 7_000;
        for (uint48 epoch = 1; epoch <= 25; ++epoch) {
            uint256 ltv = _recommendAndSync(epoch, 7_450);
            if (ltv == before) continue;
            vm.assertEq(ltv, before + 100 > 7_450 ? 7_450 : before + 100);
            vm.assertEq(epoch % 6, 1);
            (before, raises) = (ltv, raises + 1);
        }
        vm.assertEq(raises, 4);
        _assertState(7_400, 8_000);
    }

    function test_sync_raisesNoFurtherThanTheLowestScoreThatStood() public {
        _recommendAndSync(1, 7_400);
        _recommendAndSync(2, 7_040);
        for (uint48 epoch = 3; epoch < 7; ++epoch) _recommendAndSync(epoch, 7_400);
        vm.assertEq(_recommendAndSync(7, 7_400), 7_040);
    }

    function test_sync_raisesNoFurtherThanTheCeiling() public {
        MarginTerms memory terms = _terms();
        terms.maxLtv = Bps.wrap(7_030);
        policy.setTerms(marketId, terms);
        for (uint48 epoch = 1; epoch < 14; ++epoch) _recommendAndSync(epoch, 7_600);
        _assertState(7_030, 8_000);
        // Three hundredths below the threshold, whatever `maxLtv` says.
        policy.addMarket(systemId, _terms(), Bps.wrap(7_000), Bps.wrap(7_350));
        for (uint48 epoch = 14; epoch < 27; ++epoch) {
            _recommend(epoch, 7_600);
            policy.sync(systemId);
        }
        vm.assertEq(Bps.unwrap(policy.openingLtv(systemId)), 7_050);
    }

    function test_sync_startsAgainAfterAnEpochThatIsNotHigher() public {
        for (uint48 epoch = 1; epoch < 7; ++epoch) _recommendAndSync(epoch, 7_400);
        _recommend(7, 7_000);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.StandingChanged(marketId, Bps.wrap(0), 0, 0);
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_000);
        for (uint48 epoch = 8; epoch < 14; ++epoch) vm.assertEq(_recommendAndSync(epoch, 7_400), 7_000);
        vm.assertEq(_recommendAndSync(14, 7_400), 7_100);
    }

    function test_sync_startsAgainAfterAGapInTheEvidence() public {
        for (uint48 epoch = 1; epoch < 4; ++epoch) _recommendAndSync(epoch, 7_400);
        // Three hours without an observation.
        for (uint48 epoch = 6; epoch < 12; ++epoch) vm.assertEq(_recommendAndSync(epoch, 7_400), 7_000);
        vm.assertEq(_recommendAndSync(12, 7_400), 7_100);
    }

    function test_sync_countsTwoHoursApartAsStandingTogether() public {
        for (uint48 epoch = 1; epoch < 7; epoch += 2) vm.assertEq(_recommendAndSync(epoch, 7_400), 7_000);
        vm.assertEq(_recommendAndSync(7, 7_400), 7_100);
    }

    function test_sync_countsAnEpochOnceHoweverOftenItIsCalled() public {
        for (uint48 epoch = 1; epoch < 7; ++epoch) {
            _recommendAndSync(epoch, 7_400);
            for (uint256 i; i < 5; ++i) vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_000);
        }
        _recommendAndSync(7, 7_400);
        for (uint256 i; i < 5; ++i) vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_100);
    }

    function test_sync_raisesNothingOnAStaleScore() public {
        for (uint48 epoch = 1; epoch < 7; ++epoch) _recommendAndSync(epoch, 7_400);
        _recommend(7, 7_400);
        vm.warp(block.timestamp + 2 hours);
        vm.assertEq(Bps.unwrap(policy.sync(marketId)), 7_000);
        vm.assertEq(_state().standingTo, START + 6 * 3_600);
    }

    function test_sync_ofAnUnknownEpochNeitherCountsNorEndsWhatStands() public {
        for (uint48 epoch = 1; epoch < 4; ++epoch) _recommendAndSync(epoch, 7_400);
        _publish(4, UNKNOWN);
        policy.sync(marketId);
        vm.assertEq(Bps.unwrap(_state().standingLtv), 7_400);
        for (uint48 epoch = 5; epoch < 7; ++epoch) vm.assertEq(_recommendAndSync(epoch, 7_400), 7_000);
        vm.assertEq(_recommendAndSync(7, 7_400), 7_100);
    }

    /// @dev Epoch 1 is voided, and somebody calls while it is: six hours from then, not from the voided epoch.
    function test_sync_startsAgainAfterAVoidedEpochThatHadCounted() public {
        _recommendAndSync(1, 7_400);
        oracle.quarantine(1, new uint256[](0), "bogus");
        policy.sync(marketId);
        vm.assertEq(_state().standingSince, 0);
        for (uint48 epoch = 2; epoch < 8; ++epoch) vm.assertEq(_recommendAndSync(epoch, 7_400), 7_000);
        vm.assertEq(_recommendAndSync(8, 7_400), 7_100);
    }

    function test_sync_tellsEverythingThatStands() public {
        _recommend(1, 7_400);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.StandingChanged(marketId, Bps.wrap(7_400), START + 3_600, START + 3_600);
        policy.sync(marketId);
        _recommend(2, 7_200);
        vm.expectEmit(address(policy));
        emit IMarginPolicy.StandingChanged(marketId, Bps.wrap(7_200), START + 3_600, START + 7_200);
        policy.sync(marketId);
        vm.assertEq(Bps.unwrap(_state().standingLtv), 7_200);
    }
}
