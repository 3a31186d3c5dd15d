// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AggregatorInterface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorInterface.sol";
import {AggregatorV2V3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV2V3Interface.sol";
import {AggregatorV3Interface} from "@chainlink/contracts/src/v0.8/shared/interfaces/AggregatorV3Interface.sol";

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {Headers} from "../libraries/Headers.sol";
import {Header, Score, ScoreStatus} from "../types/Score.sol";
import {SubjectId, SubjectIds} from "../types/SubjectId.sol";
import {Cx} from "../types/Units.sol";

/// @title ScoreAggregator
/// @notice One subject's leverage in the shape of a Chainlink feed, 8 decimals: 1.00x reads 1e8. Inverted, it reads 1 over the
/// leverage, which falls when risk rises, as the price of an asset does: what SparkLend's KillSwitchOracle compares with a
/// threshold. It plugs in behind Chainlink's own proxy.
///
/// TRUST. Holds nothing and calls nobody but the oracle. It is not a price: what liquidates or values collateral by it does so
/// on the oracle's word.
///
/// STALENESS. `latestRoundData` and `getRoundData` say when the score was observed, and revert where there is none. Readers of
/// `latestAnswer` cannot see that: it reads 0, which in a feed means "no answer", when the score is unknown or older than
/// `maxAge`. `getAnswer` and `getTimestamp` read 0 for a round that is not kept, as Chainlink's own do.
///
/// ROUNDS. A round is an epoch. Of past rounds only those of the SYSTEM subject are kept, as long as the oracle keeps their
/// headers. Rounds begin in the oracle's `publish`: `AnswerUpdated` and `NewRound` are never emitted here.
///
/// ROUNDING. Down when inverted: toward reporting more risk.
contract ScoreAggregator is AggregatorV2V3Interface {
    /// @dev One epoch; an answer of 0 means that it is not known.
    struct Round {
        uint48 epoch;
        int256 answer;
        uint48 observedAt;
    }

    /// @notice Thrown when the score of a round is unknown or no longer kept.
    error RoundNotKept(uint80 roundId);
    /// @notice Thrown when a feed is to answer for no time at all.
    error MaxAgeZero();

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

    /// @notice Age in seconds beyond which `latestAnswer` reads 0.
    uint48 public immutable maxAge;

    constructor(IRiskOracle newOracle, SubjectId newSubject, bool newInverted, uint48 newMaxAge) {
        require(newMaxAge != 0, MaxAgeZero());
        oracle = newOracle;
        subject = newSubject;
        inverted = newInverted;
        maxAge = newMaxAge;
    }

    /// @inheritdoc AggregatorV3Interface
    function description() external view returns (string memory) {
        return inverted ? "Bulkhead 1 / leverage" : "Bulkhead leverage";
    }

    /// @inheritdoc AggregatorV3Interface
    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        Round memory round = _latest();
        return _roundData(round, round.epoch);
    }

    /// @inheritdoc AggregatorV3Interface
    function getRoundData(uint80 roundId) external view returns (uint80, int256, uint256, uint256, uint80) {
        return _roundData(_find(roundId), roundId);
    }

    /// @inheritdoc AggregatorInterface
    function latestAnswer() external view returns (int256) {
        Round memory round = _latest();
        return block.timestamp <= uint256(round.observedAt) + maxAge ? round.answer : int256(0);
    }

    /// @inheritdoc AggregatorInterface
    function latestTimestamp() external view returns (uint256) {
        return _latest().observedAt;
    }

    /// @inheritdoc AggregatorInterface
    function latestRound() external view returns (uint256) {
        return oracle.header().epoch;
    }

    /// @inheritdoc AggregatorInterface
    function getAnswer(uint256 roundId) external view returns (int256) {
        return _find(roundId).answer;
    }

    /// @inheritdoc AggregatorInterface
    function getTimestamp(uint256 roundId) external view returns (uint256) {
        return _find(roundId).observedAt;
    }

    function _latest() private view returns (Round memory) {
        return _current(oracle.header().epoch);
    }

    function _find(uint256 roundId) private view returns (Round memory round) {
        if (roundId > type(uint48).max) return round;
        uint48 epoch = uint48(roundId);
        if (epoch == oracle.header().epoch) return _current(epoch);
        if (subject != SubjectIds.system(block.chainid)) return round;
        Header memory header = oracle.headerOf(epoch);
        if (header.epoch == 0 || header.flags & Headers.QUARANTINED != 0) return round;
        return _round(epoch, header.systemLeverage, header.observedAt);
    }

    function _current(uint48 epoch) private view returns (Round memory) {
        (ScoreStatus status, Score memory score, uint48 observedAt) = oracle.tryScore(subject);
        return _round(epoch, status == ScoreStatus.Known ? score.leverage : Cx.wrap(0), observedAt);
    }

    function _round(uint48 epoch, Cx leverage, uint48 observedAt) private view returns (Round memory round) {
        round.epoch = epoch;
        uint256 value = uint256(Cx.unwrap(leverage)) * SCALE;
        if (value == 0) return round;
        round.answer = int256(inverted ? ONE_SQUARED / value : value);
        round.observedAt = observedAt;
    }

    function _roundData(
        Round memory round,
        uint80 roundId
    ) private pure returns (uint80, int256, uint256, uint256, uint80) {
        require(round.answer != 0, RoundNotKept(roundId));
        return (round.epoch, round.answer, round.observedAt, round.observedAt, round.epoch);
    }
}
