// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Action, Level} from "../../contracts/types/Level.sol";
import {vm} from "../contracts/support/Vm.sol";
import {MarketsFixture} from "./MarketsFixture.sol";

/// @dev What a host pays for its guard, and whoever pokes for the poke, each under its bar; docs/gas.md says how it is measured.
contract GuardGasTest is MarketsFixture {
    uint256 internal constant GUARD_READ_BAR = 5_400;
    uint256 internal constant GUARD_READ_TYPED_BAR = 5_800;
    uint256 internal constant GUARD_IN_LIQUIDATE_BAR = 7_900;
    uint256 internal constant GUARD_IN_LIQUIDATE_THROTTLED_BAR = 11_500;

    function _assertBar(string memory name, uint256 used, uint256 bar) private {
        vm.snapshotValue("gas", name, used);
        vm.assertLe(used, bar);
    }

    function test_guardRead_theDearestOfAllActions() public {
        uint256 dearest;
        for (uint256 i; i < 5; ++i) {
            uint256 used = probe.measure(address(breaker), abi.encodeCall(breaker.isAllowed, (venueId, Action(i))));
            if (used > dearest) dearest = used;
        }
        _assertBar("guardRead", dearest, GUARD_READ_BAR);
    }

    function test_guardReadTyped_inBorrow() public {
        _assertBar("guardReadTyped", _added(abi.encodeCall(guarded.borrow, (10e18))), GUARD_READ_TYPED_BAR);
    }

    function test_guardInLiquidate_theDearestOfTheLevelsBelowThrottle() public {
        _dropPrice();
        uint256 dearest;
        for (uint256 i; i < 3; ++i) {
            if (i > 0) _trip(Level(i), i == 1 ? 0 : 1 hours);
            uint256 used = _addedToLiquidate();
            if (used > dearest) dearest = used;
        }
        _assertLevel(Level.NoNewLeverage);
        _assertBar("guardInLiquidate", dearest, GUARD_IN_LIQUIDATE_BAR);
    }

    function test_guardInLiquidate_throttled() public {
        _dropPrice();
        _trip(Level.Throttle, 1 hours);
        guarded.liquidate(address(this), 10e18);
        _assertBar("guardInLiquidateThrottled", _addedToLiquidate(), GUARD_IN_LIQUIDATE_THROTTLED_BAR);
    }

    /// @dev Once a host and target: its meter is a new slot, 17,100 more, and takes the terms over from theirs, 2,200 more.
    function test_guardInLiquidate_throttledForTheFirstTime() public {
        _dropPrice();
        _trip(Level.Throttle, 1 hours);
        uint256 bar = GUARD_IN_LIQUIDATE_THROTTLED_BAR + 17_100 + 2_200;
        _assertBar("guardInLiquidateThrottledFirst", _addedToLiquidate(), bar);
    }

    function test_poke() public {
        _publish(2, _word(_lane(115, 900, 0)));
        breaker.poke(venueId);
        vm.snapshotGasLastCall("gas", "poke");
        _assertLevel(Level.Normal);
    }

    function test_poke_raisingToHalt() public {
        _score(2, 300, 3);
        _publish(3, _word(_lane(300, 900, 3)));
        breaker.poke(venueId);
        vm.snapshotGasLastCall("gas", "pokeRaisingToHalt");
        _assertLevel(Level.Halt);
    }
}
