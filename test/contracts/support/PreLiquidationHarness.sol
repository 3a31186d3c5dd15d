// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMorpho, MarketParams} from "@morpho-org/morpho-blue/src/interfaces/IMorpho.sol";
import {IMorphoRepayCallback} from "@morpho-org/morpho-blue/src/interfaces/IMorphoCallbacks.sol";
import {MarketParamsLib} from "@morpho-org/morpho-blue/src/libraries/MarketParamsLib.sol";
import {MorphoBalancesLib} from "@morpho-org/morpho-blue/src/libraries/periphery/MorphoBalancesLib.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IMorphoOracle} from "../../../contracts/interfaces/external/IMorpho.sol";

/// @title PreLiquidationHarness
/// @notice A harness, not Morpho's PreLiquidation, which no npm package holds. It does what that documents around its oracle:
/// asks it once, acts between `preLltv` and the market's LLTV by its price alone, repays through genuine Morpho, and takes the
/// collateral in Morpho's callback on the borrower's authorisation. It grants no incentive and knows no close factor.
contract PreLiquidationHarness is IMorphoRepayCallback {
    using MarketParamsLib for MarketParams;
    using MorphoBalancesLib for IMorpho;

    error LiquidatablePosition();
    error NotPreLiquidatablePosition();

    IMorpho public immutable morpho;
    IMorphoOracle public immutable preLiquidationOracle;
    uint256 public immutable preLltv;
    MarketParams private _market;

    constructor(IMorpho newMorpho, MarketParams memory newMarket, uint256 newPreLltv, IMorphoOracle newOracle) {
        (morpho, preLltv, preLiquidationOracle) = (newMorpho, newPreLltv, newOracle);
        _market = newMarket;
        IERC20(newMarket.loanToken).approve(address(newMorpho), type(uint256).max);
    }

    /// @notice Repays `repaid` of `borrower`'s debt and takes collateral of the same worth.
    function preLiquidate(address borrower, uint256 repaid) external {
        MarketParams memory market = _market;
        morpho.accrueInterest(market);
        uint256 price = preLiquidationOracle.price();
        uint256 worth = (uint256(morpho.position(market.id(), borrower).collateral) * price) / 1e36;
        uint256 borrowed = morpho.expectedBorrowAssets(market, borrower);
        require(borrowed <= (worth * market.lltv) / 1e18, LiquidatablePosition());
        require(borrowed > (worth * preLltv) / 1e18, NotPreLiquidatablePosition());
        morpho.repay(market, repaid, 0, borrower, abi.encode(borrower, msg.sender, (repaid * 1e36) / price));
    }

    function onMorphoRepay(uint256 assets, bytes calldata data) external {
        require(msg.sender == address(morpho));
        (address borrower, address liquidator, uint256 seized) = abi.decode(data, (address, address, uint256));
        morpho.withdrawCollateral(_market, seized, borrower, liquidator);
        require(IERC20(_market.loanToken).transferFrom(liquidator, address(this), assets));
    }
}
