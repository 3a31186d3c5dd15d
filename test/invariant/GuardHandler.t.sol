// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AaveV3Sentinel} from "../../contracts/adapters/AaveV3Sentinel.sol";
import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {TargetState} from "../../contracts/types/Breaker.sol";
import {Action, Level} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {BreakerFixture} from "../contracts/support/BreakerFixture.sol";
import {ExampleMarket} from "../contracts/support/ExampleMarket.sol";
import {bound, mixed, vm} from "../contracts/support/Vm.sol";

/// @dev A market and Aave's sentinel that ask a breaker at every level, and one that fails in every way; callers that leave any
/// amount of gas. What the market must refuse is foretold, by selector.
contract GuardHandler is BreakerFixture {
    uint256 internal constant SOUND = 2e18;
    uint256 internal constant OPEN_SECONDS = 60;
    uint256 internal constant CYCLE_SECONDS = 300;

    ExampleMarket public market;
    AaveV3Sentinel public sentinel;
    SubjectId internal id;
    bytes internal _code;
    bool public broken;

    /// @dev Most gas that a call of the market took, the breaker asked or not.
    uint256 public mostForBorrow;
    uint256 public mostForLiquidation;
    uint256 public allowed;
    uint256 public blocked;
    uint256 public repaid;
    uint256 public starved;
    uint256 public breakdowns;
    uint256 public trips;
    uint256 public waits;

    constructor() {
        setUp();
        market = new ExampleMarket(address(breaker));
        id = market.venue();
        breaker.configureTarget(id, _config());
        sentinel = new AaveV3Sentinel(address(breaker), id, uint32(OPEN_SECONDS), uint32(CYCLE_SECONDS));
        _code = address(breaker).code;
        market.borrow(1e30);
    }

    /* BORROWERS AND LIQUIDATORS */

    function borrow(uint256 seed) external {
        bool refuses = !broken && !breaker.isAllowed(id, Action.Borrow);
        uint256 spent = _call(abi.encodeCall(market.borrow, (mixed(seed) % 1_000)), refuses);
        if (spent > mostForBorrow) mostForBorrow = spent;
    }

    function liquidate(uint256 seed) external {
        seed = mixed(seed);
        uint256 healthFactor = seed % 4 == 0 ? bound(seed >> 8, 0, 0.95e18 - 1) : SOUND;
        uint256 value = (seed >> 64) % 700;
        bool refuses;
        if (!broken) {
            vm.prank(address(market));
            refuses = !breaker.liquidationAllowed(id, healthFactor, value);
        }
        vm.assertTrue(!refuses || healthFactor == SOUND);
        uint256 spent = _call(abi.encodeCall(market.liquidate, (address(this), value, healthFactor)), refuses);
        if (spent > mostForLiquidation) mostForLiquidation = spent;
    }

    /// @dev Whatever the level, and whatever the breaker does.
    function repay(uint256 seed) external {
        market.repay(mixed(seed) % 1_000);
        ++repaid;
    }

    /// @dev A caller that leaves little gas: what would be refused is refused, whatever it leaves.
    function starve(uint256 seed) external {
        seed = mixed(seed);
        uint256 debt = market.debtOf(address(this));
        bool refuses = !broken && !breaker.isAllowed(id, Action.Borrow);
        uint256 limit = bound(seed, 1_000, 120_000);
        (bool done, bytes memory answer) = address(market).call{gas: limit}(abi.encodeCall(market.borrow, (1)));
        if (refuses) vm.assertFalse(done);
        if (!done && answer.length != 0) {
            bytes4 reason = bytes4(answer);
            if (reason == CircuitBreakerGuard.ActionBlocked.selector) vm.assertTrue(refuses);
            else vm.assertEq(bytes32(reason), bytes32(CircuitBreakerGuard.GuardGasTooLow.selector));
        }
        vm.assertEq(market.debtOf(address(this)), done ? debt + 1 : debt);
        ++starved;
    }

    /* THE BREAKER, AND TIME */

    function breakDown(uint256 seed) external {
        bytes[9] memory codes = [
            bytes(hex"5f5ffd"), // reverts
            hex"60205ffd", // reverts with a word that says no
            hex"5b5f56", // loops for ever
            hex"fe", // takes all gas
            hex"621000005ff3", // returns a megabyte
            hex"60075f5260205ff3", // returns 7
            hex"60015ff3", // returns one byte
            hex"00", // returns nothing
            hex"" // is not there
        ];
        vm.etch(address(breaker), codes[mixed(seed) % 9]);
        broken = true;
        ++breakdowns;
    }

    function mend() external {
        vm.etch(address(breaker), _code);
        broken = false;
    }

    function trip(uint256 seed) external {
        if (broken) return;
        seed = mixed(seed);
        breaker.armGuardian(GUARDIAN);
        uint256 now_ = uint256(breaker.levelOf(id));
        if (now_ == 4 || seed % 4 == 0) {
            if (now_ > 0) breaker.release(id, Level.Normal, "");
            return;
        }
        uint256 level = bound(seed >> 8, now_ + 1, 4);
        uint256 taken = _pauseLeft();
        uint256 duration = taken + 20 minutes;
        if (level > 2 && breaker.pauseBudgetOf(id) + taken < duration + 10 minutes) return;
        if (level == 4 && duration > 4 hours) return;
        vm.prank(GUARDIAN);
        breaker.trip(id, Level(level), level == 1 ? 0 : uint32(duration), "drill");
        ++trips;
    }

    function wait(uint256 seed) external {
        vm.warp(block.timestamp + bound(mixed(seed), 1, 40 minutes));
        ++waits;
    }

    /* WHAT IS SEEN */

    /// @dev The level that liquidations feel; none when the breaker is broken.
    function liquidationLevel() external view returns (Level) {
        return broken ? Level.Normal : breaker.liquidationLevelOf(id);
    }

    function borrowAllowed() external view returns (bool) {
        return broken || breaker.isAllowed(id, Action.Borrow);
    }

    /* INTERNAL */

    function _call(bytes memory call, bool refuses) private returns (uint256 spent) {
        spent = gasleft();
        (bool done, bytes memory answer) = address(market).call(call);
        spent -= gasleft();
        vm.assertEq(done, !refuses);
        if (refuses) vm.assertEq(bytes32(bytes4(answer)), bytes32(CircuitBreakerGuard.ActionBlocked.selector));
        if (refuses) ++blocked;
        else ++allowed;
    }

    function _pauseLeft() private view returns (uint256) {
        (TargetState memory s, ) = breaker.stateOf(id);
        uint256 end = s.level >= Level.Throttle && s.until > s.graceUntil ? s.until : s.graceUntil;
        return end > block.timestamp ? end - block.timestamp : 0;
    }
}
