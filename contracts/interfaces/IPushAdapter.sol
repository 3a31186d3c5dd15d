// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Level} from "../types/Level.sol";
import {IBreakerAdapter} from "./IBreakerAdapter.sol";

/// @title IPushAdapter
/// @notice An adapter that carries the breaker's level into a host protocol that does not ask for it. Anybody may call {sync};
/// what it does follows from the level alone. It undoes only what it did itself.
interface IPushAdapter is IBreakerAdapter {
    /// @notice The host was changed, and was seen to have changed.
    /// @param action Selector of the host's function that was called.
    /// @param asset What it was called for; the host itself where it has no such part.
    /// @param restricts Whether it took something away, rather than gave it back.
    /// @param level Level that called for it.
    event EffectApplied(bytes4 indexed action, address indexed asset, bool restricts, Level level);

    /// @notice Something that the level calls for was left as it is.
    /// @param action Selector of the host's function that was not called, or reverted.
    /// @param asset As in {EffectApplied}.
    /// @param reason Why, for people; the host's revert data where it reverted.
    event EffectSkipped(bytes4 indexed action, address indexed asset, bytes reason);

    /// @notice Thrown when the host took a call and does not show its effect.
    error EffectNotVerified(bytes4 action, address asset);

    /// @notice Brings the host to what the target's level calls for now.
    /// @dev Emits {EffectApplied} and {EffectSkipped}. One part of the host that fails does not stop the others.
    /// @return applied Number of parts that changed.
    function sync() external returns (uint256 applied);
}
