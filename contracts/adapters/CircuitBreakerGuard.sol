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
///
/// COST. At most the stipend, the cold access of the breaker's account, and below 500 gas of its own, whatever the breaker does.
///
/// TRUST. {requireLiquidation} calls the breaker where the others only read: a hostile breaker could call the host back, within the
/// stipend, with the rights of a stranger. Ask before the first change of state, or hold a lock.
library CircuitBreakerGuard {
    /// @notice Thrown when a host may not do `action` on `target` now.
    error ActionBlocked(SubjectId target, Action action);
    /// @notice Thrown when too little gas is left to ask.
    error GuardGasTooLow(uint256 available, uint256 stipend);

    /// @dev Gas for one read, once the breaker's account is warm. A read costs a sixteenth of it today, and a fifth if every
    /// access cost five times more.
    uint256 internal constant READ_STIPEND = 50_000;

    /// @dev Gas for one {ICircuitBreaker.consumeLiquidation}. The first of a host, which opens its meter, costs a fifth of it
    /// today, and nine tenths if every access and every new slot cost five times more.
    uint256 internal constant CONSUME_STIPEND = 150_000;

    /// @dev What the call itself costs once the breaker's account is warm, and what comes between the check and the call: ten
    /// times that of today.
    uint256 private constant CALL_OVERHEAD = 2_000;

    /// @dev Gas that must be left for a call to pass on its stipend: EIP-150 lets it pass on at most 63/64 of what is left, so 64/63
    /// of the stipend, rounded up, and the overhead. As numbers: the compiler would compute them in every call.
    uint256 private constant READ_GAS = 52_794;
    uint256 private constant CONSUME_GAS = 154_381;

    /// @notice Whether `action` is allowed on `target` now.
    function isAllowed(address breaker, SubjectId target, Action action) internal view returns (bool) {
        return _ask(breaker, ICircuitBreaker.isAllowed.selector, target, uint256(action), 1) != 0;
    }

    /// @notice Reverts with {ActionBlocked} unless `action` is allowed on `target` now.
    function requireAllowed(address breaker, SubjectId target, Action action) internal view {
        uint256 answer = _ask(breaker, ICircuitBreaker.isAllowed.selector, target, uint256(action), 1);
        if (answer == 0) revert ActionBlocked(target, action);
    }

    /// @notice The level that liquidations on `target` feel now.
    function liquidationLevel(address breaker, SubjectId target) internal view returns (Level) {
        uint256 level = _ask(breaker, ICircuitBreaker.liquidationLevelOf.selector, target, 0, uint256(Level.Normal));
        return level <= uint256(type(Level).max) ? Level(level) : Level.Normal;
    }

    /// @notice Reverts with {ActionBlocked} unless `value` of an account of `healthFactor` may be liquidated now, and takes it
    /// from the host's throttle. The host is the contract that this is compiled into.
    function requireLiquidation(address breaker, SubjectId target, uint256 healthFactor, uint256 value) internal {
        if (breaker.code.length == 0) return;
        if (gasleft() < CONSUME_GAS) _revertStarved(CONSUME_STIPEND);
        bytes4 selector = ICircuitBreaker.consumeLiquidation.selector;
        bool blocked;
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, selector)
            mstore(add(data, 0x04), target)
            mstore(add(data, 0x24), healthFactor)
            mstore(add(data, 0x44), value)
            let done := call(CONSUME_STIPEND, breaker, 0, data, 0x64, 0x00, 0x20)
            blocked := and(and(done, gt(returndatasize(), 0x1f)), iszero(mload(0x00)))
        }
        if (blocked) revert ActionBlocked(target, Action.Liquidate);
    }

    /// @dev The first word of the breaker's answer, or `otherwise` when it does not answer. A question that takes one argument is
    /// sent a second, which nobody reads. Looking for the code pays for the cold access, whatever that costs, before the gas is
    /// checked: the call finds the account warm, and passes on the whole stipend.
    function _ask(
        address breaker,
        bytes4 selector,
        SubjectId target,
        uint256 argument,
        uint256 otherwise
    ) private view returns (uint256 word) {
        if (breaker.code.length == 0) return otherwise;
        if (gasleft() < READ_GAS) _revertStarved(READ_STIPEND);
        assembly ("memory-safe") {
            let data := mload(0x40)
            mstore(data, selector)
            mstore(add(data, 0x04), target)
            mstore(add(data, 0x24), argument)
            word := otherwise
            if staticcall(READ_STIPEND, breaker, data, 0x44, 0x00, 0x20) {
                if gt(returndatasize(), 0x1f) {
                    word := mload(0x00)
                }
            }
        }
    }

    function _revertStarved(uint256 stipend) private view {
        uint256 left = gasleft();
        revert GuardGasTooLow(left > CALL_OVERHEAD ? ((left - CALL_OVERHEAD) * 63) / 64 : 0, stipend);
    }
}
