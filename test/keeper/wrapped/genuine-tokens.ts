import { Interface } from "ethers";
import type { InterfaceAbi } from "ethers";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Artifact } from "../../../keeper/src/lab/world/artifacts.js";
import { root } from "../../repo/sources.js";

const require = createRequire(import.meta.url);

/** Genuine Uniswap v2 and its ERC-20, as the package ships them. */
export function loadUniswapV2(name: "UniswapV2Factory" | "UniswapV2Pair" | "ERC20"): Artifact {
  return load(name, require.resolve(`@uniswap/v2-core/build/${name}.json`));
}

/** OpenZeppelin's ERC-4626 with a name, as our build made it. */
export function loadOpenVault(): Artifact {
  return load("OpenVault", path.join(root, "artifacts/test/contracts/support/OpenVault.sol/OpenVault.json"));
}

function load(name: string, file: string): Artifact {
  const { abi, bytecode } = JSON.parse(readFileSync(file, "utf8")) as { abi: InterfaceAbi; bytecode: string };
  const digits = bytecode.replace(/^0x/, "");
  return { name, abi: new Interface(abi), bytecode: `0x${digits}`, linkReferences: {} };
}
