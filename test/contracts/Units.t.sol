// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bps, Cx} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

/// @dev A consumer compares units without unwrapping them: as the numbers that they are.
contract UnitsTest {
    function test_units_compareAsNumbers() public pure {
        uint16[8] memory values = [uint16(0), 1, 99, 100, 101, 10_000, 65_534, 65_535];
        for (uint256 i; i < 8; ++i) {
            for (uint256 k; k < 8; ++k) _assertAsNumbers(values[i], values[k]);
        }
    }

    function _assertAsNumbers(uint16 a, uint16 b) private pure {
        bool[6] memory expected = [a == b, a != b, a < b, a <= b, a > b, a >= b];
        (Bps p, Bps q) = (Bps.wrap(a), Bps.wrap(b));
        vm.assertEq(abi.encode([p == q, p != q, p < q, p <= q, p > q, p >= q]), abi.encode(expected));
        (Cx x, Cx y) = (Cx.wrap(a), Cx.wrap(b));
        vm.assertEq(abi.encode([x == y, x != y, x < y, x <= y, x > y, x >= y]), abi.encode(expected));
    }
}
