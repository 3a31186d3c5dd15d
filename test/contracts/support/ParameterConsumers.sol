// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IChaosRiskOracle} from "../../../contracts/interfaces/external/IChaosRiskOracle.sol";

/// @title AgentHubHarness
/// @notice A harness, not the AgentHub: takes an update as that and an Aave agent do (ChaosLabsInc/chaos-agents: AgentHub,
/// BaseAaveAgent, RangeValidationModule), with a range whose largest increase is 0. A revert of the oracle is "skip".
contract AgentHubHarness {
    uint256 internal constant EXPIRATION = 6 hours;
    uint256 internal constant MINIMUM_DELAY = 30 minutes;

    mapping(address market => uint256 updateId) public lastId;
    mapping(address market => uint256 timestamp) public lastAt;
    /// @notice The parameter of the protocol that the agent sets.
    mapping(address market => uint256 ltv) public ltvOf;

    function setLtv(address market, uint256 ltv) external {
        ltvOf[market] = ltv;
    }

    /// @notice Whether the newest update was injected.
    function execute(IChaosRiskOracle riskOracle, string calldata updateType, address market) external returns (bool) {
        try riskOracle.getLatestUpdateByParameterAndMarket(updateType, market) returns (
            IChaosRiskOracle.RiskParameterUpdate memory update
        ) {
            if (update.timestamp + EXPIRATION < block.timestamp) return false;
            if (lastId[update.market] >= update.updateId) return false;
            if (block.timestamp - lastAt[update.market] < MINIMUM_DELAY) return false;
            uint256 value = decodeToUint(update.newValue);
            if (value >= ltvOf[update.market]) return false;
            (lastId[update.market], lastAt[update.market]) = (update.updateId, block.timestamp);
            ltvOf[update.market] = value;
            return true;
        } catch {
            return false;
        }
    }

    /// @notice How the agents read a number: at most 32 bytes, padded on the left.
    function decodeToUint(bytes memory value) public pure returns (uint256) {
        require(value.length <= 32);
        return abi.decode(abi.encodePacked(new bytes(32 - value.length), value), (uint256));
    }
}

/// @title ConfigSyncerHarness
/// @notice A harness, not GMX' contract: reads an update as ConfigSyncer.sync does (gmx-io/gmx-synthetics). The key of the
/// data store comes from `additionalData`, and an id is applied once, whatever its market and parameter.
contract ConfigSyncerHarness {
    mapping(uint256 updateId => bool isApplied) public applied;

    /// @notice The key that the update would be written to.
    function sync(IChaosRiskOracle riskOracle, address market, string calldata parameter) external returns (bytes32) {
        IChaosRiskOracle.RiskParameterUpdate memory update = riskOracle.getLatestUpdateByParameterAndMarket(
            parameter,
            market
        );
        (bytes32 baseKey, ) = abi.decode(update.additionalData, (bytes32, bytes));
        applied[update.updateId] = true;
        return baseKey;
    }
}
