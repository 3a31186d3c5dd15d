// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {OpeningLtvs} from "../../contracts/libraries/OpeningLtvs.sol";
import {Ramps} from "../../contracts/libraries/Ramps.sol";
import {MarginState, MarginTerms, Recommendation} from "../../contracts/types/Margin.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev The transition against a slow version that keeps every observation and applies the sentence of the interface to them.
contract OpeningLtvsTest {
    struct Seen {
        uint256 called;
        uint256 at;
    }

    uint256 internal constant THRESHOLD = 8_000;

    MarginState internal packedState;
    MarginTerms internal packedTerms;
    uint256 internal afterThem;

    /// @dev Observations higher than the opening LTV since the last change or lower one.
    Seen[] internal standing;
    uint256 internal slowLtv;

    function testFuzz_next_isWhatTheSlowVersionSays(uint256 seed) public {
        MarginTerms memory terms = _anyTerms(seed);
        MarginState memory state = _market(terms);
        slowLtv = Bps.unwrap(state.openingLtv);
        uint256 time = 1_000_000;
        for (uint256 i; i < 60; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            // Mostly calm, without gaps: runs of higher ones are what there is to get wrong.
            uint256 late = bound(seed >> 224, 0, 15) == 0 ? 2 : 0;
            uint256 observedAt = time + bound(seed, terms.maxAge / 2, terms.maxAge + late);
            time = observedAt + bound(seed >> 64, 0, terms.maxAge + late);
            uint256 ltv =
                bound(seed >> 128, 0, 19) == 0 ? bound(seed >> 192, 0, 9_999) : bound(seed >> 192, 6_000, 9_999);
            OpeningLtvs.next(state, terms, Recommendation(Bps.wrap(uint16(ltv)), uint40(observedAt)), time);
            _slow(terms, ltv, observedAt, time);
            vm.assertEq(Bps.unwrap(state.openingLtv), slowLtv);
            time = observedAt;
        }
    }

    /// @dev Down at once; up when all observations of an unbroken run that spans the cooldown are higher, to the lowest of them,
    /// by a step.
    function _slow(MarginTerms memory terms, uint256 ltv, uint256 observedAt, uint256 time) private {
        if (ltv == 0) return;
        uint256 called = _clamp(ltv, terms);
        if (called <= slowLtv) {
            slowLtv = called;
            delete standing;
            return;
        }
        if (time - observedAt > terms.maxAge) return;
        standing.push(Seen(called, observedAt));
        uint256 first = standing.length - 1;
        uint256 lowest = called;
        while (first > 0 && standing[first].at - standing[first - 1].at <= terms.maxAge) {
            --first;
            if (standing[first].called < lowest) lowest = standing[first].called;
        }
        if (observedAt - standing[first].at < terms.cooldown) return;
        slowLtv = lowest < slowLtv + Bps.unwrap(terms.step) ? lowest : slowLtv + Bps.unwrap(terms.step);
        delete standing;
        standing.push(Seen(called, observedAt));
    }

    function _clamp(uint256 ltv, MarginTerms memory terms) private pure returns (uint256) {
        uint256 ceiling = THRESHOLD - Bps.unwrap(terms.gap);
        if (Bps.unwrap(terms.maxLtv) < ceiling) ceiling = Bps.unwrap(terms.maxLtv);
        if (ltv < Bps.unwrap(terms.minLtv)) ltv = Bps.unwrap(terms.minLtv);
        return ltv < ceiling ? ltv : ceiling;
    }

    function _anyTerms(uint256 seed) private pure returns (MarginTerms memory terms) {
        terms.minLtv = Bps.wrap(uint16(bound(seed >> 8, 1, 5_000)));
        terms.maxLtv = Bps.wrap(uint16(bound(seed >> 32, 5_000, 10_000)));
        terms.gap = Bps.wrap(uint16(bound(seed >> 64, 1, 3_000)));
        terms.step = Bps.wrap(uint16(bound(seed >> 96, 1, 1_000)));
        terms.cooldown = uint32(bound(seed >> 128, 1 hours, 2 days));
        terms.maxAge = uint32(bound(seed >> 160, terms.cooldown / 6, terms.cooldown / 2));
    }

    function _market(MarginTerms memory terms) private pure returns (MarginState memory state) {
        state.openingLtv = terms.minLtv;
        (state.thresholdFrom, state.thresholdTo) = (Bps.wrap(uint16(THRESHOLD)), Bps.wrap(uint16(THRESHOLD)));
        OpeningLtvs.check(state, terms);
    }

    /* PACKING */

    function test_marginState_isOneSlotAndSoAreTheTerms() public pure {
        (uint256 state, uint256 terms, uint256 next) = (0, 0, 0);
        assembly ("memory-safe") {
            state := packedState.slot
            terms := packedTerms.slot
            next := afterThem.slot
        }
        vm.assertEq(terms - state, 1);
        vm.assertEq(next - terms, 1);
    }

    function testFuzz_marginState_keepsItsNeighboursAtAnyExtreme(uint8 field, bool high) public {
        uint16 big = high ? type(uint16).max : 0;
        uint40 late = high ? type(uint40).max : 0;
        MarginState memory state = MarginState(
            Bps.wrap(1),
            Bps.wrap(2),
            Bps.wrap(3),
            uint40(4),
            uint40(5),
            Bps.wrap(6),
            uint40(7),
            uint40(8)
        );
        if (field % 8 == 0) state.openingLtv = Bps.wrap(big);
        if (field % 8 == 1) state.thresholdFrom = Bps.wrap(big);
        if (field % 8 == 2) state.thresholdTo = Bps.wrap(big);
        if (field % 8 == 3) state.rampStart = late;
        if (field % 8 == 4) state.rampEnd = late;
        if (field % 8 == 5) state.standingLtv = Bps.wrap(big);
        if (field % 8 == 6) state.standingSince = late;
        if (field % 8 == 7) state.standingTo = late;
        packedState = state;
        vm.assertEq(keccak256(abi.encode(packedState)), keccak256(abi.encode(state)));
    }

    function testFuzz_marginTerms_keepTheirNeighboursAtAnyExtreme(
        uint16[4] memory shares,
        bool high,
        uint32 other
    ) public {
        uint32 time = high ? type(uint32).max : 0;
        MarginTerms memory terms = MarginTerms(
            Bps.wrap(shares[0]),
            Bps.wrap(shares[1]),
            Bps.wrap(shares[2]),
            Bps.wrap(shares[3]),
            time,
            other
        );
        packedTerms = terms;
        vm.assertEq(keccak256(abi.encode(packedTerms)), keccak256(abi.encode(terms)));
    }

    /* RAMPS */

    /// @dev Against the other form of the same line: what is lost since the start, rounded down.
    function testFuzz_thresholdAt_isALineThatRoundsUp(uint256 seed) public pure {
        MarginState memory state;
        uint256 from = bound(seed, 1, type(uint16).max);
        uint256 to = bound(seed >> 16, 1, from);
        uint256 start = bound(seed >> 32, 1, 1e10);
        uint256 end = start + bound(seed >> 80, 1, 1e9);
        (state.thresholdFrom, state.thresholdTo) = (Bps.wrap(uint16(from)), Bps.wrap(uint16(to)));
        (state.rampStart, state.rampEnd) = (uint40(start), uint40(end));
        uint256 time = bound(seed >> 128, start, end);
        uint256 lost = ((from - to) * (time - start)) / (end - start);
        vm.assertEq(Bps.unwrap(Ramps.thresholdAt(state, time)), from - lost);
        vm.assertEq(Bps.unwrap(Ramps.thresholdAt(state, start - 1)), from);
        vm.assertEq(Bps.unwrap(Ramps.thresholdAt(state, end + 1)), to);
    }
}
