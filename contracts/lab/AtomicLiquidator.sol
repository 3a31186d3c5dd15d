// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IAaveLiquidation, ISwapRouterExactInput} from "../interfaces/external/ILiquidationVenues.sol";

/// @title AtomicLiquidator
/// @notice The crash lab's liquidator: repays debt, seizes collateral, sells all of it on the exchange and keeps the trade
/// only when what comes back pays for the debt repaid and for the gas. Never deployed outside the lab.
/// @dev Each attempt is a call to itself, so that an unprofitable or forbidden one leaves no trace but its gas.
contract AtomicLiquidator {
    using SafeERC20 for IERC20;

    /// @notice One account to liquidate.
    struct Job {
        address account;
        address collateral;
        address debt;
        /// @dev Most to repay, raw units of `debt`.
        uint256 maxRepay;
        /// @dev Raw units of `debt` per 1e18 wei of gas cost.
        uint256 debtPerEth;
        /// @dev Exchange route from `collateral` to `debt`.
        bytes path;
    }

    /// @dev The share tried where all of it does not pay: a quarter.
    uint256 private constant PART = 4;
    /// @dev After this many jobs in a row that do not pay, the market takes no more for now.
    uint256 private constant PATIENCE = 3;

    IAaveLiquidation public immutable POOL;
    ISwapRouterExactInput public immutable ROUTER;
    address public immutable OWNER;

    /// @notice Thrown when somebody else than the owner, or for {attempt} than this contract, calls.
    error CallerNotAllowed(address caller);
    /// @notice Thrown when the sale returns less than the debt repaid and the gas.
    error Unprofitable(uint256 received, uint256 spent, uint256 gasCost);

    constructor(IAaveLiquidation pool, ISwapRouterExactInput router, address owner) {
        POOL = pool;
        ROUTER = router;
        OWNER = owner;
    }

    /// @notice Works through `jobs` in order, each in full or, where that does not pay, in part; gives up after three in a
    /// row that do not pay at all.
    /// @return done How many jobs ended in a liquidation.
    function work(Job[] calldata jobs) external returns (uint256 done) {
        require(msg.sender == OWNER, CallerNotAllowed(msg.sender));
        uint256 failures;
        for (uint256 i = 0; i < jobs.length && failures < PATIENCE; ++i) {
            if (_tried(jobs[i], jobs[i].maxRepay) || _tried(jobs[i], jobs[i].maxRepay / PART)) {
                ++done;
                failures = 0;
            } else {
                ++failures;
            }
        }
    }

    /// @notice Liquidates `job.account` for `repay` or reverts.
    function attempt(Job calldata job, uint256 repay) external {
        require(msg.sender == address(this), CallerNotAllowed(msg.sender));
        uint256 gasAtStart = gasleft();
        IERC20 debt = IERC20(job.debt);
        uint256 held = debt.balanceOf(address(this));
        debt.forceApprove(address(POOL), repay);
        POOL.liquidationCall(job.collateral, job.debt, job.account, repay, false);
        uint256 spent = held - debt.balanceOf(address(this));
        uint256 received = _sell(IERC20(job.collateral), job.path);
        uint256 gasCost = ((gasAtStart - gasleft()) * tx.gasprice * job.debtPerEth) / 1e18;
        require(received > spent + gasCost, Unprofitable(received, spent, gasCost));
    }

    function _tried(Job calldata job, uint256 repay) private returns (bool) {
        try this.attempt(job, repay) {
            return true;
        } catch {
            return false;
        }
    }

    function _sell(IERC20 collateral, bytes calldata path) private returns (uint256) {
        uint256 seized = collateral.balanceOf(address(this));
        collateral.forceApprove(address(ROUTER), seized);
        return
            ROUTER.exactInput(
                ISwapRouterExactInput.ExactInputParams({
                    path: path,
                    recipient: address(this),
                    deadline: block.timestamp,
                    amountIn: seized,
                    amountOutMinimum: 0
                })
            );
    }
}
