// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IPausable
/// @notice What Lido's emergency pausers call on a contract that they may pause. Source: lidofinance/circuit-breaker,
/// CircuitBreaker.sol, and lidofinance/gate-seals, GateSealV2.vy, which after {pauseFor} both insist on {isPaused}; the event is
/// that of lidofinance/core, PausableUntil.sol.
interface IPausable {
    /// @notice Paused until `duration` seconds from now.
    event Paused(uint256 duration);

    /// @notice Whether it is paused now.
    function isPaused() external view returns (bool);

    /// @notice Pauses for `duration` seconds.
    function pauseFor(uint256 duration) external;
}
