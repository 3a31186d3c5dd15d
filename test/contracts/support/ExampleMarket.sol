// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CircuitBreakerGuard} from "../../../contracts/adapters/CircuitBreakerGuard.sol";
import {Action} from "../../../contracts/types/Level.sol";
import {SubjectId, SubjectIds} from "../../../contracts/types/SubjectId.sol";

/// @title ExampleMarket
/// @notice How a lending market asks the breaker: one line in each function that the breaker may block, none in the others.
contract ExampleMarket {
    using CircuitBreakerGuard for address;

    address public immutable breaker;
    SubjectId public immutable venue = SubjectIds.venue(block.chainid, address(this));

    mapping(address account => uint256 usd) public debtOf;

    constructor(address newBreaker) {
        breaker = newBreaker;
    }

    function borrow(uint256 usd) external {
        breaker.requireAllowed(venue, Action.Borrow);
        debtOf[msg.sender] += usd;
    }

    function repay(uint256 usd) external {
        debtOf[msg.sender] -= usd;
    }

    function liquidate(address account, uint256 usd, uint256 healthFactor) external {
        breaker.requireLiquidation(venue, healthFactor, usd);
        debtOf[account] -= usd;
    }
}
