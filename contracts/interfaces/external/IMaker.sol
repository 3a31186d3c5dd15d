// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @notice What the keeper reads of Maker's Vat. Units: wad 1e18, ray 1e27, rad 1e45. Source: makerdao/dss, vat.sol.
interface IMakerVat {
    /// @notice A kind of collateral: its debt before interest (wad), the factor that adds interest (ray), the debt that a unit of
    /// collateral may carry (ray), the most that may be owed in all and the least by one urn (rad).
    function ilks(
        bytes32 ilk
    ) external view returns (uint256 totalArt, uint256 rate, uint256 spot, uint256 line, uint256 dust);

    /// @notice A vault: its collateral and its debt before interest (wad).
    function urns(bytes32 ilk, address urn) external view returns (uint256 ink, uint256 art);

    /// @notice Everything issued (rad).
    function debt() external view returns (uint256);

    /// @notice What of it no vault owes (rad).
    function vice() external view returns (uint256);

    /// @notice 1 until shutdown.
    function live() external view returns (uint256);

    /// @notice Changes the collateral and debt of vault `u`. The Vat logs such calls as they are, in place of events.
    function frob(bytes32 i, address u, address v, address w, int256 dink, int256 dart) external;

    /// @notice Moves collateral and debt between vaults.
    function fork(bytes32 ilk, address src, address dst, int256 dink, int256 dart) external;

    /// @notice Takes collateral and debt of a vault that is liquidated.
    function grab(bytes32 i, address u, address v, address w, int256 dink, int256 dart) external;
}

/// @notice What the keeper reads of Maker's Spotter.
interface IMakerSpot {
    /// @notice Where an ilk's price comes from, and the collateral that a unit of debt needs (ray).
    function ilks(bytes32 ilk) external view returns (address pip, uint256 mat);

    /// @notice What a DAI is worth (ray, USD).
    function par() external view returns (uint256);
}

/// @notice What the keeper reads of Maker's Dog.
interface IMakerDog {
    /// @notice A vault's collateral went to auction. `due` is its debt with interest (rad).
    event Bark(
        bytes32 indexed ilk,
        address indexed urn,
        uint256 ink,
        uint256 art,
        uint256 due,
        address clip,
        uint256 indexed id
    );

    /// @notice The factor by which a liquidated vault owes more (wad).
    function chop(bytes32 ilk) external view returns (uint256);
}

/// @notice What the keeper reads of Maker's registry of collaterals.
interface IMakerIlkRegistry {
    /// @notice The token of an ilk.
    function gem(bytes32 ilk) external view returns (address);
}
