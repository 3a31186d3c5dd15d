// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {Action, Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";

/// @title CircuitBreakerGuard
/// @notice How a host protocol asks the breaker without depending on it: bounded gas, no revert, at most 32 bytes back.
///
/// A breaker that reverts, runs out of its stipend, answers nonsense or is not there counts as "allowed". A *caller* that
/// leaves too little gas for the question does not: that would be a way around the guard, so it reverts {GuardGasTooLow}.
library CircuitBreakerGuard {
    /// @notice Thrown when a host may not do `action` on `target` now.
    error ActionBlocked(SubjectId target, Action action);
    /// @notice Thrown when too little gas is left to ask.
    error GuardGasTooLow(uint256 available, uint256 stipend);

    /// @dev Gas for one read; a read costs a tenth of it today.
    uint256 internal constant READ_STIPEND = 50_000;

    /// @dev Gas for one {ICircuitBreaker.consumeLiquidation}; the first of a host costs half of it today.
    uint256 internal constant CONSUME_STIPEND = 100_000;

    /// @dev What the call itself costs once the breaker's account is warm, and what comes between the check and the call: ten
    /// times that of today.
    uint256 private constant CALL_OVERHEAD = 2_000;

    /// @notice Whether `action` is allowed on `target` now.
    function isAllowed(address breaker, SubjectId target, Action action) internal view returns (bool) {
        (bool answered, uint256 word) = _ask(breaker, abi.encodeCall(ICircuitBreaker.isAllowed, (target, action)));
        return !answered || word != 0;
    }

    /// @notice Reverts with {ActionBlocked} unless `action` is allowed on `target` now.
    function requireAllowed(address breaker, SubjectId target, Action action) internal view {
        require(isAllowed(breaker, target, action), ActionBlocked(target, action));
    }

    /// @notice The level that liquidations on `target` feel now.
    function liquidationLevel(address breaker, SubjectId target) internal view returns (Level) {
        (bool answered, uint256 word) = _ask(breaker, abi.encodeCall(ICircuitBreaker.liquidationLevelOf, (target)));
        return answered && word <= uint256(type(Level).max) ? Level(word) : Level.Normal;
    }

    /// @notice Reverts with {ActionBlocked} unless `value` of an account of `healthFactor` may be liquidated now, and takes it
    /// from the host's throttle. The host is the contract that this is compiled into.
    function requireLiquidation(address breaker, SubjectId target, uint256 healthFactor, uint256 value) internal {
        bytes memory data = abi.encodeCall(ICircuitBreaker.consumeLiquidation, (target, healthFactor, value));
        if (!_isThereWithGas(breaker, CONSUME_STIPEND)) return;
        uint256 stipend = CONSUME_STIPEND;
        bool blocked;
        assembly ("memory-safe") {
            mstore(0x00, 1)
            let done := call(stipend, breaker, 0, add(data, 0x20), mload(data), 0x00, 0x20)
            blocked := and(and(done, gt(returndatasize(), 0x1f)), iszero(mload(0x00)))
        }
        require(!blocked, ActionBlocked(target, Action.Liquidate));
    }

    function _ask(address breaker, bytes memory data) private view returns (bool answered, uint256 word) {
        if (!_isThereWithGas(breaker, READ_STIPEND)) return (false, 0);
        uint256 stipend = READ_STIPEND;
        assembly ("memory-safe") {
            let done := staticcall(stipend, breaker, add(data, 0x20), mload(data), 0x00, 0x20)
            answered := and(done, gt(returndatasize(), 0x1f))
            word := mload(0x00)
        }
    }

    /// @dev Whether `breaker` has code; reverts when too little gas is left to ask it. Looking for the code pays for the cold
    /// access, whatever that costs, before the gas is checked: the call that follows finds the account warm, and passes on the
    /// whole stipend. EIP-150: a call can pass on at most 63/64 of what is left.
    function _isThereWithGas(address breaker, uint256 stipend) private view returns (bool isThere) {
        isThere = breaker.code.length != 0;
        uint256 left = gasleft();
        uint256 available = left > CALL_OVERHEAD ? ((left - CALL_OVERHEAD) * 63) / 64 : 0;
        require(available >= stipend, GuardGasTooLow(available, stipend));
    }
}
