// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {IMorpho, IMorphoOracle} from "../interfaces/external/IMorpho.sol";
import {RecommendedLtv} from "../libraries/RecommendedLtv.sol";
import {Action} from "../types/Level.sol";
import {SubjectId} from "../types/SubjectId.sol";
import {Bps} from "../types/Units.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title MorphoMaxLtvOracle
/// @notice The price of another oracle, untouched, and beside it the LTV at which a position on Morpho Blue may be opened.
///
/// TRUST. Holds no role, no storage and no funds; it only reads. {price} is that of `underlying` to the last digit, at every
/// level and whoever asks, because Morpho judges borrowing and liquidation by one and the same number: a lower one would
/// liquidate. What opening needs beyond that is a question of its own, {requireOpening}.
///
/// REACH. Who opens positions for others (a bundle, a leverage vault, a front end's router) asks {requireOpening} after
/// `borrow` or `withdrawCollateral`, in the same transaction, and reverts with it. As the market's own oracle it is part of
/// the market's id, so that whoever knows the market finds it. A borrower who calls Morpho himself is not asked, and no
/// oracle could ask him: see ADR 0015.
///
/// LIVENESS. A breaker that fails counts as "allowed", an oracle that fails as recommending nothing: `cap` applies.
contract MorphoMaxLtvOracle is IMorphoOracle, IBreakerAdapter {
    using CircuitBreakerGuard for address;

    /// @notice Thrown when `account` owes more than the opening LTV of its collateral, both in units of the loan token.
    error OpeningLtvExceeded(address account, uint256 owed, uint256 limit);
    /// @notice Thrown when market `id` is priced neither by this contract nor by the oracle that it wraps.
    error MarketNotPricedHere(bytes32 id, address oracle);
    /// @notice Thrown when a market's interest is not counted up to now: nothing was opened in this transaction.
    error InterestNotAccrued(uint256 lastUpdate);
    /// @notice Thrown when the highest LTV to open at is zero or above 100 %.
    error CapInvalid(Bps cap);

    /// @notice What the contract is wired to.
    struct Wiring {
        /// @dev Morpho Blue.
        IMorpho morpho;
        /// @dev The oracle whose price is passed on.
        IMorphoOracle underlying;
        address breaker;
        /// @dev The target of the breaker whose level applies.
        SubjectId subject;
        IRiskOracle riskOracle;
        /// @dev The subject whose recommended opening LTV applies.
        SubjectId scoredSubject;
        /// @dev Highest opening LTV, whatever is recommended.
        Bps cap;
    }

    uint256 private constant ORACLE_PRICE_SCALE = 1e36;
    uint256 private constant BPS = 10_000;
    /// @dev Of Morpho's SharesMathLib.
    uint256 private constant VIRTUAL_SHARES = 1e6;
    uint256 private constant VIRTUAL_ASSETS = 1;

    /// @dev Below a health factor of 1, Morpho liquidates without asking.
    uint64 private constant MORPHO_FLOOR = 1e18;

    /// @notice Morpho Blue.
    IMorpho public immutable morpho;

    /// @notice The oracle whose price is passed on.
    IMorphoOracle public immutable underlying;

    /// @notice The breaker asked.
    address public immutable breaker;

    /// @notice The target of the breaker whose level applies.
    SubjectId public immutable subject;

    /// @notice The oracle of the scores.
    IRiskOracle public immutable riskOracle;

    /// @notice The subject whose recommended opening LTV applies.
    SubjectId public immutable scoredSubject;

    /// @notice Highest opening LTV, whatever is recommended.
    Bps public immutable cap;

    constructor(Wiring memory wiring) {
        require(Bps.unwrap(wiring.cap) != 0 && Bps.unwrap(wiring.cap) <= BPS, CapInvalid(wiring.cap));
        morpho = wiring.morpho;
        underlying = wiring.underlying;
        breaker = wiring.breaker;
        subject = wiring.subject;
        riskOracle = wiring.riskOracle;
        scoredSubject = wiring.scoredSubject;
        cap = wiring.cap;
    }

    /// @inheritdoc IMorphoOracle
    function price() external view returns (uint256) {
        return underlying.price();
    }

    /// @notice Highest LTV at which a position may be opened or grown now; 0 while borrowing is blocked.
    function maxOpeningLtv() public view returns (Bps) {
        if (!breaker.isAllowed(subject, Action.Borrow)) return Bps.wrap(0);
        return RecommendedLtv.upTo(riskOracle, scoredSubject, cap);
    }

    /// @notice Reverts unless what `account` owes in market `id` is within the opening LTV of its collateral. To be called
    /// after the position was opened or grown, in the same transaction; debt-free accounts always pass.
    ///
    /// Requirements:
    /// - the market is priced by this contract or the oracle it wraps ({MarketNotPricedHere});
    /// - its interest is counted up to now, as it is after `borrow` and `withdrawCollateral` ({InterestNotAccrued});
    /// - the account owes at most {maxOpeningLtv} of its collateral ({OpeningLtvExceeded}). Rounds against the account.
    function requireOpening(bytes32 id, address account) external view {
        (, , address oracle, , ) = morpho.idToMarketParams(id);
        bool isPricedHere = oracle == address(this) || oracle == address(underlying);
        require(isPricedHere, MarketNotPricedHere(id, oracle));
        (uint256 owed, uint256 collateral) = _positionOf(id, account);
        if (owed == 0) return;
        uint256 worth = (collateral * underlying.price()) / ORACLE_PRICE_SCALE;
        uint256 limit = (worth * Bps.unwrap(maxOpeningLtv())) / BPS;
        require(owed <= limit, OpeningLtvExceeded(account, owed, limit));
    }

    /// @inheritdoc IBreakerAdapter
    /// @dev Nothing: Morpho itself does not ask.
    function capabilities() external pure returns (Capabilities memory reached) {
        reached.hostFloor = MORPHO_FLOOR;
    }

    /// @dev Debt in units of the loan token, rounded up as Morpho does, and collateral.
    function _positionOf(bytes32 id, address account) private view returns (uint256 owed, uint256 collateral) {
        uint256 shares;
        (, shares, collateral) = morpho.position(id, account);
        if (shares == 0) return (0, collateral);
        (, , uint256 assets, uint256 totalShares, uint256 lastUpdate, ) = morpho.market(id);
        require(lastUpdate == block.timestamp, InterestNotAccrued(lastUpdate));
        owed = Math.ceilDiv(shares * (assets + VIRTUAL_ASSETS), totalShares + VIRTUAL_SHARES);
    }
}
