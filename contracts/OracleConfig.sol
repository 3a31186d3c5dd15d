// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {IRiskOracle} from "./interfaces/IRiskOracle.sol";
import {SignerSets} from "./libraries/SignerSets.sol";
import {SubjectId, SubjectIds, SubjectKey, SubjectKind} from "./types/SubjectId.sol";
import {Bps} from "./types/Units.sol";

/// @title OracleConfig
/// @notice The part of the oracle that governance sets: subjects, signers, model, limits; each change voids outstanding
/// reports by changing the configuration digest that they name.
abstract contract OracleConfig is IRiskOracle, AccessManaged {
    struct Registration {
        /// @dev Index plus one; 0 when not registered.
        uint16 position;
        bool retired;
    }

    /// @dev What {publish} needs of the configuration: one slot (248 bits).
    struct Config {
        address signerSet;
        uint8 threshold;
        uint16 laneCount;
        uint32 maxReportAge;
        Bps maxEase;
        Bps minCoverage;
    }

    /// @notice Most subjects that can have a lane; any number beyond is provable from the root.
    uint16 public constant MAX_LANES = 256;

    uint256 private constant BPS_ONE = 10_000;
    uint32 private constant LONGEST_REPORT_AGE = 1 days;

    /* STORAGE */

    Config internal _config;
    bytes32 internal _configDigest;
    bytes32 internal _modelHash;
    /// @dev Bit `i` is set when lane `i` is a venue's that is not retired.
    uint256 internal _venueMask;
    mapping(SubjectId subject => Registration) internal _registrations;
    mapping(uint16 index => SubjectId subject) private _subjects;
    uint256 private _configCount;

    constructor(address initialAuthority, Limits memory newLimits) AccessManaged(initialAuthority) {
        _register(SubjectKey(SubjectKind.System, address(0), address(0)));
        _setLimits(newLimits);
    }

    /// @inheritdoc IRiskOracle
    function registerSubjects(SubjectKey[] calldata keys) external restricted {
        for (uint256 i; i < keys.length; ++i) {
            SubjectKey memory key = keys[i];
            bool usesVenue = key.kind == SubjectKind.Venue || key.kind == SubjectKind.Market;
            bool usesAsset = key.kind == SubjectKind.Asset || key.kind == SubjectKind.Market;
            require(
                usesVenue == (key.venue != address(0)) && usesAsset == (key.asset != address(0)),
                SubjectKeyInvalid(key)
            );
            _register(key);
        }
        _bump();
    }

    /// @inheritdoc IRiskOracle
    function retireSubject(SubjectId subject) external restricted {
        uint16 index = _indexOfLiving(subject);
        _registrations[subject].retired = true;
        _venueMask &= ~(uint256(1) << index);
        _bump();
        emit SubjectRetired(subject, index);
    }

    /// @inheritdoc IRiskOracle
    function rotateSigners(address[] calldata newSigners, uint8 newThreshold) external restricted {
        require(SignerSets.isValid(newSigners, newThreshold), SignerSetInvalid(newSigners.length, newThreshold));
        address set = SignerSets.create(newSigners);
        _config.signerSet = set;
        _config.threshold = newThreshold;
        _bump();
        emit SignersRotated(set, newThreshold, newSigners);
    }

    /// @inheritdoc IRiskOracle
    function approveModel(bytes32 newModelHash) external restricted {
        require(newModelHash != 0, ModelHashZero());
        bytes32 old = _modelHash;
        _modelHash = newModelHash;
        _bump();
        emit ModelApproved(old, newModelHash);
    }

    /// @inheritdoc IRiskOracle
    function setLimits(Limits calldata newLimits) external restricted {
        _setLimits(newLimits);
    }

    function _register(SubjectKey memory key) private {
        SubjectId subject = SubjectIds.derive(block.chainid, key);
        uint16 index = _config.laneCount;
        uint16 position = _registrations[subject].position;
        if (position != 0) revert SubjectAlreadyRegistered(subject, position - 1);
        require(index < MAX_LANES, IndexOutOfRange(index, MAX_LANES));
        _registrations[subject].position = index + 1;
        _subjects[index] = subject;
        _config.laneCount = index + 1;
        if (key.kind == SubjectKind.Venue) _venueMask |= 1 << index;
        emit SubjectRegistered(subject, index, key);
    }

    function _setLimits(Limits memory newLimits) private {
        uint16 ease = Bps.unwrap(newLimits.maxEase);
        require(
            newLimits.maxReportAge != 0 &&
                newLimits.maxReportAge <= LONGEST_REPORT_AGE &&
                ease != 0 &&
                ease <= BPS_ONE &&
                Bps.unwrap(newLimits.minCoverage) <= BPS_ONE,
            LimitsInvalid(newLimits)
        );
        Limits memory old = limits();
        _config.maxReportAge = newLimits.maxReportAge;
        _config.maxEase = newLimits.maxEase;
        _config.minCoverage = newLimits.minCoverage;
        _bump();
        emit LimitsChanged(old, newLimits);
    }

    /// @dev Voids outstanding reports.
    function _bump() private {
        Config memory config = _config;
        _configDigest = keccak256(
            abi.encode(
                block.chainid,
                address(this),
                ++_configCount,
                keccak256(abi.encodePacked(SignerSets.load(config.signerSet))),
                config.threshold,
                _modelHash,
                config.laneCount
            )
        );
    }

    /// @inheritdoc IRiskOracle
    function configDigest() external view returns (bytes32) {
        return _configDigest;
    }

    /// @inheritdoc IRiskOracle
    function limits() public view returns (Limits memory) {
        Config memory config = _config;
        return Limits(config.maxReportAge, config.maxEase, config.minCoverage);
    }

    /// @inheritdoc IRiskOracle
    function modelHash() external view returns (bytes32) {
        return _modelHash;
    }

    /// @inheritdoc IRiskOracle
    function signers() external view returns (address[] memory members, uint8 threshold) {
        return (SignerSets.load(_config.signerSet), _config.threshold);
    }

    /// @inheritdoc IRiskOracle
    function laneCount() external view returns (uint16) {
        return _config.laneCount;
    }

    /// @inheritdoc IRiskOracle
    function indexOf(SubjectId subject) public view returns (uint16) {
        uint16 position = _registrations[subject].position;
        require(position != 0, SubjectUnregistered(subject));
        return position - 1;
    }

    /// @inheritdoc IRiskOracle
    function subjectAt(uint16 index) external view returns (SubjectId) {
        require(index < _config.laneCount, IndexOutOfRange(index, _config.laneCount));
        return _subjects[index];
    }

    /// @dev Index of `subject`, registered and not retired.
    function _indexOfLiving(SubjectId subject) internal view returns (uint16) {
        uint16 index = indexOf(subject);
        require(!_registrations[subject].retired, SubjectIsRetired(subject));
        return index;
    }
}
