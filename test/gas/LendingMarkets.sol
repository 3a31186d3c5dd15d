// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../contracts/adapters/CircuitBreakerGuard.sol";
import {Action} from "../../contracts/types/Level.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";

/// @dev The parts of a small lending market: one collateral, one debt, a price. Values in USD at 18 decimals.
abstract contract LendingMarket {
    struct Account {
        uint128 collateral;
        uint128 debtUsd;
    }

    error Unhealthy(uint256 healthFactor);
    error Healthy(uint256 healthFactor);

    uint256 internal constant WAD = 1e18;
    uint256 internal constant LIQUIDATION_THRESHOLD = 0.8e18; // 80 %
    uint256 internal constant BONUS = 1.05e18; // 5 %

    address internal immutable breaker;
    SubjectId internal immutable target;

    uint256 public priceUsd = 2_000e18;
    mapping(address owner => Account) public accounts;

    constructor(address newBreaker, SubjectId newTarget) {
        breaker = newBreaker;
        target = newTarget;
    }

    function setPrice(uint256 newPriceUsd) external {
        priceUsd = newPriceUsd;
    }

    function supply(uint128 amount) external {
        accounts[msg.sender].collateral += amount;
    }

    function _borrow(uint128 usd) internal {
        Account storage account = accounts[msg.sender];
        account.debtUsd += usd;
        uint256 healthFactor = _healthFactor(account);
        require(healthFactor >= WAD, Unhealthy(healthFactor));
    }

    function _seize(Account storage account, uint128 repaidUsd, uint256 seizedUsd) internal {
        account.debtUsd -= repaidUsd;
        account.collateral -= uint128((seizedUsd * WAD) / priceUsd);
    }

    function _healthFactor(Account storage account) internal view returns (uint256 healthFactor) {
        uint256 valueUsd = (uint256(account.collateral) * priceUsd) / WAD;
        return (valueUsd * LIQUIDATION_THRESHOLD) / account.debtUsd;
    }

    function _liquidatable(Account storage account) internal view returns (uint256 healthFactor) {
        healthFactor = _healthFactor(account);
        require(healthFactor < WAD, Healthy(healthFactor));
    }
}

/// @dev Asks nobody.
contract OpenMarket is LendingMarket {
    constructor(address newBreaker, SubjectId newTarget) LendingMarket(newBreaker, newTarget) {}

    function borrow(uint128 usd) external {
        _borrow(usd);
    }

    function liquidate(address owner, uint128 repaidUsd) external {
        Account storage account = accounts[owner];
        _liquidatable(account);
        uint256 seizedUsd = (repaidUsd * BONUS) / WAD;
        _seize(account, repaidUsd, seizedUsd);
    }
}

/// @dev The same, with the guard in front of what the breaker may block.
contract GuardedMarket is LendingMarket {
    using CircuitBreakerGuard for address;

    constructor(address newBreaker, SubjectId newTarget) LendingMarket(newBreaker, newTarget) {}

    function borrow(uint128 usd) external {
        breaker.requireAllowed(target, Action.Borrow);
        _borrow(usd);
    }

    function liquidate(address owner, uint128 repaidUsd) external {
        Account storage account = accounts[owner];
        uint256 healthFactor = _liquidatable(account);
        uint256 seizedUsd = (repaidUsd * BONUS) / WAD;
        breaker.requireLiquidation(target, healthFactor, seizedUsd);
        _seize(account, repaidUsd, seizedUsd);
    }
}
