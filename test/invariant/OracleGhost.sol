// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Header, Report} from "../../contracts/types/Score.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "../contracts/support/OracleFixture.sol";
import {Log, vm} from "../contracts/support/Vm.sol";
import {Fields, Given, LaneModel} from "./LaneModel.sol";

/// @dev What the oracle should hold, kept beside it: the lanes by {LaneModel}, what its events said, and what was observed when.
abstract contract OracleGhost is OracleFixture {
    /// @dev A lane as stored for an epoch, and how often the limits had changed by then.
    struct Sample {
        uint256 lane;
        uint256 at;
        uint256 changes;
    }

    struct Subject {
        SubjectId id;
        bool isVenue;
        bool retired;
    }

    Subject[] public subjects;
    /// @dev Lanes as they should be stored, and what was known of each before.
    mapping(uint256 index => uint256) public laneOf;
    mapping(uint256 index => Given) internal _known;
    /// @dev Of each lane, oldest first. Those from `sampleMark` on are undone when epochs are voided together with their lanes.
    mapping(uint256 index => Sample[]) public samples;
    mapping(uint256 index => uint256) internal _sampleMark;
    mapping(uint48 epoch => Header) internal _headers;
    Header internal _last;
    bool public voided;
    /// @dev What {IRiskOracle.quarantine} takes back to, and the number of lanes that it is of.
    uint256[] internal _before;
    /// @dev As the last events said, and nothing else.
    uint256[] public eventLanes;
    uint256 public limitChanges;
    uint256 public fastestRate;
    uint256 public clamps;

    /// @dev Moves the ghosts by a report that was accepted, and checks what was emitted against them.
    function _accept(Report memory report, uint256 count) internal {
        IRiskOracle.Limits memory limits = oracle.limits();
        uint256 rate = report.coverage >= limits.minCoverage ? Bps.unwrap(limits.maxEase) : 0;
        uint256 words = report.lanes.length;
        if (!voided) _mark(words, count);
        else if (_last.laneCount == 1) _lengthen(words);
        uint256[] memory stored = new uint256[](words);
        for (uint256 i; i < count; ++i) {
            Given memory known = _known[i];
            Fields memory next = LaneModel.next(
                LaneModel.split(report.lanes[i / 4] >> (64 * (i % 4))),
                LaneModel.split(laneOf[i]),
                known,
                rate,
                _last.observedAt,
                report.observedAt
            );
            _known[i] = known;
            laneOf[i] = LaneModel.join(next);
            stored[i / 4] += laneOf[i] << (64 * (i % 4));
            if (next.leverage != 0) _sample(i, report.observedAt);
        }
        voided = false;
        _last = Header({
            epoch: report.epoch,
            observedBlock: report.observedBlock,
            observedAt: report.observedAt,
            coverage: report.coverage,
            systemLeverage: Cx.wrap(uint16(laneOf[0] % 2 ** 16)),
            systemLiquidationAtRisk: Bps.wrap(uint16((laneOf[0] / 2 ** 16) % 2 ** 16)),
            laneCount: uint16(count),
            flags: report.flags
        });
        _headers[report.epoch] = _last;
        _readEvents(report, stored);
    }

    /// @dev One {IRiskOracle.ReportAccepted} with the lanes as stored; one {IRiskOracle.LanesClamped} with those signed, when and only
    /// when they differ.
    function _readEvents(Report memory report, uint256[] memory stored) private {
        Log[] memory logs = vm.getRecordedLogs();
        bool differ = keccak256(abi.encode(stored)) != keccak256(abi.encode(report.lanes));
        vm.assertEq(logs.length, differ ? 2 : 1);
        if (differ) {
            vm.assertEq(logs[0].topics[0], IRiskOracle.LanesClamped.selector);
            vm.assertEq(uint256(logs[0].topics[1]), report.epoch);
            vm.assertEq(logs[0].data, abi.encode(report.lanes));
            ++clamps;
        }
        Log memory accepted = logs[logs.length - 1];
        vm.assertEq(accepted.topics[0], IRiskOracle.ReportAccepted.selector);
        vm.assertEq(uint256(accepted.topics[1]), report.epoch);
        (, , , , , eventLanes) = abi.decode(accepted.data, (uint48, Bps, uint8, bytes32, bytes32, uint256[]));
    }

    /// @dev Takes the ghosts back to the lanes from before what is being voided.
    function _restore() internal {
        uint256 count = _last.laneCount;
        for (uint256 i; i < count; ++i) {
            laneOf[i] = i / 4 < _before.length ? (_before[i / 4] >> (64 * (i % 4))) % 2 ** 64 : 0;
            while (samples[i].length > _sampleMark[i]) samples[i].pop();
        }
        eventLanes = _before;
        _last.systemLeverage = Cx.wrap(uint16(laneOf[0] % 2 ** 16));
        _last.systemLiquidationAtRisk = Bps.wrap(uint16((laneOf[0] / 2 ** 16) % 2 ** 16));
    }

    function _mark(uint256 words, uint256 count) private {
        delete _before;
        _lengthen(words);
        for (uint256 i; i < count; ++i) {
            _before[i / 4] += laneOf[i] << (64 * (i % 4));
            _sampleMark[i] = samples[i].length;
        }
    }

    function _lengthen(uint256 words) private {
        while (_before.length < words) _before.push();
    }

    function _sample(uint256 index, uint256 at) private {
        samples[index].push(Sample(laneOf[index], at, limitChanges));
    }

    function sampleCount(uint256 index) external view returns (uint256) {
        return samples[index].length;
    }

    function subjectCount() external view returns (uint256) {
        return subjects.length;
    }

    function headerSeen(uint48 epoch) external view returns (Header memory) {
        return _headers[epoch];
    }

    function lastHeader() external view returns (Header memory) {
        return _last;
    }

    function eventWords() external view returns (uint256[] memory) {
        return eventLanes;
    }
}
