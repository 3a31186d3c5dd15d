// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bps} from "../types/Units.sol";

/// @notice The oracle's configuration: what reports must fit.
struct ConfigData {
    /// @dev What reports name it by.
    bytes32 digest;
    bytes32 modelHash;
    /// @dev Bit `i` is set when lane `i` is a venue's that is not retired.
    uint256 venues;
    uint16 laneCount;
    uint32 maxReportAge;
    Bps maxEase;
    Bps minCoverage;
    uint8 threshold;
    /// @dev Ascending.
    address[] signers;
}

/// @notice A contract whose code is data: one stop byte, then `data`.
contract DataCode {
    constructor(bytes memory data) {
        bytes memory code = bytes.concat(hex"00", data);
        assembly ("memory-safe") {
            return(add(code, 0x20), mload(code))
        }
    }
}

/// @title ConfigCode
/// @notice Keeps each {ConfigData} in the code of a contract of its own.
/// @dev To read all of it costs one cold account access; in storage, several slots and one for each signer would be cold. Nor
/// does anything point to it: the account that a contract creates follows from its own address and the number of those before.
/// The code is a struct as it stands in memory, its signers behind it, so that it is read in two copies.
library ConfigCode {
    /// @notice The last number that there is.
    uint256 internal constant MAX_NUMBER = 0x3fff;

    /// @dev Bytes of the struct in memory without the pointer to the signers.
    uint256 private constant HEAD = 0x100;

    /// @notice Writes `data` into the code of a new contract: the `number`th that this one creates, the first being 1.
    function write(ConfigData memory data, uint256 number) internal returns (address code) {
        bytes memory head = new bytes(HEAD);
        assembly ("memory-safe") {
            mcopy(add(head, 0x20), data, HEAD)
        }
        code = address(new DataCode(bytes.concat(head, abi.encodePacked(data.signers))));
        // Where accounts are derived otherwise, nothing here would ever be found again.
        assert(code == at(number));
    }

    /// @notice What the `number`th contract that this one created holds, from 1 on.
    function read(uint256 number) internal view returns (ConfigData memory data) {
        address code = at(number);
        assembly ("memory-safe") {
            let size := sub(extcodesize(code), add(HEAD, 1))
            let signers := mload(0x40)
            mstore(0x40, add(add(signers, 0x20), size))
            extcodecopy(code, data, 1, HEAD)
            mstore(add(data, HEAD), signers)
            mstore(signers, shr(5, size))
            extcodecopy(code, add(signers, 0x20), add(HEAD, 1), size)
        }
    }

    /// @notice Address of the `nth` contract that this one created, 1 to 65535: the hash of RLP([this, nth]).
    function at(uint256 nth) internal view returns (address code) {
        assembly ("memory-safe") {
            // A list of 22 to 24 bytes, of which 21 are the address with its own prefix, and up to 3 the nth with its own.
            let prefixed := or(shl(168, 0xd694), shl(8, address()))
            let size := 23
            switch lt(nth, 0x80)
            case 1 {
                prefixed := or(prefixed, nth)
            }
            default {
                let long := gt(nth, 0xff)
                size := add(24, long)
                // 0xd7 .. 0x81 and a byte, or 0xd8 .. 0x82 and two.
                prefixed := add(or(prefixed, add(0x81, long)), shl(176, add(1, long)))
                prefixed := or(shl(shl(3, add(1, long)), prefixed), nth)
            }
            mstore(0, shl(sub(256, shl(3, size)), prefixed))
            code := and(keccak256(0, size), 0xffffffffffffffffffffffffffffffffffffffff)
        }
    }
}
