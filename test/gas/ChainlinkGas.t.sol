// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IChainlinkFeed} from "../../contracts/interfaces/external/IChainlinkFeed.sol";
import {ForeignCode} from "../contracts/support/ForeignCode.sol";
import {vm} from "../contracts/support/Vm.sol";
import {GasProbe} from "./GasProbe.sol";

/// @dev What its nodes and its owner call. Source: chainlink-contracts-0.8, FluxAggregator.sol.
interface IFluxAggregator {
    function submit(uint256 roundId, int256 submission) external;
    function changeOracles(
        address[] calldata removed,
        address[] calldata added,
        address[] calldata addedAdmins,
        uint32 minSubmissions,
        uint32 maxSubmissions,
        uint32 restartDelay
    ) external;
}

/// @dev The peer, by the same probe: a Chainlink feed, version 0.6 as its proxies on mainnet still are, of nine nodes of which five
/// must answer.
contract ChainlinkGasTest {
    string internal constant SOURCES = "chainlink-contracts-0.8/src/v0.6/";
    uint256 internal constant PRICE = 2_000e8;

    GasProbe internal probe = new GasProbe();
    address internal aggregator;
    address internal proxy;

    function setUp() public {
        vm.warp(1_000_000_000);
        bytes memory settings = abi.encode(
            address(0),
            0,
            1_800,
            address(0),
            int256(1),
            type(int128).max,
            8,
            "ETH / USD"
        );
        aggregator = ForeignCode.deploy(string.concat(SOURCES, "FluxAggregator.sol/FluxAggregator"), settings);
        proxy = ForeignCode.deploy(
            string.concat(SOURCES, "EACAggregatorProxy.sol/EACAggregatorProxy"),
            abi.encode(aggregator, address(0))
        );
        address[] memory nodes = new address[](9);
        for (uint256 i; i < 9; ++i) nodes[i] = _node(i);
        IFluxAggregator(aggregator).changeOracles(new address[](0), nodes, nodes, 5, 9, 0);
        for (uint256 round = 1; round <= 3; ++round) {
            vm.warp(1_000_000_000 + 3_600 * round);
            for (uint256 i; i < 5; ++i) _submit(round, i);
        }
    }

    function _node(uint256 index) private pure returns (address) {
        return address(uint160(0x0de0 + index));
    }

    function _submit(uint256 round, uint256 index) private {
        vm.prank(_node(index));
        IFluxAggregator(aggregator).submit(round, int256(PRICE + index));
    }

    function test_latestRoundData_throughTheProxy() public {
        uint256 used = probe.measure(proxy, abi.encodeCall(IChainlinkFeed.latestRoundData, ()));
        vm.snapshotValue("gas", "chainlinkRead", used);
        (uint80 round, int256 answer, , , ) = IChainlinkFeed(proxy).latestRoundData();
        vm.assertEq(uint64(round), 3);
        // The median of five that lie one apart.
        vm.assertEq(uint256(answer), PRICE + 2);
    }

    /// @dev The fifth of a round, with which its answer stands.
    function test_submit_oneOfFive() public {
        vm.warp(block.timestamp + 3_600);
        for (uint256 i; i < 4; ++i) _submit(4, i);
        _submit(4, 4);
        vm.snapshotGasLastCall("gas", "chainlinkSubmission");
        (uint80 round, , , , ) = IChainlinkFeed(proxy).latestRoundData();
        vm.assertEq(uint64(round), 4);
    }
}
