// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IRiskOracle} from "./interfaces/IRiskOracle.sol";
import {ConfigCode, ConfigData} from "./libraries/ConfigCode.sol";
import {Headers} from "./libraries/Headers.sol";
import {SignerSets} from "./libraries/SignerSets.sol";
import {SubjectId, SubjectIds, SubjectKey, SubjectKind} from "./types/SubjectId.sol";
import {Bps} from "./types/Units.sol";

/// @title OracleConfig
/// @notice The part of the oracle that governance sets: subjects, signers, model, limits; each change voids outstanding
/// reports by changing the configuration digest that they name.
abstract contract OracleConfig is IRiskOracle, AccessManaged {
    using Headers for uint256;

    struct Registration {
        /// @dev Index plus one; 0 when not registered.
        uint16 position;
        bool retired;
    }

    /// @notice Most subjects that can have a lane; any number beyond is provable from the root.
    uint16 public constant MAX_LANES = 256;

    uint256 private constant BPS_ONE = 10_000;
    uint32 private constant LONGEST_REPORT_AGE = 1 days;

    /* STORAGE */

    /// @dev As {Headers}: the current epoch, and the number of the configuration.
    uint256 internal _header;
    mapping(SubjectId subject => Registration) internal _registrations;
    mapping(uint16 index => SubjectId subject) private _subjects;

    constructor(address initialAuthority, Limits memory newLimits) AccessManaged(initialAuthority) {
        ConfigData memory data;
        _register(SubjectKey(SubjectKind.System, address(0), address(0)), data);
        _setLimits(newLimits, data);
    }

    /// @inheritdoc IRiskOracle
    function registerSubjects(SubjectKey[] calldata keys) external restricted {
        ConfigData memory data = _config();
        for (uint256 i; i < keys.length; ++i) {
            SubjectKey memory key = keys[i];
            bool usesVenue = key.kind == SubjectKind.Venue || key.kind == SubjectKind.Market;
            bool usesAsset = key.kind == SubjectKind.Asset || key.kind == SubjectKind.Market;
            require(
                usesVenue == (key.venue != address(0)) && usesAsset == (key.asset != address(0)),
                SubjectKeyInvalid(key)
            );
            _register(key, data);
        }
        _configure(data);
    }

    /// @inheritdoc IRiskOracle
    function retireSubject(SubjectId subject) external restricted {
        uint16 index = _indexOfLiving(subject);
        _registrations[subject].retired = true;
        ConfigData memory data = _config();
        data.venues &= ~(uint256(1) << index);
        _configure(data);
        emit SubjectRetired(subject, index);
    }

    /// @inheritdoc IRiskOracle
    function rotateSigners(address[] calldata newSigners, uint8 newThreshold) external restricted {
        require(SignerSets.isValid(newSigners, newThreshold), SignerSetInvalid(newSigners.length, newThreshold));
        ConfigData memory data = _config();
        data.signers = newSigners;
        data.threshold = newThreshold;
        _configure(data);
        emit SignersRotated(newThreshold, newSigners);
    }

    /// @inheritdoc IRiskOracle
    function approveModel(bytes32 newModelHash) external restricted {
        require(newModelHash != 0, ModelHashZero());
        ConfigData memory data = _config();
        bytes32 old = data.modelHash;
        data.modelHash = newModelHash;
        _configure(data);
        emit ModelApproved(old, newModelHash);
    }

    /// @inheritdoc IRiskOracle
    function setLimits(Limits calldata newLimits) external restricted {
        _setLimits(newLimits, _config());
    }

    function _register(SubjectKey memory key, ConfigData memory data) private {
        SubjectId subject = SubjectIds.derive(block.chainid, key);
        uint16 index = data.laneCount;
        uint16 position = _registrations[subject].position;
        if (position != 0) revert SubjectAlreadyRegistered(subject, position - 1);
        require(index < MAX_LANES, IndexOutOfRange(index, MAX_LANES));
        _registrations[subject].position = index + 1;
        _subjects[index] = subject;
        data.laneCount = index + 1;
        if (key.kind == SubjectKind.Venue) data.venues |= 1 << index;
        emit SubjectRegistered(subject, index, key);
    }

    function _setLimits(Limits memory newLimits, ConfigData memory data) private {
        uint16 ease = Bps.unwrap(newLimits.maxEase);
        require(
            newLimits.maxReportAge != 0 &&
                newLimits.maxReportAge <= LONGEST_REPORT_AGE &&
                ease != 0 &&
                ease <= BPS_ONE &&
                Bps.unwrap(newLimits.minCoverage) <= BPS_ONE,
            LimitsInvalid(newLimits)
        );
        Limits memory old = _limits(data);
        data.maxReportAge = newLimits.maxReportAge;
        data.maxEase = newLimits.maxEase;
        data.minCoverage = newLimits.minCoverage;
        _configure(data);
        emit LimitsChanged(old, newLimits);
    }

    /// @dev Makes `data` the next configuration, which voids outstanding reports.
    function _configure(ConfigData memory data) private {
        uint256 number = _header.config() + 1;
        require(number <= ConfigCode.MAX_NUMBER, ConfigsExhausted(number));
        data.digest = keccak256(
            abi.encode(
                block.chainid,
                address(this),
                number,
                keccak256(abi.encodePacked(data.signers)),
                data.threshold,
                data.modelHash,
                data.laneCount
            )
        );
        _header = _header.withConfig(number);
        emit ConfigChanged(number, data.digest, ConfigCode.write(data, number));
    }

    /// @inheritdoc IRiskOracle
    function configDigest() external view returns (bytes32) {
        return _config().digest;
    }

    /// @inheritdoc IRiskOracle
    function limits() external view returns (Limits memory) {
        return _limits(_config());
    }

    /// @inheritdoc IRiskOracle
    function modelHash() external view returns (bytes32) {
        return _config().modelHash;
    }

    /// @inheritdoc IRiskOracle
    function signers() external view returns (address[] memory members, uint8 threshold) {
        ConfigData memory data = _config();
        return (data.signers, data.threshold);
    }

    /// @inheritdoc IRiskOracle
    function laneCount() external view returns (uint16) {
        return _config().laneCount;
    }

    /// @inheritdoc IRiskOracle
    function indexOf(SubjectId subject) public view returns (uint16) {
        uint16 position = _registrations[subject].position;
        require(position != 0, SubjectUnregistered(subject));
        return position - 1;
    }

    /// @inheritdoc IRiskOracle
    function subjectAt(uint16 index) external view returns (SubjectId) {
        _requireInRange(index);
        return _subjects[index];
    }

    function _config() internal view returns (ConfigData memory) {
        return ConfigCode.read(_header.config());
    }

    function _limits(ConfigData memory data) private pure returns (Limits memory) {
        return Limits(data.maxReportAge, data.maxEase, data.minCoverage);
    }

    function _requireInRange(uint16 index) internal view {
        uint16 count = _config().laneCount;
        require(index < count, IndexOutOfRange(index, count));
    }

    /// @dev Index of `subject`, registered and not retired.
    function _indexOfLiving(SubjectId subject) internal view returns (uint16) {
        uint16 index = indexOf(subject);
        require(!_registrations[subject].retired, SubjectIsRetired(subject));
        return index;
    }
}
