// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IMakerDog, IMakerIlkRegistry, IMakerSpot, IMakerVat} from "../interfaces/external/IMaker.sol";
import {Probe} from "./Probe.sol";
import {Words} from "./Words.sol";

/// @title MakerIlksLens
/// @notice Reads Maker's sums and ilks, as many of those given as fit, in one `eth_call` of this init code.
///
/// ANSWER, in words. Ilks answered | live << 32; debt; vice; par. For each ilk 7 words: debt before interest; rate; spot; line;
/// mat; chop; 1 if the token has decimals << 168 | those << 160 | token, 0 where none is known.
///
/// UNREADABLE. What `par`, `mat` or `chop` do not answer is `type(uint256).max`.
contract MakerIlksLens {
    using Words for Words.List;

    uint256 internal constant ILK_WORDS = 7;
    /// @dev Reading one ilk, of which four calls burn all they may.
    uint256 internal constant ILK_GAS = 2_200_000;

    /// @dev The contracts of a deployment; the last two may be zero.
    struct Deployment {
        IMakerVat vat;
        IMakerSpot spot;
        IMakerDog dog;
        IMakerIlkRegistry registry;
    }

    /// @param maker The deployment.
    /// @param ilks Ilks to read, in this order.
    /// @param gems Their tokens; zero to ask the registry.
    constructor(Deployment memory maker, bytes32[] memory ilks, address[] memory gems) {
        Words.List memory out = Words.create();
        out.push(0);
        out.push(maker.vat.debt());
        out.push(maker.vat.vice());
        out.push(_wordOr(address(maker.spot), abi.encodeCall(maker.spot.par, ())));
        uint256 done;
        for (; done < ilks.length && out.hasRoom(ILK_WORDS, ILK_GAS); ++done) {
            _pushIlk(out, maker, ilks[done], gems[done]);
        }
        out.data[0] = done | (maker.vat.live() << 32);
        out.finish();
    }

    function _pushIlk(Words.List memory out, Deployment memory maker, bytes32 ilk, address gem) private view {
        (uint256 art, uint256 rate, uint256 spot, uint256 line, ) = maker.vat.ilks(ilk);
        out.push(art);
        out.push(rate);
        out.push(spot);
        out.push(line);
        out.push(_mat(maker.spot, ilk));
        out.push(_wordOr(address(maker.dog), abi.encodeCall(maker.dog.chop, (ilk))));
        out.push(_gem(maker.registry, ilk, gem));
    }

    function _mat(IMakerSpot spot, bytes32 ilk) private view returns (uint256) {
        (bool ok, bytes memory answer) = address(spot).staticcall{gas: Probe.GAS}(abi.encodeCall(spot.ilks, (ilk)));
        return ok && answer.length >= 64 ? Probe.at(answer, 1) : type(uint256).max;
    }

    function _gem(IMakerIlkRegistry registry, bytes32 ilk, address gem) private view returns (uint256) {
        if (gem == address(0)) {
            (bool known, uint256 word) = Probe.word(address(registry), abi.encodeCall(registry.gem, (ilk)));
            if (!known) return 0;
            gem = address(uint160(word));
        }
        (bool ok, uint256 decimals) = Probe.word(gem, abi.encodeCall(IERC20Metadata.decimals, ()));
        return uint160(gem) | (ok && decimals < 256 ? (1 << 168) | (decimals << 160) : 0);
    }

    function _wordOr(address target, bytes memory data) private view returns (uint256) {
        (bool ok, uint256 word) = Probe.word(target, data);
        return ok ? word : type(uint256).max;
    }
}
