// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {CircuitBreakerGuard} from "bulkhead/contracts/adapters/CircuitBreakerGuard.sol"; // 1
import {Action} from "bulkhead/contracts/types/Level.sol"; // 2
import {SubjectId, SubjectIds} from "bulkhead/contracts/types/SubjectId.sol"; // 3

/// @notice The price of one collateral token in loan tokens, 1e18-scaled.
interface IPriceFeed {
    function price() external view returns (uint256);
}

/// @title LendingMarket
/// @notice Lends one token against another, without interest. Ten lines make it a protected market: they are numbered.
/// @dev An example: both tokens have 18 decimals, transfer what they say and call nobody back. Not audited.
contract LendingMarket {
    using SafeERC20 for IERC20;
    using Math for uint256;
    using CircuitBreakerGuard for address; // 4

    struct Position {
        uint256 collateral;
        uint256 debt;
    }

    /// @notice Thrown when a position may not be left as it would be.
    error Unhealthy(uint256 healthFactor);
    /// @notice Thrown when a position is not there to be liquidated.
    error Healthy(uint256 healthFactor);
    /// @notice Thrown when more than half of a debt is to be repaid by a liquidator at once.
    error CloseFactorExceeded(uint256 asked, uint256 most);

    uint256 private constant ONE = 1e18;
    uint256 private constant OPENING_LTV = 0.75e18;
    uint256 private constant LIQUIDATION_LTV = 0.8e18;
    uint256 private constant LIQUIDATION_BONUS = 1.05e18;

    IERC20 public immutable collateralToken;
    IERC20 public immutable loanToken;
    IPriceFeed public immutable feed;
    address public immutable breaker; // 5
    SubjectId public immutable venue = SubjectIds.venue(block.chainid, address(this)); // 6

    mapping(address account => Position) public positions;

    constructor(IERC20 newCollateralToken, IERC20 newLoanToken, IPriceFeed newFeed, address newBreaker) {
        collateralToken = newCollateralToken;
        loanToken = newLoanToken;
        feed = newFeed;
        breaker = newBreaker; // 7
    }

    function addCollateral(uint256 amount) external {
        positions[msg.sender].collateral += amount;
        collateralToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    function withdrawCollateral(uint256 amount) external {
        Position storage position = positions[msg.sender];
        if (position.debt != 0) breaker.requireAllowed(venue, Action.WithdrawCollateral); // 8
        position.collateral -= amount;
        _requireOpenable(position);
        collateralToken.safeTransfer(msg.sender, amount);
    }

    function borrow(uint256 amount) external {
        breaker.requireAllowed(venue, Action.Borrow); // 9
        Position storage position = positions[msg.sender];
        position.debt += amount;
        _requireOpenable(position);
        loanToken.safeTransfer(msg.sender, amount);
    }

    function repay(address account, uint256 amount) external {
        positions[account].debt -= amount;
        loanToken.safeTransferFrom(msg.sender, address(this), amount);
    }

    function liquidate(address account, uint256 amount) external {
        Position storage position = positions[account];
        uint256 factor = healthFactor(account);
        require(factor < ONE, Healthy(factor));
        uint256 most = position.debt.ceilDiv(2);
        require(amount <= most, CloseFactorExceeded(amount, most));
        breaker.requireLiquidation(venue, factor, amount); // 10
        uint256 seized = Math.min(amount.mulDiv(LIQUIDATION_BONUS, feed.price()), position.collateral);
        position.debt -= amount;
        position.collateral -= seized;
        loanToken.safeTransferFrom(msg.sender, address(this), amount);
        collateralToken.safeTransfer(msg.sender, seized);
    }

    /// @notice 1e18 is 1; below it the position can be liquidated.
    function healthFactor(address account) public view returns (uint256) {
        return _healthFactor(positions[account], LIQUIDATION_LTV);
    }

    function _requireOpenable(Position memory position) private view {
        uint256 factor = _healthFactor(position, OPENING_LTV);
        require(factor >= ONE, Unhealthy(factor));
    }

    function _healthFactor(Position memory position, uint256 ltv) private view returns (uint256) {
        if (position.debt == 0) return type(uint256).max;
        return position.collateral.mulDiv(feed.price(), ONE).mulDiv(ltv, position.debt);
    }
}
