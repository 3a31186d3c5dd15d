// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// solhint-disable func-name-mixedcase

/// @notice What the keeper reads of Curve pools; no pool has all of it.
interface ICurvePool {
    /// @notice A token, by its index.
    function coins(uint256 index) external view returns (address);

    /// @notice A balance, by the token's index, admin fees off.
    function balances(uint256 index) external view returns (uint256);

    /// @notice Amplification at this block, in the pool's own unit.
    function A() external view returns (uint256);

    /// @notice Amplification at this block, in hundredths.
    function A_precise() external view returns (uint256);

    /// @notice Fee of a trade of 1e10 parts.
    function fee() external view returns (uint256);

    /// @notice What a pool of wrapped tokens counts each unit at, 1e36 over the token's unit.
    function stored_rates() external view;

    /// @notice The pool whose share is the last token of a metapool.
    function base_pool() external view returns (address);

    /// @notice Until when a metapool uses the virtual price that it kept.
    function base_cache_updated() external view returns (uint256);

    /// @notice The virtual price that a metapool kept.
    function base_virtual_price() external view returns (uint256);

    /// @notice Value of one share of a pool, 1e18-scaled.
    function get_virtual_price() external view returns (uint256);

    /// @notice Width of the peg of a crypto pool, 1e18-scaled.
    function gamma() external view returns (uint256);

    /// @notice Invariant of a crypto pool as of its last trade.
    function D() external view returns (uint256);

    /// @notice Fee at the peg of 1e10 parts.
    function mid_fee() external view returns (uint256);

    /// @notice Fee far off the peg of 1e10 parts.
    function out_fee() external view returns (uint256);

    /// @notice How fast the fee goes from one to the other, 1e18-scaled.
    function fee_gamma() external view returns (uint256);

    /// @notice When the last ramp of A and gamma ends; 0 where none was.
    function future_A_gamma_time() external view returns (uint256);

    /// @notice The pool's quote of a stable pool.
    function get_dy(int128 i, int128 j, uint256 dx) external view returns (uint256);

    /// @notice The pool's quote of a crypto pool.
    function get_dy(uint256 i, uint256 j, uint256 dx) external view returns (uint256);

    /// @notice Price scale of the second token of two.
    function price_scale() external view returns (uint256);

    /// @notice Price scale of the token after `index`, of three.
    function price_scale(uint256 index) external view returns (uint256);
}
