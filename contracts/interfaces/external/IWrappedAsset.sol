// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of tokens that are claims on others. A token answers those of its own kind.
interface IWrappedAsset {
    /// @notice ERC-4626: the token that the vault holds.
    function asset() external view returns (address);

    /// @notice ERC-4626: what `shares` are a claim on, before fees.
    function convertToAssets(uint256 shares) external view returns (uint256);

    /// @notice Aave: the reserve that an aToken is a claim on, one to one.
    function UNDERLYING_ASSET_ADDRESS() external view returns (address);

    /// @notice Compound v2: the token that a cToken is a claim on. The one of ether has no such function.
    function underlying() external view returns (address);

    /// @notice Compound v2: raw units of the underlying behind a raw unit, 1e18-scaled, as of the last accrual.
    function exchangeRateStored() external view returns (uint256);

    /// @notice Lido's wstETH: stETH behind a whole unit, 1e18-scaled.
    function stEthPerToken() external view returns (uint256);

    /// @notice Rocket Pool's rETH: ether behind a whole unit, 1e18-scaled.
    function getExchangeRate() external view returns (uint256);

    /// @notice Coinbase's cbETH, and others: ether behind a whole unit, 1e18-scaled.
    function exchangeRate() external view returns (uint256);

    /// @notice Ether.fi's weETH, Swell's swETH, and whoever is a rate provider to itself: 1e18-scaled.
    function getRate() external view returns (uint256);

    /// @notice A pool of two: the first token.
    function token0() external view returns (address);

    /// @notice A pool of two: the second token.
    function token1() external view returns (address);

    /// @notice Uniswap v2: what the pool holds of both.
    function getReserves() external view returns (uint112, uint112, uint32);

    /// @notice Supply of the token itself.
    function totalSupply() external view returns (uint256);

    /// @notice Balancer v2: the pool's id in its vault.
    function getPoolId() external view returns (bytes32);

    /// @notice Balancer v2: the vault that holds the pool's tokens.
    function getVault() external view returns (address);

    /// @notice Balancer v2: supply without what the pool holds of itself, and with fees that are due.
    function getActualSupply() external view returns (uint256);

    /// @notice Balancer v2, older pools: supply without what the pool holds of itself.
    function getVirtualSupply() external view returns (uint256);
}

/// @notice Curve pools since Vyper 0.2: what they hold.
interface ICurveCoins {
    /// @notice The coin at `i`.
    function coins(uint256 i) external view returns (address);

    /// @notice What the pool holds of it.
    function balances(uint256 i) external view returns (uint256);
}

/// @notice Curve pools before: the same by signed index.
interface ICurveCoinsSigned {
    /// @notice The coin at `i`.
    function coins(int128 i) external view returns (address);

    /// @notice What the pool holds of it.
    function balances(int128 i) external view returns (uint256);
}

/// @notice Balancer v2's vault: what a pool holds.
interface IBalancerHoldings {
    /// @notice Tokens of a pool, their balances, and the last block that changed them.
    function getPoolTokens(bytes32 id) external view returns (address[] memory, uint256[] memory, uint256);
}
