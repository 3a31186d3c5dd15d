// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MarginPolicy} from "../../contracts/MarginPolicy.sol";
import {MarginState, MarginTerms} from "../../contracts/types/Margin.sol";
import {Report} from "../../contracts/types/Score.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {MarginFixture} from "../contracts/support/MarginFixture.sol";
import {bound, vm} from "../contracts/support/Vm.sol";

/// @dev Scores, governance and time, in any order, on two policies: one that everybody syncs, and one that hears governance
/// alone. Borrowers open at the highest LTV, and keep their debt and price.
contract MarginHandler is MarginFixture {
    struct Position {
        uint256 ltv;
        uint256 gap;
        uint256 openedAt;
    }

    struct Announced {
        uint256 from;
        uint256 to;
        uint256 start;
        uint256 end;
        uint256 at;
    }

    struct Sample {
        uint256 threshold;
        uint256 at;
    }

    /// @dev The same governance, and no scores.
    MarginPolicy public silent;
    Position[] public positions;
    Announced[] public announced;
    Sample[] public samples;
    uint48 public epoch;
    uint256 public scores;
    uint256 public raises;
    uint256 public ramps;
    uint256 public governed;
    uint256 public waits;
    /// @dev Most by which one call raised the opening LTV.
    uint256 public largestRise;
    /// @dev Shortest time between two rises, by what was observed.
    uint256 public closestRises = type(uint256).max;
    uint256 private _lastRise;

    constructor() {
        setUp();
        silent = new MarginPolicy(oracle, address(manager));
        silent.addMarket(marketId, _terms(), Bps.wrap(7_000), Bps.wrap(8_000));
        _note();
    }

    /* SCORES */

    function score(uint256 seed) external {
        _scoreNow(uint16(bound(seed, 0, 9_999)));
        _note();
        ++scores;
    }

    /// @dev Hours of calm, in which each epoch recommends more than there is.
    function calm(uint256 seed) external {
        uint256 hoursOfCalm = bound(seed, 6, 14);
        for (uint256 i; i < hoursOfCalm; ++i) {
            _scoreNow(uint16(bound(seed >> (8 * i + 8), 7_000, 7_255)));
            vm.warp(block.timestamp + bound(seed >> (8 * i), 30 minutes, 110 minutes));
        }
        _note();
        ++scores;
    }

    function _scoreNow(uint16 ltv) private {
        ++epoch;
        vm.roll(uint256(epoch) * 1_000 + 1);
        vm.setBlockhash(uint256(epoch) * 1_000, keccak256(abi.encode("block", epoch * 1_000)));
        Report memory report = _report(epoch, _word(_ltvLane(ltv)));
        report.observedAt = uint48(block.timestamp);
        oracle.publish(report, _sign(report, 2));
        uint256 before = _ltv();
        uint256 ltvNow = Bps.unwrap(policy.sync(marketId));
        if (ltvNow <= before) return;
        if (ltvNow - before > largestRise) largestRise = ltvNow - before;
        if (_lastRise != 0 && block.timestamp - _lastRise < closestRises) closestRises = block.timestamp - _lastRise;
        _lastRise = block.timestamp;
        ++raises;
    }

    /// @dev Anybody, with whatever the oracle says last.
    function syncAgain() external {
        policy.sync(marketId);
        _note();
    }

    function open(uint256 seed) external {
        (, MarginTerms memory terms) = policy.marketOf(marketId);
        uint256 most = _ltv();
        positions.push(Position(bound(seed, most / 2, most), Bps.unwrap(terms.gap), block.timestamp));
    }

    /* GOVERNANCE */

    function ramp(uint256 seed) external {
        if (_inForce()) return;
        uint256 from = _threshold();
        (, MarginTerms memory terms) = policy.marketOf(marketId);
        uint256 lowest = uint256(Bps.unwrap(terms.minLtv)) + Bps.unwrap(terms.gap);
        // Within the horizon: to a quarter takes 300 days at the steepest.
        if (lowest < (from + 3) / 4) lowest = (from + 3) / 4;
        if (lowest >= from) return;
        uint256 target = bound(seed, lowest, from - 1);
        uint256 length = ((from - target) * 100 days + target - 1) / target;
        if (length < 7 days) length = 7 days;
        length = bound(seed >> 16, length, length + 40 days);
        uint40 start = uint40(block.timestamp + 30 days + bound(seed >> 32, 0, 10 days));
        policy.startRamp(marketId, Bps.wrap(uint16(target)), start, start + uint40(length));
        silent.startRamp(marketId, Bps.wrap(uint16(target)), start, start + uint40(length));
        _note();
        ++ramps;
        ++governed;
    }

    function cancel(uint256 seed) external {
        if (seed % 3 != 0 || !_inForce()) return;
        policy.cancelRamp(marketId);
        silent.cancelRamp(marketId);
        _note();
        ++governed;
    }

    function raiseThreshold(uint256 seed) external {
        if (seed % 3 != 0 || _inForce() || _threshold() > 9_000) return;
        Bps higher = Bps.wrap(uint16(bound(seed, _threshold() + 1, 9_500)));
        policy.raiseThreshold(marketId, higher);
        silent.raiseThreshold(marketId, higher);
        _note();
        ++governed;
    }

    function setTerms(uint256 seed) external {
        MarginTerms memory terms = _terms();
        uint256 lowest = Bps.unwrap(_state().thresholdTo);
        uint256 gap = bound(seed, 1, 600);
        if (gap + 2 > lowest) return;
        terms.gap = Bps.wrap(uint16(gap));
        uint256 most = lowest - gap < 3_000 ? lowest - gap : 3_000;
        terms.minLtv = Bps.wrap(uint16(bound(seed >> 16, 1, most)));
        terms.maxLtv = Bps.wrap(uint16(bound(seed >> 32, Bps.unwrap(terms.minLtv), 9_999)));
        policy.setTerms(marketId, terms);
        silent.setTerms(marketId, terms);
        _note();
        ++governed;
    }

    function wait(uint256 seed) external {
        vm.warp(block.timestamp + bound(seed, 1, 9 days));
        _note();
        ++waits;
    }

    /* WHAT IS SEEN */

    function current() external view returns (uint256 ltv, uint256 threshold, uint256 lowest, uint256 gap) {
        (MarginState memory state, MarginTerms memory terms) = policy.marketOf(marketId);
        (ltv, threshold) = (_ltv(), _threshold());
        (lowest, gap) = (Bps.unwrap(state.thresholdTo), Bps.unwrap(terms.gap));
    }

    function silentThreshold() external view returns (uint256) {
        return Bps.unwrap(silent.liquidationThreshold(marketId));
    }

    function counts() external view returns (uint256 opened, uint256 announcements, uint256 sampled) {
        return (positions.length, announced.length, samples.length);
    }

    function _inForce() private view returns (bool) {
        return block.timestamp < _state().rampEnd;
    }

    /// @dev The threshold now, and all that is announced of it.
    function _note() private {
        MarginState memory state = _state();
        samples.push(Sample(_threshold(), block.timestamp));
        announced.push(
            Announced(
                Bps.unwrap(state.thresholdFrom),
                Bps.unwrap(state.thresholdTo),
                state.rampStart,
                state.rampEnd,
                block.timestamp
            )
        );
    }
}
