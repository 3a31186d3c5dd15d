// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title MorphoVaultV2Harness
/// @notice A harness, not Morpho's VaultV2, which no npm package holds. It does what that documents about sentinels: curator and
/// sentinels lower caps, and only lower them; sentinels and allocators deallocate; curator and sentinels revoke. An id is the
/// hash of its data. Raising a cap is behind the curator's timelock there; here the test does it. It counts what was called.
contract MorphoVaultV2Harness {
    error Unauthorized();
    error AbsoluteCapNotDecreasing();
    error RelativeCapNotDecreasing();

    struct Caps {
        uint256 allocation;
        uint128 absoluteCap;
        uint128 relativeCap;
    }

    address public immutable curator = msg.sender;
    mapping(address account => bool) public isSentinel;
    mapping(bytes32 id => Caps) private _caps;
    /// @dev Calls of `deallocate` and `revoke`.
    uint256 public otherCalls;

    modifier onlyCuratorOrSentinel() {
        require(msg.sender == curator || isSentinel[msg.sender], Unauthorized());
        _;
    }

    function setIsSentinel(address account, bool newIsSentinel) external {
        isSentinel[account] = newIsSentinel;
    }

    function setCaps(bytes calldata idData, Caps calldata newCaps) external {
        _caps[keccak256(idData)] = newCaps;
    }

    function decreaseAbsoluteCap(bytes memory idData, uint256 newAbsoluteCap) external onlyCuratorOrSentinel {
        Caps storage caps = _caps[keccak256(idData)];
        require(newAbsoluteCap <= caps.absoluteCap, AbsoluteCapNotDecreasing());
        caps.absoluteCap = uint128(newAbsoluteCap);
    }

    function decreaseRelativeCap(bytes memory idData, uint256 newRelativeCap) external onlyCuratorOrSentinel {
        Caps storage caps = _caps[keccak256(idData)];
        require(newRelativeCap <= caps.relativeCap, RelativeCapNotDecreasing());
        caps.relativeCap = uint128(newRelativeCap);
    }

    function deallocate(address, bytes memory, uint256) external onlyCuratorOrSentinel {
        ++otherCalls;
    }

    function revoke(bytes memory) external onlyCuratorOrSentinel {
        ++otherCalls;
    }

    function allocation(bytes32 id) external view returns (uint256) {
        return _caps[id].allocation;
    }

    function absoluteCap(bytes32 id) external view returns (uint256) {
        return _caps[id].absoluteCap;
    }

    function relativeCap(bytes32 id) external view returns (uint256) {
        return _caps[id].relativeCap;
    }
}
