// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IComet} from "../../../contracts/interfaces/external/IComet.sol";

/// @title DeafComet
/// @notice A market that takes a pause and stays as it is: the host that {CometMom} must not believe. No stand-in for Comet,
/// which test/integration/comet runs as recorded.
contract DeafComet is IComet {
    /// @notice Times that a pause was taken, and not made.
    uint256 public taken;

    /// @inheritdoc IComet
    function pause(bool, bool, bool, bool, bool) external {
        ++taken;
    }

    /// @inheritdoc IComet
    function isSupplyPaused() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IComet
    function isTransferPaused() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IComet
    function isWithdrawPaused() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IComet
    function isAbsorbPaused() external pure returns (bool) {
        return false;
    }

    /// @inheritdoc IComet
    function isBuyPaused() external pure returns (bool) {
        return false;
    }
}
