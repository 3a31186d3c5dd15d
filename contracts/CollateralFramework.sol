// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {ICollateralFramework} from "./interfaces/ICollateralFramework.sol";
import {IRiskOracle} from "./interfaces/IRiskOracle.sol";
import {ClaimLists} from "./libraries/ClaimLists.sol";
import {Assessment, Claim, CollateralLimits, Refusal, TokenTerms} from "./types/Collateral.sol";
import {Score, ScoreStatus} from "./types/Score.sol";
import {SubjectIds} from "./types/SubjectId.sol";
import {Bps, Cx} from "./types/Units.sol";

/// @title CollateralFramework
/// @notice The unified collateral register: look-through, haircut and rehypothecation of tokens, and one call to refuse them.
///
/// TRUST. Governance says what a token is a claim on, and the haircut of its own layer. Scores of assets multiply that
/// haircut and count the claims; there is nothing to call for that, and nothing is stored: they act from the moment of
/// publication, and ease as slowly as the oracle lets them.
///
/// NO LIQUIDATION BY US. Everything here is for collateral of new debt. A host that values existing positions by {haircut}
/// would liquidate on our word; thresholds come from {IMarginPolicy}.
///
/// STALENESS. Scores older than {maxAge} count as unknown: the haircut takes each token's `unknownLeverage`, and no token is
/// acceptable. What is missing closes new risk, and nothing else.
///
/// ROUNDING. Haircut and rehypothecation up; shares add up to 1e18 exactly.
///
/// LIVENESS. Reads take at most 32 steps in 6 layers. No oracle value makes one revert.
///
/// WHAT IS NOT GUARANTEED. That shares are still those of today: governance set them, and a pool's composition drifts.
contract CollateralFramework is ICollateralFramework, AccessManaged {
    using ClaimLists for Claim[];

    struct Token {
        TokenTerms terms;
        bool registered;
        uint8 layers;
        /// @dev Steps that looking through takes, this one included.
        uint16 steps;
        /// @dev Registered tokens that are a claim on this one.
        uint32 users;
        Claim[] claims;
    }

    /// @dev What looking through adds up; shares and multiples with 18 decimals.
    struct Sums {
        /// @dev What haircuts leave of the value.
        uint256 kept;
        /// @dev Claims that the register itself counts on a unit of what is underneath: `1'(I-a)^-1`, MODEL 0.
        uint256 claims;
        /// @dev The largest of the oracle's numbers, 0.01x.
        uint256 rehypothecation;
        bool known;
    }

    uint256 private constant ONE = ClaimLists.ONE;
    uint256 private constant BPS_ONE = 10_000;
    uint256 private constant CX_ONE = 100;

    /// @inheritdoc ICollateralFramework
    uint8 public constant maxDepth = ClaimLists.MOST_LAYERS;

    /// @notice The oracle asked.
    IRiskOracle public immutable oracle;

    /// @notice Age in seconds from which a score counts as unknown.
    uint32 public immutable maxAge;

    /* STORAGE */

    mapping(address token => Token) private _tokens;

    constructor(IRiskOracle newOracle, address initialAuthority, uint32 newMaxAge) AccessManaged(initialAuthority) {
        require(newMaxAge != 0, MaxAgeZero());
        oracle = newOracle;
        maxAge = newMaxAge;
    }

    /* BY GOVERNANCE */

    /// @inheritdoc ICollateralFramework
    function registerToken(address token, TokenTerms calldata terms, Claim[] calldata claims) external restricted {
        Token storage entry = _tokens[token];
        require(!entry.registered, TokenExists(token));
        _checkTerms(token, terms);
        ClaimLists.check(token, claims);
        (uint256 layers, uint256 steps) = (0, 1);
        for (uint256 i; i < claims.length; ++i) {
            Token storage underlying = _tokens[claims[i].token];
            require(underlying.registered, ClaimOnUnknown(token, claims[i].token));
            ++underlying.users;
            if (underlying.layers >= layers) layers = underlying.layers + 1;
            steps += underlying.steps;
            entry.claims.push(claims[i]);
        }
        ClaimLists.checkExtent(token, layers, steps);
        (entry.terms, entry.registered, entry.layers, entry.steps) = (terms, true, uint8(layers), uint16(steps));
        emit TokenRegistered(token, terms, claims);
    }

    /// @inheritdoc ICollateralFramework
    function removeToken(address token) external restricted {
        Token storage entry = _known(token);
        require(entry.users == 0, TokenInUse(token, entry.users));
        uint256 count = entry.claims.length;
        for (uint256 i; i < count; ++i) --_tokens[entry.claims[i].token].users;
        delete _tokens[token];
        emit TokenRemoved(token);
    }

    /// @inheritdoc ICollateralFramework
    function setTerms(address token, TokenTerms calldata newTerms) external restricted {
        Token storage entry = _known(token);
        _checkTerms(token, newTerms);
        TokenTerms memory old = entry.terms;
        entry.terms = newTerms;
        emit TokenTermsChanged(token, old, newTerms);
    }

    function _checkTerms(address token, TokenTerms calldata terms) private pure {
        require(
            Bps.unwrap(terms.baseHaircut) <= BPS_ONE && Cx.unwrap(terms.unknownLeverage) >= CX_ONE,
            TokenTermsInvalid(token, terms)
        );
    }

    /* READING */

    /// @inheritdoc ICollateralFramework
    function haircut(address token) external view returns (Bps) {
        return assess(token).haircut;
    }

    /// @inheritdoc ICollateralFramework
    function rehypothecation(address token) external view returns (Cx value, bool known) {
        Assessment memory seen = assess(token);
        return (seen.rehypothecation, seen.known);
    }

    /// @inheritdoc ICollateralFramework
    function lookThrough(address token) external view returns (Claim[] memory underlyings) {
        _known(token);
        underlyings = ClaimLists.empty();
        _spread(token, ONE, underlyings);
    }

    /// @inheritdoc ICollateralFramework
    function depth(address token) external view returns (uint8) {
        return _known(token).layers;
    }

    /// @inheritdoc ICollateralFramework
    function isRegistered(address token) external view returns (bool) {
        return _tokens[token].registered;
    }

    /// @inheritdoc ICollateralFramework
    function tokenOf(address token) external view returns (TokenTerms memory terms, Claim[] memory claims) {
        Token storage entry = _known(token);
        return (entry.terms, entry.claims);
    }

    /// @inheritdoc ICollateralFramework
    function assess(address token) public view returns (Assessment memory seen) {
        seen.depth = _known(token).layers;
        seen.observedAt = oracle.header().observedAt;
        Sums memory sums = _sum(token, _isFresh(seen.observedAt));
        uint256 counted = (sums.claims * CX_ONE + ONE - 1) / ONE;
        if (sums.rehypothecation > counted) counted = sums.rehypothecation;
        seen.rehypothecation = Cx.wrap(uint16(counted));
        seen.known = sums.known;
        seen.haircut = Bps.wrap(uint16(((ONE - sums.kept) * BPS_ONE + ONE - 1) / ONE));
    }

    /// @inheritdoc ICollateralFramework
    function isAcceptable(
        address token,
        CollateralLimits calldata limits
    ) external view returns (bool acceptable, Refusal reason) {
        (reason, , ) = _judge(token, limits);
        acceptable = reason == Refusal.None;
    }

    /// @inheritdoc ICollateralFramework
    function requireAcceptable(address token, CollateralLimits calldata limits) external view {
        (Refusal reason, uint256 seen, uint256 limit) = _judge(token, limits);
        require(reason == Refusal.None, CollateralRefused(token, reason, seen, limit));
    }

    function _judge(
        address token,
        CollateralLimits calldata limits
    ) private view returns (Refusal reason, uint256 seen, uint256 limit) {
        if (!_tokens[token].registered) return (Refusal.TokenUnknown, 0, 0);
        Assessment memory found = assess(token);
        if (found.depth > limits.maxDepth) return (Refusal.TooDeep, found.depth, limits.maxDepth);
        if (!_isFresh(found.observedAt)) return (Refusal.ScoresStale, found.observedAt, maxAge);
        if (!found.known) return (Refusal.RehypothecationUnknown, 0, 0);
        (seen, limit) = (Cx.unwrap(found.rehypothecation), Cx.unwrap(limits.maxRehypothecation));
        if (seen > limit) return (Refusal.RehypothecationTooHigh, seen, limit);
        (seen, limit) = (Bps.unwrap(found.haircut), Bps.unwrap(limits.maxHaircut));
        if (seen > limit) return (Refusal.HaircutTooHigh, seen, limit);
        return (Refusal.None, 0, 0);
    }

    /// @dev Sums over `token` and all that it is a claim on. Layers and steps are bounded at registration.
    function _sum(address token, bool fresh) private view returns (Sums memory sums) {
        Token storage entry = _tokens[token];
        ScoreStatus status = ScoreStatus.Unknown;
        Score memory score;
        if (fresh) (status, score, ) = oracle.tryScore(SubjectIds.asset(block.chainid, token));
        sums.rehypothecation = Cx.unwrap(score.rehypothecation);
        uint256 kept = _kept(entry.terms, score.leverage);
        uint256 count = entry.claims.length;
        if (count == 0) {
            (sums.kept, sums.claims, sums.known) = (kept, ONE, sums.rehypothecation != 0);
            return sums;
        }
        // A wrapper that the oracle was never asked about is as known as what it wraps.
        bool known = status == ScoreStatus.Unregistered;
        for (uint256 i; i < count; ++i) {
            Claim memory claim = entry.claims[i];
            Sums memory below = _sum(claim.token, fresh);
            sums.kept += claim.share * below.kept;
            sums.claims += claim.share * below.claims;
            if (below.rehypothecation > sums.rehypothecation) sums.rehypothecation = below.rehypothecation;
            known = known && below.known;
        }
        sums.kept = (sums.kept * kept) / (ONE * ONE);
        sums.claims = ONE + (sums.claims + ONE - 1) / ONE;
        sums.known = known || Cx.unwrap(score.rehypothecation) != 0;
    }

    /// @dev What a layer's own haircut leaves of the value: `1 - min(1, base × leverage)`, the product rounded up to bps.
    function _kept(TokenTerms memory terms, Cx leverage) private pure returns (uint256) {
        uint256 multiple = Cx.unwrap(leverage) == 0 ? Cx.unwrap(terms.unknownLeverage) : Cx.unwrap(leverage);
        uint256 own = (Bps.unwrap(terms.baseHaircut) * multiple + CX_ONE - 1) / CX_ONE;
        return own < BPS_ONE ? ((BPS_ONE - own) * ONE) / BPS_ONE : 0;
    }

    /// @dev Adds `amount` of `token`, in base assets, to `list`.
    function _spread(address token, uint256 amount, Claim[] memory list) private view {
        Claim[] storage claims = _tokens[token].claims;
        uint256 count = claims.length;
        if (count == 0) return list.add(token, amount);
        uint256 rest = amount;
        for (uint256 i; i < count; ++i) {
            uint256 part = i + 1 == count ? rest : (amount * claims[i].share) / ONE;
            rest -= part;
            _spread(claims[i].token, part, list);
        }
    }

    /// @dev Known tokens only.
    function _known(address token) private view returns (Token storage entry) {
        entry = _tokens[token];
        require(entry.registered, TokenUnknown(token));
    }

    function _isFresh(uint48 observedAt) private view returns (bool) {
        return block.timestamp - observedAt <= maxAge;
    }
}
