// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IPushAdapter} from "../interfaces/IPushAdapter.sol";
import {IComet} from "../interfaces/external/IComet.sol";
import {Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title CometMom
/// @notice Pauses withdrawals and transfers of one Compound v3 market while one target of the breaker is at `fromLevel` or above.
///
/// TRUST. Is the market's `pauseGuardian`; no owner, no funds. That role can do one thing, `pause`, which states all five flags:
/// three of them (supply, absorb, buy) are always stated as they are. Whoever was pause guardian before is not any more.
///
/// REACH. Withdrawing is borrowing in Comet, and so is transferring, so both or neither. They are also how lenders leave. So they
/// are stopped at Throttle or Halt only, which the pause budget limits; never at NoNewLeverage, which it does not, and never for
/// want of a score. Supplying (repayment, more collateral) and liquidation stay open at every level.
///
/// LIVENESS. A pause of Comet does not expire by itself: it ends with the first {sync} after the level has ended. Anybody may
/// call that, and a lender who wants to leave will. A breaker that fails counts as Normal, and lifts.
///
/// THE GOVERNOR. Whoever else calls `pause` states all five flags, and they are theirs: from then until a {sync} has seen the
/// level end, nothing is paused or lifted here. A call that changes no flag leaves no trace, and is not noticed.
contract CometMom is IPushAdapter {
    using CircuitBreakerGuard for address;

    /// @notice What was done about the level in force. Flags as in Comet: bit 0 supply, 1 transfer, 2 withdraw, 3 absorb, 4 buy.
    struct Effect {
        /// @dev Whether the level called for an effect when last synced.
        bool inForce;
        /// @dev Flags set here, to be cleared when the level has ended.
        uint8 ours;
        /// @dev All flags as last seen here.
        uint8 seen;
    }

    /// @notice Thrown when a market would be paused outside the pause budget.
    error FromLevelInvalid(Level fromLevel);

    uint8 private constant SUPPLY = 1 << 0;
    uint8 private constant TRANSFER = 1 << 1;
    uint8 private constant WITHDRAW = 1 << 2;
    uint8 private constant ABSORB = 1 << 3;
    uint8 private constant BUY = 1 << 4;
    /// @dev The flags ever set here.
    uint8 private constant OURS = TRANSFER | WITHDRAW;

    /// @notice The breaker asked.
    address public immutable breaker;

    /// @notice The target of the breaker whose level applies to the market.
    SubjectId public immutable subject;

    /// @notice The market.
    IComet public immutable comet;

    /// @notice The lowest level at which the market is paused: Throttle or Halt.
    Level public immutable fromLevel;

    /// @notice What was done about the level in force.
    Effect public effect;

    constructor(address newBreaker, SubjectId newSubject, IComet newComet, Level newFromLevel) {
        require(newFromLevel >= Level.Throttle, FromLevelInvalid(newFromLevel));
        breaker = newBreaker;
        subject = newSubject;
        comet = newComet;
        fromLevel = newFromLevel;
    }

    /// @inheritdoc IPushAdapter
    function sync() external returns (uint256 applied) {
        Level level = breaker.liquidationLevel(subject);
        uint8 flags = _flags();
        if (!effect.inForce) return level < fromLevel ? 0 : _restrict(level, flags);
        if (flags != effect.seen) _yield(flags);
        return level < fromLevel ? _lift(level, flags) : 0;
    }

    /// @inheritdoc IBreakerAdapter
    /// @dev Nothing at NoNewLeverage: borrowing and withdrawal are blocked from `fromLevel` on.
    function capabilities() external pure returns (Capabilities memory reaches) {}

    function _restrict(Level level, uint8 flags) private returns (uint256 applied) {
        uint8 ours = OURS & ~flags;
        if (ours != OURS) emit EffectSkipped(IComet.pause.selector, address(comet), "paused by the host");
        if (ours != 0) {
            if (!_state(flags | ours)) return 0;
            emit EffectApplied(IComet.pause.selector, address(comet), true, level);
            applied = 1;
        }
        effect = Effect({inForce: true, ours: ours, seen: flags | ours});
    }

    function _lift(Level level, uint8 flags) private returns (uint256 applied) {
        uint8 left = flags & ~effect.ours;
        if (left != flags) {
            if (!_state(left)) return 0;
            emit EffectApplied(IComet.pause.selector, address(comet), false, level);
            applied = 1;
        }
        delete effect;
    }

    /// @dev Somebody else has stated the flags since: nothing of them is ours any more.
    function _yield(uint8 flags) private {
        effect.ours = 0;
        effect.seen = flags;
        emit EffectSkipped(IComet.pause.selector, address(comet), "set by the host");
    }

    /// @dev States all five flags, and checks them. Whether the market took the call.
    function _state(uint8 flags) private returns (bool) {
        try
            comet.pause(
                flags & SUPPLY != 0,
                flags & TRANSFER != 0,
                flags & WITHDRAW != 0,
                flags & ABSORB != 0,
                flags & BUY != 0
            )
        {
            require(_flags() == flags, EffectNotVerified(IComet.pause.selector, address(comet)));
            return true;
        } catch (bytes memory reason) {
            emit EffectSkipped(IComet.pause.selector, address(comet), reason);
            return false;
        }
    }

    function _flags() private view returns (uint8 flags) {
        if (comet.isSupplyPaused()) flags |= SUPPLY;
        if (comet.isTransferPaused()) flags |= TRANSFER;
        if (comet.isWithdrawPaused()) flags |= WITHDRAW;
        if (comet.isAbsorbPaused()) flags |= ABSORB;
        if (comet.isBuyPaused()) flags |= BUY;
    }
}
