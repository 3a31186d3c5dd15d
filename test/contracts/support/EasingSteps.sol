// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EasingLib} from "../../../contracts/libraries/EasingLib.sol";
import {Score} from "../../../contracts/types/Score.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";
import {SlowEasing} from "./SlowEasing.sol";

/// @dev One step of a word, and what long tests of many need.
abstract contract EasingSteps {
    using EasingLib for uint256;

    function _step(uint256 signed, uint256 last, SlowEasing.Limit memory limit) internal pure returns (uint256) {
        (uint256 share, uint256 levels) = EasingLib.pace(limit.rate, limit.from, limit.to);
        return signed.step(last, share, levels);
    }

    /// @dev `signed` with something given exactly where `last` gives something.
    function _givenAlike(uint256 signed, uint256 last) internal pure returns (uint256 word) {
        for (uint256 i; i < 4; ++i) {
            (Score memory to, Score memory from) = (SlowEasing.unpack(signed, i), SlowEasing.unpack(last, i));
            if (Cx.unwrap(from.leverage) == 0) continue;
            if (Cx.unwrap(to.leverage) == 0) to = from;
            if ((Cx.unwrap(to.rehypothecation) == 0) != (Cx.unwrap(from.rehypothecation) == 0))
                to.rehypothecation = from.rehypothecation;
            if ((Bps.unwrap(to.borrowLtv) == 0) != (Bps.unwrap(from.borrowLtv) == 0)) to.borrowLtv = from.borrowLtv;
            word |= SlowEasing.pack(to, i);
        }
    }

    function _freeMemory() internal pure returns (uint256 pointer) {
        assembly ("memory-safe") {
            pointer := mload(0x40)
        }
    }

    /// @dev Gives back what a long loop has allocated.
    function _setFreeMemory(uint256 pointer) internal pure {
        assembly ("memory-safe") {
            mstore(0x40, pointer)
        }
    }
}
