// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Assessment, Claim, CollateralLimits, Refusal, TokenTerms} from "../types/Collateral.sol";
import {Bps, Cx} from "../types/Units.sol";

/// @title ICollateralFramework
/// @notice The unified collateral register: what each token is a claim on, down to base assets, what it is worth after
/// haircuts through all layers, and how many claims rest on a unit of it. For collateral of *new* debt: a haircut here moves
/// with the scores, and nobody may be liquidated by it.
interface ICollateralFramework {
    /// @notice What can be wrong with a token's claims.
    enum ClaimFault {
        /// There are more than 12.
        TooMany,
        /// They are not in ascending order of their tokens, or name one twice.
        NotAscending,
        /// A share is 0.
        ShareZero,
        /// The shares do not add up to 1e18.
        SharesNotOne,
        /// There are more than 6 layers.
        TooDeep,
        /// Looking through takes more than 32 steps.
        TooWide
    }

    /// @notice A token was registered, or registered anew after its removal.
    /// @param token The token.
    /// @param terms What governance set.
    /// @param claims What it is a claim on, by shares of its value; none for a base asset.
    event TokenRegistered(address indexed token, TokenTerms terms, Claim[] claims);

    /// @notice A token was removed from the register.
    /// @param token The token.
    event TokenRemoved(address indexed token);

    /// @notice A token's terms were replaced.
    /// @param token The token.
    /// @param oldTerms The terms before.
    /// @param newTerms The terms now.
    event TokenTermsChanged(address indexed token, TokenTerms oldTerms, TokenTerms newTerms);

    /// @notice Thrown when a token is not in the register.
    error TokenUnknown(address token);
    /// @notice Thrown when a token is in the register.
    error TokenExists(address token);
    /// @notice Thrown when a token to remove has claims on it.
    error TokenInUse(address token, uint32 users);
    /// @notice Thrown when a token would be a claim on one that is not in the register: itself, or one that leads back to it.
    error ClaimOnUnknown(address token, address underlying);
    /// @notice Thrown when a token's claims are wrong.
    error ClaimsInvalid(address token, ClaimFault fault);
    /// @notice Thrown when a base haircut is above 100 %, or a leverage for the unknown below 1.00x.
    error TokenTermsInvalid(address token, TokenTerms terms);
    /// @notice Thrown when the longest age of scores is 0.
    error MaxAgeZero();
    /// @notice Thrown when a token is not acceptable: `seen` is what it has, `limit` what was accepted; both 0 where the reason
    /// is not a number.
    error CollateralRefused(address token, Refusal reason, uint256 seen, uint256 limit);

    /// @notice Registers `token`. Structure is fixed from here on: to change it, remove the token and register it anew.
    /// @dev Emits {TokenRegistered}. A claim is only ever on a token registered before, so there is no cycle: a real one (a
    /// stablecoin backed by a pool share that holds the stablecoin) is registered solved, every other share divided by one
    /// less the share on itself.
    ///
    /// Requirements:
    /// - the caller holds the role ({AccessManagedUnauthorized});
    /// - the token is new ({TokenExists}), and what it is a claim on is not ({ClaimOnUnknown});
    /// - the terms are within bounds ({TokenTermsInvalid});
    /// - claims ascend, none is empty, they add up to 1e18, and look-through stays within its bounds ({ClaimsInvalid}).
    /// @param token The token.
    /// @param terms For the layer that the token adds.
    /// @param claims What it is a claim on; none for a base asset.
    function registerToken(address token, TokenTerms calldata terms, Claim[] calldata claims) external;

    /// @notice Removes `token`, on which nothing else is a claim.
    /// @dev Emits {TokenRemoved}. Reverts with {AccessManagedUnauthorized}, {TokenUnknown} or {TokenInUse}.
    function removeToken(address token) external;

    /// @notice Replaces the terms of `token`.
    /// @dev Emits {TokenTermsChanged}. Reverts with {AccessManagedUnauthorized}, {TokenUnknown} or {TokenTermsInvalid}.
    /// @param token The token.
    /// @param newTerms The terms from now on.
    function setTerms(address token, TokenTerms calldata newTerms) external;

    /// @notice Haircut of `token` through all its layers: the share of its value that new debt may not count on. Rounds up.
    /// @dev Reverts with {TokenUnknown}. With own haircut `h = min(1, base × leverage)` of each layer and value shares `a`,
    /// `1 - H(j) = (1 - h(j)) × Σ a(j,k) (1 - H(k))`. Rises with a score at once, and falls as
    /// fast as the oracle lets the score.
    function haircut(address token) external view returns (Bps);

    /// @notice Claims per unit of underlying of `token`, and whether the oracle knows. Rounds up. Reverts with {TokenUnknown}.
    function rehypothecation(address token) external view returns (Cx value, bool known);

    /// @notice Base assets that `token` is a claim on in the end, and the shares of its value, which add up to 1e18 exactly.
    /// @dev Reverts with {TokenUnknown}. In each layer every share but the last rounds down, and the last takes the rest: no
    /// share is off by more than the number of look-through steps, in 1e-18.
    function lookThrough(address token) external view returns (Claim[] memory underlyings);

    /// @notice Layers of `token` above the deepest base asset. Reverts with {TokenUnknown}.
    function depth(address token) external view returns (uint8);

    /// @notice Most layers that a token may have.
    function maxDepth() external view returns (uint8);

    /// @notice What `token` looks like now. Reverts with {TokenUnknown}.
    function assess(address token) external view returns (Assessment memory);

    /// @notice Whether `token` is acceptable as collateral for new debt, and why not. Never reverts.
    /// @param token The token.
    /// @param limits What the protocol accepts.
    function isAcceptable(
        address token,
        CollateralLimits calldata limits
    ) external view returns (bool acceptable, Refusal reason);

    /// @notice Reverts with {CollateralRefused} unless `token` is acceptable as collateral for new debt.
    /// @dev To be called where debt is opened against the token. Never where collateral is added or debt repaid: those only help.
    /// @param token The token.
    /// @param limits What the protocol accepts.
    function requireAcceptable(address token, CollateralLimits calldata limits) external view;

    /// @notice Whether `token` is in the register.
    function isRegistered(address token) external view returns (bool);

    /// @notice Terms of `token` and what it is a claim on directly. Reverts with {TokenUnknown}.
    function tokenOf(address token) external view returns (TokenTerms memory terms, Claim[] memory claims);
}
