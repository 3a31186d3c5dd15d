// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMorpho, MarketParams} from "@morpho-org/morpho-blue/src/interfaces/IMorpho.sol";
import {MarketParamsLib} from "@morpho-org/morpho-blue/src/libraries/MarketParamsLib.sol";
import {Id} from "@morpho-org/morpho-blue/src/interfaces/IMorpho.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {MorphoMaxLtvOracle} from "../../../contracts/adapters/MorphoMaxLtvOracle.sol";

/// @title OpeningBundle
/// @notice How whoever opens positions on Morpho for others asks the max-LTV oracle: one line, at the end. The sender has
/// authorised it at Morpho.
contract OpeningBundle {
    using MarketParamsLib for MarketParams;

    IMorpho public immutable morpho;
    MorphoMaxLtvOracle public immutable maxLtv;

    constructor(IMorpho newMorpho, MorphoMaxLtvOracle newMaxLtv) {
        (morpho, maxLtv) = (newMorpho, newMaxLtv);
    }

    function open(MarketParams calldata market, uint256 collateral, uint256 debt) external {
        require(IERC20(market.collateralToken).transferFrom(msg.sender, address(this), collateral));
        IERC20(market.collateralToken).approve(address(morpho), collateral);
        morpho.supplyCollateral(market, collateral, msg.sender, "");
        morpho.borrow(market, debt, 0, msg.sender, msg.sender);
        maxLtv.requireOpening(Id.unwrap(market.id()), msg.sender);
    }

    function withdraw(MarketParams calldata market, uint256 collateral) external {
        morpho.withdrawCollateral(market, collateral, msg.sender, msg.sender);
        maxLtv.requireOpening(Id.unwrap(market.id()), msg.sender);
    }
}
