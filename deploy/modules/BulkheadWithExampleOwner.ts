import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import TimelockArtifact from "@openzeppelin/contracts/build/contracts/TimelockController.json" with { type: "json" };
import { id, ZeroAddress } from "ethers";

import { deployBulkhead } from "../bulkhead.js";

/**
 * The same, owned by the example: a governor that alone may propose to a timelock, whatever is due executable by anybody.
 * The timelock's delay is the only one: see ExampleGovernor.sol.
 */
export default buildModule("BulkheadWithExampleOwner", (m) => {
  const deployer = m.getAccount(0);
  const votes = m.contract("ExampleVotes", [m.getParameter("votesHolder"), m.getParameter("votesSupply")]);
  const timelock = m.contract("TimelockController", TimelockArtifact, [
    m.getParameter("timelockDelay"),
    [],
    [ZeroAddress],
    deployer,
  ]);
  const governor = m.contract("ExampleGovernor", [votes, timelock, m.getParameter("votingRules")]);
  const after = ["PROPOSER_ROLE", "CANCELLER_ROLE"].map((role) =>
    m.call(timelock, "grantRole", [id(role), governor], { id: `Grant_${role}` }),
  );
  const admin = `0x${"00".repeat(32)}`;
  const renounced = m.call(timelock, "renounceRole", [admin, deployer], { id: "RenounceTimelock", after });

  return { ...deployBulkhead(m, { account: timelock, delay: 0, after: [renounced] }), votes, timelock, governor };
});
