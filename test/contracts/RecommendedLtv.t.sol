// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../../contracts/interfaces/IRiskOracle.sol";
import {RecommendedLtv} from "../../contracts/libraries/RecommendedLtv.sol";
import {ScoreStatus} from "../../contracts/types/Score.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {vm} from "./support/Vm.sol";

/// @dev An oracle that says anything at all, to one question.
contract AnyOracle {
    SubjectId private immutable _subject;
    bytes private _answer;
    bool private _fails;

    constructor(SubjectId subject) {
        _subject = subject;
    }

    function set(bytes calldata answer, bool fails) external {
        (_answer, _fails) = (answer, fails);
    }

    function tryScore(SubjectId subject) external view {
        require(subject == _subject);
        (bytes memory answer, bool fails) = (_answer, _fails);
        assembly ("memory-safe") {
            if fails {
                revert(add(answer, 0x20), mload(answer))
            }
            return(add(answer, 0x20), mload(answer))
        }
    }
}

contract RecommendedLtvTest {
    SubjectId internal constant SUBJECT = SubjectId.wrap(keccak256("subject"));
    uint16 internal constant CAP = 8_000;

    AnyOracle internal oracle = new AnyOracle(SUBJECT);

    function _answer(ScoreStatus status, uint256 ltv) private pure returns (bytes memory) {
        // Status, leverage, liquidation at risk, rehypothecation, LTV, advice, time of the observation.
        return abi.encode(status, 210, 220, 230, ltv, 2, 240);
    }

    function _assertUpTo(bytes memory answer, bool fails, uint16 expected) private {
        oracle.set(answer, fails);
        Bps ltv = RecommendedLtv.upTo(IRiskOracle(address(oracle)), SUBJECT, Bps.wrap(CAP));
        vm.assertEq(Bps.unwrap(ltv), expected);
    }

    function test_upTo_isTheRecommendationBelowTheCap() public {
        uint16[5] memory recommended = [uint16(1), 7_999, 8_000, 8_001, 10_000];
        uint16[5] memory expected = [uint16(1), 7_999, 8_000, 8_000, 8_000];
        for (uint256 i; i < 5; ++i) _assertUpTo(_answer(ScoreStatus.Known, recommended[i]), false, expected[i]);
    }

    function test_upTo_isTheCapWithoutARecommendation() public {
        _assertUpTo(_answer(ScoreStatus.Known, 0), false, CAP);
        for (uint256 i; i < uint256(ScoreStatus.Known); ++i) _assertUpTo(_answer(ScoreStatus(i), 7_000), false, CAP);
    }

    function test_upTo_isTheCapWhenTheOracleFails() public {
        bytes memory answer = _answer(ScoreStatus.Known, 7_000);
        _assertUpTo(answer, true, CAP);
        _assertUpTo("", true, CAP);
        _assertUpTo("", false, CAP);
    }

    /// @dev An answer of more words begins with those known; one of fewer is none.
    function test_upTo_needsAllSevenWords() public {
        bytes memory answer = _answer(ScoreStatus.Known, 7_000);
        _assertUpTo(bytes.concat(answer, hex"ff"), false, 7_000);
        assembly ("memory-safe") {
            mstore(answer, sub(mload(answer), 1))
        }
        _assertUpTo(answer, false, CAP);
    }

    function test_upTo_isTheCapWhereThereIsNoOracle() public view {
        Bps ltv = RecommendedLtv.upTo(IRiskOracle(address(0xdead)), SUBJECT, Bps.wrap(CAP));
        vm.assertEq(Bps.unwrap(ltv), CAP);
    }
}
