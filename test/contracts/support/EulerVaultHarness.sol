// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IEulerHookTarget, IEulerPriceOracle} from "../../../contracts/interfaces/external/IEulerVault.sol";

/// @title EulerVaultHarness
/// @notice A harness, not an EVault of the Euler Vault Kit, which no npm package holds. It does what the kit documents around a
/// hook target: asks `isHookTarget` when one is installed; calls it before a hooked operation, while it holds its lock, with
/// its own calldata, the metadata of its proxy and the caller behind it; passes its revert on; answers views during the lock
/// to the hook target alone; and measures accounts and liquidations by the kit's formulas. No connector, interest or shares:
/// balances are numbers that the test sets.
contract EulerVaultHarness {
    error E_NotHookTarget();
    error E_OperationDisabled();
    error E_EmptyError();
    error E_Reentrancy();
    error E_SelfLiquidation();
    error E_ExcessiveRepayAmount();

    uint32 public constant OP_DEPOSIT = 1 << 0;
    uint32 public constant OP_BORROW = 1 << 6;
    uint32 public constant OP_REPAY = 1 << 7;
    uint32 public constant OP_LIQUIDATE = 1 << 11;
    uint256 public constant LIQUIDATION_LTV = 0.85e18;
    uint256 private constant MAX_DISCOUNT = 0.2e18;

    address public immutable asset;
    address public immutable oracle;
    address public immutable unitOfAccount;

    address public hookTarget;
    uint32 public hookedOps;
    bool public locked;
    mapping(address account => uint256) public debtOf;
    mapping(address account => mapping(address collateral => uint256)) public collateralOf;
    mapping(address account => address[]) private _collaterals;

    constructor(address newAsset, address newOracle, address newUnitOfAccount) {
        (asset, oracle, unitOfAccount) = (newAsset, newOracle, newUnitOfAccount);
    }

    modifier operation(uint32 op) {
        require(!locked, E_Reentrancy());
        locked = true;
        if (hookedOps & op != 0) _callHook();
        _;
        locked = false;
    }

    modifier nonReentrantView() {
        require(!locked || msg.sender == hookTarget, E_Reentrancy());
        _;
    }

    function setHookConfig(address newHookTarget, uint32 newHookedOps) external {
        if (newHookTarget != address(0)) {
            require(IEulerHookTarget(newHookTarget).isHookTarget() == 0x87439e04, E_NotHookTarget());
        }
        (hookTarget, hookedOps) = (newHookTarget, newHookedOps);
    }

    /// @dev At the collateral's own vault.
    function addCollateral(address account, address collateral, uint256 amount) external {
        if (collateralOf[account][collateral] == 0) _collaterals[account].push(collateral);
        collateralOf[account][collateral] += amount;
    }

    function deposit(uint256 amount, address) external operation(OP_DEPOSIT) returns (uint256) {
        return amount;
    }

    function borrow(uint256 amount, address) external operation(OP_BORROW) returns (uint256) {
        debtOf[msg.sender] += amount;
        return amount;
    }

    function repay(uint256 amount, address receiver) external operation(OP_REPAY) returns (uint256) {
        debtOf[receiver] -= amount;
        return amount;
    }

    function liquidate(
        address violator,
        address collateral,
        uint256 repayAssets,
        uint256
    ) external operation(OP_LIQUIDATE) {
        (uint256 maxRepay, uint256 maxYield) = _maxLiquidation(msg.sender, violator, collateral);
        (uint256 taken, uint256 seized) = (maxRepay, maxYield);
        if (repayAssets != type(uint256).max) {
            require(repayAssets <= maxRepay, E_ExcessiveRepayAmount());
            if (maxRepay > 0) (taken, seized) = (repayAssets, (repayAssets * maxYield) / maxRepay);
        }
        debtOf[violator] -= taken;
        debtOf[msg.sender] += taken;
        collateralOf[violator][collateral] -= seized;
        collateralOf[msg.sender][collateral] += seized;
    }

    function accountLiquidity(
        address account,
        bool
    ) external view nonReentrantView returns (uint256 collateralValue, uint256 liabilityValue) {
        return _liquidity(account);
    }

    function checkLiquidation(
        address liquidator,
        address violator,
        address collateral
    ) external view nonReentrantView returns (uint256 maxRepay, uint256 maxYield) {
        return _maxLiquidation(liquidator, violator, collateral);
    }

    function _callHook() private {
        require(hookTarget != address(0), E_OperationDisabled());
        bytes memory metadata = abi.encodePacked(bytes4(0), asset, oracle, unitOfAccount);
        (bool done, bytes memory reason) = hookTarget.call(abi.encodePacked(msg.data, metadata, msg.sender));
        if (done) return;
        require(reason.length != 0, E_EmptyError());
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    function _quote(uint256 amount, address base) private view returns (uint256) {
        return IEulerPriceOracle(oracle).getQuote(amount, base, unitOfAccount);
    }

    function _liquidity(address account) private view returns (uint256 adjusted, uint256 liability) {
        address[] storage collaterals = _collaterals[account];
        for (uint256 i; i < collaterals.length; ++i)
            adjusted += (_quote(collateralOf[account][collaterals[i]], collaterals[i]) * LIQUIDATION_LTV) / 1e18;
        liability = _quote(debtOf[account], asset);
    }

    function _maxLiquidation(
        address liquidator,
        address violator,
        address collateral
    ) private view returns (uint256 maxRepay, uint256 maxYield) {
        require(liquidator != violator, E_SelfLiquidation());
        (uint256 adjusted, uint256 liability) = _liquidity(violator);
        if (adjusted >= liability) return (0, 0);
        uint256 discount = (adjusted * 1e18) / liability;
        if (discount < 1e18 - MAX_DISCOUNT) discount = 1e18 - MAX_DISCOUNT;
        uint256 held = collateralOf[violator][collateral];
        uint256 worth = _quote(held, collateral);
        (uint256 repayValue, uint256 yieldValue) = (liability, (liability * 1e18) / discount);
        if (worth < yieldValue) (repayValue, yieldValue) = ((worth * discount) / 1e18, worth);
        return ((repayValue * debtOf[violator]) / liability, (yieldValue * held) / worth);
    }
}
