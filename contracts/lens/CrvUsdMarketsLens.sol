// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ICrvUsdAmm, ICrvUsdController, ICrvUsdFactory} from "../interfaces/external/ICrvUsd.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title CrvUsdMarketsLens
/// @notice Reads all markets of crvUSD in one `eth_call` of this init code. At most 100 fit.
///
/// ANSWER, in words. Markets << 160 | stablecoin. For each market 6 words: controller; loans << 160 | collateral; debt; liquidation
/// discount << 128 | loan discount; 1 if the price was read << 9 | 1 if the decimals of the collateral were << 8 | those; price.
contract CrvUsdMarketsLens {
    using Words for Words.List;

    /// @param factory The controller factory.
    constructor(ICrvUsdFactory factory) {
        Words.List memory out = Words.create();
        uint256 markets = factory.n_collaterals();
        out.push((markets << 160) | uint160(factory.stablecoin()));
        for (uint256 i; i < markets; ++i) _pushMarket(out, ICrvUsdController(factory.controllers(i)));
        out.finish();
    }

    function _pushMarket(Words.List memory out, ICrvUsdController controller) private view {
        address collateral = controller.collateral_token();
        (bool hasDecimals, uint256 decimals) = Probe.word(collateral, abi.encodeCall(IERC20Metadata.decimals, ()));
        hasDecimals = hasDecimals && decimals < 256;
        (bool hasPrice, uint256 price) = Probe.word(controller.amm(), abi.encodeCall(ICrvUsdAmm.price_oracle, ()));
        out.push(uint160(address(controller)));
        out.push((controller.n_loans() << 160) | uint160(collateral));
        out.push(controller.total_debt());
        out.push((controller.liquidation_discount() << 128) | controller.loan_discount());
        out.push((hasPrice ? 1 << 9 : 0) | (hasDecimals ? (1 << 8) | decimals : 0));
        out.push(hasPrice ? price : 0);
    }
}
