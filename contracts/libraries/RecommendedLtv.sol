// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ScoreStatus} from "../types/Score.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {Bps} from "../types/Units.sol";

/// @title RecommendedLtv
/// @notice The highest LTV at which a position may be opened or grown: the recommendation of a subject's score, never above
/// `cap`; `cap` where there is none.
/// @dev The oracle gets all gas but a 64th: where that is too little for it, the 64th is too little for the caller to go on
/// without the score. At most 224 bytes are copied back.
library RecommendedLtv {
    /// @dev Words that {IRiskOracle.tryScore} returns, and which of them holds `borrowLtv`.
    uint256 private constant WORDS = 7;
    uint256 private constant BORROW_LTV = 4;

    /// @notice The highest opening LTV of `subject` by `oracle`, at most `cap`. An oracle that fails recommends nothing.
    function upTo(IRiskOracle oracle, SubjectId subject, Bps cap) internal view returns (Bps) {
        bytes memory data = abi.encodeCall(IRiskOracle.tryScore, (subject));
        uint256[WORDS] memory words;
        bool answered;
        assembly ("memory-safe") {
            answered := staticcall(gas(), oracle, add(data, 0x20), mload(data), words, 0xe0)
            answered := and(answered, gt(returndatasize(), 0xdf))
        }
        uint256 ltv = words[BORROW_LTV];
        bool given = answered && words[0] == uint256(ScoreStatus.Known) && ltv != 0;
        return given && ltv < Bps.unwrap(cap) ? Bps.wrap(uint16(ltv)) : cap;
    }
}
