// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ICompoundV2Comptroller, ICompoundV2CToken, ICompoundV2Oracle} from "../interfaces/external/ICompoundV2.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title CompoundV2MarketsLens
/// @notice Reads markets `from` and on of Compound v2, as many as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Markets listed | markets answered << 16; close factor; liquidation incentive. For each market 12 words:
/// listed << 160 | minting paused << 161 | borrowing paused << 162 | cToken; 1 if the asset has decimals << 168 | those << 160 |
/// asset, 0 where the market names none; price; collateral factor; cash; borrows; reserves; supply of cTokens; reserve factor;
/// accrual block; borrow index; borrow rate a block.
///
/// UNREADABLE. A price or rate that does not answer is `type(uint256).max`.
contract CompoundV2MarketsLens {
    using Words for Words.List;

    uint256 internal constant MARKET_WORDS = 12;
    /// @dev Reading one market, of which six calls burn all they may.
    uint256 internal constant MARKET_GAS = 3_300_000;

    /// @param comptroller The Comptroller.
    /// @param from Position in the list of markets to begin with.
    constructor(ICompoundV2Comptroller comptroller, uint256 from) {
        Words.List memory out = Words.create();
        address[] memory markets = comptroller.getAllMarkets();
        address oracle = comptroller.oracle();
        out.push(0);
        out.push(comptroller.closeFactorMantissa());
        out.push(comptroller.liquidationIncentiveMantissa());
        uint256 next = from;
        while (next < markets.length && out.hasRoom(MARKET_WORDS, MARKET_GAS)) {
            _pushMarket(out, comptroller, oracle, ICompoundV2CToken(markets[next++]));
        }
        out.data[0] = markets.length | ((next - from) << 16);
        out.finish();
    }

    function _pushMarket(
        Words.List memory out,
        ICompoundV2Comptroller comptroller,
        address oracle,
        ICompoundV2CToken cToken
    ) private view {
        (bool isListed, uint256 factor) = comptroller.markets(address(cToken));
        uint256 mint = _flag(comptroller, abi.encodeCall(comptroller.mintGuardianPaused, (address(cToken))));
        uint256 borrow = _flag(comptroller, abi.encodeCall(comptroller.borrowGuardianPaused, (address(cToken))));
        out.push(((isListed ? 1 : 0) << 160) | (mint << 161) | (borrow << 162) | uint160(address(cToken)));
        out.push(_underlying(cToken));
        out.push(_wordOr(oracle, abi.encodeCall(ICompoundV2Oracle.getUnderlyingPrice, (address(cToken)))));
        out.push(factor);
        out.push(cToken.getCash());
        out.push(cToken.totalBorrows());
        out.push(cToken.totalReserves());
        out.push(cToken.totalSupply());
        out.push(cToken.reserveFactorMantissa());
        out.push(cToken.accrualBlockNumber());
        out.push(cToken.borrowIndex());
        out.push(_wordOr(address(cToken), abi.encodeCall(cToken.borrowRatePerBlock, ())));
    }

    function _underlying(ICompoundV2CToken cToken) private view returns (uint256) {
        (bool isToken, uint256 asset) = Probe.word(address(cToken), abi.encodeCall(cToken.underlying, ()));
        if (!isToken) return 0;
        address token = address(uint160(asset));
        (bool ok, uint256 decimals) = Probe.word(token, abi.encodeCall(IERC20Metadata.decimals, ()));
        return uint160(token) | (ok && decimals < 256 ? (1 << 168) | (decimals << 160) : 0);
    }

    function _flag(ICompoundV2Comptroller comptroller, bytes memory data) private view returns (uint256) {
        (bool ok, uint256 word) = Probe.word(address(comptroller), data);
        return ok && word != 0 ? 1 : 0;
    }

    function _wordOr(address target, bytes memory data) private view returns (uint256) {
        (bool ok, uint256 word) = Probe.word(target, data);
        return ok ? word : type(uint256).max;
    }
}
