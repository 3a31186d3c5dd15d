// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorInterface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorInterface.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

/// @title KillSwitchHarness
/// @notice A harness, not SparkLend's contract: asks a feed as `KillSwitchOracle.trigger` does (marsfoundation/
/// sparklend-kill-switch), and stops where that goes on to set LTVs to zero.
contract KillSwitchHarness {
    error InvalidPrice(int256 price);
    error PriceAboveThreshold(uint256 price, uint256 threshold);

    function trigger(AggregatorInterface feed, uint256 threshold) external view returns (uint256) {
        int256 price = feed.latestAnswer();
        require(price > 0, InvalidPrice(price));
        require(uint256(price) <= threshold, PriceAboveThreshold(uint256(price), threshold));
        return uint256(price);
    }
}

/// @title SynthetixNodeHarness
/// @notice A harness, not Synthetix' contract: asks a feed as the oracle manager's `ChainlinkNode` does (Synthetixio/
/// synthetix-v3), which averages the rounds of an interval and takes a revert for the end of history.
contract SynthetixNodeHarness {
    /// @notice Whether `feed` may become a node that expects `expected` decimals.
    function isValid(AggregatorV3Interface feed, uint8 expected) external view returns (bool) {
        feed.latestRoundData();
        return feed.decimals() == expected;
    }

    /// @notice Plain mean of the answers younger than `interval`, the latest always among them, and how many they are.
    function average(AggregatorV3Interface feed, uint256 interval) external view returns (int256, uint256 count) {
        (uint80 roundId, int256 sum, , , ) = feed.latestRoundData();
        count = 1;
        while (roundId > 0) {
            try feed.getRoundData(--roundId) returns (uint80, int256 answer, uint256, uint256 updatedAt, uint80) {
                if (updatedAt < block.timestamp - interval) break;
                sum += answer;
                ++count;
            } catch {
                break;
            }
        }
        return (sum / int256(count), count);
    }
}
