// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of a Chainlink feed.
interface IChainlinkFeed {
    /// @notice Decimals of the answer.
    function decimals() external view returns (uint8);

    /// @notice What the answer is of, such as "ETH / USD".
    function description() external view returns (string memory);

    /// @notice The latest round: its answer and when it was updated, unix seconds.
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80);
}
