// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IMorphoVaultV2
/// @notice What a sentinel of a Morpho Vault V2 may do without the curator: lower caps. It may also revoke what is pending and
/// deallocate; the adapter does neither. An id is the hash of its `idData`. Source: morpho-org/vault-v2, IVaultV2.
interface IMorphoVaultV2 {
    /// @notice Sets the absolute cap of an id, to at most what it is.
    function decreaseAbsoluteCap(bytes memory idData, uint256 newAbsoluteCap) external;

    /// @notice Sets the relative cap of an id, to at most what it is.
    function decreaseRelativeCap(bytes memory idData, uint256 newRelativeCap) external;

    /// @notice Most assets that may be allocated to `id`, in units of the vault's asset.
    function absoluteCap(bytes32 id) external view returns (uint256);

    /// @notice Most of the vault's assets that may be allocated to `id`; 1e18 is all.
    function relativeCap(bytes32 id) external view returns (uint256);
}
