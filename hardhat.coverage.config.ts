import { defineConfig } from "hardhat/config";
import config from "./hardhat.config.js";
import { branchCoverage } from "./scripts/branches/plugin.js";

// For `npm run coverage`, which works on a copy of the tree: code that reports what it does is larger and costs more gas.
const { networks, plugins } = config;

export default defineConfig({
  ...config,
  plugins: [...(plugins ?? []), branchCoverage],
  warnings: { "*": { default: "off" } },
  networks: {
    ...networks,
    lab: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31337,
      hardfork: "osaka",
      blockGasLimit: false,
      allowUnlimitedContractSize: true,
    },
  },
});
