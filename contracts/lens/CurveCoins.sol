// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ICurvePool} from "../interfaces/external/ICurvePool.sol";
import {Probe} from "./Probe.sol";

/// @title CurveCoins
/// @notice The tokens of a Curve pool: old pools take their index as int128, and no pool says how many there are.
library CurveCoins {
    /// @notice Most tokens of any pool.
    uint256 internal constant MAX = 8;

    /// @notice What stands for ether among a pool's tokens.
    address internal constant ETHER = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    /// @notice One token of a pool. `decimals` is `type(uint256).max` where they cannot be read.
    struct Coin {
        address token;
        uint256 balance;
        uint256 decimals;
    }

    /// @notice Thrown when the contract does not answer as a Curve pool of two or more tokens does.
    error NoCurvePool();

    /// @notice Reads the tokens of `pool`.
    function read(address pool) internal view returns (Coin[] memory coins) {
        coins = new Coin[](MAX);
        uint256 count;
        for (; count < MAX; ++count) {
            (bool ok, uint256 token) = _byIndex(pool, ICurvePool.coins.selector, "coins(int128)", count);
            if (!ok || token == 0) break;
            (bool hasBalance, uint256 balance) = _byIndex(
                pool,
                ICurvePool.balances.selector,
                "balances(int128)",
                count
            );
            if (!hasBalance) revert NoCurvePool();
            coins[count] = Coin(address(uint160(token)), balance, _decimals(address(uint160(token))));
        }
        if (count < 2) revert NoCurvePool();
        assembly ("memory-safe") {
            mstore(coins, count)
        }
    }

    function _byIndex(
        address pool,
        bytes4 selector,
        string memory old,
        uint256 index
    ) private view returns (bool ok, uint256 value) {
        (ok, value) = Probe.word(pool, abi.encodeWithSelector(selector, index));
        if (!ok) (ok, value) = Probe.word(pool, abi.encodeWithSignature(old, index));
    }

    function _decimals(address token) private view returns (uint256) {
        if (token == ETHER) return 18;
        (bool ok, uint256 decimals) = Probe.word(token, abi.encodeCall(IERC20Metadata.decimals, ()));
        return ok ? decimals : type(uint256).max;
    }
}
