// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev A hostile host, all of Aave in one: it ends a grace period when asked, and from then on gives none. One reserve, of a
/// token that is the host itself; every account is far below the floor.
contract OneWayHost {
    uint40 private _graceUntil;
    bool private _isShut;

    function setReservePause(address, bool, uint40 gracePeriod) external {
        require(!_isShut, "no more grace");
        _graceUntil = uint40(block.timestamp) + gracePeriod;
    }

    function disableLiquidationGracePeriod(address) external {
        _graceUntil = 0;
        _isShut = true;
    }

    function liquidationCall(address, address, address, uint256, bool) external {}

    function getPool() external view returns (address) {
        return address(this);
    }

    function getPoolConfigurator() external view returns (address) {
        return address(this);
    }

    function getReserveAddressById(uint16) external view returns (address) {
        return address(this);
    }

    function getLiquidationGracePeriod(address) external view returns (uint40) {
        return _graceUntil;
    }

    function getReservesCount() external pure returns (uint256) {
        return 1;
    }

    function getConfiguration(address) external pure returns (uint256) {
        return 0;
    }

    function getEModeCategoryBorrowableBitmap(uint8) external pure returns (uint128) {
        return 0;
    }

    function getUserAccountData(address) external pure returns (uint256, uint256, uint256, uint256, uint256, uint256) {
        return (1, 2, 0, 0, 0, 0.5e18);
    }

    /* TOKEN */

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }

    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }

    function approve(address, uint256) external pure returns (bool) {
        return true;
    }

    function balanceOf(address) external pure returns (uint256) {
        return 0;
    }
}
