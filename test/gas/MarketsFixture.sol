// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {BreakerFixture} from "../contracts/support/BreakerFixture.sol";
import {vm} from "../contracts/support/Vm.sol";
import {GasProbe} from "./GasProbe.sol";
import {GuardedMarket, OpenMarket} from "./LendingMarkets.sol";

/// @dev Two markets that differ by the guard alone, and stand alike. With `isolate`, each call from a test is a transaction of its
/// own: what the probe calls is cold.
abstract contract MarketsFixture is BreakerFixture {
    GasProbe internal probe;
    GuardedMarket internal guarded;
    OpenMarket internal unguarded;

    function setUp() public override {
        super.setUp();
        probe = new GasProbe();
        guarded = new GuardedMarket(address(breaker), venueId);
        unguarded = new OpenMarket(address(breaker), venueId);
        TargetConfig memory config = _config();
        config.throttleCapacity = 1_000_000e18;
        breaker.configureTarget(venueId, config);
        _score(1, 110, 0);
        _open(address(this), 15_000e18);
        _open(address(probe), 1_000e18);
    }

    /// @dev The same position of `owner` in both markets, at a price of 2,000 USD.
    function _open(address owner, uint128 debtUsd) private {
        vm.startPrank(owner);
        guarded.supply(10e18);
        unguarded.supply(10e18);
        guarded.borrow(debtUsd);
        unguarded.borrow(debtUsd);
        vm.stopPrank();
    }

    /// @dev What the guard adds to one call of a market.
    function _added(bytes memory data) internal returns (uint256) {
        uint256 dearer = probe.measure(address(guarded), data);
        return dearer - probe.measure(address(unguarded), data);
    }

    function _addedToLiquidate() internal returns (uint256) {
        return _added(abi.encodeCall(guarded.liquidate, (address(this), 10e18)));
    }

    function _dropPrice() internal {
        guarded.setPrice(1_820e18);
        unguarded.setPrice(1_820e18);
    }
}
