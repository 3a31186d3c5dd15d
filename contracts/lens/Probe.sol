// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title Probe
/// @notice Calls that may fail: a hostile or broken callee yields "not ok", never a revert of the whole lens.
library Probe {
    /// @notice Gas for one call: a callee that burns it all leaves enough for the others.
    uint256 internal constant GAS = 500_000;

    /// @notice Reads the first `words` words of what `target` answers.
    /// @return ok Whether it answered at least that much.
    /// @return answer The answer; meaningless unless ok.
    function read(address target, bytes4 selector, uint256 words) internal view returns (bool ok, bytes memory answer) {
        (ok, answer) = target.staticcall{gas: GAS}(abi.encodeWithSelector(selector));
        ok = ok && answer.length >= words * 32;
    }

    /// @notice Reads one word.
    function word(address target, bytes memory data) internal view returns (bool ok, uint256 value) {
        bytes memory answer;
        (ok, answer) = target.staticcall{gas: GAS}(data);
        ok = ok && answer.length >= 32;
        if (ok) value = at(answer, 0);
    }

    /// @notice Reads a text of at most 64 bytes, the rest cut off; a bare bytes32 counts as text, as old tokens have it.
    /// @return length Bytes of the text; 0 where there is none.
    function text(address target, bytes4 selector) internal view returns (uint256 length, uint256 head, uint256 tail) {
        (bool ok, bytes memory answer) = read(target, selector, 1);
        if (!ok) return (0, 0, 0);
        if (answer.length == 32) {
            head = at(answer, 0);
            while (length < 32 && (head << (8 * length)) >> 248 != 0) ++length;
            return (length, head, 0);
        }
        if (answer.length < 96 || at(answer, 0) != 32) return (0, 0, 0);
        length = at(answer, 1);
        if (length > answer.length - 64) return (0, 0, 0);
        if (length > 64) length = 64;
        return (length, at(answer, 2), length > 32 ? at(answer, 3) : 0);
    }

    /// @notice The word at position `index` of `answer`.
    function at(bytes memory answer, uint256 index) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(answer, mul(add(index, 1), 32)))
        }
    }
}
