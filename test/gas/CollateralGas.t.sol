// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Claim} from "../../contracts/types/Collateral.sol";
import {CollateralFixture} from "../contracts/support/CollateralFixture.sol";
import {vm} from "../contracts/support/Vm.sol";

contract CollateralGasTest is CollateralFixture {
    /// @dev The widest registers there can be, with a score for every token: what a host pays at worst.
    function test_reads_areBoundedInGas() public {
        address[2] memory worst = [_chainOfPairs(), _basketOfWrappers()];
        _registerScoresOfAll();
        for (uint256 i; i < 2; ++i) {
            uint256 gas = gasleft();
            (, bool known) = framework.rehypothecation(worst[i]);
            gas -= gasleft();
            vm.assertTrue(known);
            vm.assertLe(gas, 550_000);
            gas = gasleft();
            framework.lookThrough(worst[i]);
            vm.assertLe(gas - gasleft(), 250_000);
        }
    }

    /// @dev Six layers, 31 steps and one.
    function _chainOfPairs() private returns (address top) {
        (address left, address right) = (address(0xa0004), address(0xa0005));
        _base(left);
        _base(right);
        for (uint160 i = 1; i <= 4; ++i) {
            (address one, address two) = (address(0xa0004 + 2 * i), address(0xa0005 + 2 * i));
            _pair(one, left, right, 0.5e18);
            _pair(two, left, right, 0.5e18);
            (left, right) = (one, two);
        }
        top = address(0xa000e);
        _wrap(top, left);
    }

    /// @dev Twelve claims on wrappers, as far as the steps reach: 31 different tokens below one.
    function _basketOfWrappers() private returns (address top) {
        Claim[] memory claims = new Claim[](12);
        uint160 next = 0xa0010;
        for (uint256 i; i < 12; ++i) {
            address token = address(next++);
            _base(token);
            for (uint256 layer; layer < (i < 7 ? 2 : 1); ++layer) {
                _wrap(address(next), token);
                token = address(next++);
            }
            claims[i] = Claim(token, uint64(ONE / 12));
        }
        claims[11].share += uint64(ONE % 12);
        top = address(next);
        framework.registerToken(top, _terms(1_000, 200), claims);
    }

    function _registerScoresOfAll() private {
        _registerAssets(48);
        uint256[] memory lanes = new uint256[](13);
        uint256 lane = 120 | (uint256(150) << 32);
        for (uint256 i; i < 13; ++i) lanes[i] = _word(lane);
        _publishLanes(1, lanes);
    }
}
