// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AnyLanes} from "./support/AnyLanes.sol";
import {EasingSteps} from "./support/EasingSteps.sol";
import {SlowEasing} from "./support/SlowEasing.sol";
import {vm} from "./support/Vm.sol";

/// @dev In a file of its own, because it is long: more gas than a run of mutants gives to a test.
contract EasingExtremesTest is EasingSteps {
    /// @dev Each of the sixteen fields from each extreme to each other, in a word whose other fields are anything.
    function test_step_isTheRuleAtEveryExtremeOfEveryField() public pure {
        uint16[5] memory multiples = [uint16(100), 101, 0x3fff, 0x8000, 65_535];
        uint16[5] memory shares = [uint16(1), 99, 100, 9_999, 10_000];
        uint256 free = _freeMemory();
        for (uint256 i; i < 16 * 25; ++i) {
            uint256 field = i / 25;
            uint256 last = _givenAlike(AnyLanes.word(i), type(uint256).max);
            uint256 signed = _givenAlike(AnyLanes.word(i << 16), last);
            last = _with(last, field, field % 2 == 0 ? multiples[(i / 5) % 5] : shares[(i / 5) % 5]);
            signed = _with(signed, field, field % 2 == 0 ? multiples[i % 5] : shares[i % 5]);
            for (uint256 elapsed = 1; elapsed < 1 << 16; elapsed *= 32) {
                SlowEasing.Limit memory limit = SlowEasing.Limit(1_000, 1 << 30, (1 << 30) + elapsed);
                vm.assertEq(_step(signed, last, limit), SlowEasing.stepWord(signed, last, limit));
            }
            _setFreeMemory(free);
        }
    }

    function _with(uint256 word, uint256 field, uint256 value) private pure returns (uint256) {
        uint256 mask = field % 4 == 3 ? 0x3fff : 0xffff;
        return (word & ~(mask << (16 * field))) | (value << (16 * field));
    }
}
