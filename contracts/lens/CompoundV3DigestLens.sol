// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICompoundV3} from "../interfaces/external/ICompoundV3.sol";
import {Words} from "./Words.sol";

/// @title CompoundV3DigestLens
/// @notice Tells in one word what many accounts of a Compound v3 market owe, in one `eth_call` of this init code: moving debt from
/// one borrower to another emits no event.
///
/// ANSWER, in words. Accounts answered, all of those given; keccak256 of the accounts' base units before interest, each in two's complement of 13 bytes, in their order.
contract CompoundV3DigestLens {
    using Words for Words.List;

    /// @param comet The market.
    /// @param accounts Accounts, 20 bytes each.
    constructor(ICompoundV3 comet, bytes memory accounts) {
        uint256 count = accounts.length / 20;
        bytes memory principals = new bytes(count * 13);
        for (uint256 i; i < count; ++i) {
            address account;
            assembly ("memory-safe") {
                account := shr(96, mload(add(add(accounts, 32), mul(i, 20))))
            }
            (int104 principal, , , , ) = comet.userBasic(account);
            bytes13 word = bytes13(uint104(principal));
            for (uint256 b; b < 13; ++b) principals[i * 13 + b] = word[b];
        }
        Words.List memory out = Words.create();
        out.push(count); // A hash may begin with 0xef, an answer may not.
        out.push(uint256(keccak256(principals)));
        out.finish();
    }
}
