import { Interface } from "ethers";
import type { Hex } from "../../../../keeper/src/units.js";

/**
 * The recordings hold what Maker's Spotter and Dog stored, not their code. These stand in for it: they answer from the same slots,
 * and decide nothing. **Source:** spot.sol (`ilks` at slot 1: pip, mat; `par` at 3), dog.sol (`ilks` at slot 1: clip, chop).
 */
const abi = new Interface(["function par() view returns (uint256)", "function chop(bytes32) view returns (uint256)"]);

const RETURN_WORD = "5f5260205ff3";
/** The slot of `ilks[the argument]`, the mapping at slot 1, onto the stack. */
const ILK_SLOT = "600435" + "5f52" + "6001602052" + "60405f20";
const ILK_WORDS = `${ILK_SLOT}80545f52600101546020526040${"5ff3"}`;
/** Emits the call data: four topics, then the data. */
const LOG_CALL = "60803603" + "60805f37" + "606035604035602035" + "5f35" + "60803603" + "5fa400";

/** Code that runs `own` when `name` is called, else `others`. */
function branch(name: string, own: string, others: string): Hex {
  const test = `5f3560e01c63${abi.getFunction(name)!.selector.slice(2)}14`;
  const target = test.length / 2 + 3 + others.length / 2;
  return `0x${test}60${target.toString(16).padStart(2, "0")}57${others}5b${own}`;
}

/** Answers `par` and `ilks`. */
export const SPOT_CODE: Hex = branch("par", `600354${RETURN_WORD}`, ILK_WORDS);

/** Answers `chop`; call data of another form becomes an event. */
export const DOG_CODE: Hex = branch("chop", `${ILK_SLOT}60010154${RETURN_WORD}`, LOG_CALL);
