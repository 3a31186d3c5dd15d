// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Report} from "../../contracts/types/Score.sol";
import {BreakerFixture} from "../contracts/support/BreakerFixture.sol";
import {vm} from "../contracts/support/Vm.sol";
import {GasProbe} from "./GasProbe.sol";

/// @dev 50 subjects, 5 of 9 signatures; every test starts from two published epochs, so that no slot
/// is written for the first time. Run with `isolate`: each call from a test is a transaction of its own, its state cold.
contract GasTest is BreakerFixture {
    GasProbe internal probe;

    function setUp() public override {
        super.setUp();
        _registerAssets(46);
        keys = _sortedKeys(9);
        oracle.rotateSigners(_addresses(keys), 5);
        probe = new GasProbe();
        for (uint48 epoch = 1; epoch <= 65; ++epoch) _publishFifty(epoch, _lane(200 + uint16(epoch), 900, 0));
        vm.assertEq(oracle.laneCount(), 50);
    }

    function _fifty(uint48 epoch, uint256 lane) private view returns (Report memory report, bytes memory signatures) {
        report = _report(epoch, 0);
        report.lanes = new uint256[](13);
        for (uint256 i; i < 13; ++i) report.lanes[i] = _word(lane);
        report.lanes[12] >>= 128;
        signatures = _sign(report, 5);
    }

    function _publishFifty(uint48 epoch, uint256 lane) private {
        _travelTo(epoch);
        (Report memory report, bytes memory signatures) = _fifty(epoch, lane);
        oracle.publish(report, signatures);
    }

    function _assertCallGas(string memory name, address target, bytes memory data) private {
        vm.snapshotValue("gas", name, probe.measure(target, data));
    }

    function test_readIndexed() public {
        _assertCallGas("readIndexed", address(oracle), abi.encodeCall(oracle.scoreAt, (7)));
    }

    function test_readSubject() public {
        _assertCallGas("readSubject", address(oracle), abi.encodeCall(oracle.score, (venueId)));
    }

    function test_publish50of5of9() public {
        _travelTo(66);
        (Report memory report, bytes memory signatures) = _fifty(66, _lane(300, 1_000, 1));
        oracle.publish(report, signatures);
        vm.snapshotGasLastCall("gas", "publish50of5of9");
        vm.assertEq(oracle.header().epoch, 66);
    }

    function test_publish50of5of9EveryLaneClamped() public {
        _travelTo(66);
        (Report memory report, bytes memory signatures) = _fifty(66, _lane(100, 0, 0));
        oracle.publish(report, signatures);
        vm.snapshotGasLastCall("gas", "publish50of5of9EveryLaneClamped");
        vm.assertEq(oracle.header().epoch, 66);
    }
}
