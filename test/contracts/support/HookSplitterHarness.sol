// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IEulerHookTarget} from "../../../contracts/interfaces/external/IEulerVault.sol";

/// @title HookSplitterHarness
/// @notice A harness, not Euler's HookTargetSplitter: runs other hook targets in its own name, by delegatecall, as that does.
contract HookSplitterHarness is IEulerHookTarget {
    address[] private _targets;

    constructor(address[] memory newTargets) {
        _targets = newTargets;
    }

    function isHookTarget() external pure returns (bytes4) {
        return IEulerHookTarget.isHookTarget.selector;
    }

    // solhint-disable-next-line payable-fallback
    fallback() external {
        for (uint256 i; i < _targets.length; ++i) {
            (bool done, bytes memory reason) = _targets[i].delegatecall(msg.data);
            if (done) continue;
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }
}
