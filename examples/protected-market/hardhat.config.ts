import { defineConfig } from "hardhat/config";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export default defineConfig({
  solidity: {
    version: "0.8.30",
    path: require.resolve("solc-0.8.30/soljson.js"),
    settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 1_000 } },
  },
});
