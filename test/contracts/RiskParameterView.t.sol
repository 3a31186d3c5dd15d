// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskParameterView} from "../../contracts/adapters/RiskParameterView.sol";
import {IChaosRiskOracle} from "../../contracts/interfaces/external/IChaosRiskOracle.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Score} from "../../contracts/types/Score.sol";
import {SubjectIds} from "../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "./support/OracleFixture.sol";
import {AgentHubHarness, ConfigSyncerHarness} from "./support/ParameterConsumers.sol";
import {vm} from "./support/Vm.sol";

contract RiskParameterViewTest is OracleFixture {
    uint48 private constant MAX_AGE = 2 hours;
    /// @dev Lane indices of the fixture.
    uint256 private constant VENUE_LANE = 1;
    uint256 private constant MARKET_LANE = 3;

    RiskParameterView private parameters;
    AgentHubHarness private hub;

    function setUp() public override {
        super.setUp();
        parameters = new RiskParameterView(oracle, VENUE, MAX_AGE);
        hub = new AgentHubHarness();
        hub.setLtv(ASSET, 8_000);
    }

    /// @dev Publishes SYSTEM and the venue at 3.00x with an LTV of 70 %, and the market with the given score.
    function _publishMarket(uint48 epoch, Score memory market) private {
        uint256 others = _lane(300, 50, 1);
        _publish(epoch, others | (others << 64) | (others << 128) | (Lanes.pack(market) << 192));
    }

    function _market(uint16 ltv) private pure returns (Score memory) {
        return Score(Cx.wrap(143), Bps.wrap(1_234), Cx.wrap(250), Bps.wrap(ltv), 2);
    }

    function _get(
        string memory updateType,
        address market
    ) private view returns (IChaosRiskOracle.RiskParameterUpdate memory) {
        return parameters.getLatestUpdateByParameterAndMarket(updateType, market);
    }

    function _assertValue(string memory updateType, address market, uint256 expected) private view {
        IChaosRiskOracle.RiskParameterUpdate memory update = _get(updateType, market);
        vm.assertEq(update.newValue.length, 32);
        vm.assertEq(hub.decodeToUint(update.newValue), expected, updateType);
        vm.assertEq(bytes(update.updateType), bytes(updateType));
        vm.assertEq(update.market, market);
    }

    function _expectNoUpdate(string memory updateType, address market) private {
        vm.expectRevert(
            abi.encodeWithSignature("Error(string)", "No update found for the specified parameter and market.")
        );
        parameters.getLatestUpdateByParameterAndMarket(updateType, market);
    }

    function test_getLatestUpdate_servesEachPartOfTheLane() public {
        _publishMarket(9, _market(6_500));
        _assertValue("BorrowLtv", ASSET, 6_500);
        _assertValue("Leverage", ASSET, 143);
        _assertValue("LiquidationAtRisk", ASSET, 1_234);
        _assertValue("Rehypothecation", ASSET, 250);
        _assertValue("Advice", ASSET, 2);
        _assertValue("Leverage", VENUE, 300);
        _assertValue("BorrowLtv", VENUE, 7_000);
        _assertValue("Advice", VENUE, 1);
    }

    function test_getLatestUpdate_saysWhereItComesFrom() public {
        _publishMarket(9, _market(6_500));
        IChaosRiskOracle.RiskParameterUpdate memory update = _get("BorrowLtv", ASSET);
        vm.assertEq(update.timestamp, START + 9 * 3_600);
        vm.assertEq(bytes(update.referenceId), "9");
        vm.assertEq(update.updateId, (9 << 32) | (MARKET_LANE << 8) | 1);
        vm.assertEq(update.previousValue, "");
        vm.assertEq(update.additionalData, "");
        vm.assertEq(_get("Advice", VENUE).updateId, (9 << 32) | (VENUE_LANE << 8) | 5);
    }

    function test_updateIds_areDistinctAndGrow() public {
        _publishMarket(1, _market(6_500));
        string[] memory types = parameters.getAllUpdateTypes();
        vm.assertEq(types.length, 5);
        uint256[] memory before = _ids(types);
        for (uint256 i; i < before.length; ++i) {
            for (uint256 j; j < i; ++j) vm.assertFalse(before[i] == before[j]);
        }
        _publishMarket(2, _market(6_500));
        uint256[] memory later = _ids(types);
        for (uint256 i; i < later.length; ++i) vm.assertTrue(later[i] > before[i]);
    }

    function _ids(string[] memory types) private view returns (uint256[] memory ids) {
        ids = new uint256[](2 * types.length);
        for (uint256 i; i < types.length; ++i) {
            (ids[2 * i], ids[2 * i + 1]) = (_get(types[i], ASSET).updateId, _get(types[i], VENUE).updateId);
        }
    }

    function test_RevertWhen_TypeIsNotServed() public {
        _publishMarket(1, _market(6_500));
        string[8] memory foreign = [
            "",
            "borrowLtv",
            "LiquidationThreshold",
            "LiquidationBonus",
            "EModeCategoryUpdate_Core",
            "supplyCap",
            "RateStrategyUpdate",
            "PendleDiscountRateUpdate_Core"
        ];
        for (uint256 i; i < foreign.length; ++i) _expectNoUpdate(foreign[i], ASSET);
    }

    function test_RevertWhen_MarketHasNoScore() public {
        _expectNoUpdate("Advice", ASSET);
        _publishMarket(1, _market(6_500));
        _expectNoUpdate("Advice", address(0));
        _expectNoUpdate("Advice", address(this));
        _publishMarket(2, Score(Cx.wrap(0), Bps.wrap(0), Cx.wrap(0), Bps.wrap(0), 0));
        _expectNoUpdate("Advice", ASSET);
        _expectNoUpdate("LiquidationAtRisk", ASSET);
    }

    function test_RevertWhen_ScoreIsVoidedOrRetired() public {
        _publishMarket(1, _market(6_500));
        oracle.retireSubject(SubjectIds.market(block.chainid, VENUE, ASSET));
        _expectNoUpdate("BorrowLtv", ASSET);
        _assertValue("BorrowLtv", VENUE, 7_000);
        oracle.quarantine(1, new uint256[](0), "void");
        _expectNoUpdate("BorrowLtv", VENUE);
    }

    function test_RevertWhen_ScoreIsTooOld() public {
        _publishMarket(1, _market(6_500));
        vm.warp(START + 3_600 + MAX_AGE);
        _assertValue("BorrowLtv", ASSET, 6_500);
        vm.warp(START + 3_600 + MAX_AGE + 1);
        _expectNoUpdate("BorrowLtv", ASSET);
    }

    function test_RevertWhen_ValueIsNotGiven() public {
        _publishMarket(1, Score(Cx.wrap(143), Bps.wrap(0), Cx.wrap(0), Bps.wrap(0), 0));
        _expectNoUpdate("BorrowLtv", ASSET);
        _expectNoUpdate("Rehypothecation", ASSET);
        _assertValue("LiquidationAtRisk", ASSET, 0);
        _assertValue("Advice", ASSET, 0);
    }

    function test_RevertWhen_MaxAgeIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(RiskParameterView.MaxAgeZero.selector));
        new RiskParameterView(oracle, VENUE, 0);
        vm.assertEq(parameters.maxAge(), MAX_AGE);
    }

    function test_agentHub_lowersAnLtvOnceAndNeverRaisesIt() public {
        vm.assertFalse(hub.execute(parameters, "BorrowLtv", ASSET));
        _publishMarket(1, _market(6_500));
        vm.assertTrue(hub.execute(parameters, "BorrowLtv", ASSET));
        vm.assertEq(hub.ltvOf(ASSET), 6_500);
        vm.warp(block.timestamp + 1 hours);
        hub.setLtv(ASSET, 8_000);
        vm.assertFalse(hub.execute(parameters, "BorrowLtv", ASSET));
        _publishMarket(3, _market(6_400));
        vm.assertTrue(hub.execute(parameters, "BorrowLtv", ASSET));
        _publishMarket(4, _market(6_450));
        vm.assertFalse(hub.execute(parameters, "BorrowLtv", ASSET));
        vm.assertEq(hub.ltvOf(ASSET), 6_400);
    }

    function test_agentHub_skipsWhatTheViewDoesNotServe() public {
        _publishMarket(1, _market(6_500));
        vm.assertFalse(hub.execute(parameters, "LiquidationThreshold", ASSET));
        vm.assertFalse(hub.execute(parameters, "BorrowLtv", address(this)));
        vm.warp(START + 3_600 + MAX_AGE + 1);
        vm.assertFalse(hub.execute(parameters, "BorrowLtv", ASSET));
        vm.assertEq(hub.ltvOf(ASSET), 8_000);
    }

    function test_configSyncer_findsNoKeyToWriteTo() public {
        ConfigSyncerHarness syncer = new ConfigSyncerHarness();
        _publishMarket(1, _market(6_500));
        string[] memory types = parameters.getAllUpdateTypes();
        for (uint256 i; i < types.length; ++i) {
            vm.expectRevert("");
            syncer.sync(parameters, ASSET, types[i]);
            vm.assertFalse(syncer.applied(_get(types[i], ASSET).updateId));
        }
    }
}
