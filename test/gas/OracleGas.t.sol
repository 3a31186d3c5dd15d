// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {RiskOracle} from "../../contracts/RiskOracle.sol";
import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {Report} from "../../contracts/types/Score.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {OracleFixture} from "../contracts/support/OracleFixture.sol";
import {vm} from "../contracts/support/Vm.sol";
import {GasProbe} from "./GasProbe.sol";

/// @dev 50 subjects and, for the root alone, SYSTEM; 5 of 9 signatures; steady state: 65 epochs before, so that no slot is
/// written for the first time. Run with `isolate`: each call from a test is a transaction of its own, its state cold. A read is
/// the difference of `gasleft` around one low-level call; a publication is the gas its transaction used, calldata included. The
/// bars are those of the design page.
contract OracleGasTest is OracleFixture {
    GasProbe internal probe;

    function setUp() public override {
        super.setUp();
        _registerAssets(46);
        keys = _sortedKeys(9);
        oracle.rotateSigners(_addresses(keys), 5);
        probe = new GasProbe();
        for (uint48 epoch = 1; epoch <= 65; ++epoch) _publishLanes(epoch, _lane(200 + uint16(epoch), 900, 0));
        vm.assertEq(oracle.laneCount(), 50);
    }

    /// @dev Every lane of the configured ones is `lane`.
    function _all(uint48 epoch, uint256 lane) private view returns (Report memory report, bytes memory signatures) {
        report = _report(epoch, 0);
        uint256 count = oracle.laneCount();
        report.lanes = new uint256[]((count + 3) / 4);
        for (uint256 i; i < count; ++i) report.lanes[i / 4] |= lane << (64 * (i % 4));
        if (count == 1) report.flags = 0;
        signatures = _sign(report, 5);
    }

    function _publishLanes(uint48 epoch, uint256 lane) private {
        _travelTo(epoch);
        (Report memory report, bytes memory signatures) = _all(epoch, lane);
        oracle.publish(report, signatures);
    }

    function _assertRead(string memory name, bytes memory data, uint256 bar) private {
        uint256 used = probe.measure(address(oracle), data);
        vm.snapshotValue("gas", name, used);
        vm.assertLe(used, bar);
    }

    function _assertPublication(string memory name, uint256 lane, uint256 bar) private {
        _travelTo(66);
        (Report memory report, bytes memory signatures) = _all(66, lane);
        oracle.publish(report, signatures);
        vm.assertLe(vm.snapshotGasLastCall("gas", name), bar);
        vm.assertEq(oracle.header().epoch, 66);
    }

    function test_readIndexed() public {
        _assertRead("readIndexed", abi.encodeCall(oracle.scoreAt, (7)), 7_500);
    }

    function test_readIndexedSystem() public {
        _assertRead("readIndexedSystem", abi.encodeCall(oracle.scoreAt, (0)), 5_400);
    }

    function test_readSubject() public {
        _assertRead("readSubject", abi.encodeCall(oracle.score, (venueId)), 10_900);
    }

    function test_publish50of5of9() public {
        _assertPublication("publish50of5of9", _lane(300, 1_000, 1), 175_000);
        vm.assertEq(Cx.unwrap(oracle.header().systemLeverage), 300);
    }

    function test_publish50of5of9Clamped() public {
        _assertPublication("publish50of5of9Clamped", _lane(100, 0, 0), 205_000);
        // One hour of 10 %, from 2.65x.
        vm.assertGe(Cx.unwrap(oracle.header().systemLeverage), 265 - 27);
    }

    function test_publishRootOnly5of9() public {
        oracle = new RiskOracle(address(manager), 0, IRiskOracle.Limits(1 hours, Bps.wrap(1_000), Bps.wrap(9_000)));
        oracle.rotateSigners(_addresses(keys), 5);
        oracle.approveModel(MODEL);
        for (uint48 epoch = 1; epoch <= 65; ++epoch) _publishLanes(epoch, _lane(200 + uint16(epoch), 900, 0));
        _assertPublication("publishRootOnly5of9", _lane(300, 1_000, 1), 75_000);
        vm.assertEq(oracle.header().laneCount, 1);
    }
}
