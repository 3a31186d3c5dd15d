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

    /// @notice Of a proxy: the aggregator that it stands for at present.
    function aggregator() external view returns (address);

    /// @notice Of an aggregator: the least that it can answer.
    function minAnswer() external view returns (int192);

    /// @notice Of an aggregator: the most that it can answer.
    function maxAnswer() external view returns (int192);

    /// @notice Of Aave's price cap adapters: whether what it answers is its cap, and not the price.
    function isCapped() external view returns (bool);
}
