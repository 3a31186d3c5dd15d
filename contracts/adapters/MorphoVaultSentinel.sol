// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IPushAdapter} from "../interfaces/IPushAdapter.sol";
import {IMorphoVaultV2} from "../interfaces/external/IMorphoVaultV2.sol";
import {Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title MorphoVaultSentinel
/// @notice Lowers caps of a Morpho Vault V2 to what was agreed for a level, so that no more of the vault's money goes where the
/// risk is.
///
/// TRUST. Made a sentinel by the vault's owner. It calls `decreaseAbsoluteCap` and `decreaseRelativeCap`, for the ids and down
/// to the caps given at deployment, and nothing else of what a sentinel may: it deallocates nothing and revokes nothing.
///
/// REACH. Caps are checked when money is allocated. Money that is there stays, positions stay, and so do withdrawals,
/// repayments and liquidations; what was allocated before can still be borrowed.
///
/// LIVENESS. It cannot raise a cap, so it undoes nothing: a cap stays down when the level falls, until the curator raises it
/// behind the vault's timelock. A missing or stale score lowers nothing; a breaker that fails lowers nothing.
contract MorphoVaultSentinel is IPushAdapter {
    using CircuitBreakerGuard for address;

    /// @notice A cap that is due from a level on. Several of one id make a staircase.
    struct Step {
        /// @dev What the vault's id is the hash of.
        bytes idData;
        /// @dev Lowest level that calls for the caps; NoNewLeverage or above.
        Level from;
        /// @dev In units of the vault's asset; the highest value leaves the cap as it is.
        uint128 absoluteCap;
        /// @dev 1e18 is all of the vault's assets; the highest value leaves the cap as it is.
        uint128 relativeCap;
    }

    /// @notice A cap of the vault was lowered.
    /// @param action Selector of the vault's function that was called.
    /// @param id The vault's id.
    /// @param oldCap The cap before.
    /// @param newCap The cap now.
    event CapLowered(bytes4 indexed action, bytes32 indexed id, uint256 oldCap, uint256 newCap);

    /// @notice Thrown when a step is due below NoNewLeverage.
    error StepLevelTooLow(uint256 index, Level from);

    /// @dev Below a health factor of 1, Morpho liquidates without asking.
    uint64 private constant MORPHO_FLOOR = 1e18;

    /// @notice The vault.
    IMorphoVaultV2 public immutable vault;

    /// @notice The breaker asked.
    address public immutable breaker;

    /// @notice The target of the breaker whose level applies.
    SubjectId public immutable subject;

    /* STORAGE: written by the constructor only. */

    Step[] private _steps;

    constructor(IMorphoVaultV2 newVault, address newBreaker, SubjectId newSubject, Step[] memory newSteps) {
        vault = newVault;
        breaker = newBreaker;
        subject = newSubject;
        for (uint256 i; i < newSteps.length; ++i) {
            require(newSteps[i].from >= Level.NoNewLeverage, StepLevelTooLow(i, newSteps[i].from));
            _steps.push(newSteps[i]);
        }
    }

    /// @inheritdoc IPushAdapter
    /// @dev Emits {CapLowered}.
    function sync() external returns (uint256 applied) {
        Level level = breaker.liquidationLevel(subject);
        for (uint256 i; i < _steps.length; ++i) {
            if (level < _steps[i].from) continue;
            Step memory step = _steps[i];
            if (_lower(IMorphoVaultV2.decreaseAbsoluteCap.selector, step.idData, step.absoluteCap, level)) ++applied;
            if (_lower(IMorphoVaultV2.decreaseRelativeCap.selector, step.idData, step.relativeCap, level)) ++applied;
        }
    }

    /// @notice Every step, in the order in which they are taken.
    function steps() external view returns (Step[] memory) {
        return _steps;
    }

    /// @inheritdoc IBreakerAdapter
    /// @dev No cell of the table: caps keep new money away, they do not stop a borrower from taking what is there.
    function capabilities() external pure returns (Capabilities memory reached) {
        reached.hostFloor = MORPHO_FLOOR;
    }

    function _lower(bytes4 action, bytes memory idData, uint256 cap, Level level) private returns (bool) {
        bytes32 id = keccak256(idData);
        uint256 before = _capOf(action, id);
        if (before <= cap) return false;
        (bool done, bytes memory reason) = address(vault).call(abi.encodeWithSelector(action, idData, cap));
        if (!done) {
            emit EffectSkipped(action, address(vault), reason);
            return false;
        }
        require(_capOf(action, id) == cap, EffectNotVerified(action, address(vault)));
        emit CapLowered(action, id, before, cap);
        emit EffectApplied(action, address(vault), true, level);
        return true;
    }

    function _capOf(bytes4 action, bytes32 id) private view returns (uint256) {
        bool isAbsolute = action == IMorphoVaultV2.decreaseAbsoluteCap.selector;
        return isAbsolute ? vault.absoluteCap(id) : vault.relativeCap(id);
    }
}
