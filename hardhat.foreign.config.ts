import hardhatIgnoreWarnings from "hardhat-ignore-warnings";
import { defineConfig } from "hardhat/config";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

// Host code that its npm package ships as source only: Chainlink's v0.6 feeds and its ERC-20, Morpho Blue. Built apart from
// ours, so that typechain-types/ holds our own contracts and our warnings-as-errors rule need not be bent for other people's
// code.
// Everything else (Aave, Uniswap) is used as the bytecode in its package.
const solc = (version: string, settings: Record<string, unknown>) => ({
  version,
  ...(process.env.HARDHAT_SOLC === "download" ? {} : { path: require.resolve(`solc-${version}/soljson.js`) }),
  settings: { optimizer: { enabled: true, runs: 200 }, ...settings },
});

const compilers = [
  solc("0.6.6", {}),
  // As Morpho built what it deployed: through the IR, for as many runs as its Solidity takes.
  solc("0.8.19", { viaIR: true, evmVersion: "paris", optimizer: { enabled: true, runs: 999_999 } }),
  solc("0.8.30", { evmVersion: "cancun" }),
];

export default defineConfig({
  plugins: [hardhatIgnoreWarnings],
  solidity: {
    npmFilesToBuild: [
      "chainlink-contracts-0.8/src/v0.6/FluxAggregator.sol",
      "chainlink-contracts-0.8/src/v0.6/EACAggregatorProxy.sol",
      "@chainlink/contracts/src/v0.8/shared/token/ERC20/BurnMintERC20.sol",
      "@morpho-org/morpho-blue/src/Morpho.sol",
      "@morpho-org/morpho-blue/src/mocks/IrmMock.sol",
    ],
    profiles: { default: { compilers }, production: { compilers } },
  },
  paths: {
    sources: "./contracts/foreign",
    artifacts: "./artifacts-foreign",
    cache: "./cache-foreign",
    tests: "./contracts/foreign",
  },
  warnings: { "*": { default: "off" } },
});
