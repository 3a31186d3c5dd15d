// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IMarginPolicy} from "../interfaces/IMarginPolicy.sol";
import {IPushAdapter} from "../interfaces/IPushAdapter.sol";
import {
    IAaveV3CollateralConfigurator,
    IAaveV3Parts,
    IAaveV3ReserveWord
} from "../interfaces/external/IAaveV3Collateral.sol";
import {Level} from "../types/Level.sol";
import {SubjectId, SubjectIds} from "../types/SubjectId.sol";
import {Bps} from "../types/Units.sol";

/// @title AaveV3LtvSteward
/// @notice Carries the opening LTVs of a {IMarginPolicy} into an Aave v3 pool (3.0 to 3.6).
///
/// TRUST. Holds RISK_ADMIN and calls one function with it, with the reserve's own threshold and bonus; it lowers the LTV to
/// the policy's, and raises it again to what it was when this contract lowered it, never above. An LTV of 0 is somebody's
/// decision: it sets none and touches none. Who sets another LTV takes the reserve back: that is the ceiling from then on.
///
/// REACH. New borrowing against the reserve outside e-mode, whose categories have LTVs of their own. Health factors use
/// thresholds: no position changes. Frozen reserves are left alone, as the pool keeps their LTV elsewhere from 3.1 on.
///
/// LIVENESS. Anybody may call {sync}. A market that the policy does not know, or a call that the host refuses, is skipped,
/// and an event says why. Levels of the breaker play no part: events say Normal.
contract AaveV3LtvSteward is IPushAdapter {
    /// @dev A reserve whose LTV this contract lowered.
    struct Hold {
        /// @dev LTV before.
        uint16 ceiling;
        /// @dev LTV as last set.
        uint16 set;
    }

    /// @notice Thrown when there are no reserves to look after, or more than one call should go through.
    error AssetCountInvalid(uint256 seen, uint256 most);

    bytes4 private constant SET_LTV = IAaveV3CollateralConfigurator.configureReserveAsCollateral.selector;
    uint256 private constant MOST_ASSETS = 16;
    uint256 private constant MASK = 0xffff;
    uint256 private constant FROZEN = 1 << 57;

    /// @notice The policy asked.
    IMarginPolicy public immutable policy;

    /// @notice The pool looked after.
    address public immutable pool;

    /// @notice The contract through which it is.
    address public immutable configurator;

    /* STORAGE */

    address[] private _assets;
    mapping(address asset => Hold) private _holds;

    constructor(IMarginPolicy newPolicy, address addressesProvider, address[] memory newAssets) {
        require(
            newAssets.length != 0 && newAssets.length <= MOST_ASSETS,
            AssetCountInvalid(newAssets.length, MOST_ASSETS)
        );
        policy = newPolicy;
        pool = IAaveV3Parts(addressesProvider).getPool();
        configurator = IAaveV3Parts(addressesProvider).getPoolConfigurator();
        _assets = newAssets;
    }

    /// @inheritdoc IPushAdapter
    function sync() external returns (uint256 applied) {
        uint256 count = _assets.length;
        for (uint256 i; i < count; ++i) {
            address asset = _assets[i];
            try policy.sync(subjectOf(asset)) returns (Bps target) {
                if (_push(asset, Bps.unwrap(target))) ++applied;
            } catch (bytes memory reason) {
                emit EffectSkipped(SET_LTV, asset, reason);
            }
        }
    }

    /// @notice The policy's market for `asset`.
    function subjectOf(address asset) public view returns (SubjectId) {
        return SubjectIds.market(block.chainid, pool, asset);
    }

    /// @notice The reserves looked after.
    function assets() external view returns (address[] memory) {
        return _assets;
    }

    /// @notice LTV that this contract may raise `asset` to, and the one it set; both 0 when it holds nothing down.
    function holdOf(address asset) external view returns (uint16 ceiling, uint16 set) {
        return (_holds[asset].ceiling, _holds[asset].set);
    }

    /// @inheritdoc IBreakerAdapter
    function capabilities() external pure returns (Capabilities memory none) {}

    function _push(address asset, uint256 target) private returns (bool) {
        uint256 word = IAaveV3ReserveWord(pool).getConfiguration(asset);
        uint256 ltv = word & MASK;
        if (ltv == 0 || word & FROZEN != 0) {
            emit EffectSkipped(SET_LTV, asset, "frozen, or no LTV to hold");
            return false;
        }
        uint256 ceiling = _ceiling(asset, ltv);
        uint256 wanted = target < ceiling ? target : ceiling;
        if (wanted == ltv) return false;
        try
            IAaveV3CollateralConfigurator(configurator).configureReserveAsCollateral(
                asset,
                wanted,
                (word >> 16) & MASK,
                (word >> 32) & MASK
            )
        {} catch (bytes memory reason) {
            emit EffectSkipped(SET_LTV, asset, reason);
            return false;
        }
        uint256 seen = IAaveV3ReserveWord(pool).getConfiguration(asset);
        require(seen == ((word & ~MASK) | wanted), EffectNotVerified(SET_LTV, asset));
        if (wanted == ceiling) delete _holds[asset];
        else _holds[asset] = Hold(uint16(ceiling), uint16(wanted));
        emit EffectApplied(SET_LTV, asset, wanted < ltv, Level.Normal);
        return true;
    }

    /// @dev What this contract may raise to: forgotten once somebody else has set another LTV.
    function _ceiling(address asset, uint256 ltv) private returns (uint256) {
        Hold memory hold = _holds[asset];
        if (hold.set == ltv) return hold.ceiling;
        if (hold.set != 0) delete _holds[asset];
        return ltv;
    }
}
