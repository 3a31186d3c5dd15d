// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreaker} from "../../../contracts/CircuitBreaker.sol";
import {Level} from "../../../contracts/types/Level.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";
import {OracleFixture} from "./OracleFixture.sol";
import {vm} from "./Vm.sol";
import {LevelRule, StalePolicy, TargetConfig} from "../../../contracts/types/TargetConfig.sol";

/// @dev The oracle of {OracleFixture} and a breaker whose target is its venue. Epochs are an hour apart: dwell 15 min, score
/// stale after 2 h. The guardian is armed.
abstract contract BreakerFixture is OracleFixture {
    uint64 internal constant GUARDIAN_ROLE = 2;
    address internal constant GUARDIAN = address(0x6a);

    CircuitBreaker internal breaker;

    function setUp() public virtual override {
        super.setUp();
        breaker = new CircuitBreaker(oracle, address(manager), 30 days);
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (breaker.trip.selector, breaker.heartbeat.selector);
        manager.setTargetFunctionRole(address(breaker), selectors, GUARDIAN_ROLE);
        manager.grantRole(GUARDIAN_ROLE, GUARDIAN, 0);
        breaker.armGuardian(GUARDIAN);
        breaker.configureTarget(venueId, _config());
    }

    function _config() internal pure returns (TargetConfig memory config) {
        uint16[4] memory leverage = [uint16(125), 143, 160, 200];
        uint16[4] memory atRisk = [uint16(1_000), 2_000, 3_000, 5_000];
        for (uint256 i; i < 4; ++i) {
            config.rules[i] = LevelRule(
                Cx.wrap(leverage[i]),
                Cx.wrap(leverage[i] - 5),
                Bps.wrap(atRisk[i]),
                Bps.wrap(atRisk[i] - 100)
            );
        }
        config.terms.noNewLeverageSeconds = 12 hours;
        config.terms.throttleSeconds = 2 hours;
        config.terms.haltSeconds = 90 minutes;
        config.terms.graceSeconds = 10 minutes;
        config.terms.minDwell = 15 minutes;
        config.terms.budgetCapacity = 6 hours;
        config.terms.budgetRefillPerDay = 6 hours;
        config.terms.confirmations = 1 | (1 << 2) | (2 << 4) | (2 << 6);
        config.terms.minCoverage = Bps.wrap(9_000);
        config.healthFactorFloor = 0.95e18;
        config.maxAge = 2 hours;
        config.stalePolicy = StalePolicy.BlockBorrowing;
        config.throttleCapacity = 1_000;
        config.throttleWindow = 1 hours;
    }

    /// @dev Publishes an epoch in which every subject has this score, and pokes.
    function _score(uint48 epoch, uint16 leverage, uint8 advice) internal returns (Level) {
        _publish(epoch, _word(_lane(leverage, 0, advice)));
        return breaker.poke(venueId);
    }

    function _halt() internal {
        _score(1, 250, 3);
        _score(2, 250, 3);
    }

    function _throttle() internal {
        _score(1, 170, 2);
        _score(2, 170, 2);
    }

    function _trip(Level level, uint32 duration) internal {
        vm.prank(GUARDIAN);
        breaker.trip(venueId, level, duration, "drill");
    }

    function _assertLevel(Level level) internal view {
        vm.assertEq(uint256(breaker.levelOf(venueId)), uint256(level));
    }
}
