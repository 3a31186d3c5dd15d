// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice Identifies what a score is about. Derive it with {SubjectIds}; never build one by hand.
type SubjectId is bytes32;

/// @notice What a subject is: the whole system, an asset, a venue (one deployment of a protocol), or a market (an asset in
/// a venue).
enum SubjectKind {
    System,
    Asset,
    Venue,
    Market
}

/// @notice What an identifier is derived from; parts that the kind does not use are zero.
struct SubjectKey {
    SubjectKind kind;
    address venue;
    address asset;
}

using {subjectEq as ==, subjectNeq as !=} for SubjectId global;

function subjectEq(SubjectId a, SubjectId b) pure returns (bool) {
    return SubjectId.unwrap(a) == SubjectId.unwrap(b);
}

function subjectNeq(SubjectId a, SubjectId b) pure returns (bool) {
    return SubjectId.unwrap(a) != SubjectId.unwrap(b);
}

/// @notice Derives subject identifiers: `keccak256(abi.encode(kind, chainId, venue, asset))`, unused parts zero.
library SubjectIds {
    /// @notice The whole system on chain `chainId`: the subject of lane 0.
    function system(uint256 chainId) internal pure returns (SubjectId) {
        return _derive(SubjectKind.System, chainId, address(0), address(0));
    }

    /// @notice The asset `asset_` across every venue of `chainId`.
    function asset(uint256 chainId, address asset_) internal pure returns (SubjectId) {
        return _derive(SubjectKind.Asset, chainId, address(0), asset_);
    }

    /// @notice One deployment of a protocol, named by its entry contract (for Aave, the Pool).
    function venue(uint256 chainId, address venue_) internal pure returns (SubjectId) {
        return _derive(SubjectKind.Venue, chainId, venue_, address(0));
    }

    /// @notice One asset in one venue.
    function market(uint256 chainId, address venue_, address asset_) internal pure returns (SubjectId) {
        return _derive(SubjectKind.Market, chainId, venue_, asset_);
    }

    /// @notice The subject that `key` describes on chain `chainId`. The caller answers for unused parts being zero.
    function derive(uint256 chainId, SubjectKey memory key) internal pure returns (SubjectId) {
        return _derive(key.kind, chainId, key.venue, key.asset);
    }

    function _derive(
        SubjectKind kind,
        uint256 chainId,
        address venue_,
        address asset_
    ) private pure returns (SubjectId) {
        return SubjectId.wrap(keccak256(abi.encode(kind, chainId, venue_, asset_)));
    }
}
