// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IPushAdapter} from "../interfaces/IPushAdapter.sol";
import {IAaveV36AddressesProvider, IAaveV36Configurator, IAaveV36Pool} from "../interfaces/external/IAaveV36.sol";
import {SubjectId} from "../types/SubjectId.sol";

/// @title AaveV36Adapter
/// @notice Where an adapter that pushes into an Aave v3.6 pool is wired to, and how it calls the host.
abstract contract AaveV36Adapter is IPushAdapter {
    /// @notice The breaker asked.
    address public immutable breaker;

    /// @notice The target of the breaker that applies to the whole pool.
    SubjectId public immutable subject;

    /// @notice The host's registry. Pool and configurator are proxies that it never replaces: they are read once.
    IAaveV36AddressesProvider public immutable provider;

    IAaveV36Pool internal immutable _pool;
    IAaveV36Configurator private immutable _configurator;

    constructor(address newBreaker, SubjectId newSubject, IAaveV36AddressesProvider newProvider) {
        breaker = newBreaker;
        subject = newSubject;
        provider = newProvider;
        _pool = IAaveV36Pool(newProvider.getPool());
        _configurator = IAaveV36Configurator(newProvider.getPoolConfigurator());
    }

    /// @dev Calls the host's configurator; says so where it reverts. Whether it did anything is for the caller to see.
    function _tryConfigure(address asset, bytes memory data) internal returns (bool done) {
        bytes memory reason;
        (done, reason) = address(_configurator).call(data);
        if (!done) emit EffectSkipped(bytes4(data), asset, reason);
    }
}
