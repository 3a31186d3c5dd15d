// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// @title ExampleGovernor
/// @notice An example of an owner, not a product: OpenZeppelin's Governor, acting through a TimelockController that is admin of
/// the AccessManager. A deployment with an owner of its own (a Safe, a governor that is already there) passes that address and
/// does without this contract.
///
/// TRUST. Who holds the votes decides, after the voting delay, the voting period and the timelock's delay, in that order. The
/// timelock is the owner; this contract alone may propose to it, and anybody may execute what is due. Nothing here is faster
/// than that: lowering a level at once is for the holder of RELEASE.
///
/// DELAY. The timelock's is the only one: the AccessManager adds none for members that wait elsewhere, or a change would take
/// two votes, one to schedule and one to execute.
///
/// LIVENESS. Without a quorum nothing changes; scores, levels and their expiry go on.
contract ExampleGovernor is
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    /// @notice How proposals are voted on.
    struct Rules {
        /// @dev Seconds between a proposal and its vote.
        uint48 votingDelay;
        /// @dev Seconds of the vote.
        uint32 votingPeriod;
        /// @dev Votes needed to propose, in the token's smallest unit.
        uint256 proposalThreshold;
        /// @dev Share of the supply that has to vote for or abstain, percent.
        uint256 quorumPercent;
    }

    constructor(
        IVotes votes,
        TimelockController timelock_,
        Rules memory rules
    )
        Governor("Bulkhead ExampleGovernor")
        GovernorSettings(rules.votingDelay, rules.votingPeriod, rules.proposalThreshold)
        GovernorVotes(votes)
        GovernorVotesQuorumFraction(rules.quorumPercent)
        GovernorTimelockControl(timelock_)
    {}

    /// @inheritdoc GovernorSettings
    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    /// @inheritdoc GovernorTimelockControl
    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    /// @inheritdoc GovernorTimelockControl
    function proposalNeedsQueuing(
        uint256 proposalId
    ) public view override(Governor, GovernorTimelockControl) returns (bool) {
        return super.proposalNeedsQueuing(proposalId);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
