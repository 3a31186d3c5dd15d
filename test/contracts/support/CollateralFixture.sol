// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {CollateralFramework} from "../../../contracts/CollateralFramework.sol";
import {ICollateralFramework} from "../../../contracts/interfaces/ICollateralFramework.sol";
import {Lanes} from "../../../contracts/libraries/Lanes.sol";
import {Claim, CollateralLimits, Refusal, TokenTerms} from "../../../contracts/types/Collateral.sol";
import {Report, Score} from "../../../contracts/types/Score.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";
import {OracleFixture} from "./OracleFixture.sol";
import {vm} from "./Vm.sol";

/// @dev The oracle of {OracleFixture}, which knows {ASSET} alone, and a register with scores good for two hours. Base haircut
/// of everything 10 %, twice that where nothing is known.
abstract contract CollateralFixture is OracleFixture {
    uint256 internal constant ONE = 1e18;
    CollateralFramework internal framework;

    function setUp() public virtual override {
        super.setUp();
        framework = new CollateralFramework(oracle, address(manager), 2 hours);
    }

    function _terms(uint256 baseHaircut, uint256 unknownLeverage) internal pure returns (TokenTerms memory) {
        return TokenTerms(Bps.wrap(uint16(baseHaircut)), Cx.wrap(uint16(unknownLeverage)));
    }

    function _base(address token) internal {
        framework.registerToken(token, _terms(1_000, 200), new Claim[](0));
    }

    /// @dev `token` as a claim on all of `underlying`.
    function _wrap(address token, address underlying) internal {
        framework.registerToken(token, _terms(1_000, 200), _one(underlying));
    }

    function _pair(address token, address first, address second, uint256 share) internal {
        framework.registerToken(token, _terms(1_000, 200), _two(first, second, share));
    }

    function _one(address underlying) internal pure returns (Claim[] memory claims) {
        claims = new Claim[](1);
        claims[0] = Claim(underlying, uint64(ONE));
    }

    function _two(address first, address second, uint256 share) internal pure returns (Claim[] memory claims) {
        claims = new Claim[](2);
        (claims[0], claims[1]) = (Claim(first, uint64(share)), Claim(second, uint64(ONE - share)));
    }

    /// @dev Publishes an epoch in which every subject has this leverage and rehypothecation, 0.01x.
    function _scores(uint48 epoch, uint16 leverage, uint16 rehypothecation) internal {
        _publish(
            epoch,
            _word(Lanes.pack(Score(Cx.wrap(leverage), Bps.wrap(0), Cx.wrap(rehypothecation), Bps.wrap(0), 0)))
        );
    }

    function _publishLanes(uint48 epoch, uint256[] memory lanes) internal {
        _travelTo(epoch);
        Report memory report = _report(epoch, 0);
        report.lanes = lanes;
        oracle.publish(report, _sign(report, 2));
    }

    function _limits(
        uint16 rehypothecation,
        uint16 haircut,
        uint8 depth
    ) internal pure returns (CollateralLimits memory) {
        return CollateralLimits(Cx.wrap(rehypothecation), Bps.wrap(haircut), depth);
    }

    function _haircut(address token) internal view returns (uint256) {
        return Bps.unwrap(framework.haircut(token));
    }

    function _rehypothecation(address token) internal view returns (uint256) {
        (Cx value, ) = framework.rehypothecation(token);
        return Cx.unwrap(value);
    }

    function _isKnown(address token) internal view returns (bool known) {
        (, known) = framework.rehypothecation(token);
    }

    /// @dev By both calls.
    function _assertRefused(
        address token,
        CollateralLimits memory limits,
        Refusal expected,
        uint256[2] memory seenAndLimit
    ) internal {
        (bool acceptable, Refusal reason) = framework.isAcceptable(token, limits);
        vm.assertEq(acceptable, expected == Refusal.None);
        vm.assertEq(uint256(reason), uint256(expected));
        if (!acceptable)
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICollateralFramework.CollateralRefused.selector,
                    token,
                    expected,
                    seenAndLimit[0],
                    seenAndLimit[1]
                )
            );
        framework.requireAcceptable(token, limits);
    }
}
