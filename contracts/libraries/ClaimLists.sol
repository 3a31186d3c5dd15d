// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICollateralFramework} from "../interfaces/ICollateralFramework.sol";
import {Claim} from "../types/Collateral.sol";

/// @title ClaimLists
/// @notice Lists of claims: what one may be, and how shares are added to one.
library ClaimLists {
    /// @dev The whole value of a token.
    uint256 internal constant ONE = 1e18;
    uint256 internal constant MOST_CLAIMS = 12;
    uint8 internal constant MOST_LAYERS = 6;
    /// @dev Tokens visited when looking through, a token twice where two ways lead to it.
    uint256 internal constant MOST_STEPS = 32;

    /// @notice Reverts with {ICollateralFramework.ClaimsInvalid} unless the list itself is sound, or empty.
    function check(address token, Claim[] calldata claims) internal pure {
        _require(claims.length <= MOST_CLAIMS, token, ICollateralFramework.ClaimFault.TooMany);
        address last;
        uint256 sum;
        for (uint256 i; i < claims.length; ++i) {
            _require(claims[i].token > last, token, ICollateralFramework.ClaimFault.NotAscending);
            _require(claims[i].share != 0, token, ICollateralFramework.ClaimFault.ShareZero);
            last = claims[i].token;
            sum += claims[i].share;
        }
        _require(sum == ONE || claims.length == 0, token, ICollateralFramework.ClaimFault.SharesNotOne);
    }

    /// @notice Reverts with {ICollateralFramework.ClaimsInvalid} unless so many `layers` and `steps` may be looked through.
    function checkExtent(address token, uint256 layers, uint256 steps) internal pure {
        _require(layers <= MOST_LAYERS, token, ICollateralFramework.ClaimFault.TooDeep);
        _require(steps <= MOST_STEPS, token, ICollateralFramework.ClaimFault.TooWide);
    }

    /// @notice Adds `share` of `token` to the list, which has room; its length is what is used of it.
    function add(Claim[] memory list, address token, uint256 share) internal pure {
        uint256 used = list.length;
        uint256 at;
        while (at < used && list[at].token != token) ++at;
        if (at == used) {
            assembly ("memory-safe") {
                mstore(list, add(used, 1))
            }
            list[at] = Claim(token, 0);
        }
        list[at].share += uint64(share);
    }

    /// @notice An empty list with room for every step of looking through.
    function empty() internal pure returns (Claim[] memory list) {
        list = new Claim[](MOST_STEPS);
        assembly ("memory-safe") {
            mstore(list, 0)
        }
    }

    function _require(bool condition, address token, ICollateralFramework.ClaimFault fault) private pure {
        require(condition, ICollateralFramework.ClaimsInvalid(token, fault));
    }
}
