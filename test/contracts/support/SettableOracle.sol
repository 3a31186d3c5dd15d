// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMorphoOracle} from "../../../contracts/interfaces/external/IMorpho.sol";

/// @dev A price that the test sets, in the shape that Morpho asks for.
contract SettableOracle is IMorphoOracle {
    uint256 public price;

    constructor(uint256 initialPrice) {
        price = initialPrice;
    }

    function setPrice(uint256 newPrice) external {
        price = newPrice;
    }
}
