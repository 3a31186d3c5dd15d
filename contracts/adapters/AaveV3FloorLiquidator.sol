// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {FloorLiquidation} from "../interfaces/IAaveV3GraceMom.sol";
import {IAaveV36Pool} from "../interfaces/external/IAaveV36.sol";

/// @title AaveV3FloorLiquidator
/// @notice Handles the tokens of {IAaveV3GraceMom.liftFor}, so that the contract that holds a role of the host touches none.
///
/// TRUST. Holds no role. Only the adapter that deployed it may call, and names its own caller as payer and payee. Holds nothing
/// between two transactions; what somebody leaves here goes to the next caller.
///
/// ASSUMPTIONS ABOUT TOKENS. What the host assumes of the assets that it lists: no fee on transfer. A token that will not be held
/// by this contract (a permissioned one) cannot be liquidated through it.
contract AaveV3FloorLiquidator {
    using SafeERC20 for IERC20;

    /// @notice Thrown when somebody else than the adapter calls.
    error CallerNotAdapter(address caller);

    address private immutable _adapter = msg.sender;
    IAaveV36Pool private immutable _pool;

    constructor(IAaveV36Pool pool) {
        _pool = pool;
    }

    modifier onlyAdapter() {
        require(msg.sender == _adapter, CallerNotAdapter(msg.sender));
        _;
    }

    /// @notice Takes the debt asset of `liquidation` from `payer`.
    function take(address payer, FloorLiquidation calldata liquidation) external onlyAdapter {
        IERC20 debt = IERC20(liquidation.debtAsset);
        debt.safeTransferFrom(payer, address(this), liquidation.debtToCover);
        debt.forceApprove(address(_pool), liquidation.debtToCover);
    }

    /// @notice Passes `liquidation` on to the host.
    function liquidate(FloorLiquidation calldata liquidation) external onlyAdapter {
        _pool.liquidationCall(
            liquidation.collateralAsset,
            liquidation.debtAsset,
            liquidation.account,
            liquidation.debtToCover,
            liquidation.receiveAToken
        );
    }

    /// @notice Pays what `liquidation` brought, and what it left of the debt asset, to `payee`.
    function pay(address payee, FloorLiquidation calldata liquidation) external onlyAdapter {
        address collateral = liquidation.collateralAsset;
        _payAll(liquidation.receiveAToken ? _pool.getReserveAToken(collateral) : collateral, payee);
        IERC20(liquidation.debtAsset).forceApprove(address(_pool), 0);
        _payAll(liquidation.debtAsset, payee);
    }

    function _payAll(address token, address payee) private {
        uint256 balance = IERC20(token).balanceOf(address(this));
        if (balance != 0) IERC20(token).safeTransfer(payee, balance);
    }
}
