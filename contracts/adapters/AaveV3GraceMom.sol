// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IAaveV3GraceMom, FloorLiquidation} from "../interfaces/IAaveV3GraceMom.sol";
import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {IPushAdapter} from "../interfaces/IPushAdapter.sol";
import {IAaveV36AddressesProvider, IAaveV36Configurator, IAaveV36Pool} from "../interfaces/external/IAaveV36.sol";
import {AaveV36Reserves} from "../libraries/AaveV36Reserves.sol";
import {DutyCycles} from "../libraries/DutyCycles.sol";
import {TargetState} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {AaveV3FloorLiquidator} from "./AaveV3FloorLiquidator.sol";
import {AaveV36Adapter} from "./AaveV36Adapter.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title AaveV3GraceMom
/// @notice Holds liquidations back on Aave v3.6 by grace periods, at Halt and in the closed parts of a Throttle.
///
/// TRUST. Holds EMERGENCY_ADMIN and uses two of its powers: to give a reserve that is not paused a grace period, and to end one
/// that it gave. It never pauses or unpauses, and touches no tokens. No owner, no setter. The host's own people have the last
/// word: a grace period that they gave, changed or ended is left alone until the adapter's own would have been over.
///
/// REACH. Pool-wide. No grace for a reserve that may be borrowed: new risk is stopped first. Grace has no floor: {liftFor}.
///
/// LIVENESS. A level has no effect before somebody calls {sync}, at Throttle once a cycle; its end needs nobody, as no grace
/// period outlasts the breaker's pause, nor 4 hours. A breaker that fails counts as "allowed".
contract AaveV3GraceMom is AaveV36Adapter, IAaveV3GraceMom {
    using AaveV36Reserves for IAaveV36Pool;
    using CircuitBreakerGuard for address;

    bytes4 private constant GIVE_GRACE = IAaveV36Configurator.setReservePause.selector;

    /// @notice At Throttle, liquidations are open for this long in every cycle, from its start.
    uint32 public immutable openSeconds;

    /// @notice Length of a cycle; cycles start at multiples of it, in unix time.
    uint32 public immutable cycleSeconds;

    /// @inheritdoc IAaveV3GraceMom
    address public immutable liquidator;

    /// @inheritdoc IAaveV3GraceMom
    mapping(address asset => uint40) public graceUntil;

    constructor(
        address newBreaker,
        SubjectId newSubject,
        IAaveV36AddressesProvider newProvider,
        uint32[2] memory dutyCycle
    ) AaveV36Adapter(newBreaker, newSubject, newProvider) {
        (openSeconds, cycleSeconds) = DutyCycles.checked(dutyCycle);
        liquidator = address(new AaveV3FloorLiquidator(_pool));
    }

    /// @inheritdoc IPushAdapter
    function sync() external returns (uint256) {
        return syncPart(_pool.ids());
    }

    /// @inheritdoc IAaveV3GraceMom
    function syncPart(uint16[] memory reserves) public returns (uint256 applied) {
        (Level level, uint40 until) = _wanted();
        uint256 inEModes = until == 0 ? 0 : _pool.borrowableInEModes();
        for (uint256 i; i < reserves.length; ++i) {
            address asset = _pool.getReserveAddressById(reserves[i]);
            if (!_mustChange(asset, until)) continue;
            if ((inEModes >> reserves[i]) & 1 != 0)
                emit EffectSkipped(GIVE_GRACE, asset, "may be borrowed in an e-mode");
            else if (until != 0 && _pool.isBorrowable(asset)) emit EffectSkipped(GIVE_GRACE, asset, "may be borrowed");
            else if (until != 0 && _pool.isPaused(asset)) emit EffectSkipped(GIVE_GRACE, asset, "paused");
            else if (_setGrace(asset, until, level)) ++applied;
        }
    }

    /// @inheritdoc IAaveV3GraceMom
    function liftFor(FloorLiquidation calldata liquidation) external {
        (, , , , , uint256 healthFactor) = _pool.getUserAccountData(liquidation.account);
        (Level level, uint40 until) = _wanted();
        uint256 all = type(uint256).max; // more than any throttle holds: the answer is about the floor
        require(
            level < Level.Throttle || ICircuitBreaker(breaker).liquidationAllowed(subject, healthFactor, all),
            AccountAboveFloor(liquidation.account, healthFactor)
        );
        AaveV3FloorLiquidator hands = AaveV3FloorLiquidator(liquidator);
        hands.take(msg.sender, liquidation);
        bool isCollateralLifted = _lift(liquidation.collateralAsset, level);
        bool isDebtLifted = _lift(liquidation.debtAsset, level);
        hands.liquidate(liquidation);
        if (isCollateralLifted) _putBack(liquidation.collateralAsset, until, level);
        if (isDebtLifted) _putBack(liquidation.debtAsset, until, level);
        // Last, so that whoever is paid in a token that calls its receiver finds the grace in place.
        hands.pay(msg.sender, liquidation);
    }

    /// @inheritdoc IBreakerAdapter
    function capabilities() external pure returns (Capabilities memory reached) {
        (reached.throttlesByTime, reached.blocksLiquidation) = (true, true);
    }

    /* INTERNAL */

    /// @dev The level, and the last second of the grace that it calls for now: one before the breaker's own end, as the host
    /// counts the last second in; 0 for none.
    function _wanted() private view returns (Level level, uint40) {
        level = breaker.liquidationLevel(subject);
        if (level < Level.Throttle) return (level, 0);
        (TargetState memory state, ) = ICircuitBreaker(breaker).stateOf(subject);
        uint256 shutUntil = DutyCycles.shutUntil(level, state, openSeconds, cycleSeconds);
        uint256 end = Math.min(shutUntil, block.timestamp + AaveV36Reserves.LONGEST_GRACE + 1);
        return (level, end > block.timestamp + 1 ? uint40(end - 1) : 0);
    }

    /// @dev Whether the grace of `asset` is this adapter's to change, and not yet as wanted.
    function _mustChange(address asset, uint40 until) private returns (bool) {
        uint40 there = _pool.getLiquidationGracePeriod(asset);
        uint40 mine = graceUntil[asset];
        if (there != mine && Math.max(there, mine) >= block.timestamp) {
            if (until != 0) emit EffectSkipped(GIVE_GRACE, asset, "grace changed by others");
            return false;
        }
        return until == 0 ? there >= block.timestamp : there != until;
    }

    function _lift(address asset, Level level) private returns (bool) {
        uint40 mine = graceUntil[asset];
        if (mine < block.timestamp || mine != _pool.getLiquidationGracePeriod(asset)) return false;
        return _setGrace(asset, 0, level);
    }

    function _putBack(address asset, uint40 until, Level level) private {
        if (until == 0 || _setGrace(asset, until, level)) return;
        revert EffectNotVerified(GIVE_GRACE, asset);
    }

    /// @dev Gives `asset`, which is not paused, a grace period, or ends the one it has.
    function _setGrace(address asset, uint40 until, Level level) private returns (bool) {
        bytes memory data = AaveV36Reserves.graceCall(asset, until);
        if (!_tryConfigure(asset, data)) return false;
        require(_pool.getLiquidationGracePeriod(asset) == until, EffectNotVerified(bytes4(data), asset));
        graceUntil[asset] = until;
        emit GraceChanged(asset, until);
        emit EffectApplied(bytes4(data), asset, until != 0, level);
        return true;
    }
}
