// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveV3Mom} from "../interfaces/IAaveV3Mom.sol";
import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IPushAdapter} from "../interfaces/IPushAdapter.sol";
import {
    IAaveV36AclManager,
    IAaveV36AddressesProvider,
    IAaveV36Configurator,
    IAaveV36Pool
} from "../interfaces/external/IAaveV36.sol";
import {AaveV36Reserves} from "../libraries/AaveV36Reserves.sol";
import {Action, Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {AaveV36Adapter} from "./AaveV36Adapter.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title AaveV3Mom
/// @notice Turns new borrowing off on Aave v3.6 while one target of the breaker calls for it, and on again afterwards.
///
/// TRUST. Holds RISK_ADMIN and uses two of its powers, for nothing but borrowing on or off. No owner, no setter, no funds. It
/// turns on only what it turned off. The host's own people have the last word: what they turn on stays on, and what they
/// {disown} stays off.
///
/// REACH. Pool-wide. Outside of e-modes the reserve's flag decides about a borrow, in an e-mode the category's bit alone: both
/// are turned off. Withdrawals are not reached. Repayment, supply and liquidation ask for neither; changing the e-mode of
/// an account with debt does, and has to wait.
///
/// LIVENESS. A level has no effect before somebody calls {sync}, nor has its end. A breaker that fails counts as "allowed".
contract AaveV3Mom is AaveV36Adapter, IAaveV3Mom {
    using AaveV36Reserves for IAaveV36Pool;
    using CircuitBreakerGuard for address;

    /// @dev One place where the host says that a reserve may be borrowed.
    struct Switch {
        address asset;
        uint16 reserve;
        /// @dev 0 outside of e-modes.
        uint8 category;
    }

    /// @inheritdoc IAaveV3Mom
    mapping(address asset => uint256 categories) public turnedOff;

    constructor(
        address newBreaker,
        SubjectId newSubject,
        IAaveV36AddressesProvider newProvider
    ) AaveV36Adapter(newBreaker, newSubject, newProvider) {}

    /// @inheritdoc IPushAdapter
    function sync() external returns (uint256) {
        uint8[] memory categories = new uint8[](type(uint8).max);
        for (uint8 i; i < type(uint8).max; ++i) categories[i] = i + 1;
        return syncPart(_pool.ids(), categories);
    }

    /// @inheritdoc IAaveV3Mom
    function syncPart(uint16[] memory reserves, uint8[] memory categories) public returns (uint256 applied) {
        Level level = breaker.liquidationLevel(subject);
        bool on = breaker.isAllowed(subject, Action.Borrow);
        for (uint256 i; i < reserves.length; ++i) {
            Switch memory s = Switch(_pool.getReserveAddressById(reserves[i]), reserves[i], 0);
            if (on) applied += _restore(s, level);
            else if (_isOn(s)) applied += _turnOff(s, level);
        }
        if (on) return applied;
        for (uint256 i; i < categories.length; ++i) {
            uint256 bitmap = _pool.getEModeCategoryBorrowableBitmap(categories[i]);
            for (uint16 id; bitmap >> id != 0; ++id) {
                if ((bitmap >> id) & 1 == 0) continue;
                applied += _turnOff(Switch(_pool.getReserveAddressById(id), id, categories[i]), level);
            }
        }
    }

    /// @inheritdoc IAaveV3Mom
    function disown(address asset, uint256 categories) external {
        IAaveV36AclManager acl = IAaveV36AclManager(provider.getACLManager());
        require(acl.isRiskAdmin(msg.sender) || acl.isPoolAdmin(msg.sender), CallerNotRiskOrPoolAdmin(msg.sender));
        _setTurnedOff(asset, turnedOff[asset] & ~categories);
    }

    /// @inheritdoc IBreakerAdapter
    function capabilities() external pure returns (Capabilities memory reached) {
        reached.blocksBorrow = true;
    }

    /* INTERNAL */

    /// @dev Leaves alone what others turned on after this adapter had turned it off.
    function _turnOff(Switch memory s, Level level) private returns (uint256) {
        uint256 mine = turnedOff[s.asset];
        if ((mine >> s.category) & 1 != 0) {
            emit EffectSkipped(bytes4(_call(s, false)), s.asset, "turned on by others");
            return 0;
        }
        if (!_turn(s, false, level)) return 0;
        _setTurnedOff(s.asset, mine | (1 << s.category));
        return 1;
    }

    function _restore(Switch memory s, Level level) private returns (uint256 applied) {
        uint256 mine = turnedOff[s.asset];
        uint256 left = mine;
        for (uint256 c; left >> c != 0; ++c) {
            if ((left >> c) & 1 == 0) continue;
            s.category = uint8(c);
            bool wasOn = _isOn(s);
            if (!wasOn && !_turn(s, true, level)) continue;
            if (!wasOn) ++applied;
            left &= ~(1 << c);
        }
        if (left != mine) _setTurnedOff(s.asset, left);
    }

    function _turn(Switch memory s, bool on, Level level) private returns (bool) {
        bytes memory data = _call(s, on);
        if (!_tryConfigure(s.asset, data)) return false;
        require(_isOn(s) == on, EffectNotVerified(bytes4(data), s.asset));
        emit EffectApplied(bytes4(data), s.asset, !on, level);
        return true;
    }

    function _setTurnedOff(address asset, uint256 categories) private {
        turnedOff[asset] = categories;
        emit TurnedOffChanged(asset, categories);
    }

    function _isOn(Switch memory s) private view returns (bool) {
        return s.category == 0 ? _pool.isBorrowable(s.asset) : _pool.isBorrowableIn(s.reserve, s.category);
    }

    function _call(Switch memory s, bool on) private pure returns (bytes memory) {
        if (s.category == 0) return abi.encodeCall(IAaveV36Configurator.setReserveBorrowing, (s.asset, on));
        return abi.encodeCall(IAaveV36Configurator.setAssetBorrowableInEMode, (s.asset, s.category, on));
    }
}
