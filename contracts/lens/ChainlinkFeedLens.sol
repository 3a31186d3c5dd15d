// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IChainlinkFeed} from "../interfaces/external/IChainlinkFeed.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title ChainlinkFeedLens
/// @notice Reads Chainlink feeds in one `eth_call` of this init code. At most 109 fit.
///
/// ANSWER, in words. Feeds answered. For each feed 7 words: length of the description << 16 | decimals << 8 |
/// 1 if the decimals were read | 2 if the round was | 4 if the bounds were | 8 if it says that it is capped; answer; when it was
/// updated; two words of the description; the least and the most that its aggregator, or itself, can answer.
contract ChainlinkFeedLens {
    using Words for Words.List;

    uint256 internal constant FEED_WORDS = 7;
    uint256 internal constant FEED_GAS = 4_500_000;

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
        (bool bounded, uint256 least, uint256 most) = _bounds(feed);
        out.push(
            (length << 16) |
                (hasDecimals ? (decimals << 8) | 1 : 0) |
                (hasRound ? 2 : 0) |
                (bounded ? 4 : 0) |
                (_isCapped(feed) ? 8 : 0)
        );
        out.push(hasRound ? Probe.at(round, 1) : 0);
        out.push(hasRound ? Probe.at(round, 3) : 0);
        out.push(head);
        out.push(tail);
        out.push(least);
        out.push(most);
    }

    /// @dev Of a proxy its aggregator's, of an aggregator its own.
    function _bounds(address feed) private view returns (bool ok, uint256 least, uint256 most) {
        (bool isProxy, uint256 aggregator) = Probe.word(feed, abi.encodeCall(IChainlinkFeed.aggregator, ()));
        address source = isProxy && aggregator <= type(uint160).max ? address(uint160(aggregator)) : feed;
        (ok, least) = Probe.word(source, abi.encodeCall(IChainlinkFeed.minAnswer, ()));
        if (ok) (ok, most) = Probe.word(source, abi.encodeCall(IChainlinkFeed.maxAnswer, ()));
        if (!ok) (least, most) = (0, 0);
    }

    function _isCapped(address feed) private view returns (bool) {
        (bool ok, uint256 capped) = Probe.word(feed, abi.encodeCall(IChainlinkFeed.isCapped, ()));
        return ok && capped == 1;
    }
}
