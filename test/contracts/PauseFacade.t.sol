// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PauseFacade} from "../../contracts/adapters/PauseFacade.sol";
import {ICircuitBreaker} from "../../contracts/interfaces/ICircuitBreaker.sol";
import {IPausable} from "../../contracts/interfaces/external/IPausable.sol";
import {TargetLedger, TargetState} from "../../contracts/types/Breaker.sol";
import {Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev In the manner of lidofinance/circuit-breaker: pauses what is not paused, and insists that it then is.
contract LidoStylePauser {
    error PauseFailed(address pausable);

    function pause(IPausable pausable, uint256 duration) external {
        if (pausable.isPaused()) return;
        pausable.pauseFor(duration);
        require(pausable.isPaused(), PauseFailed(address(pausable)));
    }
}

contract PauseFacadeTest is BreakerFixture {
    address internal constant PAUSER = address(0x9a);
    SubjectId internal constant OTHER = SubjectId.wrap(keccak256("other"));

    PauseFacade internal facade;

    function setUp() public override {
        super.setUp();
        breaker.configureTarget(OTHER, _config());
        facade = _newFacade(PAUSER);
    }

    function _newFacade(address pauser) private returns (PauseFacade created) {
        created = new PauseFacade(breaker, venueId, pauser);
        manager.grantRole(GUARDIAN_ROLE, address(created), 0);
        breaker.armGuardian(address(created));
    }

    function _pause(uint256 duration) private {
        vm.prank(PAUSER);
        facade.pauseFor(duration);
    }

    function _assertHaltedFor(uint256 duration) private view {
        (TargetState memory state, ) = breaker.stateOf(venueId);
        vm.assertEq(uint256(state.level), uint256(Level.Halt));
        vm.assertEq(state.until, block.timestamp + duration);
    }

    function test_facade_speaksLidosSelectors() public view {
        vm.assertEq(bytes32(facade.isPaused.selector), bytes32(bytes4(keccak256("isPaused()"))));
        vm.assertEq(bytes32(facade.pauseFor.selector), bytes32(bytes4(keccak256("pauseFor(uint256)"))));
        vm.assertEq(facade.pauser(), PAUSER);
        vm.assertEq(address(facade.breaker()), address(breaker));
        vm.assertTrue(facade.subject() == venueId);
    }

    function test_pauseFor_halts() public {
        vm.assertFalse(facade.isPaused());
        vm.expectEmit(address(breaker));
        emit ICircuitBreaker.Tripped(venueId, address(facade), "pauseFor");
        vm.expectEmit(address(facade));
        emit IPausable.Paused(1 hours);
        _pause(1 hours);
        _assertHaltedFor(1 hours);
        vm.assertTrue(facade.isPaused());
        vm.warp(block.timestamp + 1 hours);
        vm.assertFalse(facade.isPaused());
        vm.assertEq(breaker.pauseBudgetOf(venueId), 6 hours - 70 minutes + 15 minutes);
    }

    function test_isPaused_whoeverHaltedAndAtNoOtherLevel() public {
        for (uint256 i = 1; i < 5; ++i) {
            _trip(Level(i), i == 1 ? 0 : 1 hours);
            vm.assertEq(facade.isPaused(), i == 4);
        }
    }

    /* NEVER LONGER THAN ALLOWED */

    function test_pauseFor_theLongestHaltWhenMoreIsAsked() public {
        _pause(type(uint256).max);
        _assertHaltedFor(4 hours);
    }

    function test_pauseFor_whatTheBudgetHasLeft() public {
        _trip(Level.Halt, 3 hours);
        vm.warp(block.timestamp + 3 hours + 10 minutes);
        // 6 h less 3 h 10 min, and a quarter of 3 h 10 min came back; its grace takes 10 min.
        vm.expectEmit(address(facade));
        emit IPausable.Paused(3 hours + 27 minutes + 30 seconds);
        _pause(14 days);
        _assertHaltedFor(3 hours + 27 minutes + 30 seconds);
        vm.assertEq(breaker.pauseBudgetOf(venueId), 0);
    }

    function test_pauseFor_overAThrottleCountsWhatItGivesBack() public {
        _trip(Level.Throttle, 6 hours);
        vm.assertEq(breaker.pauseBudgetOf(venueId), 0);
        vm.warp(block.timestamp + 1 hours);
        _pause(14 days);
        _assertHaltedFor(4 hours);
    }

    /// @dev At any time, over any pause, for any duration: halted, for at most what was asked, at most 4 hours, within the budget;
    /// or refused, and then nothing has changed.
    function testFuzz_pauseFor_neverBeyondTheBudget(uint256 seed, uint256 duration) public {
        if (seed & 1 == 0) _trip(Level.Throttle, uint32(bound(seed >> 8, 5 minutes, 6 hours)));
        else _trip(Level.Halt, uint32(bound(seed >> 8, 5 minutes, 4 hours)));
        vm.warp(block.timestamp + bound(seed >> 40, 0, 8 hours));
        duration = bound(duration, 0, seed & 2 == 0 ? 5 hours : type(uint64).max);
        bytes32 before = _stateHash(venueId);
        vm.prank(PAUSER);
        (bool done, ) = address(facade).call(abi.encodeCall(facade.pauseFor, (duration)));
        if (!done) {
            vm.assertEq(_stateHash(venueId), before);
            return;
        }
        (TargetState memory state, ) = breaker.stateOf(venueId);
        vm.assertTrue(facade.isPaused());
        vm.assertLe(state.until - block.timestamp, duration < 4 hours ? duration : 4 hours);
        vm.assertLe(state.graceUntil - block.timestamp + breaker.pauseBudgetOf(venueId), 6 hours);
    }

    /* REFUSED */

    function _expectRefused(uint256 duration, bytes memory error) private {
        vm.prank(PAUSER);
        vm.expectRevert(error);
        facade.pauseFor(duration);
    }

    function test_RevertWhen_ThePauseIsTooShort() public {
        _expectRefused(
            5 minutes - 1,
            abi.encodeWithSelector(ICircuitBreaker.DurationOutOfRange.selector, 5 minutes - 1, 5 minutes, 4 hours)
        );
        vm.assertFalse(facade.isPaused());
    }

    function test_RevertWhen_ItIsHalted() public {
        _pause(1 hours);
        _expectRefused(
            2 hours,
            abi.encodeWithSelector(ICircuitBreaker.LevelNotHigher.selector, Level.Halt, Level.Halt)
        );
        _assertHaltedFor(1 hours);
    }

    function test_RevertWhen_TheBudgetIsGone() public {
        TargetConfig memory config = _config();
        config.terms.budgetRefillPerDay = 0;
        breaker.configureTarget(venueId, config);
        _trip(Level.Throttle, 6 hours - 14 minutes);
        vm.warp(block.timestamp + 6 hours);
        _expectRefused(
            1 hours,
            abi.encodeWithSelector(ICircuitBreaker.PauseBudgetExceeded.selector, 70 minutes, 14 minutes)
        );
        vm.assertEq(breaker.pauseBudgetOf(venueId), 14 minutes);
    }

    function test_RevertWhen_TheTargetOnlyObservesAndThePauserInsists() public {
        LidoStylePauser pauser = new LidoStylePauser();
        PauseFacade own = _newFacade(address(pauser));
        TargetConfig memory config = _config();
        config.shadow = true;
        breaker.configureTarget(venueId, config);
        vm.expectRevert(abi.encodeWithSelector(LidoStylePauser.PauseFailed.selector, address(own)));
        pauser.pause(own, 1 hours);
        config.shadow = false;
        breaker.configureTarget(venueId, config);
        pauser.pause(own, 1 hours);
        _assertHaltedFor(1 hours);
    }

    /* HEARTBEAT */

    function test_heartbeat_keepsTheFacadeAlive() public {
        vm.warp(block.timestamp + 20 days);
        vm.prank(PAUSER);
        facade.heartbeat();
        vm.assertEq(breaker.aliveUntil(address(facade)), block.timestamp + 30 days);
        vm.warp(block.timestamp + 25 days);
        _pause(1 hours);
        vm.assertTrue(facade.isPaused());
    }

    function test_RevertWhen_ThePauserMissedItsHeartbeat() public {
        uint48 until = breaker.aliveUntil(address(facade));
        vm.warp(uint256(until) + 1);
        bytes memory error = abi.encodeWithSelector(ICircuitBreaker.GuardianLapsed.selector, address(facade), until);
        _expectRefused(1 hours, error);
        vm.prank(PAUSER);
        vm.expectRevert(error);
        facade.heartbeat();
        breaker.armGuardian(address(facade));
        _pause(1 hours);
        vm.assertTrue(facade.isPaused());
    }

    /* NOTHING ELSE */

    function test_RevertWhen_CallerIsNotThePauser() public {
        address[3] memory callers = [address(this), GUARDIAN, address(breaker)];
        for (uint256 i; i < callers.length; ++i) {
            bytes memory error = abi.encodeWithSelector(PauseFacade.CallerNotPauser.selector, callers[i], PAUSER);
            vm.prank(callers[i]);
            vm.expectRevert(error);
            facade.pauseFor(1 hours);
            vm.prank(callers[i]);
            vm.expectRevert(error);
            facade.heartbeat();
        }
        _assertLevel(Level.Normal);
    }

    function test_RevertWhen_PauserIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(PauseFacade.PauserZero.selector));
        new PauseFacade(breaker, venueId, address(0));
        vm.assertEq(facade.pauser(), PAUSER);
    }

    /// @dev Of what changes the breaker, its code names what its role is for, and nothing else.
    function test_facade_callsTripAndHeartbeatAlone() public view {
        bytes4[9] memory selectors = [
            breaker.trip.selector,
            breaker.heartbeat.selector,
            breaker.release.selector,
            breaker.configureTarget.selector,
            breaker.armGuardian.selector,
            breaker.setAuthority.selector,
            breaker.poke.selector,
            breaker.publishAndPoke.selector,
            breaker.consumeLiquidation.selector
        ];
        for (uint256 i; i < selectors.length; ++i) vm.assertEq(_names(address(facade).code, selectors[i]), i < 2);
    }

    /// @dev Whether `code` pushes `selector`.
    function _names(bytes memory code, bytes4 selector) private pure returns (bool) {
        for (uint256 i; i < code.length; ++i) {
            uint8 opcode = uint8(code[i]);
            if (opcode < 0x60 || opcode > 0x7f) continue;
            if (opcode == 0x63 && bytes4(bytes.concat(code[i + 1], code[i + 2], code[i + 3], code[i + 4])) == selector)
                return true;
            i += opcode - 0x5f;
        }
        return false;
    }

    function _stateHash(SubjectId id) private view returns (bytes32) {
        (TargetState memory state, TargetLedger memory ledger) = breaker.stateOf(id);
        return keccak256(abi.encode(state, ledger));
    }

    /// @dev Whatever anybody sends it, the other target stays, and so does everything but a Halt of its own.
    function testFuzz_facade_canDoNothingElse(uint256 seed, bytes calldata arguments) public {
        bytes4[7] memory selectors = [
            facade.pauseFor.selector,
            facade.heartbeat.selector,
            breaker.trip.selector,
            breaker.release.selector,
            breaker.configureTarget.selector,
            breaker.armGuardian.selector,
            bytes4(uint32(seed >> 64))
        ];
        bytes32 other = _stateHash(OTHER);
        bytes32 own = _stateHash(venueId);
        vm.prank(seed & 1 == 0 ? PAUSER : GUARDIAN);
        (bool done, ) = address(facade).call(bytes.concat(selectors[bound(seed >> 8, 0, 6)], arguments));
        vm.assertEq(_stateHash(OTHER), other);
        if (facade.isPaused()) vm.assertTrue(done && seed & 1 == 0);
        else vm.assertEq(_stateHash(venueId), own);
    }
}
