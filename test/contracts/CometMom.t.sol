// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CometMom} from "../../contracts/adapters/CometMom.sol";
import {IPushAdapter} from "../../contracts/interfaces/IPushAdapter.sol";
import {IComet} from "../../contracts/interfaces/external/IComet.sol";
import {Level} from "../../contracts/types/Level.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {DeafComet} from "./support/DeafComet.sol";
import {vm} from "./support/Vm.sol";

contract CometMomTest is BreakerFixture {
    DeafComet private deaf;

    function setUp() public override {
        super.setUp();
        deaf = new DeafComet();
    }

    function test_RevertWhen_TheMarketTakesThePauseAndShowsNone() public {
        CometMom mom = new CometMom(address(breaker), venueId, deaf, Level.Halt);
        vm.assertEq(mom.sync(), 0);
        _trip(Level.Halt, 1 hours);
        vm.expectRevert(
            abi.encodeWithSelector(IPushAdapter.EffectNotVerified.selector, IComet.pause.selector, address(deaf))
        );
        mom.sync();
        (bool inForce, , ) = mom.effect();
        vm.assertFalse(inForce);
        vm.assertEq(deaf.taken(), 0);
    }

    function test_RevertWhen_FromLevelIsNotPaidFromTheBudget() public {
        Level[3] memory free = [Level.Normal, Level.Watch, Level.NoNewLeverage];
        for (uint256 i; i < free.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(CometMom.FromLevelInvalid.selector, free[i]));
            new CometMom(address(breaker), venueId, deaf, free[i]);
        }
        CometMom mom = new CometMom(address(breaker), venueId, deaf, Level.Throttle);
        vm.assertEq(uint256(mom.fromLevel()), uint256(Level.Throttle));
        vm.assertEq(mom.breaker(), address(breaker));
        vm.assertEq(address(mom.comet()), address(deaf));
    }
}
