// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {vm} from "../contracts/support/Vm.sol";
import {MarketsFixture} from "./MarketsFixture.sol";

/// @dev A guard never costs its host more than the stipend and a constant, whatever the breaker does with the call.
contract GuardWorstCaseTest is MarketsFixture {
    /// @dev The breaker's account cold (2,600), the call warm (100), and the guard's own code.
    uint256 internal constant OVERHEAD = 3_100;

    /// @dev Breakers that use all they get, that return and revert with as much as they can, that fail at once, that are not there.
    function _hostile() private pure returns (bytes[] memory codes) {
        codes = new bytes[](8);
        codes[0] = hex"5b5f56"; // JUMPDEST PUSH0 JUMP: for ever
        codes[1] = hex"fe"; // INVALID: takes all
        codes[2] = hex"621000005ff3"; // returns a megabyte, and runs out of gas on the way
        codes[3] = hex"60015f526120005ff3"; // says yes, in 8 KB
        codes[4] = hex"6120005ffd"; // reverts with 8 KB
        codes[5] = hex"5f5ffd"; // reverts
        codes[6] = hex"60015f5260205ff3"; // says yes at once
        codes[7] = "";
    }

    function _assertBounded(bytes memory data, uint256 stipend) private returns (uint256 dearest) {
        bytes[] memory codes = _hostile();
        for (uint256 i; i < codes.length; ++i) {
            vm.etch(address(breaker), codes[i]);
            uint256 added = _added(data);
            if (added > dearest) dearest = added;
        }
        vm.assertLe(dearest, stipend + OVERHEAD);
        // It can be that much: otherwise the bound would say nothing.
        vm.assertGe(dearest, stipend);
    }

    function test_guard_costsAtMostItsStipendAndAConstant_inBorrow() public {
        uint256 dearest = _assertBounded(abi.encodeCall(guarded.borrow, (10e18)), CircuitBreakerGuard.READ_STIPEND);
        vm.snapshotValue("gas", "guardReadWorst", dearest);
    }

    function test_guard_costsAtMostItsStipendAndAConstant_inLiquidate() public {
        _dropPrice();
        bytes memory data = abi.encodeCall(guarded.liquidate, (address(this), 10e18));
        vm.snapshotValue("gas", "guardInLiquidateWorst", _assertBounded(data, CircuitBreakerGuard.CONSUME_STIPEND));
    }
}
