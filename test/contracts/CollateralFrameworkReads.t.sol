// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Assessment, Claim, Refusal} from "../../contracts/types/Collateral.sol";
import {SubjectIds} from "../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {CollateralFixture} from "./support/CollateralFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev Haircut, rehypothecation and refusal, by hand-computed numbers. {ASSET} is the one asset that the oracle scores.
contract CollateralFrameworkReadsTest is CollateralFixture {
    address internal constant OTHER = address(0x30);
    address internal constant WRAPPER = address(0x40);
    address internal constant TOWER = address(0x50);
    address internal constant POOL = address(0x60);
    uint256[2] internal none;

    function setUp() public override {
        super.setUp();
        _base(ASSET);
        _base(OTHER);
        _wrap(WRAPPER, ASSET);
    }

    /* HAIRCUT */

    function test_haircut_isTheBaseOneTimesTheLeverage() public {
        _scores(1, 100, 100);
        vm.assertEq(_haircut(ASSET), 1_000);
        _scores(2, 137, 100);
        vm.assertEq(_haircut(ASSET), 1_370);
        framework.setTerms(ASSET, _terms(7, 200));
        // 7 bps times 1.37 is 9.59.
        vm.assertEq(_haircut(ASSET), 10);
    }

    function test_haircut_isTwiceAsLargeWhereNothingIsKnown() public {
        vm.assertEq(_haircut(ASSET), 2_000);
        _scores(1, 120, 100);
        vm.assertEq(_haircut(ASSET), 1_200);
        vm.assertEq(_haircut(OTHER), 2_000);
        vm.warp(block.timestamp + 2 hours);
        vm.assertEq(_haircut(ASSET), 2_000);
    }

    function test_haircut_isAllOfItAtMost() public {
        _scores(1, 65_535, 100);
        vm.assertEq(_haircut(ASSET), 10_000);
        vm.assertEq(_haircut(WRAPPER), 10_000);
    }

    function test_haircut_multipliesWhatIsLeftThroughLayers() public {
        _scores(1, 100, 100);
        // 1 - 0.8 * 0.9: the wrapper is unknown to the oracle, its base haircut counts twice.
        vm.assertEq(_haircut(WRAPPER), 2_800);
        _wrap(TOWER, WRAPPER);
        // 1 - 0.8 * 0.8 * 0.9 = 0.424
        vm.assertEq(_haircut(TOWER), 4_240);
    }

    /// @dev Basel II, paragraph 150: the haircut of a basket is the sum of its parts' by weight, where the basket itself has none.
    function test_haircut_ofABasketIsTheWeightedSum() public {
        _scores(1, 150, 100);
        framework.registerToken(POOL, _terms(0, 100), _two(OTHER, ASSET, 0.75e18));
        // 0.25 * 15 % + 0.75 * 20 % = 18.75 %
        vm.assertEq(_haircut(POOL), 1_875);
        framework.registerToken(TOWER, _terms(400, 250), _two(POOL, ASSET, 0.5e18));
        // 1 - 0.9 * (0.5 * 0.85 + 0.5 * 0.8125) = 0.251875, up
        vm.assertEq(_haircut(TOWER), 2_519);
    }

    /* REHYPOTHECATION */

    function test_rehypothecation_isTheScoreWhereThatIsLarger() public {
        _scores(1, 120, 310);
        vm.assertEq(_rehypothecation(ASSET), 310);
        vm.assertEq(_rehypothecation(WRAPPER), 310);
        vm.assertTrue(_isKnown(WRAPPER));
    }

    /// @dev MODEL 0: a plain staking token counts 2.00x, itself and what backs it.
    function test_rehypothecation_countsLayersAtLeast() public {
        _scores(1, 120, 100);
        vm.assertEq(_rehypothecation(ASSET), 100);
        vm.assertEq(_rehypothecation(WRAPPER), 200);
        _wrap(TOWER, WRAPPER);
        vm.assertEq(_rehypothecation(TOWER), 300);
        // One of its own, 0.25 * 3 + 0.75 * 1 below.
        _pair(POOL, OTHER, TOWER, 0.75e18);
        vm.assertEq(_rehypothecation(POOL), 250);
        // A third of it three layers deep: 1 + 1/3 * 3 + 2/3 * 1 is above 2.66, and rounds up.
        framework.removeToken(POOL);
        _pair(POOL, OTHER, TOWER, 0.666666666666666667e18);
        vm.assertEq(_rehypothecation(POOL), 267);
    }

    function test_rehypothecation_isUnknownWithoutAScoreOfEveryBase() public {
        vm.assertFalse(_isKnown(ASSET));
        _scores(1, 120, 150);
        vm.assertTrue(_isKnown(ASSET));
        vm.assertFalse(_isKnown(OTHER));
        _pair(POOL, OTHER, WRAPPER, 0.5e18);
        vm.assertFalse(_isKnown(POOL));
        _scores(2, 120, 0);
        vm.assertFalse(_isKnown(ASSET));
        vm.assertFalse(_isKnown(WRAPPER));
    }

    /// @dev What the oracle was asked about and cannot say is not made good by what is underneath.
    function test_rehypothecation_ofARetiredWrapperIsUnknown() public {
        _registerAssets(1);
        address wrapper = address(0xa0004);
        _wrap(wrapper, ASSET);
        uint256 lane = 120 | (uint256(300) << 32);
        uint256[] memory lanes = new uint256[](2);
        (lanes[0], lanes[1]) = (_word(lane), lane);
        _publishLanes(1, lanes);
        vm.assertTrue(_isKnown(wrapper));
        oracle.retireSubject(SubjectIds.asset(block.chainid, wrapper));
        vm.assertFalse(_isKnown(wrapper));
        vm.assertTrue(_isKnown(ASSET));
    }

    /* REFUSAL */

    function test_isAcceptable_saysWhyNot() public {
        _assertRefused(address(0x99), _limits(65_535, 10_000, 6), Refusal.TokenUnknown, none);
        _assertRefused(WRAPPER, _limits(65_535, 10_000, 6), Refusal.ScoresStale, [uint256(0), 2 hours]);
        _scores(1, 150, 310);
        _assertRefused(WRAPPER, _limits(310, 3_200, 1), Refusal.None, none);
        _assertRefused(WRAPPER, _limits(310, 3_200, 0), Refusal.TooDeep, [uint256(1), 0]);
        _assertRefused(WRAPPER, _limits(309, 3_200, 1), Refusal.RehypothecationTooHigh, [uint256(310), 309]);
        // 1 - 0.8 * 0.85
        _assertRefused(WRAPPER, _limits(310, 3_199, 1), Refusal.HaircutTooHigh, [uint256(3_200), 3_199]);
        _assertRefused(OTHER, _limits(65_535, 10_000, 6), Refusal.RehypothecationUnknown, none);
        vm.warp(block.timestamp + 2 hours - 10);
        _assertRefused(WRAPPER, _limits(310, 3_200, 1), Refusal.None, none);
        vm.warp(block.timestamp + 1);
        _assertRefused(WRAPPER, _limits(310, 3_200, 1), Refusal.ScoresStale, [START + 3_600, uint256(2 hours)]);
    }

    function test_isAcceptable_refusesEverythingOfAVoidedEpoch() public {
        _scores(1, 150, 200);
        oracle.quarantine(1, new uint256[](0), "bogus");
        _assertRefused(ASSET, _limits(65_535, 10_000, 6), Refusal.RehypothecationUnknown, none);
    }

    function test_assess_saysItAllInOneCall() public {
        _scores(1, 150, 310);
        Assessment memory seen = framework.assess(WRAPPER);
        vm.assertEq(Bps.unwrap(seen.haircut), 3_200);
        vm.assertEq(Cx.unwrap(seen.rehypothecation), 310);
        vm.assertEq(seen.depth, 1);
        vm.assertTrue(seen.known);
        vm.assertEq(seen.observedAt, START + 3_600);
    }

    /// @dev Nothing that is published changes what a token is a claim on.
    function test_lookThrough_doesNotDependOnScores() public {
        _pair(POOL, OTHER, WRAPPER, 0.4e18);
        bytes32 before = keccak256(abi.encode(framework.lookThrough(POOL)));
        _scores(1, 300, 500);
        Claim[] memory now_ = framework.lookThrough(POOL);
        vm.assertEq(keccak256(abi.encode(now_)), before);
        vm.assertEq(now_[0].share, 0.4e18);
        vm.assertEq(now_[1].share, 0.6e18);
        vm.assertEq(now_[1].token, ASSET);
    }
}
