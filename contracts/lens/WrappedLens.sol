// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {
    IBalancerHoldings,
    ICurveCoins,
    ICurveCoinsSigned,
    IWrappedAsset
} from "../interfaces/external/IWrappedAsset.sol";
import {Words} from "./Words.sol";

/// @title WrappedLens
/// @notice Reads what tokens are claims on, in one `eth_call` of this init code.
///
/// ANSWER, in words. Tokens answered. For each token a head: forms << 32 | legs << 16 | decimals << 8 | fault; then for each leg
/// 3 words: 1 << 168 if its decimals were read | decimals << 160 | underlying; numerator; denominator.
/// Faults: 1 no decimals, 2 no underlying, 3 no rate, 4 no supply, 5 holdings unreadable. Where there is one, legs is 0.
/// Forms, for shape PROBE: 1 ERC-4626, 2 aToken, 4 cToken, 8 Uniswap v2 pair, 16 Balancer pool, and tokens with a rate:
/// 32 stEthPerToken(), 64 getExchangeRate(), 128 exchangeRate(), 256 getRate().
///
/// LIMITS. Each token gets the same gas on every node, so that a callee that burns it fails alone and alike everywhere.
contract WrappedLens {
    using Words for Words.List;

    /// @notice How a token is read. RATE: one underlying, one getter. The others: shares of a pool. PROBE: which it answers.
    enum Shape {
        RATE,
        PAIR,
        CURVE,
        BALANCER,
        PROBE
    }

    /// @notice A token to read.
    /// @param source Who answers the rate, or holds the pool's tokens.
    /// @param known The underlying where `underlying` is 0; for CURVE what stands for ether.
    /// @param underlying Getter of the underlying on the token, or 0.
    /// @param rate Getter of the rate on `source`, or 0: one to one.
    /// @param ofOneWhole Whether one whole unit of the token, in raw units, is the getter's argument.
    struct Ask {
        Shape shape;
        address token;
        address source;
        address known;
        bytes4 underlying;
        bytes4 rate;
        bool ofOneWhole;
    }

    /// @dev A token under way: where its answer begins, the gas at which it has had its share, and what one call may take.
    struct Row {
        uint256 head;
        uint256 stop;
        uint256 decimals;
        uint256 callGas;
    }

    uint256 internal constant MAX_LEGS = 8;
    uint256 internal constant ROW_WORDS = 1 + 3 * MAX_LEGS;
    /// @dev For the calls of one token, for one of them, and for the work around them.
    uint256 internal constant ROW_GAS = 7_000_000;
    uint256 internal constant CALL_GAS = 5_000_000;
    uint256 internal constant WORK_GAS = 500_000;
    /// @dev For a getter that a token may not have: wrapped ether takes any call for a deposit, and burns all it is given.
    uint256 internal constant PROBE_GAS = 150_000;
    address internal constant ETHER = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    uint256 internal constant NO_DECIMALS = 1;
    uint256 internal constant NO_UNDERLYING = 2;
    uint256 internal constant NO_RATE = 3;
    uint256 internal constant NO_SUPPLY = 4;
    uint256 internal constant NO_HOLDINGS = 5;

    /// @param asks Tokens to read, in this order.
    constructor(Ask[] memory asks) {
        Words.List memory out = Words.create();
        out.push(0);
        uint256 done;
        for (; done < asks.length && out.hasRoom(ROW_WORDS, ROW_GAS + WORK_GAS); ++done) _pushRow(out, asks[done]);
        out.data[0] = done;
        out.finish();
    }

    function _pushRow(Words.List memory out, Ask memory ask) private view {
        Row memory row = Row(out.count, gasleft() - ROW_GAS, 0, CALL_GAS);
        out.push(0);
        bool ok;
        (ok, row.decimals) = _decimals(row, ask.token);
        uint256 fault = NO_DECIMALS;
        uint256 forms;
        if (ok) {
            if (ask.shape == Shape.PROBE) (fault, forms) = (0, _forms(row, ask.token));
            else if (ask.shape == Shape.RATE) fault = _pushRate(out, row, ask);
            else if (ask.shape == Shape.PAIR) fault = _pushPair(out, row, ask);
            else if (ask.shape == Shape.CURVE) fault = _pushCurve(out, row, ask);
            else fault = _pushBalancer(out, row, ask);
        }
        if (fault != 0) out.count = row.head + 1;
        uint256 legs = (out.count - row.head) / 3;
        out.data[row.head] = (forms << 32) | (legs << 16) | (row.decimals << 8) | fault;
    }

    function _pushRate(Words.List memory out, Row memory row, Ask memory ask) private view returns (uint256 fault) {
        address underlying = ask.known;
        if (ask.underlying != 0) {
            (bool found, uint256 word) = _word(row, ask.token, abi.encodeWithSelector(ask.underlying));
            if (!found || word == 0 || word > type(uint160).max) return NO_UNDERLYING;
            underlying = address(uint160(word));
        }
        uint256 rate = 1;
        if (ask.rate != 0) {
            bool ok = !ask.ofOneWhole || row.decimals < 78;
            bytes memory call =
                ask.ofOneWhole
                    ? abi.encodeWithSelector(ask.rate, ok ? 10 ** row.decimals : 0)
                    : abi.encodeWithSelector(ask.rate);
            if (ok) (ok, rate) = _word(row, ask.source, call);
            if (!ok) return NO_RATE;
        }
        _pushLeg(out, row, underlying, rate, 0);
    }

    function _pushPair(Words.List memory out, Row memory row, Ask memory ask) private view returns (uint256 fault) {
        (bool ok0, uint256 token0) = _word(row, ask.token, abi.encodeCall(IWrappedAsset.token0, ()));
        (bool ok1, uint256 token1) = _word(row, ask.token, abi.encodeCall(IWrappedAsset.token1, ()));
        if (!ok0 || !ok1) return NO_UNDERLYING;
        uint256[] memory held = _read(row, ask.token, abi.encodeCall(IWrappedAsset.getReserves, ()), 3);
        if (held.length < 2) return NO_HOLDINGS;
        (bool ok, uint256 supply) = _word(row, ask.token, abi.encodeCall(IWrappedAsset.totalSupply, ()));
        if (!ok || supply == 0) return NO_SUPPLY;
        _pushLeg(out, row, address(uint160(token0)), held[0], supply);
        _pushLeg(out, row, address(uint160(token1)), held[1], supply);
    }

    function _pushCurve(Words.List memory out, Row memory row, Ask memory ask) private view returns (uint256 fault) {
        (bool ok, uint256 supply) = _word(row, ask.token, abi.encodeCall(IWrappedAsset.totalSupply, ()));
        if (!ok || supply == 0) return NO_SUPPLY;
        (bytes4 coins, bytes4 balances) = (ICurveCoins.coins.selector, ICurveCoins.balances.selector);
        (ok, ) = _word(row, ask.source, abi.encodeWithSelector(coins, 0));
        if (!ok) (coins, balances) = (ICurveCoinsSigned.coins.selector, ICurveCoinsSigned.balances.selector);
        for (uint256 i; i < MAX_LEGS; ++i) {
            (bool found, uint256 coin) = _word(row, ask.source, abi.encodeWithSelector(coins, i));
            if (!found || coin == 0) return i == 0 ? NO_UNDERLYING : 0;
            uint256 held;
            (ok, held) = _word(row, ask.source, abi.encodeWithSelector(balances, i));
            if (!ok) return NO_HOLDINGS;
            address underlying = address(uint160(coin));
            _pushLeg(out, row, underlying == ETHER ? ask.known : underlying, held, supply);
        }
    }

    function _pushBalancer(Words.List memory out, Row memory row, Ask memory ask) private view returns (uint256 fault) {
        (bool hasId, uint256 id) = _word(row, ask.token, abi.encodeCall(IWrappedAsset.getPoolId, ()));
        (bool hasVault, uint256 vault) = _word(row, ask.token, abi.encodeCall(IWrappedAsset.getVault, ()));
        if (!hasId || !hasVault) return NO_UNDERLYING;
        uint256 supply = _balancerSupply(row, ask.token);
        if (supply == 0) return NO_SUPPLY;
        bytes memory call = abi.encodeCall(IBalancerHoldings.getPoolTokens, (bytes32(id)));
        // Three words, the tokens with their number, the balances with theirs; the pool itself may be among them.
        uint256[] memory held = _read(row, address(uint160(vault)), call, 5 + 2 * (MAX_LEGS + 1));
        return _pushHoldings(out, row, held, ask.token, supply);
    }

    function _pushHoldings(
        Words.List memory out,
        Row memory row,
        uint256[] memory held,
        address own,
        uint256 supply
    ) private view returns (uint256 fault) {
        if (held.length < 5 || held[0] != 96) return NO_HOLDINGS;
        uint256 n = held[3];
        if (n > MAX_LEGS + 1 || held.length < 5 + 2 * n || held[1] != 128 + 32 * n) return NO_HOLDINGS;
        for (uint256 i; i < n; ++i) {
            address token = address(uint160(held[4 + i]));
            if (token == own) continue;
            if ((out.count - row.head) / 3 == MAX_LEGS) return NO_HOLDINGS;
            _pushLeg(out, row, token, held[5 + n + i], supply);
        }
    }

    function _balancerSupply(Row memory row, address token) private view returns (uint256 supply) {
        bool ok;
        (ok, supply) = _word(row, token, abi.encodeCall(IWrappedAsset.getActualSupply, ()));
        if (!ok) (ok, supply) = _word(row, token, abi.encodeCall(IWrappedAsset.getVirtualSupply, ()));
        if (!ok) (ok, supply) = _word(row, token, abi.encodeCall(IWrappedAsset.totalSupply, ()));
    }

    function _forms(Row memory row, address token) private view returns (uint256 forms) {
        row.callGas = PROBE_GAS;
        if (_names(row, token, IWrappedAsset.asset.selector) && row.decimals < 78) {
            // A vault of many markets needs more than a getter, and has told already that it is one.
            row.callGas = CALL_GAS;
            bytes memory call = abi.encodeCall(IWrappedAsset.convertToAssets, (10 ** row.decimals));
            if (_answers(row, token, call)) forms |= 1;
            row.callGas = PROBE_GAS;
        }
        if (_names(row, token, IWrappedAsset.UNDERLYING_ASSET_ADDRESS.selector)) forms |= 2;
        if (_answers(row, token, abi.encodeCall(IWrappedAsset.exchangeRateStored, ()))) forms |= 4;
        if (_names(row, token, IWrappedAsset.token0.selector) && _names(row, token, IWrappedAsset.token1.selector)) {
            if (_answers(row, token, abi.encodeCall(IWrappedAsset.getReserves, ()))) forms |= 8;
        }
        if (_answers(row, token, abi.encodeCall(IWrappedAsset.getPoolId, ()))) {
            if (_names(row, token, IWrappedAsset.getVault.selector)) forms |= 16;
        }
        if (_answers(row, token, abi.encodeCall(IWrappedAsset.stEthPerToken, ()))) forms |= 32;
        if (_answers(row, token, abi.encodeCall(IWrappedAsset.getExchangeRate, ()))) forms |= 64;
        if (_answers(row, token, abi.encodeCall(IWrappedAsset.exchangeRate, ()))) forms |= 128;
        if (_answers(row, token, abi.encodeCall(IWrappedAsset.getRate, ()))) forms |= 256;
    }

    /// @dev Whether a getter names a contract.
    function _names(Row memory row, address token, bytes4 getter) private view returns (bool) {
        (bool ok, uint256 word) = _word(row, token, abi.encodeWithSelector(getter));
        return ok && word <= type(uint160).max && address(uint160(word)).code.length != 0;
    }

    function _answers(Row memory row, address token, bytes memory call) private view returns (bool ok) {
        (ok, ) = _word(row, token, call);
    }

    function _pushLeg(
        Words.List memory out,
        Row memory row,
        address underlying,
        uint256 numerator,
        uint256 denominator
    ) private view {
        (bool ok, uint256 decimals) = _decimals(row, underlying);
        out.push((ok ? (uint256(1) << 168) | (decimals << 160) : 0) | uint160(underlying));
        out.push(numerator);
        out.push(denominator);
    }

    function _decimals(Row memory row, address token) private view returns (bool ok, uint256 decimals) {
        (ok, decimals) = _word(row, token, abi.encodeCall(IERC20Metadata.decimals, ()));
        if (!ok || decimals > 255) return (false, 0);
    }

    function _word(Row memory row, address target, bytes memory call) private view returns (bool ok, uint256 value) {
        uint256[] memory words = _read(row, target, call, 1);
        if (words.length != 0) (ok, value) = (true, words[0]);
    }

    /// @dev The first whole words of what `target` answers, `most` of them; none where it fails or its share of gas is used up.
    function _read(
        Row memory row,
        address target,
        bytes memory data,
        uint256 most
    ) private view returns (uint256[] memory words) {
        uint256 left = gasleft();
        if (left <= row.stop) return words;
        uint256 grant = left - row.stop < row.callGas ? left - row.stop : row.callGas;
        uint256 size;
        assembly ("memory-safe") {
            if staticcall(grant, target, add(data, 32), mload(data), 0, 0) {
                size := div(returndatasize(), 32)
            }
        }
        if (size > most) size = most;
        words = new uint256[](size);
        assembly ("memory-safe") {
            returndatacopy(add(words, 32), 0, mul(size, 32))
        }
    }
}
