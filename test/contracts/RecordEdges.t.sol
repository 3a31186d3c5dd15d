// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {RecordChecks} from "../../contracts/libraries/RecordChecks.sol";
import {Report} from "../../contracts/types/Score.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

/// @dev One step past what a record may be, and what stands in memory behind its lanes.
contract RecordEdgesTest {
    function check(uint16 coverage, uint256 word, uint256 count) external pure {
        Report memory report;
        report.coverage = Bps.wrap(coverage);
        report.lanes = new uint256[](1);
        // Leverages below one, were they lanes.
        uint256[2] memory behind = [uint256(99), 99];
        report.lanes[0] = word;
        RecordChecks.check(report, count, 0);
        vm.assertEq(behind[0] + behind[1], 198);
    }

    function test_check_takesACoverageOfAllAndNoMore() public {
        this.check(10_000, 0, 4);
        vm.expectRevert(
            abi.encodeWithSelector(
                IRiskOracle.RecordInvalid.selector,
                type(uint16).max,
                IRiskOracle.RecordFault.CoverageAboveOne
            )
        );
        this.check(10_001, 0, 4);
    }

    /// @dev Of one, two and three lanes in a word, the last with its highest bit set, which is of its advice.
    function test_check_takesTheHighestBitOfTheLastLane() public {
        for (uint256 count = 1; count < 4; ++count) {
            uint256 last = (100 | (3 << 62)) << (64 * (count - 1));
            this.check(10_000, last, count);
            vm.expectRevert(abi.encodeWithSelector(IRiskOracle.LaneCountMismatch.selector, 1, count));
            this.check(10_000, last << 64, count);
        }
    }
}
