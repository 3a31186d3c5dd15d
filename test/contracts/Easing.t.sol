// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Easing, EasingLib} from "../../contracts/libraries/EasingLib.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev The limit of easing over many epochs against the nominal one: each epoch the rate times the time since the last one, of
/// the last value, in real numbers (here with 27 decimals).
contract EasingTest {
    using EasingLib for uint256;

    uint256 internal constant ONE = 1e27;
    /// @dev Basis points times seconds of an hour.
    uint256 internal constant RATE_ONE = 10_000 * 3_600;
    /// @dev What the stored value may be ahead of the nominal one, in units.
    uint256 internal constant AHEAD = 2;
    uint256 internal constant START = 1_700_000_000;

    struct Path {
        uint256 value;
        uint256 nominal;
        uint256 at;
    }

    function _lane(uint256 value) private pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(uint16(value)), Bps.wrap(0), Cx.wrap(100), Bps.wrap(0), 0));
    }

    function _ltv(uint256 value) private pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(100), Bps.wrap(0), Cx.wrap(100), Bps.wrap(uint16(value)), 0));
    }

    function _fall(Path memory path, uint256 rate, uint256 elapsed) private pure {
        uint256 to = path.at + elapsed;
        path.value = _lane(100).step(_lane(path.value), _easing(rate, path.at, to)) & 0xffff;
        uint256 down = (path.nominal * rate * elapsed) / RATE_ONE + 1;
        path.nominal = down < path.nominal ? path.nominal - down : 0;
        path.at = to;
    }

    function _rise(Path memory path, uint256 rate, uint256 elapsed) private pure {
        uint256 to = path.at + elapsed;
        path.value = (_ltv(10_000).step(_ltv(path.value), _easing(rate, path.at, to)) >> 48) & 0x3fff;
        path.nominal += (path.nominal * rate * elapsed) / RATE_ONE + 1;
        path.at = to;
    }

    function _easing(uint256 rate, uint256 from, uint256 to) private pure returns (Easing memory) {
        return Easing({rate: rate, from: from, to: to});
    }

    /// @dev Epochs as dense as blocks, as sparse as hours, and everything between, one after the other.
    function _elapsed(uint256 seed, uint256 i) private pure returns (uint256) {
        uint256 one = uint256(keccak256(abi.encode(seed, i)));
        return 1 + ((one >> 8) % (uint256(1) << (one % 14)));
    }

    function testFuzz_step_neverFallsAheadOfTheRate(
        uint256 seed,
        uint256 start,
        uint256 rate,
        uint256 first
    ) public pure {
        Path memory path = Path(bound(first, 101, 65_535), 0, START + bound(start, 0, 1 << 30));
        path.nominal = path.value * ONE;
        rate = bound(rate, 1, 10_000);
        for (uint256 i; i < 300 && path.value > 100; ++i) {
            _fall(path, rate, _elapsed(seed, i));
            vm.assertGe((path.value + AHEAD) * ONE, path.nominal);
        }
    }

    function testFuzz_step_neverFallsAheadInEpochsOfBlocks(uint256 start, uint256 rate, uint256 first) public pure {
        Path memory path = Path(bound(first, 101, 5_000), 0, START + bound(start, 0, 1 << 30));
        path.nominal = path.value * ONE;
        rate = bound(rate, 1, 10_000);
        for (uint256 i; i < 900 && path.value > 100; ++i) {
            _fall(path, rate, 12);
            vm.assertGe((path.value + AHEAD) * ONE, path.nominal);
        }
    }

    function testFuzz_step_neverRisesAheadOfTheRate(
        uint256 seed,
        uint256 start,
        uint256 rate,
        uint256 first
    ) public pure {
        Path memory path = Path(bound(first, 1, 9_000), 0, START + bound(start, 0, 1 << 30));
        // A value that rises takes what it is ahead along: the bound grows with it.
        path.nominal = (path.value + AHEAD) * ONE;
        rate = bound(rate, 1, 10_000);
        for (uint256 i; i < 300 && path.value < 10_000; ++i) {
            _rise(path, rate, _elapsed(seed, i));
            vm.assertLe(path.value * ONE, path.nominal);
        }
    }

    /// @dev At most twice as slow as the rate, and never at rest: dense epochs, small values.
    function testFuzz_step_isAtLeastHalfTheRate(uint256 start, uint256 rate, uint256 first) public pure {
        Path memory path = Path(bound(first, 101, 300), 0, START + bound(start, 0, 1 << 30));
        rate = bound(rate, 100, 10_000);
        uint256 began = path.at;
        uint256 value = path.value;
        while (path.value == value) {
            _fall(path, rate, 12);
            vm.assertLe((path.at - began) * rate * value, 2 * RATE_ONE + 12 * rate * value);
        }
    }

    function test_step_theCasesOfTheReview() public pure {
        // 10.00x at 1 % an hour, an epoch a block, three hours: 970 and a little. 10 %: 741. 3.00x at 50 %, one hour: 182.
        uint256[3] memory first = [uint256(1_000), 1_000, 300];
        uint256[3] memory rate = [uint256(100), 1_000, 5_000];
        uint256[3] memory epochs = [uint256(900), 900, 300];
        uint256[3] memory floor = [uint256(970), 740, 181];
        for (uint256 i; i < 3; ++i) {
            Path memory path = Path(first[i], 0, START);
            for (uint256 e; e < epochs[i]; ++e) _fall(path, rate[i], 12);
            vm.assertGe(path.value + AHEAD, floor[i]);
            // And no slower than half the rate.
            vm.assertLe(path.value, (first[i] + floor[i]) / 2 + AHEAD);
        }
    }
}
