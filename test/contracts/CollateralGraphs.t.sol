// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Claim} from "../../contracts/types/Collateral.sol";
import {CollateralFixture} from "./support/CollateralFixture.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev Random registers against a slow version that knows no recursion: it walks a table of tokens in the order of their
/// registration, weights downwards, haircuts and claims upwards.
contract CollateralGraphsTest is CollateralFixture {
    uint256 internal constant TOKENS = 12;
    uint256 internal constant FINE = 1e36;

    /// @dev What the slow version knows: shares[j][k] of token j is a claim on token k, 1e18 is all.
    uint256[TOKENS][TOKENS] internal shares;
    uint256[TOKENS] internal haircuts;

    function testFuzz_register_isWhatTheSlowVersionSays(uint256 seed) public {
        for (uint256 j; j < TOKENS; ++j) seed = _register(j, seed);
        for (uint256 j; j < TOKENS; ++j) {
            _assertLookThrough(j);
            _assertHaircut(j);
            _assertClaims(j);
        }
    }

    /// @dev A base asset, or a claim on up to three tokens before it; a base asset as well where that would be too deep or wide.
    function _register(uint256 j, uint256 seed) private returns (uint256) {
        seed = uint256(keccak256(abi.encode(seed)));
        haircuts[j] = bound(seed >> 240, 0, 6_000);
        uint256 parts = j < 2 ? 0 : bound(seed >> 232, 0, 3);
        if (parts > j) parts = j;
        if (parts != 0) {
            Claim[] memory claims = _claims(j, parts, seed);
            try framework.registerToken(_token(j), _terms(haircuts[j], 100), claims) {
                for (uint256 i; i < parts; ++i) shares[j][_index(claims[i].token)] = claims[i].share;
                return seed;
            } catch {}
        }
        framework.registerToken(_token(j), _terms(haircuts[j], 100), new Claim[](0));
        return seed;
    }

    function _claims(uint256 j, uint256 parts, uint256 seed) private pure returns (Claim[] memory claims) {
        claims = new Claim[](parts);
        uint256 rest = ONE;
        uint256 first = bound(seed, 0, j - parts);
        for (uint256 i; i < parts; ++i) {
            uint256 share = i + 1 == parts ? rest : bound(seed >> (64 * i + 16), 1, rest - parts);
            rest -= share;
            claims[i] = Claim(_token(first + i), uint64(share));
        }
    }

    function _assertLookThrough(uint256 j) private view {
        uint256[TOKENS] memory weight;
        weight[j] = FINE;
        for (uint256 i; i <= j; ++i) {
            uint256 top = j - i;
            for (uint256 k; k < top; ++k) weight[k] += (weight[top] * shares[top][k]) / ONE;
            if (!_isBase(top)) weight[top] = 0;
        }
        _assertShares(framework.lookThrough(_token(j)), weight);
    }

    function _assertShares(Claim[] memory seen, uint256[TOKENS] memory weight) private pure {
        uint256 sum;
        for (uint256 i; i < seen.length; ++i) {
            sum += seen[i].share;
            uint256 expected = weight[_index(seen[i].token)] / ONE;
            weight[_index(seen[i].token)] = 0;
            vm.assertLe(seen[i].share, expected + 32);
            vm.assertLe(expected, uint256(seen[i].share) + 32);
        }
        vm.assertEq(sum, ONE);
        // None is left out, but for shares that round to nothing.
        for (uint256 k; k < TOKENS; ++k) vm.assertLe(weight[k] / ONE, 32);
    }

    function _assertHaircut(uint256 j) private view {
        uint256[TOKENS] memory kept;
        for (uint256 i; i <= j; ++i) {
            uint256 below = _isBase(i) ? FINE : 0;
            for (uint256 k; k < i; ++k) below += (shares[i][k] * kept[k]) / ONE;
            kept[i] = (below * (10_000 - haircuts[i])) / 10_000;
        }
        // Up to the next basis point: at most one above the exact one, never below.
        uint256 exact = ((FINE - kept[j]) * 10_000) / FINE;
        vm.assertGe(_haircut(_token(j)), exact);
        vm.assertLe(_haircut(_token(j)), exact + 1);
    }

    function _assertClaims(uint256 j) private view {
        uint256[TOKENS] memory multiple;
        for (uint256 i; i <= j; ++i) {
            multiple[i] = FINE;
            for (uint256 k; k < i; ++k) multiple[i] += (shares[i][k] * multiple[k]) / ONE;
        }
        uint256 exact = (multiple[j] * 100) / FINE;
        vm.assertGe(_rehypothecation(_token(j)), exact);
        vm.assertLe(_rehypothecation(_token(j)), exact + 1);
    }

    function _isBase(uint256 j) private view returns (bool) {
        for (uint256 k; k < TOKENS; ++k) if (shares[j][k] != 0) return false;
        return true;
    }

    function _token(uint256 j) private pure returns (address) {
        return address(uint160(0x1000 + j));
    }

    function _index(address token) private pure returns (uint256) {
        return uint160(token) - 0x1000;
    }
}
