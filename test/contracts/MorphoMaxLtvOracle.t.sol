// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IMorphoStaticTyping, MarketParams} from "@morpho-org/morpho-blue/src/interfaces/IMorpho.sol";

import {MorphoMaxLtvOracle} from "../../contracts/adapters/MorphoMaxLtvOracle.sol";
import {IMorpho} from "../../contracts/interfaces/external/IMorpho.sol";
import {Lanes} from "../../contracts/libraries/Lanes.sol";
import {Level} from "../../contracts/types/Level.sol";
import {Score} from "../../contracts/types/Score.sol";
import {SubjectId} from "../../contracts/types/SubjectId.sol";
import {TargetConfig} from "../../contracts/types/TargetConfig.sol";
import {Bps, Cx} from "../../contracts/types/Units.sol";
import {BrokenBreakers} from "./support/BrokenBreakers.sol";
import {ForeignCode} from "./support/ForeignCode.sol";
import {MorphoBlueFixture} from "./support/MorphoBlueFixture.sol";
import {OpeningBundle} from "./support/OpeningBundle.sol";
import {bound, vm} from "./support/Vm.sol";

contract MorphoMaxLtvOracleTest is MorphoBlueFixture {
    address internal constant OPENER = address(0x0e);

    MorphoMaxLtvOracle internal wrapper;
    OpeningBundle internal bundle;
    /// @dev A market that has the wrapper as its own oracle, as is meant.
    MarketParams internal wrapped;

    function setUp() public override {
        super.setUp();
        wrapper = new MorphoMaxLtvOracle(_wiring());
        wrapped = _newMarket(address(wrapper), address(0));
        _open(wrapped, BORROWER, 10 ether, 15_000 * USD);
        bundle = new OpeningBundle(morpho, wrapper);
        ether_.mint(OPENER, 1_000 ether);
        vm.startPrank(OPENER);
        ether_.approve(address(bundle), type(uint256).max);
        ether_.approve(address(morpho), type(uint256).max);
        dollar.approve(address(morpho), type(uint256).max);
        morpho.setAuthorization(address(bundle), true);
        vm.stopPrank();
    }

    function _wiring() private view returns (MorphoMaxLtvOracle.Wiring memory) {
        return
            MorphoMaxLtvOracle.Wiring({
                morpho: IMorpho(address(morpho)),
                underlying: feed,
                breaker: address(breaker),
                subject: venueId,
                riskOracle: oracle,
                scoredSubject: systemId,
                cap: Bps.wrap(8_000)
            });
    }

    /// @dev A calm epoch whose every subject recommends this opening LTV.
    function _recommend(uint48 epoch, uint16 borrowLtv) private {
        _publish(epoch, _word(Lanes.pack(Score(Cx.wrap(110), Bps.wrap(0), Cx.wrap(100), Bps.wrap(borrowLtv), 0))));
        breaker.poke(venueId);
    }

    function _assertMaxOpeningLtv(uint16 expected) private view {
        vm.assertEq(uint256(Bps.unwrap(wrapper.maxOpeningLtv())), expected);
    }

    function _exceeded(uint256 owed, uint256 limit) private pure returns (bytes memory) {
        return abi.encodeWithSelector(MorphoMaxLtvOracle.OpeningLtvExceeded.selector, OPENER, owed, limit);
    }

    function test_maxOpeningLtv_isTheRecommendedOneUpToTheCap() public {
        _assertMaxOpeningLtv(8_000);
        _recommend(1, 7_000);
        _assertMaxOpeningLtv(7_000);
        _recommend(2, 1);
        _assertMaxOpeningLtv(1);
        _recommend(3, 0);
        _assertMaxOpeningLtv(8_000);
    }

    function test_maxOpeningLtv_isTheCapWhereNothingIsRecommended() public {
        _recommend(1, 9_000);
        _assertMaxOpeningLtv(8_000);
        _recommend(2, 5_000);
        _assertMaxOpeningLtv(5_000);
        oracle.quarantine(2, new uint256[](0), "void");
        _assertMaxOpeningLtv(8_000);
        MorphoMaxLtvOracle.Wiring memory unknown = _wiring();
        unknown.scoredSubject = SubjectId.wrap(keccak256("unregistered"));
        vm.assertEq(uint256(Bps.unwrap(new MorphoMaxLtvOracle(unknown).maxOpeningLtv())), 8_000);
    }

    function test_maxOpeningLtv_isTheCapWhenTheOracleFails() public {
        _recommend(1, 5_000);
        bytes[] memory broken = BrokenBreakers.codes();
        for (uint256 i; i < broken.length; ++i) {
            if (i == 1 || i == 2) continue; // what takes all gas takes it from the one who opens, and from nobody else
            vm.etch(address(oracle), broken[i]);
            _assertMaxOpeningLtv(8_000);
        }
    }

    /// @dev Starving the oracle of gas does not replace its recommendation by the cap: there is nothing left to go on with.
    function testFuzz_maxOpeningLtv_noGasLimitIsAWayAround(uint256 limit) public {
        _recommend(1, 5_000);
        bytes memory data = abi.encodeCall(wrapper.maxOpeningLtv, ());
        (bool done, bytes memory answer) = address(wrapper).staticcall{gas: bound(limit, 1_000, 120_000)}(data);
        vm.assertTrue(!done || abi.decode(answer, (uint256)) == 5_000);
    }

    function test_maxOpeningLtv_isZeroFromNoNewLeverageOnAndWhileStale() public {
        _recommend(1, 7_000);
        for (uint256 i; i < everyLevel.length; ++i) {
            _raiseTo(everyLevel[i]);
            _assertMaxOpeningLtv(everyLevel[i] < Level.NoNewLeverage ? 7_000 : 0);
        }
        breaker.release(venueId, Level.Normal, "");
        _assertMaxOpeningLtv(7_000);
        vm.warp(block.timestamp + 3 hours);
        _assertMaxOpeningLtv(0);
    }

    function test_maxOpeningLtv_doesNotCareForABreakerThatFailsOrOnlyObserves() public {
        _trip(Level.Halt, 1 hours);
        TargetConfig memory config = _config();
        config.shadow = true;
        breaker.configureTarget(venueId, config);
        _assertMaxOpeningLtv(8_000);
        config.shadow = false;
        breaker.configureTarget(venueId, config);
        _assertMaxOpeningLtv(0);
        bytes[] memory broken = BrokenBreakers.codes();
        for (uint256 i; i < broken.length; ++i) {
            vm.etch(address(breaker), broken[i]);
            _assertMaxOpeningLtv(8_000);
        }
    }

    /// @dev 10 ether at 2,000 dollars and 70 %: 14,000 dollars.
    function test_opening_goesThroughUpToTheLimitToTheUnit() public {
        _recommend(1, 7_000);
        vm.prank(OPENER);
        bundle.open(wrapped, 10 ether, 14_000 * USD);
        vm.assertEq(_owed(wrapped, OPENER), 14_000 * USD);
        vm.expectRevert(_exceeded(14_000 * USD + 1, 14_000 * USD));
        vm.prank(OPENER);
        bundle.open(wrapped, 1, 1);
        vm.expectRevert(_exceeded(14_000 * USD, 13_999_999_999));
        vm.prank(OPENER);
        bundle.withdraw(wrapped, 1);
    }

    function test_opening_alsoInAMarketThatIsPricedByTheWrappedOracleItself() public {
        _recommend(1, 7_000);
        vm.prank(OPENER);
        bundle.open(market, 10 ether, 14_000 * USD);
        vm.expectRevert(_exceeded(14_000 * USD + 1, 14_000 * USD));
        vm.prank(OPENER);
        bundle.open(market, 1, 1);
    }

    function test_opening_isBlockedFromNoNewLeverageOnAndTheRestIsNot() public {
        vm.prank(OPENER);
        bundle.open(wrapped, 10 ether, 1_000 * USD);
        for (uint256 i; i < everyLevel.length; ++i) {
            _raiseTo(everyLevel[i]);
            bool blocked = everyLevel[i] >= Level.NoNewLeverage;
            if (blocked) vm.expectRevert(_exceeded(_owed(wrapped, OPENER) + USD, 0));
            vm.prank(OPENER);
            bundle.open(wrapped, 1, USD);
            if (blocked) vm.expectRevert(_exceeded(_owed(wrapped, OPENER), 0));
            vm.prank(OPENER);
            bundle.withdraw(wrapped, 1);
            _assertRepayAndAddCollateral(wrapped);
            // Whoever owes nothing takes his collateral back, at every level.
            vm.prank(LIQUIDATOR);
            morpho.supplyCollateral(wrapped, 1 ether, LIQUIDATOR, "");
            wrapper.requireOpening(_id(wrapped), LIQUIDATOR);
            vm.prank(LIQUIDATOR);
            morpho.withdrawCollateral(wrapped, 1 ether, LIQUIDATOR, LIQUIDATOR);
        }
    }

    /// @dev What the adapter declares: Morpho itself does not ask, so a borrower who calls it himself is not stopped.
    function test_morpho_lendsToWhoeverCallsItHimself() public {
        _trip(Level.Halt, 1 hours);
        _open(wrapped, OPENER, 10 ether, 17_200 * USD);
        vm.assertEq(_owed(wrapped, OPENER), 17_200 * USD);
        vm.assertFalse(wrapper.capabilities().blocksBorrow || wrapper.capabilities().blocksWithdrawal);
        vm.assertFalse(wrapper.capabilities().blocksLiquidation || wrapper.capabilities().throttlesByTime);
        vm.assertFalse(wrapper.capabilities().throttlesByVolume);
        vm.assertEq(wrapper.capabilities().hostFloor, 1e18);
    }

    function test_RevertWhen_InterestIsNotAccrued() public {
        address irm = ForeignCode.deploy("@morpho-org/morpho-blue/src/mocks/IrmMock.sol/IrmMock", "");
        morpho.enableIrm(irm);
        MarketParams memory bearing = _newMarket(address(wrapper), irm);
        vm.prank(OPENER);
        bundle.open(bearing, 10 ether, 16_000 * USD);
        uint256 opened = block.timestamp;
        vm.warp(opened + 1);
        vm.expectRevert(abi.encodeWithSelector(MorphoMaxLtvOracle.InterestNotAccrued.selector, opened));
        wrapper.requireOpening(_id(bearing), OPENER);
        vm.warp(opened + 365 days);
        uint256 owed = _owed(bearing, OPENER);
        vm.assertTrue(owed > 16_000 * USD);
        morpho.accrueInterest(bearing);
        vm.etch(address(breaker), ""); // the score is a year old, and the target's policy would block for that
        vm.expectRevert(_exceeded(owed, 16_000 * USD));
        wrapper.requireOpening(_id(bearing), OPENER);
    }

    function test_RevertWhen_TheMarketIsPricedElsewhere() public {
        bytes32 none = keccak256("no market");
        vm.expectRevert(abi.encodeWithSelector(MorphoMaxLtvOracle.MarketNotPricedHere.selector, none, address(0)));
        wrapper.requireOpening(none, OPENER);
        vm.assertEq(address(wrapper.underlying()), address(feed));
    }

    function test_RevertWhen_CapIsInvalid() public {
        MorphoMaxLtvOracle.Wiring memory wiring = _wiring();
        for (uint256 i; i < 2; ++i) {
            wiring.cap = Bps.wrap([uint16(0), 10_001][i]);
            vm.expectRevert(abi.encodeWithSelector(MorphoMaxLtvOracle.CapInvalid.selector, wiring.cap));
            new MorphoMaxLtvOracle(wiring);
        }
        wiring.cap = Bps.wrap(10_000);
        vm.assertTrue(new MorphoMaxLtvOracle(wiring).cap() == wiring.cap);
    }

    /// @dev At every level, price and recommendation, Morpho prices and judges a position as if there were no wrapper.
    function testFuzz_price_neverLiquidatesWhomTheWrappedPriceDoesNot(uint256 price, uint256 level, uint16 ltv) public {
        _recommend(1, uint16(bound(ltv, 0, 10_000)));
        _raiseTo(everyLevel[bound(level, 0, 4)]);
        feed.setPrice(bound(price, 0, 10_000 * DOLLAR));
        vm.assertEq(wrapper.price(), feed.price());
        vm.assertEq(_liquidates(wrapped, 1e9), _liquidates(market, 1e9));
    }

    /// @dev The limit, by fractions of the closed form: debt / (collateral x price) <= LTV.
    function testFuzz_opening_isWithinTheLtv(uint256 collateral, uint256 debt, uint16 ltv) public {
        _recommend(1, uint16(bound(ltv, 1, 10_000)));
        uint256 highest = Bps.unwrap(wrapper.maxOpeningLtv());
        collateral = bound(collateral, 1 ether, 900 ether);
        // Two thousand dollars to the ether: what Morpho itself lends is 86 % of it.
        debt = bound(debt, 1, (collateral * 2_000 * 86) / 100 / 1e12);
        vm.prank(OPENER);
        (bool opened, ) = address(bundle).call(abi.encodeCall(bundle.open, (wrapped, collateral, debt)));
        vm.assertEq(opened, debt <= (((collateral * 2_000) / 1e12) * highest) / 10_000);
    }

    function test_interface_isMorphos() public pure {
        vm.assertEq(bytes32(IMorpho.position.selector), bytes32(IMorphoStaticTyping.position.selector));
        vm.assertEq(bytes32(IMorpho.market.selector), bytes32(IMorphoStaticTyping.market.selector));
        bytes4 params = IMorphoStaticTyping.idToMarketParams.selector;
        vm.assertEq(bytes32(IMorpho.idToMarketParams.selector), bytes32(params));
    }
}
