// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Action, Level} from "../types/Level.sol";
import {Report} from "../types/Score.sol";
import {SubjectId} from "../types/SubjectId.sol";

/// @title ICircuitBreaker
/// @notice Turns fresh scores into a protection level per target, each with an expiry.
interface ICircuitBreaker {
    /// @notice Publishes a report on the oracle and pokes `targets` in the same transaction, so that nobody can act between
    /// a score and its effect. When the epoch is already on chain, only pokes.
    function publishAndPoke(Report calldata report, bytes calldata signatures, SubjectId[] calldata targets) external;

    /// @notice Re-evaluates `target` against the current epoch. Anybody may call.
    /// @return level The level now in force.
    function poke(SubjectId target) external returns (Level level);

    /// @notice The level in force now, expiry applied.
    function levelOf(SubjectId target) external view returns (Level);

    /// @notice Whether `action` is allowed on `target` now, for an account and size not further known.
    function isAllowed(SubjectId target, Action action) external view returns (bool);
}
