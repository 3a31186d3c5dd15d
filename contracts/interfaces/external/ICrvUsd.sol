// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

// solhint-disable func-name-mixedcase

/// @title ICrvUsdFactory
/// @notice Markets of crvUSD. Source: curvefi/curve-stablecoin, ControllerFactory.vy.
interface ICrvUsdFactory {
    /// @notice The stablecoin that is owed.
    function stablecoin() external view returns (address);

    /// @notice Number of markets.
    function n_collaterals() external view returns (uint256);

    /// @notice The controller of a market, by its place.
    function controllers(uint256 index) external view returns (address);
}

/// @title ICrvUsdController
/// @notice Loans of one market. Source: curvefi/curve-stablecoin, Controller.vy.
interface ICrvUsdController {
    /// @notice Where collateral is, and is sold little by little.
    function amm() external view returns (address);

    /// @notice The collateral.
    function collateral_token() external view returns (address);

    /// @notice What everybody owes, interest included.
    function total_debt() external view returns (uint256);

    /// @notice Part of the collateral that does not count towards health, scaled by 1e18.
    function liquidation_discount() external view returns (uint256);

    /// @notice Part of the collateral that nothing can be borrowed against, scaled by 1e18.
    function loan_discount() external view returns (uint256);

    /// @notice Number of loans.
    function n_loans() external view returns (uint256);

    /// @notice The borrower of a loan, by its place.
    function loans(uint256 index) external view returns (address);

    /// @notice Collateral, stablecoin that collateral was sold for, debt with interest, bands.
    function user_state(address user) external view returns (uint256[4] memory);

    /// @notice Health, scaled by 1e18; below 0 the loan may be liquidated. `full`: with what is above its bands.
    function health(address user, bool full) external view returns (int256);
}

/// @title ICrvUsdAmm
/// @notice The market maker of one market. Source: curvefi/curve-stablecoin, AMM.vy.
interface ICrvUsdAmm {
    /// @notice Price of a whole unit of collateral in the stablecoin, scaled by 1e18.
    function price_oracle() external view returns (uint256);
}
