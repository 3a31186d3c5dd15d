// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Cause, Evidence, TargetLedger, TargetState} from "../types/Breaker.sol";
import {Action, Level} from "../types/Level.sol";
import {Report} from "../types/Score.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {TargetConfig} from "../types/TargetConfig.sol";

/// @title ICircuitBreaker
/// @notice Turns fresh scores into a protection level per target, each with an expiry.
/// @dev A target is a subject with a lane, usually a venue or a market. All times are unix seconds, all durations seconds.
interface ICircuitBreaker {
    /// @notice What can be wrong with a target's configuration.
    enum ConfigFault {
        /// An exit threshold is not below its enter threshold.
        ExitNotBelowEnter,
        /// An enter threshold is below that of the level underneath.
        EnterNotAscending,
        /// A level needs no confirmation.
        ConfirmationsZero,
        /// A duration is zero, shorter than the shortest pause, or longer than the longest.
        DurationOutOfRange,
        /// The budget does not hold one Halt and its grace, holds more than 24 hours, or refills as fast as time passes.
        BudgetOutOfRange,
        /// The floor is below 0.9, where a Halt would hold back accounts that are all but bad debt, or above 1, or not a
        /// multiple of 0.0001.
        FloorOutOfRange,
        /// `maxAge` is zero.
        MaxAgeZero,
        /// `minCoverage` is above 100 %.
        CoverageAboveOne,
        /// The throttle has no capacity or no window, or takes longer than 24 hours to come back.
        ThrottleOutOfRange
    }

    /// @notice The level of `target` changed.
    /// @param target The target.
    /// @param from Level before.
    /// @param to Level now.
    /// @param until When `to` ends by itself; 0 for Normal and Watch.
    /// @param since When the change took effect: in the past for an expiry that nobody had noted.
    /// @param cause Why.
    /// @param shadow Whether the target only observes: nothing was or is blocked.
    /// @param evidence What the oracle said; all zero when the scores were not asked.
    event LevelChanged(
        SubjectId indexed target,
        Level indexed from,
        Level indexed to,
        uint48 until,
        uint48 since,
        Cause cause,
        bool shadow,
        Evidence evidence
    );

    /// @notice All that is stored about `target` but its configuration, after every change of it: with {TargetConfigured} and
    /// {GuardianAlive}, state can be rebuilt from events alone. The meters of the throttle are the exception: {throttleOf}.
    /// @param target The target.
    /// @param state Its state.
    /// @param ledger Its ledger.
    event TargetUpdated(SubjectId indexed target, TargetState state, TargetLedger ledger);

    /// @notice A target was configured, or configured anew.
    /// @param target The target.
    /// @param config The configuration.
    event TargetConfigured(SubjectId indexed target, TargetConfig config);

    /// @notice The scores called for a level that the pause budget does not allow.
    /// @param target The target.
    /// @param wanted Level called for.
    /// @param granted Level entered or kept.
    /// @param available Seconds left in the budget.
    event PauseBudgetShort(SubjectId indexed target, Level wanted, Level granted, uint256 available);

    /// @notice A guardian raised a level.
    /// @param target The target.
    /// @param guardian Who.
    /// @param reason Why, for people.
    event Tripped(SubjectId indexed target, address indexed guardian, string reason);

    /// @notice Governance lowered a level.
    /// @param target The target.
    /// @param caller Who.
    /// @param reason Why, for people.
    event Released(SubjectId indexed target, address indexed caller, string reason);

    /// @notice A target that only observes let a liquidation pass that it would have refused. Anybody can ask: count the hosts
    /// that you know.
    /// @param target The target.
    /// @param host Who asked.
    /// @param level Throttle, where the host had less than `value` left, or Halt.
    /// @param healthFactor Of the account; 1e18 is 1.
    /// @param value Collateral to be seized, in the host's unit of value.
    event WouldHaveBlocked(
        SubjectId indexed target,
        address indexed host,
        Level indexed level,
        uint256 healthFactor,
        uint256 value
    );

    /// @notice A guardian showed to be there, or was armed or disarmed by governance.
    /// @param guardian The guardian.
    /// @param aliveUntil Until when it may trip without showing again; 0 when disarmed.
    event GuardianAlive(address indexed guardian, uint48 aliveUntil);

    /// @notice Thrown when a target has no configuration.
    error TargetNotConfigured(SubjectId target);
    /// @notice Thrown when a configuration is not acceptable.
    error TargetConfigInvalid(ConfigFault fault);
    /// @notice Thrown when a guardian asks for a level that is not above the one in force.
    error LevelNotHigher(Level requested, Level current);
    /// @notice Thrown when a release asks for a level that is not below the one in force, or above NoNewLeverage.
    error LevelNotLower(Level requested, Level current);
    /// @notice Thrown when a trip is to last less than its level must, or longer than it may, or to end before the pause in force.
    error DurationOutOfRange(uint32 seen, uint256 shortest, uint256 longest);
    /// @notice Thrown when a trip asks for more seconds than the budget has left.
    error PauseBudgetExceeded(uint256 requested, uint256 available);
    /// @notice Thrown when a guardian missed its heartbeat, was disarmed, or was never armed.
    error GuardianLapsed(address guardian, uint48 aliveUntil);
    /// @notice Thrown when a heartbeat period is zero.
    error HeartbeatPeriodZero();

    /// @notice Publishes a report on the oracle and pokes `targets` in the same transaction, so that nobody can act between
    /// a score and its effect. When the epoch, or a later one, is already on chain, only pokes.
    /// @dev Emits what {IRiskOracle.publish} and {poke} emit. Reverts as they do.
    /// @param report The report.
    /// @param signatures 64 bytes a signature, as in {IRiskOracle.publish}.
    /// @param targets Targets to poke.
    function publishAndPoke(Report calldata report, bytes calldata signatures, SubjectId[] calldata targets) external;

    /// @notice Re-evaluates `target` against the current epoch. Anybody may call.
    /// @dev Emits {TargetUpdated} when anything changed, {LevelChanged} when the level did, {PauseBudgetShort} when the budget
    /// did not reach.
    ///
    /// Requirements:
    /// - `target` is configured ({TargetNotConfigured}).
    /// @return level The level now in force.
    function poke(SubjectId target) external returns (Level level);

    /// @notice Raises `target` to `level` for `duration`. For guardians whose heartbeat is not missed. What the target falls to
    /// afterwards, and what the scores have counted, does not change.
    /// @dev Emits {Tripped}, {LevelChanged} and {TargetUpdated}.
    ///
    /// Requirements:
    /// - the caller is a guardian ({AccessManagedUnauthorized}) and alive ({GuardianLapsed});
    /// - `target` is configured ({TargetNotConfigured});
    /// - `level` is above the one in force ({LevelNotHigher});
    /// - `duration` is at least 5 minutes for Halt and Throttle, and not zero for NoNewLeverage; at most 4 hours for Halt, 24
    ///   hours for Throttle, 7 days for NoNewLeverage; for Watch, which does not end, it is zero ({DurationOutOfRange});
    /// - a Halt or Throttle, its release grace included, does not end before the pause in force, unless it is of the longest
    ///   ({DurationOutOfRange});
    /// - for Throttle and Halt, the budget has `duration` and the release grace left ({PauseBudgetExceeded}).
    /// @param target The target.
    /// @param level Level to raise to.
    /// @param duration Seconds until it ends by itself.
    /// @param reason Why, for people.
    function trip(SubjectId target, Level level, uint32 duration, string calldata reason) external;

    /// @notice Lowers `target` to `level` at once and gives the unused pause budget back. For governance.
    /// @dev Emits {Released}, {TargetUpdated} and {LevelChanged}. From a Halt to NoNewLeverage its release grace stays, from
    /// now; a lower level ends that too: borrowing is never open while liquidations are limited.
    ///
    /// Requirements:
    /// - the caller holds the role ({AccessManagedUnauthorized});
    /// - `target` is configured ({TargetNotConfigured});
    /// - `level` is at most NoNewLeverage and below the one in force ({LevelNotLower}).
    /// @param target The target.
    /// @param level Level to lower to.
    /// @param reason Why, for people.
    function release(SubjectId target, Level level, string calldata reason) external;

    /// @notice Sets everything about `target`. A new target starts at Normal, its budget full, its staleness counted from now.
    /// @dev Emits {TargetConfigured} and {TargetUpdated}. A level in force keeps its expiry. A new throttle capacity or window
    /// applies to every host at once; what a host has used stays used, and comes back from now on at the new rate.
    ///
    /// Requirements:
    /// - the caller holds the role ({AccessManagedUnauthorized});
    /// - the configuration is acceptable ({TargetConfigInvalid}).
    function configureTarget(SubjectId target, TargetConfig calldata config) external;

    /// @notice Gives `guardian` its first heartbeat, or a new one after it missed one. For governance.
    /// @dev Emits {GuardianAlive}. Does not grant the role.
    function armGuardian(address guardian) external;

    /// @notice Ends the power of `guardian` at once, until it is armed again. For governance, before it releases what a captured
    /// guardian has raised: that one would raise it again, and taking its role away waits for the delay.
    /// @dev Emits {GuardianAlive} with 0. What it has raised stays.
    function disarmGuardian(address guardian) external;

    /// @notice Shows that the calling guardian is there.
    /// @dev Emits {GuardianAlive}.
    ///
    /// Requirements:
    /// - the caller is a guardian ({AccessManagedUnauthorized}) and alive ({GuardianLapsed}).
    function heartbeat() external;

    /// @notice Takes a liquidation of `value` from the throttle of the calling host, if there is one.
    /// @dev Each host has its own throttle per target, so that nobody can use up another's. Nothing is taken below the floor, or
    /// where liquidations are not throttled. A target that only observes answers yes, counts all the same, and emits
    /// {WouldHaveBlocked} where it would have said no. Taking emits nothing, because a log would cost the host a fifth of the
    /// call: {throttleOf} tells what is used. Never reverts.
    /// @param healthFactor Of the account, before; 1e18 is 1.
    /// @param value Collateral to be seized, in the host's unit of value.
    /// @return Whether the liquidation is allowed.
    function consumeLiquidation(SubjectId target, uint256 healthFactor, uint256 value) external returns (bool);

    /// @notice The level in force now, expiry applied: a pause whose time is up ends in NoNewLeverage while that still runs,
    /// otherwise in Watch. Normal for a target that only observes or is not configured.
    function levelOf(SubjectId target) external view returns (Level);

    /// @notice The level that liquidations on `target` feel now: as {levelOf}, and Throttle during a release grace. Above
    /// Watch only while borrowing is blocked.
    function liquidationLevelOf(SubjectId target) external view returns (Level);

    /// @notice Whether `action` is allowed on `target` now, for an account and size not further known.
    /// @dev Repay and AddCollateral: always. Borrow: below NoNewLeverage, and not stale unless the policy says otherwise.
    /// WithdrawCollateral, by an account with debt: below NoNewLeverage, however old the score. Liquidate: below Halt.
    function isAllowed(SubjectId target, Action action) external view returns (bool);

    /// @notice Whether the calling host may liquidate `value` of an account of `healthFactor` on `target` now; takes nothing.
    /// @param healthFactor Of the account; 1e18 is 1.
    /// @param value Collateral to be seized, in the host's unit of value.
    function liquidationAllowed(SubjectId target, uint256 healthFactor, uint256 value) external view returns (bool);

    /// @notice What `host` has in use of its throttle on `target`, and what it has left, in its unit of value. Rounds the first
    /// up, the second down.
    /// @dev Reverts with {TargetNotConfigured}.
    function throttleOf(SubjectId target, address host) external view returns (uint256 used, uint256 available);

    /// @notice What is stored about `target`; a level whose time is up is still there: see {levelOf}.
    function stateOf(SubjectId target) external view returns (TargetState memory state, TargetLedger memory ledger);

    /// @notice Configuration of `target`.
    /// @dev Reverts with {TargetNotConfigured}.
    function configOf(SubjectId target) external view returns (TargetConfig memory);

    /// @notice Seconds of Throttle and Halt that `target` has left now. Rounds down.
    function pauseBudgetOf(SubjectId target) external view returns (uint256);

    /// @notice Until when `guardian` may trip without another heartbeat; 0 when never armed, or disarmed.
    function aliveUntil(address guardian) external view returns (uint48);

    /// @notice The oracle whose scores are used.
    function oracle() external view returns (address);

    /// @notice Longest time between two heartbeats of a guardian.
    function heartbeatPeriod() external view returns (uint32);
}
