// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IEulerPriceOracle} from "../../../contracts/interfaces/external/IEulerVault.sol";

/// @dev Prices that the test sets, in the shape that a vault of the Euler Vault Kit asks for; 1e18 is one to one.
contract SettableQuotes is IEulerPriceOracle {
    error PriceNotSet(address base);

    mapping(address base => uint256) public priceOf;

    function setPrice(address base, uint256 newPrice) external {
        priceOf[base] = newPrice;
    }

    /// @dev Bid and ask, which are the same.
    function getQuotes(uint256 inAmount, address base, address quote) external view returns (uint256, uint256) {
        uint256 outAmount = getQuote(inAmount, base, quote);
        return (outAmount, outAmount);
    }

    function getQuote(uint256 inAmount, address base, address) public view returns (uint256) {
        require(priceOf[base] != 0, PriceNotSet(base));
        return (inAmount * priceOf[base]) / 1e18;
    }
}
