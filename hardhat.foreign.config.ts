import hardhatIgnoreWarnings from "hardhat-ignore-warnings";
import { defineConfig } from "hardhat/config";
import type { HardhatPlugin } from "hardhat/types/plugins";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

// Host code that its npm package ships as source only: Chainlink's v0.6 feeds and its ERC-20, Morpho Blue, Aave v3.6. Built
// apart from ours, so that typechain-types/ holds our own contracts and our warnings-as-errors rule need not be bent for other
// people's code.
// Everything else (Aave v3.0, Uniswap) is used as the bytecode in its package.
const solc = (version: string, settings: Record<string, unknown>) => ({
  version,
  ...(process.env.HARDHAT_SOLC === "download" ? {} : { path: require.resolve(`solc-${version}/soljson.js`) }),
  settings: { optimizer: { enabled: true, runs: 200 }, ...settings },
});

const AAVE_V36 = "@aave-dao/aave-v3-origin";
const BURN_MINT_ERC20 = "@chainlink/contracts/src/v0.8/shared/token/ERC20/BurnMintERC20.sol";

// What a pool of Aave v3.6 consists of, and nothing of its periphery.
const aave = [
  ...["Pool", "PoolConfigurator", "AToken", "VariableDebtToken"].map((name) => `instances/${name}Instance`),
  ...["PoolAddressesProvider", "ACLManager"].map((name) => `protocol/configuration/${name}`),
  ...["Supply", "Borrow", "Liquidation", "FlashLoan", "Pool", "Configurator"].map(
    (name) => `protocol/libraries/logic/${name}Logic`,
  ),
  ...["AaveOracle", "DefaultReserveInterestRateStrategyV2"].map((name) => `misc/${name}`),
  "helpers/AaveProtocolDataProvider",
  "protocol/libraries/helpers/Errors",
].map((source) => `${AAVE_V36}/src/contracts/${source}.sol`);

// Aave imports OpenZeppelin by the name that a git submodule has in its repository.
const aaveImports: HardhatPlugin = {
  id: "aave-imports",
  hookHandlers: {
    solidity: async () => ({
      default: async () => ({
        readNpmPackageRemappings: async (...[context, name, version, folder, next]) => {
          if (name !== AAVE_V36) return next(context, name, version, folder);
          const remappings = ["openzeppelin-contracts/contracts/=node_modules/@openzeppelin/contracts/"];
          return [{ remappings, source: `${folder}/package.json` }];
        },
      }),
    }),
  },
};

const profile = {
  // A file is compiled by the newest of these that its pragma takes. Aave's own build uses 0.8.27.
  compilers: [
    solc("0.6.6", {}),
    // As Morpho built what it deployed: through the IR, for as many runs as its Solidity takes.
    solc("0.8.19", { viaIR: true, evmVersion: "paris", optimizer: { enabled: true, runs: 999_999 } }),
    solc("0.8.27", { evmVersion: "cancun" }),
  ],
  overrides: { [BURN_MINT_ERC20]: solc("0.8.30", { evmVersion: "cancun" }) },
  isolated: false, // all files of one compiler in one run of it
};

export default defineConfig({
  plugins: [hardhatIgnoreWarnings, aaveImports],
  solidity: {
    npmFilesToBuild: [
      "chainlink-contracts-0.8/src/v0.6/FluxAggregator.sol",
      "chainlink-contracts-0.8/src/v0.6/EACAggregatorProxy.sol",
      BURN_MINT_ERC20,
      "@morpho-org/morpho-blue/src/Morpho.sol",
      "@morpho-org/morpho-blue/src/mocks/IrmMock.sol",
      ...aave,
    ],
    profiles: { default: profile, production: profile },
  },
  paths: {
    sources: "./contracts/foreign",
    artifacts: "./artifacts-foreign",
    cache: "./cache-foreign",
    tests: "./contracts/foreign",
  },
  warnings: { "*": { default: "off" } },
});
