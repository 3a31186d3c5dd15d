// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev Measures from inside a transaction: `gasleft` around one low-level call, state cold, nothing decoded.
contract GasProbe {
    function measure(address target, bytes memory data) external returns (uint256 used) {
        uint256 before = gasleft();
        (bool done, ) = target.call(data);
        used = before - gasleft();
        require(done);
    }
}
