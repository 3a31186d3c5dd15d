import type { HardhatPlugin } from "hardhat/types/plugins";
import path from "node:path";
import { instrument } from "./branches.js";

/** Reports through Hardhat's own coverage: it collects whatever 32 bytes are sent. */
const seen = `
function __seen(bool condition, uint256 id) pure returns (bool) {
    __NomicFoundationCoverage.sendHit(condition ? id | 1 : id);
    return condition;
}`;

/** Hardhat's coverage knows statements only: this adds what each condition was. */
export const branchCoverage: HardhatPlugin = {
  id: "bulkhead-branch-coverage",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        preprocessProjectFileBeforeBuilding: async (...[context, source, fsPath, content, version, next]) => {
          const instrumented = await next(context, source, fsPath, content, version);
          if ((await context.solidity.getScope(fsPath)) === "tests") return instrumented;
          const { text, conditions } = instrument(path.relative(context.config.paths.root, fsPath), instrumented);
          return conditions.length === 0 ? instrumented : `${text}${seen}`;
        },
      }),
    }),
  },
};
