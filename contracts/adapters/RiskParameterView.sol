// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {IChaosRiskOracle} from "../interfaces/external/IChaosRiskOracle.sol";
import {Score, ScoreStatus} from "../types/Score.sol";
import {SubjectId, SubjectIds} from "../types/SubjectId.sol";
import {Bps, Cx} from "../types/Units.sol";

/// @title RiskParameterView
/// @notice The scores of one venue and its markets in the shape of Chaos Labs' RiskOracle, for whoever reads that one: Aave's
/// AgentHub and injectors, GMX' ConfigSyncer, Venus. A market is an asset of the venue, or the venue itself.
///
/// TYPES. Each value is a `uint256` of 32 bytes: "BorrowLtv" (recommended opening LTV, bps), "Leverage" and "Rehypothecation"
/// (0.01x), "LiquidationAtRisk" (bps), "Advice" (0 to 3). No other type exists. Only the first is a parameter of a market, and
/// it can create no liquidation: a liquidation threshold, a bonus, a price or a cap on one is never served.
///
/// TRUST. Holds nothing and calls nobody but the oracle. What a consumer does with a value is bounded by the consumer: a
/// BorrowLtv may rise as well as fall, so give its agent a range whose largest increase is 0 where it may only tighten.
/// `additionalData` is empty, so that a ConfigSyncer, which reads a key of GMX' data store from it, cannot apply anything.
///
/// STALENESS. Reverts as Chaos' own does when it has no update: for a type or market it does not know, a score that is unknown,
/// voided, retired or older than `maxAge`, and an LTV that is not given. Consumers take that for "nothing to do".
///
/// IDS. `epoch << 32 | lane index << 8 | type`: they grow with the epoch for each market and type, and no two updates share
/// one. The epoch is also the `referenceId`: its ReportAccepted event names block, model and snapshot. There is no history:
/// `previousValue` is empty.
contract RiskParameterView is IChaosRiskOracle {
    /// @dev A value and the number of its type; type 0 does not exist.
    struct Parameter {
        uint8 kind;
        uint256 value;
    }

    /// @notice Thrown when a view is to answer for no time at all.
    error MaxAgeZero();

    /// @notice The oracle read.
    IRiskOracle public immutable oracle;

    /// @notice Entry contract of the venue whose markets these are.
    address public immutable venue;

    /// @notice Age in seconds beyond which a score is no update.
    uint48 public immutable maxAge;

    constructor(IRiskOracle newOracle, address newVenue, uint48 newMaxAge) {
        require(newMaxAge != 0, MaxAgeZero());
        oracle = newOracle;
        venue = newVenue;
        maxAge = newMaxAge;
    }

    /// @inheritdoc IChaosRiskOracle
    function getLatestUpdateByParameterAndMarket(
        string calldata updateType,
        address market
    ) external view returns (RiskParameterUpdate memory update) {
        SubjectId subject = _subjectOf(market);
        (ScoreStatus status, Score memory score, uint48 observedAt) = oracle.tryScore(subject);
        Parameter memory parameter = _parameter(updateType, score);
        bool found = status == ScoreStatus.Known && block.timestamp <= uint256(observedAt) + maxAge;
        // What the genuine contract says, for tools that look for it.
        // solhint-disable-next-line gas-custom-errors
        require(found && parameter.kind != 0, "No update found for the specified parameter and market.");
        uint256 epoch = oracle.header().epoch;
        update.timestamp = observedAt;
        update.newValue = abi.encode(parameter.value);
        update.referenceId = Strings.toString(epoch);
        update.updateType = updateType;
        update.updateId = (epoch << 32) | (uint256(oracle.indexOf(subject)) << 8) | parameter.kind;
        update.market = market;
    }

    /// @inheritdoc IChaosRiskOracle
    function getAllUpdateTypes() external pure returns (string[] memory types) {
        types = new string[](5);
        (types[0], types[1], types[2]) = ("BorrowLtv", "Leverage", "LiquidationAtRisk");
        (types[3], types[4]) = ("Rehypothecation", "Advice");
    }

    function _subjectOf(address market) private view returns (SubjectId) {
        if (market == venue) return SubjectIds.venue(block.chainid, venue);
        return SubjectIds.market(block.chainid, venue, market);
    }

    /// @dev The part of `score` that `updateType` names; type 0 where there is no such type, or no such value.
    function _parameter(string calldata updateType, Score memory score) private pure returns (Parameter memory) {
        bytes32 name = keccak256(bytes(updateType));
        if (name == keccak256("BorrowLtv")) return _ifGiven(1, Bps.unwrap(score.borrowLtv));
        if (name == keccak256("Leverage")) return _ifGiven(2, Cx.unwrap(score.leverage));
        if (name == keccak256("LiquidationAtRisk")) return Parameter(3, Bps.unwrap(score.liquidationAtRisk));
        if (name == keccak256("Rehypothecation")) return _ifGiven(4, Cx.unwrap(score.rehypothecation));
        if (name == keccak256("Advice")) return Parameter(5, score.advice);
        return Parameter(0, 0);
    }

    function _ifGiven(uint8 kind, uint256 value) private pure returns (Parameter memory) {
        return value == 0 ? Parameter(0, 0) : Parameter(kind, value);
    }
}
