// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Headers} from "../../contracts/libraries/Headers.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Header, Score} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

contract LanesTest {
    function test_pack_putsFieldsWhereScoreSaysTheyAre() public pure {
        uint256 lane = Lanes.pack(Score(Cx.wrap(0x1234), Bps.wrap(0x0678), Cx.wrap(0x9abc), Bps.wrap(0x1def), 2));
        // bits 0-15, 16-31, 32-47, 48-61, 62-63 of Score's layout, added up by hand
        vm.assertEq(lane, 0x1234 + (0x0678 << 16) + (0x9abc << 32) + (0x1def << 48) + (uint256(2) << 62));
    }

    function test_pack_fillsExactly64BitsAtTheExtremes() public pure {
        Score memory largest = Score(Cx.wrap(65_535), Bps.wrap(65_535), Cx.wrap(65_535), Bps.wrap(0x3fff), 3);
        vm.assertEq(Lanes.pack(largest), type(uint64).max);
        Score memory smallest;
        vm.assertEq(Lanes.pack(smallest), 0);
    }

    function testFuzz_unpack_invertsPack(uint64 lane) public pure {
        vm.assertEq(Lanes.pack(Lanes.unpack(lane)), lane);
    }

    function test_fill_takesOnlyWhatIsMissing() public pure {
        Score memory known = Score(Cx.wrap(1), Bps.wrap(2), Cx.wrap(3), Bps.wrap(4), 1);
        Score memory lane = Score(Cx.wrap(500), Bps.wrap(0), Cx.wrap(0), Bps.wrap(0), 0);
        Score memory filled = Lanes.unpack(Lanes.fill(Lanes.pack(lane), Lanes.pack(known)));
        vm.assertEq(Cx.unwrap(filled.leverage), 500);
        vm.assertEq(Bps.unwrap(filled.liquidationAtRisk), 0);
        vm.assertEq(Cx.unwrap(filled.rehypothecation), 3);
        vm.assertEq(Bps.unwrap(filled.borrowLtv), 4);
    }

    function testFuzz_decode_invertsEncodeOfHeaders(uint216 word) public pure {
        vm.assertEq(Headers.encode(Headers.decode(word)), word);
    }

    function test_encode_putsHeaderFieldsInOrder() public pure {
        Header memory header = Header(1, 2, 3, Bps.wrap(4), Cx.wrap(5), Bps.wrap(6), 7, 8);
        uint256 expected = 1 + (2 << 48) + (3 << 96) + (uint256(4) << 144);
        expected += (uint256(5) << 160) + (uint256(6) << 176) + (uint256(7) << 192) + (uint256(8) << 208);
        vm.assertEq(Headers.encode(header), expected);
        vm.assertTrue(Headers.EMPTY > type(uint216).max);
    }
}
