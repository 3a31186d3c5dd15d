// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title ExampleVotes
/// @notice An example, not a product: the votes of {ExampleGovernor}, OpenZeppelin's ERC20Votes with a fixed supply.
///
/// TRUST. All of the supply is minted to one holder; nobody can mint more. A vote counts once delegated, to oneself too.
///
/// CLOCK. Unix seconds, so that the governor's delays are durations, whatever the block time.
contract ExampleVotes is ERC20, ERC20Permit, ERC20Votes {
    constructor(address holder, uint256 supply) ERC20("Example Votes", "EXAMPLE") ERC20Permit("Example Votes") {
        _mint(holder, supply);
    }

    /// @inheritdoc ERC20Permit
    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    /// @notice The time that votes are counted at, unix seconds.
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    /// @notice What {clock} counts, as ERC-6372 writes it.
    // solhint-disable-next-line func-name-mixedcase
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
