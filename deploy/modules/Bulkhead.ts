import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

import { deployBulkhead } from "../bulkhead.js";

/** For an owner that is there already: `governance`, which the AccessManager makes wait for `governanceDelay`. */
export default buildModule("Bulkhead", (m) =>
  deployBulkhead(m, { account: m.getParameter("governance"), delay: m.getParameter("governanceDelay") }),
);
