// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title IChaosRiskOracle
/// @notice What consumers of Chaos Labs' RiskOracle call, as deployed with `address` markets. Sources: ChaosLabsInc/risk-oracle;
/// callers: ChaosLabsInc/chaos-agents (AgentHub), aave-dao/aave-v3-risk-stewards (injectors), gmx-io/gmx-synthetics
/// (ConfigSyncer), VenusProtocol (RiskStewardReceiver).
interface IChaosRiskOracle {
    /// @notice One recommended value.
    struct RiskParameterUpdate {
        /// @dev When it was recommended, unix seconds.
        uint256 timestamp;
        /// @dev The value; numbers are big-endian, at most 32 bytes.
        bytes newValue;
        /// @dev What it goes back to, for people.
        string referenceId;
        /// @dev The value before; empty when there is none.
        bytes previousValue;
        /// @dev Which parameter.
        string updateType;
        /// @dev Consumers apply an id at most once, and ids of a market never fall.
        uint256 updateId;
        /// @dev What it is for.
        address market;
        /// @dev What a consumer needs besides; GMX decodes the key of its data store from it.
        bytes additionalData;
    }

    /// @notice The newest update of `updateType` for `market`; reverts when there is none, which consumers take for "skip".
    function getLatestUpdateByParameterAndMarket(
        string memory updateType,
        address market
    ) external view returns (RiskParameterUpdate memory);

    /// @notice Every type of update there can be.
    function getAllUpdateTypes() external view returns (string[] memory);
}
