// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {IBreakerAdapter} from "../interfaces/IBreakerAdapter.sol";
import {IEulerHookTarget, IEulerPriceOracle, IEulerVault} from "../interfaces/external/IEulerVault.sol";
import {Action, Level} from "../types/Level.sol";
import {SubjectId, SubjectIds} from "../types/SubjectId.sol";
import {CircuitBreakerGuard} from "./CircuitBreakerGuard.sol";

/// @title EulerLiquidationHook
/// @notice The hook target of one vault of the Euler Vault Kit: blocks borrowing, and throttles liquidations by what they seize,
/// for the vault as a whole and for each collateral.
///
/// TRUST. Installed by the vault's governor: `setHookConfig(hook, OP_BORROW | OP_LIQUIDATE)` (1 << 6 | 1 << 11). It can make the
/// hooked operations revert, nothing else; it holds no storage and no funds. Only its own vault can call or install it.
/// Operations that are hooked besides, for `next`, it passes on: it never blocks one itself. Do not hook repay (1 << 7, 1 << 8),
/// nor deposit or mint (1 << 0, 1 << 1), for its sake.
///
/// REACH. The vault's own target, and for each collateral the market that {SubjectIds.market} derives from vault and collateral;
/// a target that the breaker does not know limits nothing. Withdrawals are made at the collateral's vault, not here. `pullDebt`
/// moves debt and makes none.
///
/// CHAINING. `next` gets the calldata as it came, the caller appended at its end, and its revert is passed on. To `next` the
/// sender is this contract: a hook that wants to be called by the vault itself goes beside this one into Euler's
/// HookTargetSplitter, which this contract, having no storage, supports.
///
/// LIVENESS. A breaker that fails counts as "allowed". Below the breaker's health-factor floor every liquidation goes through.
/// What the vault cannot tell about an account is left to the vault, which needs the same answers to liquidate.
contract EulerLiquidationHook is IEulerHookTarget, IBreakerAdapter {
    using CircuitBreakerGuard for address;

    /// @notice Thrown when somebody else than the vault calls.
    error CallerNotVault(address caller);

    /// @notice The vault that this is the hook target of.
    address public immutable vault;

    /// @notice The hook target that was installed before; zero when there was none.
    address public immutable next;

    /// @notice The breaker asked.
    address public immutable breaker;

    /// @notice The target of the breaker for the vault as a whole.
    SubjectId public immutable subject;

    /// @notice The vault's price oracle.
    IEulerPriceOracle public immutable oracle;

    /// @notice What the vault's values, and the breaker's throttles for it, are expressed in.
    address public immutable unitOfAccount;

    modifier hooked() {
        require(msg.sender == vault, CallerNotVault(msg.sender));
        _callNext();
        _;
    }

    constructor(address newVault, address newNext, address newBreaker, SubjectId newSubject) {
        vault = newVault;
        next = newNext;
        breaker = newBreaker;
        subject = newSubject;
        oracle = IEulerPriceOracle(IEulerVault(newVault).oracle());
        unitOfAccount = IEulerVault(newVault).unitOfAccount();
    }

    /// @notice Any other hooked operation: it is for `next`.
    // solhint-disable-next-line payable-fallback
    fallback() external hooked {}

    /// @notice Before `borrow` of the vault. Reverts with {CircuitBreakerGuard.ActionBlocked} while borrowing is blocked.
    function borrow(uint256, address) external hooked {
        breaker.requireAllowed(subject, Action.Borrow);
    }

    /// @notice Before `liquidate` of the vault. Reverts with {CircuitBreakerGuard.ActionBlocked} when the vault's level, or that
    /// of the collateral, does not allow it; takes what is to be seized from their throttles.
    /// @param violator Account to be liquidated.
    /// @param collateral Vault whose shares are to be seized.
    /// @param repayAssets Debt to be taken over; the highest value for as much as possible.
    function liquidate(address violator, address collateral, uint256 repayAssets, uint256) external hooked {
        SubjectId market = SubjectIds.market(block.chainid, vault, collateral);
        bool isVaultLimited = breaker.liquidationLevel(subject) >= Level.Throttle;
        bool isMarketLimited = breaker.liquidationLevel(market) >= Level.Throttle;
        if (!isVaultLimited && !isMarketLimited) return;
        (bool isKnown, uint256 healthFactor) = _healthFactorOf(violator);
        if (!isKnown) return;
        uint256 value = _valueOf(violator, collateral, repayAssets);
        if (isVaultLimited) breaker.requireLiquidation(subject, healthFactor, value);
        if (isMarketLimited) breaker.requireLiquidation(market, healthFactor, value);
    }

    /// @inheritdoc IEulerHookTarget
    /// @dev To its own vault only, so that no other can install it.
    function isHookTarget() external view returns (bytes4) {
        return msg.sender == vault ? IEulerHookTarget.isHookTarget.selector : bytes4(0);
    }

    /// @inheritdoc IBreakerAdapter
    /// @dev The host has no floor of its own; the breaker's applies, because the hook knows the account.
    function capabilities() external pure returns (Capabilities memory reached) {
        reached.blocksBorrow = true;
        reached.throttlesByVolume = true;
        reached.blocksLiquidation = true;
    }

    /// @dev The vault lets its hook target, and nobody else, read it while it holds its lock.
    function _healthFactorOf(address account) private view returns (bool isKnown, uint256 healthFactor) {
        try IEulerVault(vault).accountLiquidity(account, true) returns (uint256 collateralValue, uint256 debtValue) {
            if (debtValue == 0) return (true, type(uint256).max);
            return (true, Math.saturatingMul(collateralValue, 1e18) / debtValue);
        } catch {
            return (false, 0);
        }
    }

    /// @dev What is to be seized, in the unit of account; 0 when there is nothing to liquidate.
    function _valueOf(address violator, address collateral, uint256 repayAssets) private view returns (uint256) {
        try IEulerVault(vault).checkLiquidation(_liquidator(), violator, collateral) returns (
            uint256 repay,
            uint256 seized
        ) {
            if (repayAssets < repay) seized = Math.mulDiv(seized, repayAssets, repay);
            return seized == 0 ? 0 : oracle.getQuote(seized, collateral, unitOfAccount);
        } catch {
            return 0;
        }
    }

    /// @dev Whom the vault appended to its calldata.
    function _liquidator() private pure returns (address) {
        return address(bytes20(msg.data[msg.data.length - 20:]));
    }

    function _callNext() private {
        if (next == address(0)) return;
        (bool done, bytes memory reason) = next.call(msg.data);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
