// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../../contracts/interfaces/IRiskOracle.sol";
import {Report} from "../../../contracts/types/Score.sol";
import {OracleFixture} from "./OracleFixture.sol";
import {vm} from "./Vm.sol";

/// @dev A calm record, and reports that must not be accepted.
abstract contract PublishFixture is OracleFixture {
    function _calm() internal pure returns (uint256) {
        return _word(_lane(150, 200, 0));
    }

    function _expect(Report memory report, bytes memory signatures, bytes memory error) internal {
        vm.expectRevert(error);
        oracle.publish(report, signatures);
    }

    function _expectSigned(Report memory report, bytes memory error) internal {
        _expect(report, _sign(report, 2), error);
    }

    /// @dev Refused because of a signature, whoever that recovers to.
    function _assertSignerInvalid(Report memory report, bytes memory signatures) internal {
        (bool accepted, bytes memory reason) = address(oracle).call(
            abi.encodeCall(oracle.publish, (report, signatures))
        );
        vm.assertFalse(accepted);
        vm.assertEq(bytes32(bytes4(reason)), bytes32(IRiskOracle.SignerInvalid.selector));
    }

    function _fault(uint16 index, IRiskOracle.RecordFault fault) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IRiskOracle.RecordInvalid.selector, index, fault);
    }

    function _signerInvalid(uint256 index, address recovered) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IRiskOracle.SignerInvalid.selector, index, recovered);
    }

    /// @dev Code that returns `word` whatever it is asked: PUSH32 word, MSTORE at 0, RETURN 32 bytes.
    function _returning(bytes32 word) internal pure returns (bytes memory) {
        return bytes.concat(hex"7f", word, hex"5f5260205ff3");
    }
}
