// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ICircuitBreaker} from "./interfaces/ICircuitBreaker.sol";
import {IRiskOracle} from "./interfaces/IRiskOracle.sol";
import {BreakerInput, BreakerLib} from "./libraries/BreakerLib.sol";
import {FLOOR_UNIT, GuardWord, THROTTLE} from "./libraries/GuardWords.sol";
import {Headers} from "./libraries/Headers.sol";
import {BreakerState, LevelMoves} from "./libraries/LevelMoves.sol";
import {LevelRules} from "./libraries/LevelRules.sol";
import {LiquidationThrottle, Throttle} from "./libraries/LiquidationThrottle.sol";
import {PauseBudget} from "./libraries/PauseBudget.sol";
import {TargetConfigs} from "./libraries/TargetConfigs.sol";
import {Cause, Evidence, TargetLedger, TargetState} from "./types/Breaker.sol";
import {Action, Level} from "./types/Level.sol";
import {Header, Report, Score, ScoreStatus} from "./types/Score.sol";
import {SubjectId} from "./types/SubjectId.sol";
import {StalePolicy, TargetConfig, TargetTerms} from "./types/TargetConfig.sol";

/// @title CircuitBreaker
/// @notice Turns fresh scores into a protection level per target, each with an expiry.
///
/// TRUST. Scores move levels through {BreakerLib.next} alone, and anybody may call for it. Guardians can only raise, within
/// the budget, while their heartbeat lasts. Governance can lower and disarm at once; it changes parameters behind its own delay.
/// Nobody can pause for longer than the budget, and no call raises the caller's role.
///
/// STALENESS. A missing or stale score never reverts a read and never raises or lowers a level. Only new borrowing may be
/// blocked by it, by the target's own policy (default: blocked after `maxAge`). Liquidations, repayments and added collateral
/// are never blocked by missing data.
///
/// LIVENESS. Every level above Watch ends by a timestamp compare: a pause in NoNewLeverage while that still runs, anything else
/// in Watch. If nobody calls anything, everything is allowed again after the longest level (7 days for borrowing, 24 hours and
/// a grace for liquidations), staleness policy aside. Borrowing is blocked as long as liquidations are limited.
///
/// FLOOR. An account below the health-factor floor can be liquidated at every level, and takes nothing from the throttle.
///
/// WHAT IS NOT GUARANTEED. That a host asks. What a host can enforce is what its adapter declares in `capabilities()`.
contract CircuitBreaker is ICircuitBreaker, AccessManaged {
    using BreakerLib for BreakerState;
    using LevelMoves for BreakerState;
    using LiquidationThrottle for Throttle;

    struct Target {
        /// @dev First, so that a guard finds it where the mapping points.
        TargetState state;
        TargetLedger ledger;
        uint256 rules;
        TargetTerms terms;
        Throttle throttle;
    }

    IRiskOracle private immutable _oracle;

    /// @inheritdoc ICircuitBreaker
    uint32 public immutable heartbeatPeriod;

    /* STORAGE */

    mapping(SubjectId target => Target) private _targets;

    /// @inheritdoc ICircuitBreaker
    mapping(address guardian => uint48) public aliveUntil;

    constructor(
        IRiskOracle newOracle,
        address initialAuthority,
        uint32 newHeartbeatPeriod
    ) AccessManaged(initialAuthority) {
        require(newHeartbeatPeriod != 0, HeartbeatPeriodZero());
        _oracle = newOracle;
        heartbeatPeriod = newHeartbeatPeriod;
    }

    /* BY SCORES */

    /// @inheritdoc ICircuitBreaker
    function publishAndPoke(Report calldata report, bytes calldata signatures, SubjectId[] calldata targets) external {
        if (_oracle.header().epoch < report.epoch) _oracle.publish(report, signatures);
        for (uint256 i; i < targets.length; ++i) poke(targets[i]);
    }

    /// @inheritdoc ICircuitBreaker
    function poke(SubjectId target) public returns (Level) {
        BreakerState memory state = _load(target);
        bytes32 before = keccak256(abi.encode(state));
        _expire(target, state);

        Level from = state.target.level;
        BreakerInput memory input = BreakerInput({
            rules: _targets[target].rules,
            terms: _terms(target),
            evidence: _evidence(target),
            blockNumber: uint48(block.number)
        });
        Level wanted = state.next(input, block.timestamp);
        Level to = state.target.level;
        if (wanted > to) {
            uint256 available = PauseBudget.available(state.ledger, input.terms, block.timestamp);
            emit PauseBudgetShort(target, wanted, to, available);
        }
        if (to != from) _emitChange(target, from, state, Cause.Scores, input.evidence);
        if (keccak256(abi.encode(state)) != before) _store(target, state);
        return state.target.shadow ? Level.Normal : to;
    }

    function _evidence(SubjectId target) private view returns (Evidence memory evidence) {
        Header memory header = _oracle.header();
        (ScoreStatus status, Score memory score, ) = _oracle.tryScore(target);
        evidence = Evidence({
            known: status == ScoreStatus.Known,
            epoch: header.epoch,
            observedAt: header.observedAt,
            leverage: score.leverage,
            liquidationAtRisk: score.liquidationAtRisk,
            advice: score.advice,
            oracleGap: header.flags & Headers.ORACLE_GAP != 0,
            coverage: header.coverage
        });
    }

    /* BY PEOPLE */

    /// @inheritdoc ICircuitBreaker
    function trip(SubjectId target, Level level, uint32 duration, string calldata reason) external restricted {
        _requireAlive(msg.sender);
        BreakerState memory state = _load(target);
        _expire(target, state);
        Level from = state.target.level;
        require(level > from, LevelNotHigher(level, from));
        TargetTerms memory terms = _terms(target);
        _checkTrip(state, terms, level, duration);
        state.ledger.byScores = false;
        state.enter(level, terms, duration, block.timestamp);
        _store(target, state);
        emit Tripped(target, msg.sender, reason);
        Evidence memory none;
        _emitChange(target, from, state, Cause.Guardian, none);
    }

    /// @inheritdoc ICircuitBreaker
    function release(SubjectId target, Level level, string calldata reason) external restricted {
        BreakerState memory state = _load(target);
        _expire(target, state);
        Level from = state.target.level;
        require(level < from && level <= Level.NoNewLeverage, LevelNotLower(level, from));

        state.release(level, _terms(target), block.timestamp);
        _store(target, state);
        emit Released(target, msg.sender, reason);
        Evidence memory none;
        _emitChange(target, from, state, Cause.Governance, none);
    }

    /// @inheritdoc ICircuitBreaker
    function armGuardian(address guardian) external restricted {
        _keepAlive(guardian);
    }

    /// @inheritdoc ICircuitBreaker
    function disarmGuardian(address guardian) external restricted {
        delete aliveUntil[guardian];
        emit GuardianAlive(guardian, 0);
    }

    /// @inheritdoc ICircuitBreaker
    function heartbeat() external restricted {
        _requireAlive(msg.sender);
        _keepAlive(msg.sender);
    }

    /// @inheritdoc ICircuitBreaker
    function configureTarget(SubjectId target, TargetConfig calldata config) external restricted {
        TargetConfigs.check(config);
        Target storage t = _targets[target];
        BreakerState memory state = _read(target);
        if (state.target.maxAge == 0) {
            state.ledger.dwellSince = state.target.observedAt = uint40(block.timestamp);
            state.ledger.budgetSeconds = config.terms.budgetCapacity;
            state.ledger.budgetAt = uint48(block.timestamp);
        } else {
            // What came back so far came back at the old rate.
            PauseBudget.settle(state.ledger, _terms(target), 0, 0, block.timestamp);
        }
        state.target.maxAge = config.maxAge;
        state.target.blocksWhenStale = config.stalePolicy == StalePolicy.BlockBorrowing;
        state.target.shadow = config.shadow;
        state.target.floor = uint16(config.healthFactorFloor / FLOOR_UNIT);
        t.rules = LevelRules.pack(config.rules);
        t.terms = config.terms;
        if (t.throttle.capacity != config.throttleCapacity || t.throttle.window != config.throttleWindow) {
            state.target.throttleSince = uint40(block.timestamp);
            (t.throttle.capacity, t.throttle.window) = (config.throttleCapacity, config.throttleWindow);
        }
        emit TargetConfigured(target, config);
        _store(target, state);
    }

    /* GUARDS */

    /// @inheritdoc ICircuitBreaker
    function consumeLiquidation(SubjectId target, uint256 healthFactor, uint256 value) external returns (bool) {
        Target storage t = _targets[target];
        GuardWord word = _guardWord(t);
        uint256 limit = word.limitAt(block.timestamp);
        if (limit == 0 || word.isBelowFloor(healthFactor)) return true;
        if (limit == THROTTLE && t.throttle.tryTake(msg.sender, word.throttleSince(), value)) return true;
        if (!word.isShadow()) return false;
        emit WouldHaveBlocked(target, msg.sender, Level(limit), healthFactor, value);
        return true;
    }

    /// @inheritdoc ICircuitBreaker
    function liquidationAllowed(SubjectId target, uint256 healthFactor, uint256 value) external view returns (bool) {
        Target storage t = _targets[target];
        GuardWord word = _guardWord(t);
        uint256 limit = word.limitAt(block.timestamp);
        if (limit == 0 || word.isShadow() || word.isBelowFloor(healthFactor)) return true;
        if (limit != THROTTLE) return false;
        (, uint256 available) = t.throttle.stateOf(msg.sender, word.throttleSince());
        return value <= available;
    }

    /// @inheritdoc ICircuitBreaker
    function isAllowed(SubjectId target, Action action) external view returns (bool) {
        return _guardWord(_targets[target]).returnAllows(action);
    }

    /// @inheritdoc ICircuitBreaker
    function levelOf(SubjectId target) external view returns (Level) {
        return _guardWord(_targets[target]).levelAt(block.timestamp);
    }

    /// @inheritdoc ICircuitBreaker
    function liquidationLevelOf(SubjectId target) external view returns (Level) {
        return _guardWord(_targets[target]).liquidationLevelAt(block.timestamp);
    }

    /* READING */

    /// @inheritdoc ICircuitBreaker
    function stateOf(SubjectId target) external view returns (TargetState memory state, TargetLedger memory ledger) {
        BreakerState memory all = _read(target);
        return (all.target, all.ledger);
    }

    /// @inheritdoc ICircuitBreaker
    function configOf(SubjectId target) external view returns (TargetConfig memory config) {
        TargetState memory state = _load(target).target;
        Target storage t = _targets[target];
        for (uint256 i; i < 4; ++i) config.rules[i] = LevelRules.ruleOf(t.rules, Level(i + 1));
        config.terms = _terms(target);
        config.healthFactorFloor = uint64(state.floor * FLOOR_UNIT);
        config.maxAge = state.maxAge;
        config.stalePolicy = state.blocksWhenStale ? StalePolicy.BlockBorrowing : StalePolicy.AllowBorrowing;
        config.shadow = state.shadow;
        config.throttleCapacity = t.throttle.capacity;
        config.throttleWindow = t.throttle.window;
    }

    /// @inheritdoc ICircuitBreaker
    function throttleOf(SubjectId target, address host) external view returns (uint256 used, uint256 available) {
        return _targets[target].throttle.stateOf(host, _load(target).target.throttleSince);
    }

    /// @inheritdoc ICircuitBreaker
    function pauseBudgetOf(SubjectId target) external view returns (uint256) {
        return PauseBudget.available(_read(target).ledger, _terms(target), block.timestamp);
    }

    /// @inheritdoc ICircuitBreaker
    function oracle() external view returns (address) {
        return address(_oracle);
    }

    /* INTERNAL */

    function _read(SubjectId target) private view returns (BreakerState memory state) {
        state.target = _targets[target].state;
        state.ledger = _targets[target].ledger;
    }

    function _terms(SubjectId target) private view returns (TargetTerms memory) {
        return _targets[target].terms;
    }

    function _load(SubjectId target) private view returns (BreakerState memory state) {
        state = _read(target);
        require(state.target.maxAge != 0, TargetNotConfigured(target));
    }

    function _store(SubjectId target, BreakerState memory state) private {
        _targets[target].state = state.target;
        _targets[target].ledger = state.ledger;
        emit TargetUpdated(target, state.target, state.ledger);
    }

    /// @dev Puts what ended by itself on record.
    function _expire(SubjectId target, BreakerState memory state) private {
        Evidence memory none;
        Level from = state.target.level;
        while (state.expire(block.timestamp)) {
            _emitChange(target, from, state, Cause.Expiry, none);
            from = state.target.level;
        }
    }

    function _emitChange(SubjectId target, Level from, BreakerState memory s, Cause cause, Evidence memory e) private {
        TargetState memory t = s.target;
        emit LevelChanged(target, from, t.level, t.until, s.ledger.dwellSince, cause, t.shadow, e);
    }

    function _checkTrip(
        BreakerState memory state,
        TargetTerms memory terms,
        Level level,
        uint32 duration
    ) private view {
        uint256 grace = level == Level.Halt ? terms.graceSeconds : 0;
        (uint256 shortest, uint256 longest) = TargetConfigs.tripBounds(
            level,
            grace,
            LevelMoves.prepaid(state.target, block.timestamp)
        );
        require(duration >= shortest && duration <= longest, DurationOutOfRange(duration, shortest, longest));
        if (level < Level.Throttle) return;
        uint256 left = state.budgetLeft(terms, block.timestamp);
        require(duration + grace <= left, PauseBudgetExceeded(duration + grace, left));
    }

    function _requireAlive(address guardian) private view {
        uint48 until = aliveUntil[guardian];
        require(block.timestamp <= until, GuardianLapsed(guardian, until));
    }

    function _keepAlive(address guardian) private {
        uint48 until = uint48(block.timestamp + heartbeatPeriod);
        aliveUntil[guardian] = until;
        emit GuardianAlive(guardian, until);
    }

    /// @dev The slot of `target`'s state, undecoded: decoding ten fields would cost a guard half as much again.
    function _guardWord(Target storage t) private view returns (GuardWord word) {
        TargetState storage state = t.state;
        assembly ("memory-safe") {
            word := sload(state.slot)
        }
    }
}
