// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {BreakerFixture} from "./support/BreakerFixture.sol";
import {ExampleMarket} from "./support/ExampleMarket.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Also tells what it sees.
contract TellingMarket is ExampleMarket {
    using CircuitBreakerGuard for address;

    constructor(address newBreaker) ExampleMarket(newBreaker) {}

    /// @notice The level that liquidations feel here.
    function levelSeen() external view returns (uint256) {
        return uint256(breaker.liquidationLevel(venue));
    }
}

contract CircuitBreakerGuardTest is BreakerFixture {
    uint256 internal constant SOUND = 0.97e18;
    TellingMarket internal market;
    SubjectId internal id;

    function setUp() public override {
        super.setUp();
        market = new TellingMarket(address(breaker));
        id = market.venue();
        breaker.configureTarget(id, _config());
        market.borrow(10_000);
    }

    function _raise(Level level) private {
        vm.prank(GUARDIAN);
        breaker.trip(id, level, 1 hours, "");
    }

    function test_market_worksWhileNothingIsWrong() public {
        market.borrow(5);
        market.liquidate(address(this), 1, SOUND);
        vm.assertEq(market.debtOf(address(this)), 10_004);
    }

    function test_RevertWhen_BorrowingIsBlocked() public {
        _raise(Level.NoNewLeverage);
        vm.expectRevert(_blocked(Action.Borrow));
        market.borrow(1);
        market.repay(1);
        market.liquidate(address(this), 1, SOUND);
        vm.assertEq(market.debtOf(address(this)), 9_998);
    }

    function test_RevertWhen_LiquidationIsBlocked() public {
        _raise(Level.Halt);
        vm.expectRevert(_blocked(Action.Liquidate));
        market.liquidate(address(this), 1, SOUND);
        market.liquidate(address(this), 1, 0.94e18);
        market.repay(1);
        vm.assertEq(market.debtOf(address(this)), 9_998);
    }

    function test_RevertWhen_LiquidationExceedsTheThrottle() public {
        _raise(Level.Throttle);
        market.liquidate(address(this), 1_000, SOUND);
        vm.expectRevert(_blocked(Action.Liquidate));
        market.liquidate(address(this), 1, SOUND);
        vm.assertEq(market.debtOf(address(this)), 9_000);
    }

    /* HOSTILE BREAKERS */

    /// @dev Breakers that give no answer: all of them count as "allowed".
    function _silent() private pure returns (bytes[] memory codes) {
        codes = new bytes[](11);
        codes[0] = hex"5f5ffd"; // reverts
        codes[1] = hex"60205ffd"; // reverts with a word that says no
        codes[2] = hex"5b5f56"; // loops for ever
        codes[3] = hex"fe"; // takes all gas
        codes[4] = hex"50"; // has nothing on its stack
        codes[5] = hex"621000005ff3"; // returns a megabyte that it cannot pay
        codes[6] = hex"00"; // returns nothing
        codes[7] = hex"60015ff3"; // returns one byte
        codes[8] = hex"601f5ff3"; // returns 31 bytes
        codes[9] = hex"3d3dff"; // has destroyed itself
        codes[10] = ""; // is not there
    }

    function test_guard_allowsWhenTheBreakerGivesNoAnswer() public {
        _raise(Level.Halt);
        bytes[] memory codes = _silent();
        for (uint256 i; i < codes.length; ++i) {
            vm.etch(address(breaker), codes[i]);
            market.borrow(1);
            market.liquidate(address(this), 1, SOUND);
            vm.assertEq(market.levelSeen(), 0);
        }
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    /// @dev A level that does not exist is no level; anything but zero is a yes.
    function test_guard_allowsOnAnAnswerThatMakesNoSense() public {
        bytes[3] memory codes = [
            bytes(hex"60075f5260205ff3"), // 7
            hex"5f195f5260205ff3", // all ones
            hex"60055f5260405ff3" // 5, and a word more
        ];
        for (uint256 i; i < codes.length; ++i) {
            vm.etch(address(breaker), codes[i]);
            market.borrow(1);
            market.liquidate(address(this), 1, SOUND);
            vm.assertEq(market.levelSeen(), 0);
        }
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    /// @dev A word is read, and no more than a word: 32 zeros block, and so do 8,192.
    function test_RevertWhen_TheAnswerIsNoWhateverFollowsIt() public {
        bytes[2] memory codes = [bytes(hex"60205ff3"), hex"6120005ff3"];
        for (uint256 i; i < codes.length; ++i) {
            vm.etch(address(breaker), codes[i]);
            vm.expectRevert(_blocked(Action.Borrow));
            market.borrow(1);
            vm.expectRevert(_blocked(Action.Liquidate));
            market.liquidate(address(this), 1, SOUND);
        }
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    function test_guard_seesTheLevelThatLiquidationsFeel() public {
        for (uint256 i = 2; i < 5; ++i) {
            _raise(Level(i));
            vm.assertEq(market.levelSeen(), i);
        }
        vm.warp(block.timestamp + 1 hours);
        vm.assertEq(market.levelSeen(), uint256(Level.Throttle));
    }

    /* STARVED */

    function test_RevertWhen_TheCallerStarvesTheGuard() public {
        _raise(Level.NoNewLeverage);
        (bool done, bytes memory reason) = address(market).call{gas: 48_000}(abi.encodeCall(market.borrow, (1)));
        vm.assertFalse(done);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(CircuitBreakerGuard.GuardGasTooLow.selector));
    }

    function testFuzz_guard_noGasLimitIsAWayAround(uint256 limit) public {
        _raise(Level.NoNewLeverage);
        (bool done, ) = address(market).call{gas: bound(limit, 1_000, 200_000)}(abi.encodeCall(market.borrow, (1)));
        vm.assertFalse(done);
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    /// @dev Code that blocks (answers 0) when it gets its whole stipend, and allows (answers 1) when it gets less: GAS PUSH3
    /// threshold GT, stored and returned. The threshold is what is left after GAS and a few more.
    function _blocksIfFed(uint24 stipend) private pure returns (bytes memory) {
        return bytes.concat(hex"5a62", bytes3(stipend - 10), hex"115f5260205ff3");
    }

    /// @dev At any gas limit: refused for too little gas, or asked with the whole stipend and blocked; or out of gas altogether.
    function _assertNoWayAround(bytes memory data, uint256 limit) private returns (bytes4 reason) {
        (bool done, bytes memory answer) = address(market).call{gas: limit}(data);
        vm.assertFalse(done);
        return bytes4(answer);
    }

    function _assertAsksWithTheWholeStipendOrNotAtAll(bytes memory data, uint24 stipend, uint256 seed) private {
        vm.etch(address(breaker), _blocksIfFed(stipend));
        uint256 limit = uint256(stipend) + bound(seed, 0, 10_000);
        bytes4 reason = _assertNoWayAround(data, limit);
        vm.assertTrue(
            reason == CircuitBreakerGuard.GuardGasTooLow.selector ||
                reason == CircuitBreakerGuard.ActionBlocked.selector
        );
        // Too little for any question; enough for this one.
        reason = _assertNoWayAround(data, stipend);
        vm.assertEq(bytes32(reason), bytes32(CircuitBreakerGuard.GuardGasTooLow.selector));
        reason = _assertNoWayAround(data, uint256(stipend) + 10_000);
        vm.assertEq(bytes32(reason), bytes32(CircuitBreakerGuard.ActionBlocked.selector));
    }

    function testFuzz_guard_asksWithTheWholeStipendOrNotAtAll(uint256 seed) public {
        bytes memory borrow = abi.encodeCall(market.borrow, (1));
        _assertAsksWithTheWholeStipendOrNotAtAll(borrow, uint24(CircuitBreakerGuard.READ_STIPEND), seed);
        bytes memory liquidate = abi.encodeCall(market.liquidate, (address(this), 1, SOUND));
        _assertAsksWithTheWholeStipendOrNotAtAll(liquidate, uint24(CircuitBreakerGuard.CONSUME_STIPEND), seed);
        vm.assertEq(market.debtOf(address(this)), 10_000);
    }

    function _blocked(Action action) private view returns (bytes memory) {
        return abi.encodeWithSelector(CircuitBreakerGuard.ActionBlocked.selector, id, action);
    }
}
