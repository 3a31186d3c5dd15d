// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {CollateralFramework} from "../../contracts/CollateralFramework.sol";
import {ICollateralFramework} from "../../contracts/interfaces/ICollateralFramework.sol";
import {Claim, TokenTerms} from "../../contracts/types/Collateral.sol";
import {CollateralFixture} from "./support/CollateralFixture.sol";
import {vm} from "./support/Vm.sol";

/// @dev The register: what governance can put into it, and what it cannot.
contract CollateralFrameworkTest is CollateralFixture {
    address internal constant WETH = address(0x10);
    address internal constant USDC = address(0x20);
    address internal constant STETH = address(0x30);
    address internal constant WSTETH = address(0x40);
    address internal constant POOL = address(0x50);

    function _ether() internal {
        _base(WETH);
        _wrap(STETH, WETH);
        _wrap(WSTETH, STETH);
    }

    function test_constructor_refusesScoresOfNoAge() public {
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.MaxAgeZero.selector));
        new CollateralFramework(oracle, address(manager), 0);
        vm.assertEq(framework.maxAge(), 2 hours);
    }

    function test_registerToken_keepsWhatItIsGiven() public {
        _base(WETH);
        _base(USDC);
        Claim[] memory claims = _two(WETH, USDC, 0.3e18);
        vm.expectEmit(address(framework));
        emit ICollateralFramework.TokenRegistered(POOL, _terms(250, 150), claims);
        framework.registerToken(POOL, _terms(250, 150), claims);
        (TokenTerms memory terms, Claim[] memory kept) = framework.tokenOf(POOL);
        vm.assertEq(keccak256(abi.encode(terms)), keccak256(abi.encode(_terms(250, 150))));
        vm.assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(claims)));
        vm.assertTrue(framework.isRegistered(POOL));
        vm.assertEq(framework.depth(POOL), 1);
        vm.assertEq(framework.depth(WETH), 0);
    }

    function test_RevertWhen_CallerHasNoRole() public {
        bytes memory refused = abi.encodeWithSelector(
            IAccessManaged.AccessManagedUnauthorized.selector,
            address(0xbad)
        );
        vm.startPrank(address(0xbad));
        vm.expectRevert(refused);
        framework.registerToken(WETH, _terms(0, 100), new Claim[](0));
        vm.expectRevert(refused);
        framework.removeToken(WETH);
        vm.expectRevert(refused);
        framework.setTerms(WETH, _terms(0, 100));
        vm.stopPrank();
        vm.assertFalse(framework.isRegistered(WETH));
    }

    function test_RevertWhen_TokenIsRegisteredTwice() public {
        _ether();
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.TokenExists.selector, STETH));
        _base(STETH);
        vm.assertEq(framework.depth(STETH), 1);
    }

    /// @dev Every way to close a circle needs a claim on something that is not registered yet.
    function test_RevertWhen_ClaimsLeadBackToTheToken() public {
        bytes4 refused = ICollateralFramework.ClaimOnUnknown.selector;
        vm.expectRevert(abi.encodeWithSelector(refused, POOL, POOL));
        _wrap(POOL, POOL);
        vm.expectRevert(abi.encodeWithSelector(refused, POOL, STETH));
        _wrap(POOL, STETH);
        _ether();
        // To point WETH at what is built on it, it would have to leave the register first.
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.TokenInUse.selector, WETH, uint32(1)));
        framework.removeToken(WETH);
        vm.assertEq(framework.depth(WSTETH), 2);
    }

    function test_depth_isThatOfTheDeepestClaimWhereverItStands() public {
        _ether();
        _base(USDC);
        _base(address(0x41));
        _pair(POOL, WSTETH, address(0x41), 0.5e18);
        vm.assertEq(framework.depth(POOL), 3);
        _pair(address(0x51), USDC, WSTETH, 0.5e18);
        vm.assertEq(framework.depth(address(0x51)), 3);
    }

    function test_removeToken_freesWhatItWasAClaimOn() public {
        _ether();
        vm.expectEmit(address(framework));
        emit ICollateralFramework.TokenRemoved(WSTETH);
        framework.removeToken(WSTETH);
        framework.removeToken(STETH);
        framework.removeToken(WETH);
        vm.assertFalse(framework.isRegistered(WETH));
        // Nothing is left of the old structure.
        _base(WSTETH);
        _wrap(WETH, WSTETH);
        vm.assertEq(framework.depth(WETH), 1);
        vm.assertEq(framework.lookThrough(WETH)[0].token, WSTETH);
    }

    function test_removeToken_countsEveryUser() public {
        _ether();
        _wrap(POOL, STETH);
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.TokenInUse.selector, STETH, uint32(2)));
        framework.removeToken(STETH);
        framework.removeToken(POOL);
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.TokenInUse.selector, STETH, uint32(1)));
        framework.removeToken(STETH);
        vm.assertTrue(framework.isRegistered(STETH));
    }

    function test_RevertWhen_TokenIsUnknown() public {
        bytes memory unknown = abi.encodeWithSelector(ICollateralFramework.TokenUnknown.selector, WETH);
        vm.expectRevert(unknown);
        framework.removeToken(WETH);
        vm.expectRevert(unknown);
        framework.setTerms(WETH, _terms(0, 100));
        vm.expectRevert(unknown);
        framework.haircut(WETH);
        vm.expectRevert(unknown);
        framework.rehypothecation(WETH);
        vm.expectRevert(unknown);
        framework.lookThrough(WETH);
        vm.expectRevert(unknown);
        framework.depth(WETH);
        vm.expectRevert(unknown);
        framework.assess(WETH);
        vm.expectRevert(unknown);
        framework.tokenOf(WETH);
    }

    /* BOUNDS */

    function testFuzz_terms_keepTheirBounds(uint16 haircut, uint16 leverage) public {
        _base(WETH);
        bool valid = haircut <= 10_000 && leverage >= 100;
        TokenTerms memory terms = _terms(haircut, leverage);
        if (!valid) _expectTermsInvalid(USDC, terms);
        framework.registerToken(USDC, terms, new Claim[](0));
        vm.assertEq(framework.isRegistered(USDC), valid);
        if (!valid) _expectTermsInvalid(WETH, terms);
        framework.setTerms(WETH, terms);
        (TokenTerms memory kept, ) = framework.tokenOf(WETH);
        vm.assertEq(keccak256(abi.encode(kept)), keccak256(abi.encode(valid ? terms : _terms(1_000, 200))));
    }

    function test_setTerms_tellsOldAndNew() public {
        _base(WETH);
        vm.expectEmit(address(framework));
        emit ICollateralFramework.TokenTermsChanged(WETH, _terms(1_000, 200), _terms(2_000, 300));
        framework.setTerms(WETH, _terms(2_000, 300));
        vm.assertEq(_haircut(WETH), 6_000);
    }

    function test_RevertWhen_ClaimsAreWrong() public {
        _base(WETH);
        _base(USDC);
        _expectFault(ICollateralFramework.ClaimFault.NotAscending);
        framework.registerToken(POOL, _terms(0, 100), _two(USDC, WETH, 0.5e18));
        _expectFault(ICollateralFramework.ClaimFault.NotAscending);
        framework.registerToken(POOL, _terms(0, 100), _two(WETH, WETH, 0.5e18));
        _expectFault(ICollateralFramework.ClaimFault.NotAscending);
        _wrap(POOL, address(0));
        _expectFault(ICollateralFramework.ClaimFault.ShareZero);
        framework.registerToken(POOL, _terms(0, 100), _two(WETH, USDC, ONE));
        Claim[] memory short = _two(WETH, USDC, 0.5e18);
        short[1].share -= 1;
        _expectFault(ICollateralFramework.ClaimFault.SharesNotOne);
        framework.registerToken(POOL, _terms(0, 100), short);
        short[1].share += 2;
        _expectFault(ICollateralFramework.ClaimFault.SharesNotOne);
        framework.registerToken(POOL, _terms(0, 100), short);
        vm.assertFalse(framework.isRegistered(POOL));
    }

    function test_registerToken_takesTwelveClaimsAndNoMore() public {
        for (uint160 i; i < 13; ++i) _base(address(0x1000 + i));
        Claim[] memory claims = new Claim[](13);
        for (uint160 i; i < 13; ++i) claims[i] = Claim(address(0x1000 + i), uint64(ONE / 13));
        _expectFault(ICollateralFramework.ClaimFault.TooMany);
        framework.registerToken(POOL, _terms(0, 100), claims);
        Claim[] memory twelve = new Claim[](12);
        for (uint160 i; i < 12; ++i) twelve[i] = Claim(address(0x1000 + i), uint64(ONE / 12));
        twelve[11].share += uint64(ONE % 12);
        framework.registerToken(POOL, _terms(0, 100), twelve);
        vm.assertEq(framework.lookThrough(POOL).length, 12);
    }

    function test_registerToken_takesSixLayersAndNoMore() public {
        vm.assertEq(framework.maxDepth(), 6);
        _base(address(0x1000));
        for (uint160 i = 1; i <= 6; ++i) _wrap(address(0x1000 + i), address(0x1000 + i - 1));
        vm.assertEq(framework.depth(address(0x1006)), 6);
        _expectFault(ICollateralFramework.ClaimFault.TooDeep);
        _wrap(POOL, address(0x1006));
    }

    /// @dev Each layer is a claim on two of the one below, both on the same one: steps double a layer, 1, 3, 7, 15, 31, 63.
    function test_registerToken_takesThirtyTwoStepsAndNoMore() public {
        address left = address(0x1000);
        address right = address(0x1001);
        _base(left);
        _base(right);
        for (uint160 i = 1; i <= 4; ++i) {
            _pair(address(0x1000 + 16 * i), left, right, 0.5e18);
            _pair(address(0x1001 + 16 * i), left, right, 0.5e18);
            (left, right) = (address(0x1000 + 16 * i), address(0x1001 + 16 * i));
        }
        _expectFault(ICollateralFramework.ClaimFault.TooWide);
        _pair(POOL, left, right, 0.5e18);
        // 31, a base asset and one more are 33.
        _expectFault(ICollateralFramework.ClaimFault.TooWide);
        _pair(POOL, address(0x1000), left, 0.5e18);
        // 31 and one more.
        _wrap(POOL, left);
        vm.assertEq(framework.depth(POOL), 5);
    }

    function _expectFault(ICollateralFramework.ClaimFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.ClaimsInvalid.selector, POOL, fault));
    }

    function _expectTermsInvalid(address token, TokenTerms memory terms) private {
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.TokenTermsInvalid.selector, token, terms));
    }
}
