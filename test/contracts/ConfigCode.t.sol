// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ConfigCode, ConfigData} from "../../contracts/libraries/ConfigCode.sol";
import {Bps} from "../../contracts/types/Units.sol";
import {bound, vm} from "./support/Vm.sol";

/// @dev The first contracts that it creates are its configurations, as with the oracle.
contract ConfigCodeTest {
    function _data(uint256 seed, uint256 signers) private pure returns (ConfigData memory data) {
        (data.digest, data.modelHash) = (keccak256(abi.encode(seed, 1)), keccak256(abi.encode(seed, 2)));
        data.venues = uint256(keccak256(abi.encode(seed, 3)));
        (data.laneCount, data.maxReportAge) = (uint16(seed), uint32(seed >> 16));
        (data.maxEase, data.minCoverage) = (Bps.wrap(uint16(seed >> 48)), Bps.wrap(uint16(seed >> 64)));
        data.threshold = uint8(seed >> 80);
        data.signers = new address[](signers);
        for (uint256 i; i < signers; ++i) data.signers[i] = address(uint160(uint256(keccak256(abi.encode(seed, i)))));
    }

    function _assertRead(uint256 number, ConfigData memory data) private view {
        ConfigData memory read = ConfigCode.read(number);
        vm.assertEq(abi.encode(read), abi.encode(data));
        // Read into memory of its own: what is allocated next is not in its way.
        bytes memory next = abi.encode(data, data);
        vm.assertEq(keccak256(abi.encode(read)), keccak256(abi.encode(data)));
        vm.assertTrue(next.length > 0);
    }

    function testFuzz_read_invertsWrite(uint256 seed, uint256 signers) public {
        ConfigData memory first = _data(seed, bound(signers, 0, 32));
        ConfigData memory second = _data(~seed, bound(signers >> 128, 0, 32));
        vm.assertEq(ConfigCode.write(first, 1), ConfigCode.at(1));
        vm.assertEq(ConfigCode.write(second, 2), ConfigCode.at(2));
        _assertRead(1, first);
        _assertRead(2, second);
    }

    function test_write_holdsTheExtremes() public {
        ConfigData memory data = _data(type(uint256).max, 32);
        data.venues = type(uint256).max;
        for (uint256 i; i < 32; ++i) data.signers[i] = address(type(uint160).max);
        ConfigCode.write(data, 1);
        _assertRead(1, data);
        ConfigData memory empty;
        ConfigCode.write(empty, 2);
        _assertRead(2, empty);
    }

    function test_write_beginsWithStop() public {
        // Nobody can call it into doing anything.
        vm.assertEq(uint256(uint8(ConfigCode.write(_data(7, 3), 1).code[0])), 0);
    }

    /// @dev Whatever the length of the number's encoding: the address that the protocol gives the account created.
    function testFuzz_at_isWhereContractsAreCreated(uint256 nth) public view {
        uint256[6] memory edges = [uint256(1), 0x7f, 0x80, 0xff, 0x100, 0x3fff];
        for (uint256 i; i < 6; ++i) _assertAddress(edges[i]);
        _assertAddress(bound(nth, 1, 0x3fff));
    }

    function _assertAddress(uint256 nth) private view {
        vm.assertEq(ConfigCode.at(nth), vm.computeCreateAddress(address(this), nth));
    }

    function test_RevertWhen_TheNumberIsAnother() public {
        ConfigWriter writer = new ConfigWriter();
        // As where accounts are derived in another way: panic 1.
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        writer.write(_data(1, 1), 2);
        writer.write(_data(1, 1), 1);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 1));
        writer.write(_data(1, 1), 1);
        vm.assertTrue(vm.computeCreateAddress(address(writer), 1).code.length > 0);
    }
}

/// @dev Creates nothing but configurations.
contract ConfigWriter {
    function write(ConfigData memory data, uint256 number) external {
        ConfigCode.write(data, number);
    }
}
