// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreaker} from "../../contracts/CircuitBreaker.sol";
import {SubjectId, SubjectIds} from "../../contracts/types/SubjectId.sol";
import {vm} from "../contracts/support/Vm.sol";
import {ThrottleHandler} from "./ThrottleHandler.t.sol";

/// hardhat-config: invariant.runs = 16
/// hardhat-config: invariant.depth = 200
contract LiquidationThrottleInvariantTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    /// @dev Takings of a host that are added up before its last one.
    uint256 internal constant WINDOWS = 12;
    uint256 internal constant HOSTS = 3;

    ThrottleHandler internal handler;
    CircuitBreaker internal breaker;
    SubjectId internal id;

    function setUp() public {
        handler = new ThrottleHandler();
        breaker = handler.target();
        id = SubjectIds.venue(block.chainid, address(0x1111));
    }

    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0].addr = address(handler);
        selectors[0].selectors = new bytes4[](5);
        selectors[0].selectors[0] = handler.liquidate.selector;
        selectors[0].selectors[1] = handler.liquidateBelowFloor.selector;
        selectors[0].selectors[2] = handler.pause.selector;
        selectors[0].selectors[3] = handler.retune.selector;
        selectors[0].selectors[4] = handler.wait.selector;
    }

    function targetContracts() external view returns (address[] memory contracts) {
        contracts = new address[](1);
        contracts[0] = address(handler);
    }

    function invariant_volumeInAnyWindowStaysWithinCapacityAndRefill() public view {
        for (uint256 i; i < HOSTS; ++i) {
            uint256 count = handler.takingCount(i);
            if (count == 0) continue;
            (uint256 end, , , ) = handler.takings(i, count - 1);
            uint256 volume;
            for (uint256 back = 1; back <= count && back <= WINDOWS; ++back) {
                (uint256 at, uint256 value, , ) = handler.takings(i, count - back);
                volume += value;
                (uint256 capacity, uint256 refill) = handler.mostSince(at);
                vm.assertLe(volume, capacity + ((end - at) * refill) / 1e18);
            }
        }
    }

    function invariant_whatIsUsedAndWhatIsLeftAreTheCapacity() public view {
        uint256 capacity = breaker.configOf(id).throttleCapacity;
        for (uint256 i; i < HOSTS; ++i) {
            (uint256 used, uint256 available) = breaker.throttleOf(id, handler.hostOf(i));
            vm.assertEq(available, used < capacity ? capacity - used : 0);
        }
    }

    function invariant_aHostThatNeverLiquidatedHasItsThrottleWhole() public view {
        (uint256 used, uint256 available) = breaker.throttleOf(id, address(0xf4e5));
        vm.assertEq(used, 0);
        vm.assertEq(available, breaker.configOf(id).throttleCapacity);
    }

    function afterInvariant() public view {
        vm.assertEq(handler.taken() > 0, true, "taken");
        vm.assertEq(handler.refused() + handler.observed() > 0, true, "refused");
        vm.assertEq(handler.belowFloor() > 0, true, "belowFloor");
        vm.assertEq(handler.free() > 0, true, "free");
        vm.assertEq(handler.pauses() > 0, true, "pauses");
        vm.assertEq(handler.retunes() > 0, true, "retunes");
        vm.assertEq(handler.waits() > 0, true, "waits");
    }
}
