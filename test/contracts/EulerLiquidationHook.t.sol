// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {EulerLiquidationHook} from "../../contracts/adapters/EulerLiquidationHook.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {SubjectId, SubjectIds} from "../../contracts/types/SubjectId.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {BrokenBreakers} from "./support/BrokenBreakers.sol";
import {EulerVaultHarness} from "./support/EulerVaultHarness.sol";
import {HookSplitterHarness} from "./support/HookSplitterHarness.sol";
import {RecordingHook} from "./support/RecordingHook.sol";
import {SettableQuotes} from "./support/SettableQuotes.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev A violator with 1,000 of collateral at an LTV of 85 % and a debt of 880: health factor 850 / 880 = 0.9659, so that
/// repaying r seizes r x 880 / 850. The throttles hold 1,000 of the unit of account.
contract EulerLiquidationHookTest is BreakerFixture {
    address internal constant ASSET_ = address(0xa55e7);
    address internal constant UNIT = address(840);
    address internal constant STAKED = address(0x57e7);
    address internal constant OTHER = address(0x07e7);
    address internal constant VIOLATOR = address(0xbad);
    address internal constant LIQUIDATOR = address(0x11);
    uint256 internal constant ALL = type(uint256).max;

    EulerVaultHarness internal vault;
    SettableQuotes internal quotes;
    EulerLiquidationHook internal hook;
    SubjectId internal stakedMarket;
    Level[5] internal everyLevel = [Level.Normal, Level.Watch, Level.NoNewLeverage, Level.Throttle, Level.Halt];

    function setUp() public override {
        super.setUp();
        quotes = new SettableQuotes();
        quotes.setPrice(ASSET_, 1e18);
        quotes.setPrice(STAKED, 1e18);
        quotes.setPrice(OTHER, 1e18);
        vault = new EulerVaultHarness(ASSET_, address(quotes), UNIT);
        hook = new EulerLiquidationHook(address(vault), address(0), address(breaker), venueId);
        stakedMarket = SubjectIds.market(block.chainid, address(vault), STAKED);
        breaker.configureTarget(venueId, _terms());
        _install(address(hook), 0);
        _lend(VIOLATOR, STAKED, 1_000e18, 880e18);
    }

    function _terms() private pure returns (TargetConfig memory config) {
        config = _config();
        config.throttleCapacity = 1_000e18;
    }

    function _install(address target, uint32 besides) private {
        vault.setHookConfig(target, vault.OP_BORROW() | vault.OP_LIQUIDATE() | besides);
    }

    function _lend(address account, address collateral, uint256 amount, uint256 debt) private {
        vault.addCollateral(account, collateral, amount);
        vm.prank(account);
        vault.borrow(debt, account);
    }

    function _raise(SubjectId target, Level level) private {
        if (level == Level.Normal) return;
        vm.prank(GUARDIAN);
        breaker.trip(target, level, level == Level.Watch ? 0 : 30 minutes, "");
    }

    function _liquidate(address collateral, uint256 repayAssets) private {
        vm.prank(LIQUIDATOR);
        vault.liquidate(VIOLATOR, collateral, repayAssets, 0);
    }

    function _blocked(SubjectId target, Action action) private pure returns (bytes memory) {
        return abi.encodeWithSelector(CircuitBreakerGuard.ActionBlocked.selector, target, action);
    }

    /// @dev Whether the hook's throttle on `target` has exactly `left` left.
    function _assertLeft(SubjectId target, address host, uint256 left) private {
        vm.prank(host);
        vm.assertTrue(breaker.liquidationAllowed(target, 1e18, left));
        vm.prank(host);
        vm.assertFalse(breaker.liquidationAllowed(target, 1e18, left + 1));
    }

    function test_borrow_isBlockedFromNoNewLeverageOnAndTheRestIsNot() public {
        uint32 everything = vault.OP_DEPOSIT() | vault.OP_REPAY();
        for (uint256 i; i < everyLevel.length; ++i) {
            _raise(venueId, everyLevel[i]);
            _install(address(hook), i % 2 == 0 ? everything : 0);
            if (everyLevel[i] >= Level.NoNewLeverage) vm.expectRevert(_blocked(venueId, Action.Borrow));
            vm.prank(VIOLATOR);
            vault.borrow(1, VIOLATOR);
            uint256 debt = vault.debtOf(VIOLATOR);
            vault.repay(1, VIOLATOR);
            vm.assertEq(vault.debtOf(VIOLATOR), debt - 1);
            vm.assertEq(vault.deposit(5, address(this)), 5);
            vault.addCollateral(VIOLATOR, STAKED, 1);
        }
    }

    function test_liquidate_goesOnBelowThrottle() public {
        for (Level level; level <= Level.NoNewLeverage; level = Level(uint8(level) + 1)) {
            _raise(venueId, level);
            _liquidate(STAKED, 100e18);
        }
        vm.assertEq(vault.debtOf(VIOLATOR), 580e18);
    }

    function test_liquidate_isBlockedAtHaltFromTheFloorUpAndNeverBelow() public {
        _raise(venueId, Level.Halt);
        vm.expectRevert(_blocked(venueId, Action.Liquidate));
        _liquidate(STAKED, ALL);
        quotes.setPrice(STAKED, 0.98e18);
        _liquidate(STAKED, ALL);
        vm.assertEq(vault.debtOf(VIOLATOR), 0);
        _assertLevel(Level.Halt);
    }

    /// @dev 440 repaid seizes 440 x 880 / 850 = 455.52; the unit lost is the vault's own rounding.
    function test_liquidate_takesWhatItSeizesFromTheThrottle() public {
        _raise(venueId, Level.Throttle);
        _liquidate(STAKED, 440e18);
        uint256 seized = vault.collateralOf(LIQUIDATOR, STAKED);
        vm.assertLe(seized, uint256(440e18 * 880) / 850 + 1_000);
        vm.assertGe(seized, uint256(440e18 * 880) / 850 - 1_000);
        _assertLeft(venueId, address(hook), 1_000e18 - seized);
    }

    function test_liquidate_valuesAllThatCanBeSeizedWhenAskedForAll() public {
        _raise(venueId, Level.Throttle);
        quotes.setPrice(STAKED, 2e18);
        quotes.setPrice(ASSET_, 2e18);
        // 880 x 2 x 880 / 850 = 1,822 is more than the throttle holds.
        vm.expectRevert(_blocked(venueId, Action.Liquidate));
        _liquidate(STAKED, ALL);
        quotes.setPrice(STAKED, 1e18);
        quotes.setPrice(ASSET_, 1e18);
        _liquidate(STAKED, ALL);
        vm.assertEq(vault.debtOf(VIOLATOR), 0);
        _assertLeft(venueId, address(hook), 1_000e18 - vault.collateralOf(LIQUIDATOR, STAKED));
    }

    function test_liquidate_belowTheFloorTakesNothingFromTheThrottle() public {
        _raise(venueId, Level.Throttle);
        quotes.setPrice(STAKED, 0.9e18);
        _liquidate(STAKED, ALL);
        vm.assertEq(vault.collateralOf(VIOLATOR, STAKED), 0);
        _assertLeft(venueId, address(hook), 1_000e18);
    }

    function test_liquidate_isLimitedForOneCollateralAndNotForAnother() public {
        breaker.configureTarget(stakedMarket, _terms());
        _raise(stakedMarket, Level.Halt);
        _lend(VIOLATOR, OTHER, 1_000e18, 880e18);
        vm.expectRevert(_blocked(stakedMarket, Action.Liquidate));
        _liquidate(STAKED, 1e18);
        _liquidate(OTHER, 1e18);
        vm.assertEq(vault.debtOf(VIOLATOR), 1_759e18);
        // Borrowing is the vault's, not a collateral's.
        vm.prank(VIOLATOR);
        vault.borrow(1, VIOLATOR);
    }

    function test_liquidate_takesFromBothThrottlesOrFromNone() public {
        TargetConfig memory narrow = _terms();
        narrow.throttleCapacity = 100e18;
        breaker.configureTarget(stakedMarket, narrow);
        _raise(venueId, Level.Throttle);
        _raise(stakedMarket, Level.Throttle);
        vm.expectRevert(_blocked(stakedMarket, Action.Liquidate));
        _liquidate(STAKED, 440e18);
        _assertLeft(venueId, address(hook), 1_000e18);
        _liquidate(STAKED, 85e18);
        uint256 seized = vault.collateralOf(LIQUIDATOR, STAKED);
        _assertLeft(venueId, address(hook), 1_000e18 - seized);
        _assertLeft(stakedMarket, address(hook), 100e18 - seized);
    }

    function test_liquidate_thatTheVaultRefusesTakesNothing() public {
        _raise(venueId, Level.Throttle);
        vm.expectRevert(abi.encodeWithSelector(EulerVaultHarness.E_ExcessiveRepayAmount.selector));
        _liquidate(STAKED, 881e18);
        vm.expectRevert(abi.encodeWithSelector(EulerVaultHarness.E_SelfLiquidation.selector));
        vm.prank(VIOLATOR);
        vault.liquidate(VIOLATOR, STAKED, 1e18, 0);
        quotes.setPrice(STAKED, 2e18);
        _liquidate(STAKED, ALL);
        vm.assertEq(vault.debtOf(VIOLATOR), 880e18);
        _assertLeft(venueId, address(hook), 1_000e18);
    }

    /// @dev Whatever is repaid and in whatever steps, the throttle lets through no more than it holds.
    function testFuzz_liquidate_neverSeizesMoreThanTheThrottleHolds(uint256[4] calldata steps) public {
        _lend(VIOLATOR, STAKED, 9_000e18, 8 * 880e18 + 880e18);
        _raise(venueId, Level.Throttle);
        for (uint256 i; i < steps.length; ++i) {
            uint256 before = vault.collateralOf(LIQUIDATOR, STAKED);
            uint256 repaid = bound(steps[i], 0, 1_200e18);
            vm.prank(LIQUIDATOR);
            (bool done, ) = address(vault).call(abi.encodeCall(vault.liquidate, (VIOLATOR, STAKED, repaid, 0)));
            // 1.0353 is 880 / 850, to a ten-thousandth.
            if (!done) vm.assertGe(before + (repaid * 10_354) / 10_000, 1_000e18);
        }
        vm.assertLe(vault.collateralOf(LIQUIDATOR, STAKED), 1_000e18);
    }

    function test_liquidate_leavesToTheVaultWhatTheVaultCannotTell() public {
        _raise(venueId, Level.Halt);
        quotes.setPrice(STAKED, 0);
        vm.expectRevert(abi.encodeWithSelector(SettableQuotes.PriceNotSet.selector, STAKED));
        _liquidate(STAKED, ALL);
        vm.assertEq(vault.debtOf(VIOLATOR), 880e18);
    }

    function test_liquidate_ofAnAccountWithoutDebtIsAsHealthyAsCanBe() public {
        _raise(venueId, Level.Halt);
        vm.expectRevert(_blocked(venueId, Action.Liquidate));
        vault.liquidate(address(0xdeb7), STAKED, ALL, 0);
        breaker.release(venueId, Level.Normal, "");
        vault.liquidate(address(0xdeb7), STAKED, ALL, 0);
    }

    function test_hook_isForItsVaultOnly() public {
        vm.expectRevert(abi.encodeWithSelector(EulerLiquidationHook.CallerNotVault.selector, address(this)));
        hook.borrow(1, address(this));
        vm.expectRevert(abi.encodeWithSelector(EulerLiquidationHook.CallerNotVault.selector, address(this)));
        hook.liquidate(VIOLATOR, STAKED, ALL, 0);
        (bool done, bytes memory reason) = address(hook).call(hex"12345678");
        vm.assertFalse(done);
        bytes memory expected = abi.encodeWithSelector(EulerLiquidationHook.CallerNotVault.selector, address(this));
        vm.assertEq(reason, expected);
        EulerVaultHarness another = new EulerVaultHarness(ASSET_, address(quotes), UNIT);
        vm.expectRevert(abi.encodeWithSelector(EulerVaultHarness.E_NotHookTarget.selector));
        another.setHookConfig(address(hook), 1);
        vm.assertEq(bytes32(hook.isHookTarget()), bytes32(0));
    }

    function test_next_getsTheCalldataAsItCame() public {
        RecordingHook next = _chain();
        bytes memory tail = abi.encodePacked(bytes4(0), ASSET_, quotes, UNIT, LIQUIDATOR);
        _liquidate(STAKED, 7e18);
        bytes memory call_ = abi.encodeCall(vault.liquidate, (VIOLATOR, STAKED, 7e18, 0));
        vm.assertEq(next.lastCall(), bytes.concat(call_, tail));
        vm.prank(LIQUIDATOR);
        vault.borrow(3, LIQUIDATOR);
        vm.assertEq(next.lastCall(), bytes.concat(abi.encodeCall(vault.borrow, (3, LIQUIDATOR)), tail));
        vm.prank(LIQUIDATOR);
        vault.deposit(4, LIQUIDATOR);
        vm.assertEq(next.lastCall(), bytes.concat(abi.encodeCall(vault.deposit, (4, LIQUIDATOR)), tail));
    }

    function test_next_isObeyed() public {
        RecordingHook next = _chain();
        next.refuse(abi.encodeWithSelector(SettableQuotes.PriceNotSet.selector, UNIT));
        vm.expectRevert(abi.encodeWithSelector(SettableQuotes.PriceNotSet.selector, UNIT));
        _liquidate(STAKED, 7e18);
        next.refuse("");
        vm.expectRevert(abi.encodeWithSelector(EulerVaultHarness.E_EmptyError.selector));
        vault.deposit(4, LIQUIDATOR);
        vm.assertEq(next.lastCall(), "");
    }

    function test_next_doesNotReplaceTheBreaker() public {
        _chain();
        _raise(venueId, Level.Halt);
        vm.expectRevert(_blocked(venueId, Action.Liquidate));
        _liquidate(STAKED, ALL);
        vm.expectRevert(_blocked(venueId, Action.Borrow));
        vault.borrow(1, address(this));
        vm.assertEq(vault.deposit(4, LIQUIDATOR), 4);
    }

    function _chain() private returns (RecordingHook next) {
        next = new RecordingHook();
        hook = new EulerLiquidationHook(address(vault), address(next), address(breaker), venueId);
        _install(address(hook), vault.OP_DEPOSIT());
    }

    /// @dev Run in the name of a splitter, as Euler's does: the splitter is the host that the breaker knows.
    function test_hook_worksInTheNameOfASplitter() public {
        address[] memory targets = new address[](1);
        targets[0] = address(hook);
        HookSplitterHarness splitter = new HookSplitterHarness(targets);
        _install(address(splitter), 0);
        _raise(venueId, Level.Throttle);
        _liquidate(STAKED, 85e18);
        _assertLeft(venueId, address(splitter), 1_000e18 - vault.collateralOf(LIQUIDATOR, STAKED));
        vm.expectRevert(_blocked(venueId, Action.Borrow));
        vault.borrow(1, address(this));
    }

    function test_hook_allowsWhenTheBreakerFails() public {
        _raise(venueId, Level.Halt);
        bytes[] memory broken = BrokenBreakers.codes();
        for (uint256 i; i < broken.length; ++i) {
            vm.etch(address(breaker), broken[i]);
            _liquidate(STAKED, 1e18);
            vm.prank(VIOLATOR);
            vault.borrow(1e18, VIOLATOR);
        }
        vm.assertEq(vault.debtOf(LIQUIDATOR), 6e18);
    }

    function test_hook_allowsWhereTheTargetIsOnlyObserved() public {
        _raise(venueId, Level.Halt);
        TargetConfig memory config = _terms();
        config.shadow = true;
        breaker.configureTarget(venueId, config);
        _liquidate(STAKED, 1e18);
        vault.borrow(1, address(this));
        vm.assertEq(vault.debtOf(LIQUIDATOR), 1e18);
    }

    function testFuzz_hook_noGasLimitIsAWayAround(uint256 limit) public {
        _raise(venueId, Level.Halt);
        bytes memory borrowing = abi.encodeCall(vault.borrow, (1, address(this)));
        bytes memory liquidating = abi.encodeCall(vault.liquidate, (VIOLATOR, STAKED, 1e18, 0));
        (bool borrowed, ) = address(vault).call{gas: bound(limit, 1_000, 400_000)}(borrowing);
        (bool liquidated, ) = address(vault).call{gas: bound(limit, 1_000, 600_000)}(liquidating);
        vm.assertFalse(borrowed || liquidated);
    }

    function test_hook_declaresWhatItReaches() public view {
        vm.assertTrue(hook.capabilities().blocksBorrow && hook.capabilities().blocksLiquidation);
        vm.assertTrue(hook.capabilities().throttlesByVolume && !hook.capabilities().throttlesByTime);
        vm.assertFalse(hook.capabilities().blocksWithdrawal);
        vm.assertEq(hook.capabilities().hostFloor, 0);
        vm.assertEq(address(hook.oracle()), address(quotes));
        vm.assertEq(hook.unitOfAccount(), UNIT);
    }
}
