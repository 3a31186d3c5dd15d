// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice A share or a loan-to-value ratio in basis points: 10_000 is 100 %.
type Bps is uint16;

/// @notice A multiple in hundredths: 100 is 1.00x. Saturates at 655.35x.
type Cx is uint16;

using {bpsEq as ==, bpsNeq as !=, bpsLt as <, bpsLte as <=, bpsGt as >, bpsGte as >=} for Bps global;
using {cxEq as ==, cxNeq as !=, cxLt as <, cxLte as <=, cxGt as >, cxGte as >=} for Cx global;

function bpsEq(Bps a, Bps b) pure returns (bool) {
    return Bps.unwrap(a) == Bps.unwrap(b);
}

function bpsNeq(Bps a, Bps b) pure returns (bool) {
    return Bps.unwrap(a) != Bps.unwrap(b);
}

function bpsLt(Bps a, Bps b) pure returns (bool) {
    return Bps.unwrap(a) < Bps.unwrap(b);
}

function bpsLte(Bps a, Bps b) pure returns (bool) {
    return Bps.unwrap(a) <= Bps.unwrap(b);
}

function bpsGt(Bps a, Bps b) pure returns (bool) {
    return Bps.unwrap(a) > Bps.unwrap(b);
}

function bpsGte(Bps a, Bps b) pure returns (bool) {
    return Bps.unwrap(a) >= Bps.unwrap(b);
}

function cxEq(Cx a, Cx b) pure returns (bool) {
    return Cx.unwrap(a) == Cx.unwrap(b);
}

function cxNeq(Cx a, Cx b) pure returns (bool) {
    return Cx.unwrap(a) != Cx.unwrap(b);
}

function cxLt(Cx a, Cx b) pure returns (bool) {
    return Cx.unwrap(a) < Cx.unwrap(b);
}

function cxLte(Cx a, Cx b) pure returns (bool) {
    return Cx.unwrap(a) <= Cx.unwrap(b);
}

function cxGt(Cx a, Cx b) pure returns (bool) {
    return Cx.unwrap(a) > Cx.unwrap(b);
}

function cxGte(Cx a, Cx b) pure returns (bool) {
    return Cx.unwrap(a) >= Cx.unwrap(b);
}
