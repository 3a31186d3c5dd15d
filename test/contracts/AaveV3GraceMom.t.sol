// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AaveV3GraceMom} from "../../contracts/adapters/AaveV3GraceMom.sol";
import {FloorLiquidation} from "../../contracts/interfaces/IAaveV3GraceMom.sol";
import {IPushAdapter} from "../../contracts/interfaces/IPushAdapter.sol";
import {IAaveV36AddressesProvider, IAaveV36Configurator} from "../../contracts/interfaces/external/IAaveV36.sol";
import {Level} from "../../contracts/types/Level.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {OneWayHost} from "./support/OneWayHost.sol";
import {vm} from "./support/Vm.sol";

/// @dev What the genuine host does not do: test/integration/aave-v3-moms has the rest.
contract AaveV3GraceMomTest is BreakerFixture {
    OneWayHost internal host;
    AaveV3GraceMom internal mom;

    function setUp() public override {
        super.setUp();
        host = new OneWayHost();
        IAaveV36AddressesProvider provider = IAaveV36AddressesProvider(address(host));
        mom = new AaveV3GraceMom(address(breaker), venueId, provider, [uint32(600), 1_800]);
    }

    function test_RevertWhen_TheHostDoesNotTakeTheGraceBack() public {
        _trip(Level.Halt, 1 hours);
        vm.assertEq(mom.sync(), 1);
        uint40 until = mom.graceUntil(address(host));
        vm.assertEq(until, block.timestamp + 1 hours - 1);
        bytes4 give = IAaveV36Configurator.setReservePause.selector;
        vm.expectRevert(abi.encodeWithSelector(IPushAdapter.EffectNotVerified.selector, give, address(host)));
        mom.liftFor(FloorLiquidation(address(this), address(host), address(host), 1, false));
        vm.assertEq(host.getLiquidationGracePeriod(address(host)), until);
        vm.assertEq(mom.graceUntil(address(host)), until);
    }
}
