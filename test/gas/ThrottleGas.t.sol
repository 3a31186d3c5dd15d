// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RateLimiter} from "@openzeppelin/contracts/utils/RateLimiter.sol";

import {LiquidationThrottle, Throttle} from "../../contracts/libraries/LiquidationThrottle.sol";
import {vm} from "../contracts/support/Vm.sol";
import {GasProbe} from "./GasProbe.sol";

/// @dev One bucket a caller, OpenZeppelin's.
contract OpenZeppelinMeter {
    using RateLimiter for RateLimiter.RefillingBucket;

    RateLimiter.RefillingBucket private _throttle;

    constructor(uint96 capacity, uint24 window) {
        _throttle.updateSettings(window, capacity);
    }

    function take(uint256 value) external returns (bool) {
        return _throttle.tryConsume(bytes32(uint256(uint160(msg.sender))), value);
    }
}

/// @dev One bucket a caller, ours. When the terms were set, a breaker has read already.
contract OwnMeter {
    using LiquidationThrottle for Throttle;

    Throttle private _throttle;
    uint256 private immutable _since = block.timestamp;

    constructor(uint96 capacity, uint24 window) {
        (_throttle.capacity, _throttle.window) = (capacity, window);
    }

    function take(uint256 value) external returns (bool) {
        return _throttle.tryTake(msg.sender, _since, value);
    }
}

/// @dev What the departure of ADR 0013 is for.
contract ThrottleGasTest {
    uint256 internal constant COLD_SLOT = 2_100;

    GasProbe internal probe = new GasProbe();

    /// @dev The second call of a caller: its slot is there.
    function _steady(address meter) private returns (uint256) {
        bytes memory data = abi.encodeCall(OwnMeter.take, (10));
        vm.warp(block.timestamp + 60);
        probe.measure(meter, data);
        return probe.measure(meter, data);
    }

    function test_take_savesAColdSlotAgainstOpenZeppelins() public {
        uint256 own = _steady(address(new OwnMeter(1_000_000, 1 hours)));
        uint256 theirs = _steady(address(new OpenZeppelinMeter(1_000_000, 1 hours)));
        vm.snapshotValue("gas", "throttleTake", own);
        vm.snapshotValue("gas", "throttleTakeOpenZeppelin", theirs);
        vm.assertGe(theirs, own + COLD_SLOT);
    }
}
