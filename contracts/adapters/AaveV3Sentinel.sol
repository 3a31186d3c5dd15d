// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IPriceOracleSentinel} from "../interfaces/external/IPriceOracleSentinel.sol";
import {DutyCycles} from "../libraries/DutyCycles.sol";
import {Action, Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title AaveV3Sentinel
/// @notice Answers the Aave v3 Pool (3.0 to 3.6) for one target of the breaker, pool-wide.
///
/// TRUST. Registered with `PoolAddressesProvider.setPriceOracleSentinel`; holds no role, no storage and no funds. It can make
/// borrows and liquidations revert, nothing else.
///
/// REACH. The Pool asks without arguments, so a Throttle by volume is not possible: liquidations are open for `openSeconds`
/// of every `cycleSeconds` instead. The Pool does not ask for withdrawals, and lets accounts below a health factor of 0.95 be
/// liquidated without asking.
///
/// LIVENESS. A breaker that fails or uses up its gas counts as "allowed". A caller that leaves too little gas is refused.
contract AaveV3Sentinel is IPriceOracleSentinel, IBreakerAdapter {
    using CircuitBreakerGuard for address;

    /// @dev `MINIMUM_HEALTH_FACTOR_LIQUIDATION_THRESHOLD` of Aave's ValidationLogic.
    uint64 private constant AAVE_FLOOR = 0.95e18;

    /// @notice The breaker asked.
    address public immutable breaker;

    /// @notice The target of the breaker whose level applies to the whole pool.
    SubjectId public immutable subject;

    /// @notice At Throttle, liquidations are open for this long in every cycle, from its start.
    uint32 public immutable openSeconds;

    /// @notice Length of a cycle; cycles start at multiples of it, in unix time.
    uint32 public immutable cycleSeconds;

    constructor(address newBreaker, SubjectId newSubject, uint32 newOpenSeconds, uint32 newCycleSeconds) {
        (openSeconds, cycleSeconds) = DutyCycles.checked([newOpenSeconds, newCycleSeconds]);
        breaker = newBreaker;
        subject = newSubject;
    }

    /// @inheritdoc IPriceOracleSentinel
    function isBorrowAllowed() external view returns (bool) {
        return breaker.isAllowed(subject, Action.Borrow);
    }

    /// @inheritdoc IPriceOracleSentinel
    function isLiquidationAllowed() external view returns (bool) {
        Level level = breaker.liquidationLevel(subject);
        if (level == Level.Throttle) return DutyCycles.closedUntil(openSeconds, cycleSeconds) == 0;
        return level < Level.Throttle;
    }

    /// @inheritdoc IBreakerAdapter
    function capabilities() external pure returns (Capabilities memory) {
        return
            Capabilities({
                blocksBorrow: true,
                blocksWithdrawal: false,
                throttlesByVolume: false,
                throttlesByTime: true,
                blocksLiquidation: true,
                hostFloor: AAVE_FLOOR
            });
    }
}
