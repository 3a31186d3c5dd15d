// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Bps, Cx} from "./Units.sol";

/// @notice What a part of a token's value is a claim on: one slot.
struct Claim {
    address token;
    /// @dev Share of the value, 1e18 is all of it.
    uint64 share;
}

/// @notice What governance sets for a token, for the layer that the token itself adds; what it is a claim on has its own.
struct TokenTerms {
    /// @dev Haircut for this layer in a crash that nobody amplifies: what a base asset's price may lose, what a wrapper may
    /// fail by.
    Bps baseHaircut;
    /// @dev Leverage taken for the token where the oracle gives none; at least 1.00x.
    Cx unknownLeverage;
}

/// @notice What a token looks like through all its layers, now.
struct Assessment {
    /// @dev Composite haircut, rounded up.
    Bps haircut;
    /// @dev Claims per unit of underlying: the largest of the token's own and of what it is a claim on, rounded up.
    Cx rehypothecation;
    /// @dev Layers above the deepest base asset; 0 for a base asset.
    uint8 depth;
    /// @dev Whether the oracle knows the rehypothecation of the token, or of everything that it is a claim on.
    bool known;
    /// @dev When the scores were observed, unix seconds; 0 when there are none.
    uint48 observedAt;
}

/// @notice What a protocol accepts as collateral for new debt.
struct CollateralLimits {
    Cx maxRehypothecation;
    Bps maxHaircut;
    uint8 maxDepth;
}

/// @notice Why a token is refused.
enum Refusal {
    /// It is not.
    None,
    /// The register does not know it.
    TokenUnknown,
    /// It has more layers than accepted.
    TooDeep,
    /// The scores are too old, or there are none.
    ScoresStale,
    /// The oracle does not know its rehypothecation.
    RehypothecationUnknown,
    /// More claims rest on its underlying than accepted.
    RehypothecationTooHigh,
    /// Its haircut is above the one accepted.
    HaircutTooHigh
}
