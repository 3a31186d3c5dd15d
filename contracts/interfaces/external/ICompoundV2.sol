// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of Compound v2's Comptroller. Mantissas are 1e18-scaled.
interface ICompoundV2Comptroller {
    /// @notice `account` uses a market, as collateral or to borrow from.
    event MarketEntered(address cToken, address account);

    /// @notice `account` ceased to.
    event MarketExited(address cToken, address account);

    /// @notice All markets ever listed.
    function getAllMarkets() external view returns (address[] memory);

    /// @notice Whether a market is listed, and the share of its collateral that may be owed.
    function markets(address cToken) external view returns (bool isListed, uint256 collateralFactorMantissa);

    /// @notice The oracle in use.
    function oracle() external view returns (address);

    /// @notice Share of a debt that one liquidation may repay.
    function closeFactorMantissa() external view returns (uint256);

    /// @notice Collateral that a liquidator gets for a unit repaid.
    function liquidationIncentiveMantissa() external view returns (uint256);

    /// @notice Markets that an account has entered.
    function getAssetsIn(address account) external view returns (address[] memory);

    /// @notice Whether supplying to a market is paused.
    function mintGuardianPaused(address cToken) external view returns (bool);

    /// @notice Whether borrowing from a market is paused.
    function borrowGuardianPaused(address cToken) external view returns (bool);
}

/// @notice What the keeper reads of a cToken. Numbers are as of `accrualBlockNumber`.
interface ICompoundV2CToken {
    /// @notice cTokens moved. The cToken itself stands for mint and burn.
    event Transfer(address indexed from, address indexed to, uint256 amount);

    /// @notice `borrower` owes `accountBorrows` after borrowing.
    event Borrow(address borrower, uint256 borrowAmount, uint256 accountBorrows, uint256 totalBorrows);

    /// @notice `borrower` owes `accountBorrows` after a repayment.
    event RepayBorrow(
        address payer,
        address borrower,
        uint256 repayAmount,
        uint256 accountBorrows,
        uint256 totalBorrows
    );

    /// @notice `liquidator` repaid debt and took cTokens for it.
    event LiquidateBorrow(
        address liquidator,
        address borrower,
        uint256 repayAmount,
        address cTokenCollateral,
        uint256 seizeTokens
    );

    /// @notice Interest was added: markets of 2019.
    event AccrueInterest(uint256 interestAccumulated, uint256 borrowIndex, uint256 totalBorrows);

    /// @notice Interest was added: later markets.
    event AccrueInterest(uint256 cashPrior, uint256 interestAccumulated, uint256 borrowIndex, uint256 totalBorrows);

    /// @notice The asset lent; markets of ether have no such function.
    function underlying() external view returns (address);

    /// @notice Raw units of the asset that are there to be lent.
    function getCash() external view returns (uint256);

    /// @notice Raw units owed by all.
    function totalBorrows() external view returns (uint256);

    /// @notice Raw units that belong to the protocol.
    function totalReserves() external view returns (uint256);

    /// @notice cTokens of all.
    function totalSupply() external view returns (uint256);

    /// @notice Share of the interest that goes to the protocol, 1e18-scaled.
    function reserveFactorMantissa() external view returns (uint256);

    /// @notice Block up to which interest was added.
    function accrualBlockNumber() external view returns (uint256);

    /// @notice Factor by which debts have grown, 1e18-scaled.
    function borrowIndex() external view returns (uint256);

    /// @notice Interest a block, 1e18-scaled.
    function borrowRatePerBlock() external view returns (uint256);

    /// @notice cTokens of an account.
    function balanceOf(address account) external view returns (uint256);
}

/// @notice What the keeper reads of Compound v2's oracle.
interface ICompoundV2Oracle {
    /// @notice USD per whole unit of a market's asset, scaled by 1e36 and divided by its raw units; 0 where there is none.
    function getUnderlyingPrice(address cToken) external view returns (uint256);
}
