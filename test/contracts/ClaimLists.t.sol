// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICollateralFramework} from "../../contracts/interfaces/ICollateralFramework.sol";
import {ClaimLists} from "../../contracts/libraries/ClaimLists.sol";
import {Claim} from "../../contracts/types/Collateral.sol";
import {vm} from "./support/Vm.sol";

contract ClaimListsTest {
    using ClaimLists for Claim[];

    address internal constant TOKEN = address(0x70);

    function check(Claim[] calldata claims) external pure {
        ClaimLists.check(TOKEN, claims);
    }

    function checkExtent(uint256 layers, uint256 steps) external pure {
        ClaimLists.checkExtent(TOKEN, layers, steps);
    }

    function _expect(ICollateralFramework.ClaimFault fault) private {
        vm.expectRevert(abi.encodeWithSelector(ICollateralFramework.ClaimsInvalid.selector, TOKEN, fault));
    }

    /// @dev So many claims, the first one on `first`, the others on those after it: one unit each, the rest on the last.
    function _claims(uint256 count, uint160 first) private pure returns (Claim[] memory claims) {
        claims = new Claim[](count);
        for (uint256 i; i < count; ++i) claims[i] = Claim(address(first + uint160(i)), 1);
        if (count > 0) claims[count - 1].share = uint64(1e18 - (count - 1));
    }

    function test_check_takesNoneAndUpToTwelve() public {
        this.check(_claims(0, 1));
        this.check(_claims(1, 1));
        this.check(_claims(12, 1));
        _expect(ICollateralFramework.ClaimFault.TooMany);
        this.check(_claims(13, 1));
    }

    function test_RevertWhen_ClaimsDoNotAscend() public {
        _expect(ICollateralFramework.ClaimFault.NotAscending);
        this.check(_claims(1, 0));
        Claim[] memory claims = _claims(3, 1);
        claims[2].token = claims[1].token;
        _expect(ICollateralFramework.ClaimFault.NotAscending);
        this.check(claims);
        claims[2].token = claims[0].token;
        _expect(ICollateralFramework.ClaimFault.NotAscending);
        this.check(claims);
    }

    function test_RevertWhen_SharesAreEmptyOrNotOne() public {
        Claim[] memory claims = _claims(3, 1);
        (claims[1].share, claims[2].share) = (0, 1e18 - 1);
        _expect(ICollateralFramework.ClaimFault.ShareZero);
        this.check(claims);
        claims[1].share = 1;
        _expect(ICollateralFramework.ClaimFault.SharesNotOne);
        this.check(claims);
        claims[2].share = 1e18 - 3;
        _expect(ICollateralFramework.ClaimFault.SharesNotOne);
        this.check(claims);
    }

    function test_checkExtent_takesSixLayersAndThirtyTwoSteps() public {
        this.checkExtent(6, 32);
        _expect(ICollateralFramework.ClaimFault.TooDeep);
        this.checkExtent(7, 32);
        _expect(ICollateralFramework.ClaimFault.TooWide);
        this.checkExtent(6, 33);
    }

    function test_add_addsUpByToken() public pure {
        Claim[] memory list = ClaimLists.empty();
        vm.assertEq(list.length, 0);
        for (uint160 i; i < 64; ++i) list.add(address(i % 32), i);
        vm.assertEq(list.length, 32);
        for (uint160 i; i < 32; ++i) {
            vm.assertEq(list[i].token, address(i));
            vm.assertEq(list[i].share, 2 * i + 32);
        }
    }

    /// @dev Room that is not used yet is not given to anybody else.
    function test_empty_hasRoomForEveryStep() public pure {
        Claim[] memory list = ClaimLists.empty();
        uint256[] memory behind = new uint256[](1);
        uint256 distance;
        assembly ("memory-safe") {
            distance := sub(behind, list)
        }
        // The length, 32 pointers, and the 32 claims that the compiler makes for them.
        vm.assertEq(distance, 0x20 + 32 * 0x20 + 32 * 0x40);
    }
}
