// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMorpho, Id, MarketParams} from "@morpho-org/morpho-blue/src/interfaces/IMorpho.sol";
import {MarketParamsLib} from "@morpho-org/morpho-blue/src/libraries/MarketParamsLib.sol";
import {MorphoBalancesLib} from "@morpho-org/morpho-blue/src/libraries/periphery/MorphoBalancesLib.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Level} from "../../../contracts/types/Level.sol";
import {BreakerFixture} from "./BreakerFixture.sol";
import {ForeignCode} from "./ForeignCode.sol";
import {SettableOracle} from "./SettableOracle.sol";
import {vm} from "./Vm.sol";

interface IMintable is IERC20 {
    function mint(address account, uint256 amount) external;
    function grantMintAndBurnRoles(address account) external;
}

/// @dev Genuine Morpho Blue with a market of ether against dollars, LLTV 86 %, and the breaker of {BreakerFixture}. The borrower
/// has 10 ether at 2,000 dollars and owes 15,000 dollars: health factor 1.1467, LTV 75 %.
abstract contract MorphoBlueFixture is BreakerFixture {
    using MarketParamsLib for MarketParams;
    using MorphoBalancesLib for IMorpho;

    uint256 internal constant LLTV = 0.86e18;
    uint256 internal constant USD = 1e6;
    /// @dev Of a unit of 1e-18 ether in units of 1e-6 dollars, scaled by 1e36.
    uint256 internal constant DOLLAR = 1e24;
    address internal constant BORROWER = address(0xb0);
    address internal constant LIQUIDATOR = address(0x11);
    Level[5] internal everyLevel = [Level.Normal, Level.Watch, Level.NoNewLeverage, Level.Throttle, Level.Halt];

    IMorpho internal morpho;
    SettableOracle internal feed;
    IMintable internal ether_;
    IMintable internal dollar;
    MarketParams internal market;

    function setUp() public virtual override {
        super.setUp();
        morpho = IMorpho(
            ForeignCode.deploy("@morpho-org/morpho-blue/src/Morpho.sol/Morpho", abi.encode(address(this)))
        );
        morpho.enableLltv(LLTV);
        morpho.enableIrm(address(0));
        (ether_, dollar) = (_newToken("WETH", 18), _newToken("USDC", 6));
        feed = new SettableOracle(2_000 * DOLLAR);
        market = _newMarket(address(feed), address(0));
        _open(market, BORROWER, 10 ether, 15_000 * USD);
    }

    function _newToken(string memory symbol, uint8 decimals) private returns (IMintable token) {
        string memory path = "@chainlink/contracts/src/v0.8/shared/token/ERC20/BurnMintERC20.sol/BurnMintERC20";
        token = IMintable(ForeignCode.deploy(path, abi.encode(symbol, symbol, decimals, 0, 0)));
        token.grantMintAndBurnRoles(address(this));
        for (uint256 i; i < 3; ++i) {
            address account = [address(this), BORROWER, LIQUIDATOR][i];
            token.mint(account, type(uint96).max);
            vm.prank(account);
            token.approve(address(morpho), type(uint256).max);
        }
    }

    /// @dev A market that the test has lent ten million dollars to.
    function _newMarket(address oracle_, address irm) internal returns (MarketParams memory created) {
        created = MarketParams(address(dollar), address(ether_), oracle_, irm, LLTV);
        morpho.createMarket(created);
        morpho.supply(created, 10_000_000 * USD, 0, address(this), "");
    }

    function _open(MarketParams memory where, address account, uint256 collateral, uint256 debt) internal {
        vm.startPrank(account);
        morpho.supplyCollateral(where, collateral, account, "");
        morpho.borrow(where, debt, 0, account, account);
        vm.stopPrank();
    }

    /// @dev Whether Morpho lets the liquidator seize `seized` wei of the borrower's collateral.
    function _liquidates(MarketParams memory where, uint256 seized) internal returns (bool done) {
        vm.prank(LIQUIDATOR);
        (done, ) = address(morpho).call(abi.encodeCall(morpho.liquidate, (where, BORROWER, seized, 0, "")));
    }

    /// @dev The borrower repays a dollar and adds a wei of collateral; both arrive.
    function _assertRepayAndAddCollateral(MarketParams memory where) internal {
        uint256 owed = _owed(where, BORROWER);
        uint256 collateral = morpho.position(where.id(), BORROWER).collateral;
        vm.startPrank(BORROWER);
        morpho.repay(where, USD, 0, BORROWER, "");
        morpho.supplyCollateral(where, 1, BORROWER, "");
        vm.stopPrank();
        vm.assertEq(_owed(where, BORROWER), owed - USD);
        vm.assertEq(uint256(morpho.position(where.id(), BORROWER).collateral), collateral + 1);
    }

    /// @dev By Morpho's own library.
    function _owed(MarketParams memory where, address account) internal view returns (uint256) {
        return morpho.expectedBorrowAssets(where, account);
    }

    function _id(MarketParams memory where) internal pure returns (bytes32) {
        return Id.unwrap(where.id());
    }

    /// @dev Raises the target for half an hour; Normal leaves it.
    function _raiseTo(Level level) internal {
        if (level != Level.Normal) _trip(level, level == Level.Watch ? 0 : 30 minutes);
    }
}
