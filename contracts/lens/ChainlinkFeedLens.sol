// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IChainlinkFeed} from "../interfaces/external/IChainlinkFeed.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title ChainlinkFeedLens
/// @notice Reads Chainlink feeds in one `eth_call` of this init code. At most 150 fit.
///
/// ANSWER, in words. Feeds answered. For each feed 5 words: length of the description << 16 | decimals << 8 |
/// 1 if the decimals were read | 2 if the round was; answer; when it was updated; two words of the description.
contract ChainlinkFeedLens {
    using Words for Words.List;

    uint256 internal constant FEED_WORDS = 5;
    uint256 internal constant FEED_GAS = 2_000_000;

    /// @param feeds Feeds to read, in this order.
    /// @param withDescriptions Whether to ask for descriptions. They are for people; recorded state may not hold them.
    constructor(address[] memory feeds, bool withDescriptions) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < feeds.length && out.hasRoom(FEED_WORDS, FEED_GAS); ++done) {
            _pushFeed(out, feeds[done], withDescriptions);
        }
        out.data[0] = done;
        out.finish();
    }

    function _pushFeed(Words.List memory out, address feed, bool withDescription) private view {
        (bool hasDecimals, uint256 decimals) = Probe.word(feed, abi.encodeCall(IChainlinkFeed.decimals, ()));
        hasDecimals = hasDecimals && decimals < 256;
        (bool hasRound, bytes memory round) = Probe.read(feed, IChainlinkFeed.latestRoundData.selector, 5);
        (uint256 length, uint256 head, uint256 tail) = withDescription
            ? Probe.text(feed, IChainlinkFeed.description.selector)
            : (0, 0, 0);
        out.push((length << 16) | (hasDecimals ? (decimals << 8) | 1 : 0) | (hasRound ? 2 : 0));
        out.push(hasRound ? Probe.at(round, 1) : 0);
        out.push(hasRound ? Probe.at(round, 3) : 0);
        out.push(head);
        out.push(tail);
    }
}
