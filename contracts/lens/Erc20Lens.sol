// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title Erc20Lens
/// @notice Reads symbols and decimals of tokens in one `eth_call` of this init code. At most 250 fit.
///
/// ANSWER, in words. Tokens answered. For each token 3 words: length of the symbol << 16 | decimals << 8 |
/// 1 if the decimals were read; two words of the symbol.
contract Erc20Lens {
    using Words for Words.List;

    uint256 internal constant TOKEN_WORDS = 3;
    uint256 internal constant TOKEN_GAS = 1_500_000;

    /// @param tokens Tokens to read, in this order.
    constructor(address[] memory tokens) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < tokens.length && out.hasRoom(TOKEN_WORDS, TOKEN_GAS); ++done) _pushToken(out, tokens[done]);
        out.data[0] = done;
        out.finish();
    }

    function _pushToken(Words.List memory out, address token) private view {
        (bool ok, uint256 decimals) = Probe.word(token, abi.encodeCall(IERC20Metadata.decimals, ()));
        ok = ok && decimals < 256;
        (uint256 length, uint256 head, uint256 tail) = Probe.text(token, IERC20Metadata.symbol.selector);
        out.push((length << 16) | (ok ? (decimals << 8) | 1 : 0));
        out.push(head);
        out.push(tail);
    }
}
