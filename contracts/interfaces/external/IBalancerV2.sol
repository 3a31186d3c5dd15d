// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of the Balancer v2 vault.
interface IBalancerV2Vault {
    /// @notice One swap of a batch. `kind` of the batch 0: the amount goes in.
    struct BatchSwapStep {
        bytes32 poolId;
        uint256 assetInIndex;
        uint256 assetOutIndex;
        uint256 amount;
        bytes userData;
    }

    /// @notice Whose tokens move.
    struct FundManagement {
        address sender;
        bool fromInternalBalance;
        address payable recipient;
        bool toInternalBalance;
    }

    /// @notice Tokens of a pool, their balances, and the block of the last change.
    function getPoolTokens(bytes32 poolId) external view returns (address[] memory, uint256[] memory, uint256);

    /// @notice What a batch of swaps would move, from the vault's side. Changes nothing.
    function queryBatchSwap(
        uint8 kind,
        BatchSwapStep[] memory swaps,
        address[] memory assets,
        FundManagement memory funds
    ) external returns (int256[] memory);
}

/// @notice What the keeper reads of a Balancer v2 pool; no pool has all of it.
interface IBalancerV2Pool {
    /// @notice The pool's id in the vault.
    function getPoolId() external view returns (bytes32);

    /// @notice The vault.
    function getVault() external view returns (address);

    /// @notice Fee of a swap, 1e18-scaled.
    function getSwapFeePercentage() external view returns (uint256);

    /// @notice Weights of a weighted pool, 1e18-scaled.
    function getNormalizedWeights() external view returns (uint256[] memory);

    /// @notice Amplification of a stable pool, whether it is changing, and its unit.
    function getAmplificationParameter() external view returns (uint256, bool, uint256);

    /// @notice What balances are multiplied by, rates included, 1e18-scaled.
    function getScalingFactors() external view returns (uint256[] memory);

    /// @notice Place of the pool's own share among its tokens.
    function getBptIndex() external view returns (uint256);

    /// @notice Whether the pool is paused; until when it can be, and stays at the latest.
    function getPausedState() external view returns (bool, uint256, uint256);
}
