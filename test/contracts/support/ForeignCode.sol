// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {vm} from "./Vm.sol";

/// @dev Genuine host code, built from its npm sources by hardhat.foreign.config.ts.
library ForeignCode {
    /// @dev Deploys the contract of the artifact at `path` under artifacts-foreign/, with ABI-encoded constructor `args`.
    function deploy(string memory path, bytes memory args) internal returns (address created) {
        string memory artifact = vm.readFile(string.concat("artifacts-foreign/", path, ".json"));
        bytes memory code = bytes.concat(vm.parseJsonBytes(artifact, ".bytecode"), args);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        require(created != address(0), path);
    }
}
