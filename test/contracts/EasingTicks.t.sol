// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EasingLib} from "../../contracts/libraries/EasingLib.sol";
import {vm} from "./support/Vm.sol";

/// @dev Where one more or less would be another tick, worked out by hand.
contract EasingTicksTest {
    function _assertShare(uint256 rate, uint256 from, uint256 to, uint256 expected) private pure {
        (uint256 share, ) = EasingLib.pace(rate, from, to);
        vm.assertEq(share, expected);
    }

    /// @dev 360352 bps times seconds are 656.0008 of 65536 parts, of which a hundred are one unit at least; one less are 655.999.
    /// Rates above those of an oracle, as none of an oracle's meets the number itself.
    function test_pace_aTickIsTheLeastThatEasesAUnitOfAHundred() public pure {
        // 32 seconds of 11261 bps are that number.
        _assertShare(11_261, 0, 31, 0);
        _assertShare(11_261, 31, 32, 656);
        // One second of one less is less than it: two are a tick.
        _assertShare(360_351, 0, 1, 0);
        _assertShare(360_351, 1, 2, 1_311);
        _assertShare(360_352, 0, 1, 656);
    }

    /// @dev At 175 bps, 4096 seconds: the quotient is 2059, of whose bits few are set.
    function test_pace_nothingEasesWithinATick() public pure {
        for (uint256 i; i < 12; ++i) _assertShare(175, 0, 1 << i, 0);
        _assertShare(175, 0, 4_096, 1_304);
    }

    /// @dev 0.50 % at risk, which eases as 1 % does: by one unit, of 656 parts in 65536. In each of the four lanes.
    function test_step_whatIsSmallEasesAsAHundredUnits() public pure {
        uint256 lanes = 0x0000000000000001000000000000000100000000000000010000000000000001;
        uint256 last = lanes * ((50 << 16) | 100);
        vm.assertEq(EasingLib.step(lanes * 100, last, 656, 0), lanes * ((49 << 16) | 100));
        vm.assertEq(EasingLib.step(lanes * 100, last, 655, 0), last);
    }
}
