// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {MorphoVaultSentinel} from "../../contracts/adapters/MorphoVaultSentinel.sol";
import {IPushAdapter} from "../../contracts/interfaces/IPushAdapter.sol";
import {IMorphoVaultV2} from "../../contracts/interfaces/external/IMorphoVaultV2.sol";
import {Level} from "../../contracts/types/Level.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {BrokenBreakers} from "./support/BrokenBreakers.sol";
import {MorphoVaultV2Harness} from "./support/MorphoVaultV2Harness.sol";
import {bound, vm} from "./support/Vm.sol";

contract MorphoVaultSentinelTest is BreakerFixture {
    bytes internal constant STAKED = "collateralToken/staked";
    bytes internal constant ETHER = "collateralToken/ether";
    bytes internal constant CALM = "collateralToken/calm";
    uint128 internal constant KEEP = type(uint128).max;
    bytes4 internal constant ABSOLUTE = IMorphoVaultV2.decreaseAbsoluteCap.selector;
    bytes4 internal constant RELATIVE = IMorphoVaultV2.decreaseRelativeCap.selector;

    MorphoVaultV2Harness internal vault;
    MorphoVaultSentinel internal sentinel;
    Level[5] internal everyLevel = [Level.Normal, Level.Watch, Level.NoNewLeverage, Level.Throttle, Level.Halt];

    /// @dev Staked goes down to half at NoNewLeverage and to nothing at Throttle; ether loses its relative cap at Halt.
    function setUp() public override {
        super.setUp();
        vault = new MorphoVaultV2Harness();
        sentinel = new MorphoVaultSentinel(IMorphoVaultV2(address(vault)), address(breaker), venueId, _steps());
        vault.setIsSentinel(address(sentinel), true);
        _reset();
    }

    function _reset() private {
        vault.setCaps(STAKED, MorphoVaultV2Harness.Caps(900, 1_000, 0.5e18));
        vault.setCaps(ETHER, MorphoVaultV2Harness.Caps(5_000, 6_000, 1e18));
        vault.setCaps(CALM, MorphoVaultV2Harness.Caps(1, 2, 1e18));
    }

    function _steps() private pure returns (MorphoVaultSentinel.Step[] memory steps) {
        steps = new MorphoVaultSentinel.Step[](3);
        steps[0] = MorphoVaultSentinel.Step(STAKED, Level.NoNewLeverage, 500, 0.25e18);
        steps[1] = MorphoVaultSentinel.Step(STAKED, Level.Throttle, 0, KEEP);
        steps[2] = MorphoVaultSentinel.Step(ETHER, Level.Halt, KEEP, 0.1e18);
    }

    function _assertCaps(bytes memory idData, uint256 absolute, uint256 relative) private view {
        vm.assertEq(vault.absoluteCap(keccak256(idData)), absolute, "absolute");
        vm.assertEq(vault.relativeCap(keccak256(idData)), relative, "relative");
    }

    function _raise(Level level) private {
        if (level != Level.Normal) _trip(level, level == Level.Watch ? 0 : 30 minutes);
    }

    function test_sync_lowersWhatTheLevelCallsFor() public {
        uint256[5] memory applied = [uint256(0), 0, 2, 1, 1];
        for (uint256 i; i < everyLevel.length; ++i) {
            _raise(everyLevel[i]);
            vm.assertEq(sentinel.sync(), applied[i]);
            if (i < 2) _assertCaps(STAKED, 1_000, 0.5e18);
            else _assertCaps(STAKED, i == 2 ? 500 : 0, 0.25e18);
            _assertCaps(ETHER, 6_000, i < 4 ? 1e18 : 0.1e18);
            _assertCaps(CALM, 2, 1e18);
            vm.assertEq(sentinel.sync(), 0);
        }
    }

    function test_sync_takesTheStaircaseInOneGo() public {
        _raise(Level.Halt);
        vm.assertEq(sentinel.sync(), 4);
        _assertCaps(STAKED, 0, 0.25e18);
        _assertCaps(ETHER, 6_000, 0.1e18);
    }

    function test_sync_saysWhatItDid() public {
        _raise(Level.NoNewLeverage);
        vm.expectEmit(address(sentinel));
        emit MorphoVaultSentinel.CapLowered(ABSOLUTE, keccak256(STAKED), 1_000, 500);
        vm.expectEmit(address(sentinel));
        emit IPushAdapter.EffectApplied(ABSOLUTE, address(vault), true, Level.NoNewLeverage);
        vm.expectEmit(address(sentinel));
        emit MorphoVaultSentinel.CapLowered(RELATIVE, keccak256(STAKED), 0.5e18, 0.25e18);
        vm.expectEmit(address(sentinel));
        emit IPushAdapter.EffectApplied(RELATIVE, address(vault), true, Level.NoNewLeverage);
        vm.assertEq(sentinel.sync(), 2);
    }

    /// @dev A cap stays where it is when the level falls; what the curator sets afterwards, above or below, is left alone.
    function test_sync_raisesNothingWhenTheLevelFalls() public {
        _raise(Level.Halt);
        sentinel.sync();
        breaker.release(venueId, Level.Normal, "");
        vm.assertEq(sentinel.sync(), 0);
        _assertCaps(STAKED, 0, 0.25e18);
        _reset();
        vm.assertEq(sentinel.sync(), 0);
        _assertCaps(STAKED, 1_000, 0.5e18);
    }

    function test_sync_doesNotActOnAStaleScore() public {
        _score(1, 110, 0);
        vm.warp(block.timestamp + 1 days);
        vm.assertEq(sentinel.sync(), 0);
        _assertCaps(STAKED, 1_000, 0.5e18);
    }

    function test_sync_goesOnPastWhatTheVaultRefuses() public {
        vault.setIsSentinel(address(sentinel), false);
        _raise(Level.NoNewLeverage);
        bytes memory reason = abi.encodeWithSelector(MorphoVaultV2Harness.Unauthorized.selector);
        vm.expectEmit(address(sentinel));
        emit IPushAdapter.EffectSkipped(ABSOLUTE, address(vault), reason);
        vm.expectEmit(address(sentinel));
        emit IPushAdapter.EffectSkipped(RELATIVE, address(vault), reason);
        vm.assertEq(sentinel.sync(), 0);
        _assertCaps(STAKED, 1_000, 0.5e18);
    }

    /// @dev A vault that answers every call, takes it, and shows a cap of 7 whatever it is told: PUSH1 7, returned.
    function test_RevertWhen_TheVaultDoesNotShowTheEffect() public {
        MorphoVaultSentinel.Step[] memory steps = new MorphoVaultSentinel.Step[](1);
        steps[0] = MorphoVaultSentinel.Step(STAKED, Level.NoNewLeverage, 6, KEEP);
        sentinel = new MorphoVaultSentinel(IMorphoVaultV2(address(vault)), address(breaker), venueId, steps);
        vm.etch(address(vault), hex"60075f5260205ff3");
        _raise(Level.NoNewLeverage);
        vm.expectRevert(abi.encodeWithSelector(IPushAdapter.EffectNotVerified.selector, ABSOLUTE, address(vault)));
        sentinel.sync();
    }

    /// @dev Of a sentinel's four powers it uses two, for what it was given, downwards: at every level, whoever calls.
    function testFuzz_sync_neverRaisesAndNeverGoesBelowItsSteps(
        uint128[4] calldata caps,
        uint256 level,
        address caller
    ) public {
        vault.setCaps(STAKED, MorphoVaultV2Harness.Caps(900, caps[0], caps[1]));
        vault.setCaps(ETHER, MorphoVaultV2Harness.Caps(5_000, caps[2], caps[3]));
        _raise(everyLevel[bound(level, 0, 4)]);
        vm.prank(caller);
        sentinel.sync();
        vm.assertLe(vault.absoluteCap(keccak256(STAKED)), caps[0]);
        vm.assertLe(vault.relativeCap(keccak256(STAKED)), caps[1]);
        vm.assertGe(vault.relativeCap(keccak256(STAKED)), caps[1] < 0.25e18 ? caps[1] : 0.25e18);
        vm.assertEq(vault.absoluteCap(keccak256(ETHER)), caps[2]);
        vm.assertLe(vault.relativeCap(keccak256(ETHER)), caps[3]);
        vm.assertGe(vault.relativeCap(keccak256(ETHER)), caps[3] < 0.1e18 ? caps[3] : 0.1e18);
        _assertCaps(CALM, 2, 1e18);
        vm.assertEq(vault.otherCalls(), 0);
        vm.assertEq(vault.allocation(keccak256(STAKED)), 900);
    }

    function test_sync_doesNothingWhenTheBreakerFailsOrTheTargetIsOnlyObserved() public {
        _raise(Level.Halt);
        TargetConfig memory config = _config();
        config.shadow = true;
        breaker.configureTarget(venueId, config);
        vm.assertEq(sentinel.sync(), 0);
        config.shadow = false;
        breaker.configureTarget(venueId, config);
        bytes[] memory broken = BrokenBreakers.codes();
        for (uint256 i; i < broken.length; ++i) {
            vm.etch(address(breaker), broken[i]);
            vm.assertEq(sentinel.sync(), 0);
        }
        _assertCaps(STAKED, 1_000, 0.5e18);
    }

    function test_RevertWhen_TheCallerStarvesTheGuard() public {
        _raise(Level.Halt);
        (bool done, bytes memory reason) = address(sentinel).call{gas: 45_000}(abi.encodeCall(sentinel.sync, ()));
        vm.assertFalse(done);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(CircuitBreakerGuard.GuardGasTooLow.selector));
    }

    function test_RevertWhen_AStepIsDueBelowNoNewLeverage() public {
        MorphoVaultSentinel.Step[] memory steps = _steps();
        for (Level from; from < Level.NoNewLeverage; from = Level(uint8(from) + 1)) {
            steps[1].from = from;
            vm.expectRevert(abi.encodeWithSelector(MorphoVaultSentinel.StepLevelTooLow.selector, 1, from));
            new MorphoVaultSentinel(IMorphoVaultV2(address(vault)), address(breaker), venueId, steps);
        }
        vm.assertEq(abi.encode(sentinel.steps()), abi.encode(_steps()));
    }

    function test_sentinel_declaresWhatItReaches() public view {
        vm.assertFalse(sentinel.capabilities().blocksBorrow || sentinel.capabilities().blocksWithdrawal);
        vm.assertFalse(sentinel.capabilities().throttlesByVolume || sentinel.capabilities().throttlesByTime);
        vm.assertFalse(sentinel.capabilities().blocksLiquidation);
        vm.assertEq(sentinel.capabilities().hostFloor, 1e18);
    }
}
