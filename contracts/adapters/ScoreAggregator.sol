// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {Headers} from "../libraries/Headers.sol";
import {Header, Score} from "../types/Score.sol";
import {SubjectId, SubjectIds} from "../types/SubjectId.sol";
import {Cx} from "../types/Units.sol";

/// @title ScoreAggregator
/// @notice One subject's leverage in the shape of a Chainlink feed, 8 decimals: 1.00x reads 1e8. Inverted, it reads 1 over the
/// leverage, which falls when risk rises, as the price of an asset does.
/// @dev A round is an epoch. Of past rounds only those of the SYSTEM subject are kept, as long as the oracle keeps their
/// headers. Rounds down when inverted: toward reporting more risk.
contract ScoreAggregator is AggregatorV3Interface {
    /// @notice Thrown when the score of a round is unknown or no longer kept.
    error RoundNotKept(uint80 roundId);

    /// @inheritdoc AggregatorV3Interface
    uint8 public constant decimals = 8;

    /// @inheritdoc AggregatorV3Interface
    uint256 public constant version = 1;

    /// @dev From 0.01x to 8 decimals.
    uint256 private constant SCALE = 1e6;
    uint256 private constant ONE_SQUARED = 1e16;

    /// @notice The oracle read.
    IRiskOracle public immutable oracle;

    /// @notice The subject read.
    SubjectId public immutable subject;

    /// @notice Whether the answer is 1 over the leverage.
    bool public immutable inverted;

    constructor(IRiskOracle newOracle, SubjectId newSubject, bool newInverted) {
        oracle = newOracle;
        subject = newSubject;
        inverted = newInverted;
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external view returns (string memory) {
        return inverted ? "Bulkhead 1 / leverage" : "Bulkhead leverage";
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        (Score memory score, ) = oracle.score(subject);
        return _round(oracle.header(), score.leverage);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        Header memory header = oracle.header();
        if (roundId == header.epoch) {
            (Score memory score, ) = oracle.score(subject);
            return _round(header, score.leverage);
        }
        require(subject == SubjectIds.system(block.chainid) && roundId <= type(uint48).max, RoundNotKept(roundId));
        header = oracle.headerOf(uint48(roundId));
        bool voided = header.flags & Headers.QUARANTINED != 0;
        require(header.epoch != 0 && !voided, RoundNotKept(roundId));
        return _round(header, header.systemLeverage);
    }

    function _round(Header memory header, Cx leverage) private view returns (uint80, int256, uint256, uint256, uint80) {
        uint256 value = uint256(Cx.unwrap(leverage)) * SCALE;
        require(value != 0, RoundNotKept(header.epoch));
        if (inverted) value = ONE_SQUARED / value;
        return (header.epoch, int256(value), header.observedAt, header.observedAt, header.epoch);
    }
}
