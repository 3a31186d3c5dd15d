// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Score} from "../../../contracts/types/Score.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";
import {SlowEasing} from "./SlowEasing.sol";

/// @dev Lanes out of a seed: half of the fields at an extreme, where carries and roundings turn, the others anywhere.
library AnyLanes {
    /// @dev A word of four valid lanes, in which anything may be unknown.
    function word(uint256 seed) internal pure returns (uint256 made) {
        for (uint256 i; i < 4; ++i) made |= SlowEasing.pack(lane(uint256(keccak256(abi.encode(seed, i)))), i);
    }

    function lane(uint256 seed) internal pure returns (Score memory score) {
        if (seed % 8 == 0) return score;
        score.leverage = Cx.wrap(multiple(seed >> 8));
        if (Cx.unwrap(score.leverage) == 0) return score;
        score.liquidationAtRisk = Bps.wrap(share(seed >> 48));
        score.rehypothecation = Cx.wrap(multiple(seed >> 88));
        score.borrowLtv = Bps.wrap(share(seed >> 128));
        score.advice = uint8((seed >> 168) % 4);
    }

    /// @dev Zero, or 1.00x and above.
    function multiple(uint256 seed) internal pure returns (uint16) {
        uint16[8] memory extremes = [uint16(0), 100, 101, 199, 0x3fff, 0x4000, 65_534, 65_535];
        return seed % 2 == 0 ? extremes[(seed >> 1) % 8] : uint16(100 + ((seed >> 1) % 65_436));
    }

    /// @dev 0 to 100 %.
    function share(uint256 seed) internal pure returns (uint16) {
        uint16[8] memory extremes = [uint16(0), 1, 99, 100, 101, 199, 9_999, 10_000];
        return seed % 2 == 0 ? extremes[(seed >> 1) % 8] : uint16((seed >> 1) % 10_001);
    }

    /// @dev Any 256 bits, half of the 16-bit fields at an extreme.
    function bits(uint256 seed) internal pure returns (uint256 made) {
        uint16[8] memory extremes = [uint16(0), 1, 99, 100, 10_000, 10_001, 0x3fff, 65_535];
        for (uint256 i; i < 16; ++i) {
            uint256 one = uint256(keccak256(abi.encode(seed, i)));
            made |= (one % 2 == 0 ? uint256(extremes[(one >> 1) % 8]) : (one >> 1) % 65_536) << (16 * i);
        }
    }
}
