// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IAaveUserConfiguration, IAaveV3ScaledToken, IAaveV3StableDebtToken} from "../interfaces/external/IAaveV3.sol";
import {Words} from "./Words.sol";

/// @title AaveAccounts
/// @notice What the account lenses of Aave v2 and v3 share.
///
/// ANSWER, in words. Accounts answered. For each account: its configuration bitmap; mask of reserve ids with stable debt << 8 |
/// e-mode category; then for each reserve id with a bit in the bitmap, ascending: scaled balance, 0 unless used as
/// collateral << 128 | scaled variable debt; and, if in the mask: principal << 128 | rate of the stable debt; its last update.
abstract contract AaveAccounts {
    using Words for Words.List;

    /// @dev Tokens of the reserve with id `id`.
    struct ReserveTokens {
        uint256 id;
        IAaveV3ScaledToken aToken;
        IAaveV3StableDebtToken stableDebt;
        IAaveV3ScaledToken variableDebt;
    }

    uint256 internal constant WORDS_PER_ACCOUNT = 2;
    uint256 internal constant WORDS_PER_RESERVE = 3;
    uint256 internal constant ACCOUNT_GAS = 100_000;
    uint256 internal constant RESERVE_GAS = 80_000;

    /// @param pool The pool.
    /// @param reserves Tokens of all reserves, ascending by id.
    /// @param accounts Accounts to read, in this order.
    constructor(IAaveUserConfiguration pool, ReserveTokens[] memory reserves, address[] memory accounts) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < accounts.length; ++done) {
            uint256 bitmap = pool.getUserConfiguration(accounts[done]);
            uint256 used = _used(reserves, bitmap);
            if (!out.hasRoom(WORDS_PER_ACCOUNT + WORDS_PER_RESERVE * used, ACCOUNT_GAS + RESERVE_GAS * used)) break;
            _pushAccount(out, reserves, accounts[done], bitmap, _eModeOf(address(pool), accounts[done]));
        }
        out.data[0] = done;
        out.finish();
    }

    /// @dev E-mode category of `account`, 0 for none.
    function _eModeOf(address pool, address account) internal view virtual returns (uint256);

    function _pushAccount(
        Words.List memory out,
        ReserveTokens[] memory reserves,
        address account,
        uint256 bitmap,
        uint256 eMode
    ) private view {
        out.push(bitmap);
        uint256 second = out.count;
        out.push(eMode);
        for (uint256 i; i < reserves.length; ++i) {
            uint256 bits = (bitmap >> (2 * reserves[i].id)) & 3;
            if (bits != 0 && _pushPosition(out, reserves[i], account, bits)) {
                out.data[second] |= 1 << (8 + reserves[i].id);
            }
        }
    }

    function _pushPosition(
        Words.List memory out,
        ReserveTokens memory reserve,
        address account,
        uint256 bits
    ) private view returns (bool hasStableDebt) {
        uint256 supplied = bits & 2 == 0 ? 0 : reserve.aToken.scaledBalanceOf(account);
        uint256 owed = bits & 1 == 0 ? 0 : reserve.variableDebt.scaledBalanceOf(account);
        out.push((supplied << 128) | owed);
        if (bits & 1 == 0 || address(reserve.stableDebt).code.length == 0) return false;
        uint256 principal = reserve.stableDebt.principalBalanceOf(account);
        if (principal == 0) return false;
        out.push((principal << 128) | reserve.stableDebt.getUserStableRate(account));
        out.push(reserve.stableDebt.getUserLastUpdated(account));
        return true;
    }

    function _used(ReserveTokens[] memory reserves, uint256 bitmap) private pure returns (uint256 count) {
        if (bitmap == 0) return 0;
        for (uint256 i; i < reserves.length; ++i) {
            if ((bitmap >> (2 * reserves[i].id)) & 3 != 0) ++count;
        }
    }
}
