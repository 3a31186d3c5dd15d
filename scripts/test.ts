/** `npm test [-- FILE...] [-- --flag]`: Hardhat's two runners over *.test.ts and *.t.sol, and nothing else under test/. */
import { globSync } from "node:fs";
import { runHardhatTests } from "./run-hardhat-tests.js";

const given = process.argv.slice(2);
const files = given.filter((argument) => !argument.startsWith("-"));
const flags = given.filter((argument) => argument.startsWith("-"));
// Left to itself, Hardhat would load every .ts file under test/ as a test: fixtures, and programs that tests start.
const found = files.length > 0 ? files : globSync(["test/**/*.t.sol", "test/**/*.test.ts"]).sort();

process.exitCode = await runHardhatTests([...flags, ...found]);
