// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IMorphoOracle} from "../interfaces/external/IMorpho.sol";
import {DutyCycles} from "../libraries/DutyCycles.sol";
import {Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title MorphoPreLiquidationOracle
/// @notice The `preLiquidationOracle` of a Morpho pre-liquidation contract: the price of another oracle, or none at all.
///
/// TRUST. Named once, when a pre-liquidation contract is created; holds no role, no storage and no funds. It has one power: not
/// to answer, which makes `preLiquidate` revert. It never answers with a number of its own, so it can move no account towards
/// any liquidation.
///
/// REACH. Early liquidation only: of accounts that Morpho itself holds to be healthy. At Throttle it is open for `openSeconds`
/// of every `cycleSeconds`, at Halt not at all. Morpho's own `liquidate` reads the market's own oracle and goes on at every
/// level. Should somebody make this the market's own oracle all the same, nothing is lost: Morpho always gets its price.
///
/// LIVENESS. A breaker that fails or uses up its gas counts as "allowed". A caller that leaves too little gas is refused.
contract MorphoPreLiquidationOracle is IMorphoOracle, IBreakerAdapter {
    using CircuitBreakerGuard for address;

    /// @notice Thrown when `target` is at a level at which accounts are not liquidated early, at this time at least.
    error PreLiquidationBlocked(SubjectId target, Level level);

    /// @dev Below a health factor of 1, liquidation is Morpho's own, which does not ask.
    uint64 private constant MORPHO_FLOOR = 1e18;

    /// @notice Morpho Blue: what it asks is always answered.
    address public immutable morpho;

    /// @notice The oracle whose price is passed on.
    IMorphoOracle public immutable underlying;

    /// @notice The breaker asked.
    address public immutable breaker;

    /// @notice The target of the breaker whose level applies.
    SubjectId public immutable subject;

    /// @notice At Throttle, early liquidations are open for this long in every cycle, from its start.
    uint32 public immutable openSeconds;

    /// @notice Length of a cycle; cycles start at multiples of it, in unix time.
    uint32 public immutable cycleSeconds;

    constructor(
        address newMorpho,
        IMorphoOracle newUnderlying,
        address newBreaker,
        SubjectId newSubject,
        uint32[2] memory openAndCycleSeconds
    ) {
        morpho = newMorpho;
        underlying = newUnderlying;
        breaker = newBreaker;
        subject = newSubject;
        (openSeconds, cycleSeconds) = DutyCycles.checked(openAndCycleSeconds);
    }

    /// @inheritdoc IMorphoOracle
    /// @dev Reverts with {PreLiquidationBlocked}, unless Morpho asks.
    function price() external view returns (uint256) {
        if (msg.sender != morpho) _requirePreLiquidation();
        return underlying.price();
    }

    /// @inheritdoc IBreakerAdapter
    function capabilities() external pure returns (Capabilities memory reached) {
        reached.throttlesByTime = true;
        reached.blocksLiquidation = true;
        reached.hostFloor = MORPHO_FLOOR;
    }

    function _requirePreLiquidation() private view {
        Level level = breaker.liquidationLevel(subject);
        if (level < Level.Throttle) return;
        bool isOpen = level == Level.Throttle && DutyCycles.closedUntil(openSeconds, cycleSeconds) == 0;
        require(isOpen, PreLiquidationBlocked(subject, level));
    }
}
