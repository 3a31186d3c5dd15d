// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {CircuitBreaker} from "bulkhead/contracts/CircuitBreaker.sol";
import {RiskOracle} from "bulkhead/contracts/RiskOracle.sol";
import {CircuitBreakerGuard} from "bulkhead/contracts/adapters/CircuitBreakerGuard.sol";
import {IRiskOracle} from "bulkhead/contracts/interfaces/IRiskOracle.sol";
import {Action, Level} from "bulkhead/contracts/types/Level.sol";
import {SubjectId} from "bulkhead/contracts/types/SubjectId.sol";
import {LevelRule, TargetConfig} from "bulkhead/contracts/types/TargetConfig.sol";
import {Bps, Cx} from "bulkhead/contracts/types/Units.sol";
import {IPriceFeed, LendingMarket} from "../contracts/LendingMarket.sol";

interface Vm {
    function assertEq(uint256 left, uint256 right) external pure;
    function expectRevert(bytes calldata revertData) external;
    function warp(uint256 timestamp) external;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

contract Token is ERC20 {
    constructor(string memory name) ERC20(name, name) {
        _mint(msg.sender, 1_000_000 ether);
    }
}

/// @dev An oracle that says whatever the test makes it say.
contract CrashingFeed is IPriceFeed {
    uint256 public price = 2_000 ether;

    function crashTo(uint256 newPrice) external {
        price = newPrice;
    }
}

/// @dev The genuine breaker and oracle. The test is the account: 10 tokens at 2,000 against 15,000 of debt.
contract LendingMarketTest {
    Token private immutable collateral = new Token("COLL");
    Token private immutable loan = new Token("LOAN");
    CrashingFeed private immutable feed = new CrashingFeed();
    CircuitBreaker private breaker;
    LendingMarket private market;
    SubjectId private venue;

    function setUp() public {
        AccessManager manager = new AccessManager(address(this));
        IRiskOracle.Limits memory limits = IRiskOracle.Limits(1 hours, Bps.wrap(500), Bps.wrap(9_000));
        RiskOracle oracle = new RiskOracle(address(manager), 12, limits);
        breaker = new CircuitBreaker(oracle, address(manager), 30 days);
        market = new LendingMarket(collateral, loan, feed, address(breaker));
        venue = market.venue();
        breaker.configureTarget(venue, _config());
        breaker.armGuardian(address(this));

        loan.transfer(address(market), 100_000 ether);
        loan.approve(address(market), type(uint256).max);
        collateral.approve(address(market), type(uint256).max);
        market.addCollateral(10 ether);
        market.borrow(15_000 ether);
    }

    function _config() private pure returns (TargetConfig memory config) {
        uint16[4] memory leverage = [uint16(125), 150, 200, 300];
        for (uint256 i; i < 4; ++i) {
            Bps atRisk = Bps.wrap(uint16(1_000 * (i + 1)));
            Bps calm = Bps.wrap(uint16(1_000 * i + 500));
            config.rules[i] = LevelRule(Cx.wrap(leverage[i]), Cx.wrap(leverage[i] - 10), atRisk, calm);
        }
        config.terms.noNewLeverageSeconds = 12 hours;
        config.terms.throttleSeconds = 2 hours;
        config.terms.haltSeconds = 1 hours;
        config.terms.graceSeconds = 10 minutes;
        config.terms.budgetCapacity = 6 hours;
        config.terms.budgetRefillPerDay = 6 hours;
        config.terms.confirmations = 1 | (1 << 2) | (2 << 4) | (2 << 6);
        config.healthFactorFloor = 0.95e18;
        config.maxAge = 2 hours;
        config.throttleCapacity = 1_000 ether;
        config.throttleWindow = 1 hours;
    }

    function _expectBlocked(Action action) private {
        vm.expectRevert(abi.encodeWithSelector(CircuitBreakerGuard.ActionBlocked.selector, venue, action));
    }

    function test_noNewLeverageBlocksBorrowingAndWithdrawalAndNothingElse() public {
        breaker.trip(venue, Level.NoNewLeverage, 1 hours, "drill");
        _expectBlocked(Action.Borrow);
        market.borrow(1 ether);
        _expectBlocked(Action.WithdrawCollateral);
        market.withdrawCollateral(1);

        market.addCollateral(1 ether);
        market.repay(address(this), 15_000 ether);
        market.withdrawCollateral(11 ether);
        vm.assertEq(collateral.balanceOf(address(this)), collateral.totalSupply());
    }

    function test_throttleLetsLiquidationsThroughUpToItsVolume() public {
        breaker.trip(venue, Level.Throttle, 1 hours, "drill");
        feed.crashTo(1_800 ether);
        market.liquidate(address(this), 1_000 ether);
        _expectBlocked(Action.Liquidate);
        market.liquidate(address(this), 100 ether);
        vm.warp(block.timestamp + 30 minutes);
        market.liquidate(address(this), 500 ether);
        (, uint256 debt) = market.positions(address(this));
        vm.assertEq(debt, 13_500 ether);
    }

    function test_haltBlocksLiquidationsAboveTheFloorAndNoneBelow() public {
        breaker.trip(venue, Level.Halt, 1 hours, "drill");
        feed.crashTo(1_800 ether); // health factor 0.96
        _expectBlocked(Action.Liquidate);
        market.liquidate(address(this), 1_000 ether);
        feed.crashTo(1_750 ether); // health factor 0.93
        market.liquidate(address(this), 7_500 ether);
        (, uint256 debt) = market.positions(address(this));
        vm.assertEq(debt, 7_500 ether);
    }

    function test_everythingOpensAgainWithTimeAlone() public {
        breaker.trip(venue, Level.Halt, 1 hours, "drill");
        vm.warp(block.timestamp + 12 hours + 1);
        market.repay(address(this), 1_000 ether);
        market.withdrawCollateral(0.1 ether);
        feed.crashTo(1_700 ether);
        market.liquidate(address(this), 1_000 ether);
        (, uint256 debt) = market.positions(address(this));
        vm.assertEq(debt, 13_000 ether);
    }
}
