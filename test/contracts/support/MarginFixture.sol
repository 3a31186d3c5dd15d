// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {MarginPolicy} from "../../../contracts/MarginPolicy.sol";
import {Lanes} from "../../../contracts/libraries/Lanes.sol";
import {MarginState, MarginTerms} from "../../../contracts/types/Margin.sol";
import {Score} from "../../../contracts/types/Score.sol";
import {SubjectId, SubjectIds} from "../../../contracts/types/SubjectId.sol";
import {Bps, Cx} from "../../../contracts/types/Units.sol";
import {OracleFixture} from "./OracleFixture.sol";
import {vm} from "./Vm.sol";

/// @dev The oracle of {OracleFixture} and a policy for its market: opening LTV 70 %, between 40 and 75 %, 3 % below the
/// threshold of 80 % at least; up by 1 % at once, after 6 hours of which no two observations are more than 2 apart.
abstract contract MarginFixture is OracleFixture {
    MarginPolicy internal policy;
    SubjectId internal immutable marketId = SubjectIds.market(block.chainid, VENUE, ASSET);

    function setUp() public virtual override {
        super.setUp();
        policy = new MarginPolicy(oracle, address(manager));
        policy.addMarket(marketId, _terms(), Bps.wrap(7_000), Bps.wrap(8_000));
    }

    function _terms() internal pure returns (MarginTerms memory) {
        return
            MarginTerms({
                minLtv: Bps.wrap(4_000),
                maxLtv: Bps.wrap(7_500),
                gap: Bps.wrap(300),
                step: Bps.wrap(100),
                cooldown: 6 hours,
                maxAge: 2 hours
            });
    }

    /// @dev Publishes an epoch that recommends `ltv` everywhere.
    function _recommend(uint48 epoch, uint16 ltv) internal {
        _publish(epoch, _word(_ltvLane(ltv)));
    }

    function _recommendAndSync(uint48 epoch, uint16 ltv) internal returns (uint256) {
        _recommend(epoch, ltv);
        return Bps.unwrap(policy.sync(marketId));
    }

    function _ltvLane(uint16 ltv) internal pure returns (uint256) {
        return Lanes.pack(Score(Cx.wrap(120), Bps.wrap(100), Cx.wrap(200), Bps.wrap(ltv), 0));
    }

    function _ltv() internal view returns (uint256) {
        return Bps.unwrap(policy.openingLtv(marketId));
    }

    function _threshold() internal view returns (uint256) {
        return Bps.unwrap(policy.liquidationThreshold(marketId));
    }

    function _state() internal view returns (MarginState memory state) {
        (state, ) = policy.marketOf(marketId);
    }

    function _assertState(uint256 ltv, uint256 threshold) internal view {
        vm.assertEq(_ltv(), ltv, "opening LTV");
        vm.assertEq(_threshold(), threshold, "threshold");
    }
}
