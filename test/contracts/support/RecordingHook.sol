// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IEulerHookTarget} from "../../../contracts/interfaces/external/IEulerVault.sol";

/// @dev A hook target that was there before: keeps what it was called with, and reverts with what it was told to.
contract RecordingHook is IEulerHookTarget {
    bytes public lastCall;
    bytes private _revertWith;
    bool private _reverts;

    function refuse(bytes calldata reason) external {
        (_reverts, _revertWith) = (true, reason);
    }

    function isHookTarget() external pure returns (bytes4) {
        return IEulerHookTarget.isHookTarget.selector;
    }

    // solhint-disable-next-line payable-fallback
    fallback() external {
        lastCall = msg.data;
        bytes memory reason = _revertWith;
        if (!_reverts) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
