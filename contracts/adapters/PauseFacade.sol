// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICircuitBreaker} from "../interfaces/ICircuitBreaker.sol";
import {IPausable} from "../interfaces/external/IPausable.sol";
import {LevelMoves, SHORTEST_PAUSE} from "../libraries/LevelMoves.sol";
import {TargetConfigs} from "../libraries/TargetConfigs.sol";
import {TargetState} from "../types/Breaker.sol";
import {Level} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {TargetTerms} from "../types/TargetConfig.sol";

/// @title PauseFacade
/// @notice One target of the breaker, as a contract that Lido's emergency pausers can pause: a pause is a Halt.
///
/// TRUST. Holds the guardian role of the breaker, which is for every target and every level, and uses it for one target and for
/// Halt, when the pauser fixed at deployment calls, and for nothing else. It has no storage and no owner. The worst that the
/// pauser can do is to spend the target's pause budget on Halts.
///
/// REACH. A Halt, its floor and its budget included: who asks for longer than is allowed gets the longest that is, where others
/// would pause for a week. Who asks for less than 5 minutes, or for less than the pause in force has left, is refused by the
/// breaker, as is who asks while it is halted, or with the budget gone. A target that only observes is halted, and says that it
/// is not paused: it blocks nothing.
///
/// LIVENESS. As every guardian, the facade loses its power without a heartbeat. The pauser gives it through {heartbeat}: nobody
/// else can tell whether he is there. For a pauser that is a contract and knows {pauseFor} alone, such as those of Lido,
/// governance arms the facade anew before every `heartbeatPeriod` ends, having seen the pauser's own sign of life.
contract PauseFacade is IPausable {
    /// @notice Thrown when somebody else than the pauser calls.
    error CallerNotPauser(address caller, address pauser);
    /// @notice Thrown when the pauser is to be nobody.
    error PauserZero();

    /// @notice The breaker whose guardian this is.
    ICircuitBreaker public immutable breaker;

    /// @notice The one target of it that can be paused here.
    SubjectId public immutable subject;

    /// @notice The only account that can pause here.
    address public immutable pauser;

    modifier onlyPauser() {
        require(msg.sender == pauser, CallerNotPauser(msg.sender, pauser));
        _;
    }

    constructor(ICircuitBreaker newBreaker, SubjectId newSubject, address newPauser) {
        require(newPauser != address(0), PauserZero());
        breaker = newBreaker;
        subject = newSubject;
        pauser = newPauser;
    }

    /// @inheritdoc IPausable
    /// @dev Emits {Paused} with the seconds granted, which may be fewer, and on the breaker what {ICircuitBreaker.trip} emits.
    ///
    /// Requirements:
    /// - the caller is the pauser ({CallerNotPauser});
    /// - those of {ICircuitBreaker.trip}.
    function pauseFor(uint256 duration) external onlyPauser {
        uint32 granted = _granted(duration);
        breaker.trip(subject, Level.Halt, granted, "pauseFor");
        emit Paused(granted);
    }

    /// @notice Keeps the facade's power as a guardian alive.
    /// @dev Emits {ICircuitBreaker.GuardianAlive} on the breaker.
    ///
    /// Requirements:
    /// - the caller is the pauser ({CallerNotPauser});
    /// - those of {ICircuitBreaker.heartbeat}.
    function heartbeat() external onlyPauser {
        breaker.heartbeat();
    }

    /// @inheritdoc IPausable
    /// @dev Whoever halted the target.
    function isPaused() external view returns (bool) {
        return breaker.levelOf(subject) == Level.Halt;
    }

    /// @dev `duration`, or the longest Halt that the breaker allows now. Where it allows none, `duration` still: so the breaker
    /// says what is missing.
    function _granted(uint256 duration) private view returns (uint32) {
        (TargetState memory state, ) = breaker.stateOf(subject);
        TargetTerms memory terms = breaker.configOf(subject).terms;
        uint256 left = breaker.pauseBudgetOf(subject) + LevelMoves.prepaid(state, block.timestamp);
        if (left > terms.budgetCapacity) left = terms.budgetCapacity;
        uint256 longest = TargetConfigs.LONGEST_HALT;
        if (left >= SHORTEST_PAUSE + terms.graceSeconds && left - terms.graceSeconds < longest)
            longest = left - terms.graceSeconds;
        return uint32(duration < longest ? duration : longest);
    }
}
