// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MarketParams} from "@morpho-org/morpho-blue/src/interfaces/IMorpho.sol";
import {IOracle as IGenuineOracle} from "@morpho-org/morpho-blue/src/interfaces/IOracle.sol";

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {MorphoPreLiquidationOracle} from "../../contracts/adapters/MorphoPreLiquidationOracle.sol";
import {IMorphoOracle} from "../../contracts/interfaces/external/IMorpho.sol";
import {DutyCycles} from "../../contracts/libraries/DutyCycles.sol";
import {Level} from "../../contracts/types/Level.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {BrokenBreakers} from "./support/BrokenBreakers.sol";
import {MorphoBlueFixture} from "./support/MorphoBlueFixture.sol";
import {PreLiquidationHarness} from "./support/PreLiquidationHarness.sol";
import {bound, vm} from "./support/Vm.sol";

contract MorphoPreLiquidationOracleTest is MorphoBlueFixture {
    uint256 internal constant PRE_LLTV = 0.7e18;

    MorphoPreLiquidationOracle internal wrapper;
    PreLiquidationHarness internal early;
    /// @dev A market whose own oracle is, by mistake, the wrapper.
    MarketParams internal mistaken;

    function setUp() public override {
        super.setUp();
        wrapper = _newWrapper(600, 1_800);
        mistaken = _newMarket(address(wrapper), address(0));
        _open(mistaken, BORROWER, 10 ether, 15_000 * USD);
        early = new PreLiquidationHarness(morpho, market, PRE_LLTV, wrapper);
        vm.prank(BORROWER);
        morpho.setAuthorization(address(early), true);
        vm.prank(LIQUIDATOR);
        dollar.approve(address(early), type(uint256).max);
    }

    function _newWrapper(uint32 open, uint32 cycle) private returns (MorphoPreLiquidationOracle) {
        return new MorphoPreLiquidationOracle(address(morpho), feed, address(breaker), venueId, [open, cycle]);
    }

    function _blocked(Level level) private view returns (bytes memory) {
        return abi.encodeWithSelector(MorphoPreLiquidationOracle.PreLiquidationBlocked.selector, venueId, level);
    }

    /// @dev Pre-liquidates a dollar and sees it arrive.
    function _assertPreLiquidates() private {
        uint256 owed = _owed(market, BORROWER);
        vm.prank(LIQUIDATOR);
        early.preLiquidate(BORROWER, USD);
        vm.assertEq(_owed(market, BORROWER), owed - USD);
    }

    function _assertPreLiquidationBlocked(Level level) private {
        vm.expectRevert(_blocked(level));
        vm.prank(LIQUIDATOR);
        early.preLiquidate(BORROWER, USD);
    }

    function test_preLiquidation_goesOnBelowThrottle() public {
        for (Level level; level <= Level.NoNewLeverage; level = Level(uint8(level) + 1)) {
            _raiseTo(level);
            vm.assertEq(wrapper.price(), feed.price());
            _assertPreLiquidates();
        }
    }

    function test_preLiquidation_isThrottledByTime() public {
        uint256 cycle = ((uint256(START) / 1_800) + 1) * 1_800;
        vm.warp(cycle);
        _trip(Level.Throttle, 2 hours);
        for (uint256 i; i < 2; ++i) {
            _assertPreLiquidates();
            vm.warp(cycle + 599);
            _assertPreLiquidates();
            vm.warp(cycle + 600);
            _assertPreLiquidationBlocked(Level.Throttle);
            vm.warp(cycle + 1_799);
            _assertPreLiquidationBlocked(Level.Throttle);
            cycle += 1_800;
            vm.warp(cycle);
        }
    }

    function test_preLiquidation_isBlockedAtHaltAndComesBackByTimeAlone() public {
        uint256 cycle = ((uint256(START) / 1_800) + 3) * 1_800;
        vm.warp(cycle - 20 minutes);
        _trip(Level.Halt, 30 minutes);
        _assertPreLiquidationBlocked(Level.Halt);
        // The release grace: a Throttle, whose cycle is shut for the rest of its ten minutes.
        vm.warp(cycle + 10 minutes);
        _assertPreLiquidationBlocked(Level.Throttle);
        vm.warp(cycle + 20 minutes);
        _assertPreLiquidates();
    }

    function test_morpho_liquidatesAtEveryLevel() public {
        feed.setPrice(1_700 * DOLLAR);
        for (uint256 i; i < everyLevel.length; ++i) {
            _raiseTo(everyLevel[i]);
            vm.assertTrue(_liquidates(market, 0.1 ether));
            vm.assertTrue(_liquidates(mistaken, 0.1 ether));
        }
    }

    function test_morpho_takesRepaymentAndCollateralAtEveryLevel() public {
        for (uint256 i; i < everyLevel.length; ++i) {
            _raiseTo(everyLevel[i]);
            _assertRepayAndAddCollateral(market);
            _assertRepayAndAddCollateral(mistaken);
        }
    }

    /// @dev Whoever asks, at whatever level: the wrapped price, or no price. And Morpho judges a position the same whether it
    /// asks the wrapper or what is wrapped.
    function testFuzz_price_neverLiquidatesWhomTheWrappedPriceDoesNot(
        uint256 price,
        uint256 level,
        address caller
    ) public {
        _raiseTo(everyLevel[bound(level, 0, 4)]);
        feed.setPrice(bound(price, 0, 10_000 * DOLLAR));
        vm.prank(caller);
        (bool answered, bytes memory answer) = address(wrapper).staticcall(abi.encodeCall(wrapper.price, ()));
        if (answered) vm.assertEq(abi.decode(answer, (uint256)), feed.price());
        vm.assertEq(_liquidates(mistaken, 1e9), _liquidates(market, 1e9));
    }

    function test_preLiquidation_goesOnWhenTheBreakerFails() public {
        _trip(Level.Halt, 1 hours);
        bytes[] memory broken = BrokenBreakers.codes();
        for (uint256 i; i < broken.length; ++i) {
            vm.etch(address(breaker), broken[i]);
            _assertPreLiquidates();
        }
    }

    function test_preLiquidation_goesOnWhenTheTargetIsOnlyObserved() public {
        TargetConfig memory config = _config();
        config.shadow = true;
        breaker.configureTarget(venueId, config);
        _trip(Level.Halt, 1 hours);
        _assertPreLiquidates();
    }

    function test_RevertWhen_TheCallerStarvesTheGuard() public {
        _trip(Level.Halt, 1 hours);
        (bool done, bytes memory reason) = address(wrapper).staticcall{gas: 45_000}(abi.encodeCall(wrapper.price, ()));
        vm.assertFalse(done);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(CircuitBreakerGuard.GuardGasTooLow.selector));
    }

    function test_wrapper_passesOnThatTheWrappedOracleFails() public {
        vm.etch(address(feed), hex"5f5ffd");
        (bool answered, ) = address(wrapper).staticcall(abi.encodeCall(wrapper.price, ()));
        vm.assertFalse(answered);
    }

    function test_RevertWhen_DutyCycleIsInvalid() public {
        uint32[2][5] memory wrong = [
            [uint32(0), 600],
            [uint32(600), 600],
            [uint32(601), 600],
            [uint32(11), 1_200],
            [uint32(600), 14_401]
        ];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(DutyCycles.DutyCycleInvalid.selector, wrong[i][0], wrong[i][1]));
            _newWrapper(wrong[i][0], wrong[i][1]);
        }
        vm.assertEq(_newWrapper(12, 13).openSeconds(), 12);
        vm.assertEq(_newWrapper(12, 4 hours).cycleSeconds(), 4 hours);
    }

    function test_wrapper_declaresWhatItReaches() public view {
        vm.assertTrue(wrapper.capabilities().throttlesByTime && wrapper.capabilities().blocksLiquidation);
        vm.assertFalse(wrapper.capabilities().blocksBorrow || wrapper.capabilities().blocksWithdrawal);
        vm.assertFalse(wrapper.capabilities().throttlesByVolume);
        vm.assertEq(wrapper.capabilities().hostFloor, 1e18);
        vm.assertEq(wrapper.cycleSeconds(), 1_800);
    }

    function test_interface_isMorphos() public pure {
        vm.assertEq(bytes32(IMorphoOracle.price.selector), bytes32(IGenuineOracle.price.selector));
    }
}
