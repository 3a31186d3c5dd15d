import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import hardhatIgnitionEthers from "@nomicfoundation/hardhat-ignition-ethers";
import hardhatKeystore from "@nomicfoundation/hardhat-keystore";
import hardhatMocha from "@nomicfoundation/hardhat-mocha";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import hardhatTypechain from "@nomicfoundation/hardhat-typechain";
import hardhatVerify from "@nomicfoundation/hardhat-verify";
import hardhatIgnoreWarnings from "hardhat-ignore-warnings";
import { configVariable, defineConfig } from "hardhat/config";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

// The compiler comes from npm (wasm), so that a build needs nothing but the lockfile.
// HARDHAT_SOLC=download lets Hardhat fetch its own native compiler instead: faster, where that is reachable.
const compilers = [
  {
    version: "0.8.30",
    ...(process.env.HARDHAT_SOLC === "download" ? {} : { path: require.resolve("solc-0.8.30/soljson.js") }),
    settings: {
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 1_000 },
      outputSelection: { "*": { "*": ["storageLayout"] } },
    },
  },
];

const deployable = (url: string) => ({
  type: "http" as const,
  chainType: "l1" as const,
  url: configVariable(url),
  accounts: [configVariable("DEPLOYER_KEY")],
});

export default defineConfig({
  // The mocha-ethers toolbox without its chai matchers: those replace chai's own comparisons in every test of the process
  // from the first connection on, refuse fractions, and take 1n, 1, "1" and "0x1" for equal.
  plugins: [
    hardhatEthers,
    hardhatIgnitionEthers,
    hardhatIgnoreWarnings,
    hardhatKeystore,
    hardhatMocha,
    hardhatNetworkHelpers,
    hardhatTypechain,
    hardhatVerify,
  ],
  solidity: { profiles: { default: { compilers }, production: { compilers } } },
  warnings: { "*": { default: "error" } },
  paths: { ignition: "./deploy" },
  typechain: { outDir: "./typechain-types" },
  networks: {
    // The embedded chain of the crash lab and of the tests. Time never runs by itself on it.
    lab: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31337,
      hardfork: "osaka",
      blockGasLimit: 60_000_000,
      allowUnlimitedContractSize: false,
    },
    // A development chain over HTTP, embedded or not: the lab overrides the URL and the key, so that Ignition can deploy to it.
    devchain: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
    // Public networks, for `npm run deploy`: endpoint and key come from the environment or from `npx hardhat keystore set`.
    mainnet: deployable("MAINNET_RPC_URL"),
    sepolia: deployable("SEPOLIA_RPC_URL"),
  },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  test: {
    mocha: { timeout: 120_000 },
    solidity: {
      isolate: true,
      // Genuine host code, as hardhat.foreign.config.ts built it.
      fsPermissions: { readDirectory: ["./artifacts-foreign"] },
      fuzz: { runs: 256, seed: "0x42" },
      invariant: { runs: 64, depth: 50, failOnRevert: true },
    },
  },
});
