// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {vm} from "./support/Vm.sol";

/// @dev Each field at the edges of its bits and bounds, with nothing around it and with everything.
contract LaneFieldsTest {
    uint256 internal constant ALL = type(uint64).max;
    uint256 internal constant LEVERAGE = 0xffff;
    uint256 internal constant AT_RISK = 0xffff << 16;
    uint256 internal constant CLAIMS = 0xffff << 32;
    uint256 internal constant LTV = 0x3fff << 48;

    function test_leverageBelowOne_isFrom1To99() public pure {
        uint16[6] memory values = [uint16(0), 1, 99, 100, 101, 65_535];
        for (uint256 i; i < 6; ++i) {
            bool expected = i == 1 || i == 2;
            vm.assertEq(Lanes.leverageBelowOne(values[i]), expected);
            vm.assertEq(Lanes.leverageBelowOne((ALL & ~LEVERAGE) | values[i]), expected);
        }
    }

    function test_shareAboveOne_isFrom10001On() public pure {
        uint16[5] memory values = [uint16(0), 9_999, 10_000, 10_001, 0x3fff];
        for (uint256 i; i < 5; ++i) {
            uint256 around = ALL & ~AT_RISK & ~LTV;
            vm.assertEq(Lanes.shareAboveOne(uint256(values[i]) << 16), i > 2);
            vm.assertEq(Lanes.shareAboveOne(around | (uint256(values[i]) << 16)), i > 2);
            vm.assertEq(Lanes.shareAboveOne(uint256(values[i]) << 48), i > 2);
            vm.assertEq(Lanes.shareAboveOne(around | (uint256(values[i]) << 48)), i > 2);
        }
    }

    /// @dev The lowest and the highest bit of leverage, rehypothecation and borrowing LTV.
    function _bit(uint256 i) private pure returns (uint256 bit, uint256 field) {
        return (1 << [0, 15, 32, 47, 48, 61][i], [LEVERAGE, CLAIMS, LTV][i / 2]);
    }

    function test_vanishes_isOfAFieldThatWasGivenAndIsNot() public pure {
        for (uint256 i; i < 6; ++i) {
            (uint256 bit, uint256 field) = _bit(i);
            for (uint256 k; k < 2; ++k) {
                uint256 around = k == 0 ? 0 : ALL & ~field;
                vm.assertTrue(Lanes.vanishes(around, around | bit));
                vm.assertFalse(Lanes.vanishes(around | bit, around));
                vm.assertFalse(Lanes.vanishes(around | bit, around | bit));
                vm.assertFalse(Lanes.vanishes(around, around));
            }
        }
    }

    function test_vanishes_isNothingOfWhatMayBeZero() public pure {
        vm.assertFalse(Lanes.vanishes(0, AT_RISK | (3 << 62)));
    }

    /// @dev By one bit of it, a field is given; by all the bits around it, it is not.
    function test_comparable_takesAwayAndAddsWhatOnlyOneOfThemGives() public pure {
        for (uint256 i; i < 2; ++i) {
            (uint256 bit, ) = _bit(2 + i);
            vm.assertEq(Lanes.comparable(ALL, 1 | bit), ALL);
            (bit, ) = _bit(4 + i);
            vm.assertEq(Lanes.comparable(LEVERAGE | bit, ALL & ~bit), LEVERAGE | bit);
            vm.assertEq(Lanes.comparable(LEVERAGE, 1 | CLAIMS | bit), LEVERAGE | bit);
        }
        vm.assertEq(Lanes.comparable(ALL, ALL & ~LEVERAGE), 0);
        vm.assertEq(Lanes.comparable(ALL, ALL & ~CLAIMS), ALL & ~CLAIMS);
        vm.assertEq(Lanes.comparable(ALL & ~LTV, ALL), ALL);
        vm.assertEq(Lanes.comparable(LEVERAGE, ALL), LEVERAGE | LTV);
    }

    function test_fill_addsWhatIsNotGiven() public pure {
        for (uint256 i; i < 2; ++i) {
            (uint256 bit, ) = _bit(2 + i);
            vm.assertEq(Lanes.fill(LTV | bit, ALL & ~bit), LTV | bit);
            vm.assertEq(Lanes.fill(ALL & ~CLAIMS, bit), (ALL & ~CLAIMS) | bit);
            (bit, ) = _bit(4 + i);
            vm.assertEq(Lanes.fill(CLAIMS | bit, ALL & ~bit), CLAIMS | bit);
            vm.assertEq(Lanes.fill(ALL & ~LTV, bit), (ALL & ~LTV) | bit);
        }
        vm.assertEq(Lanes.fill(0, ALL), CLAIMS | LTV);
    }

    function test_lanes_areAQuarterOfAWord() public pure {
        vm.assertEq(4 * Lanes.BITS, 256);
    }
}
