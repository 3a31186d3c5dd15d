/** `npx tsx scripts/read-score.ts RPC_URL ORACLE VENUE`: one subject's score, read with the typed ABI of the package. */
import { iRiskOracleAbi } from "bulkhead/abi";
import { AbiCoder, Contract, getAddress, JsonRpcProvider, keccak256, ZeroAddress } from "ethers";

const [url, oracleAddress, venue] = process.argv.slice(2);
if (url === undefined || oracleAddress === undefined || venue === undefined) {
  throw new Error("expected RPC_URL ORACLE VENUE");
}
const provider = new JsonRpcProvider(url);
const oracle = new Contract(getAddress(oracleAddress), iRiskOracleAbi, provider);
const { chainId } = await provider.getNetwork();
const types = ["uint8", "uint256", "address", "address"];
const subject = keccak256(AbiCoder.defaultAbiCoder().encode(types, [2, chainId, getAddress(venue), ZeroAddress]));
const [status, score, observedAt] = await oracle.getFunction("tryScore")(subject);
console.log({ status: ["unregistered", "retired", "unknown", "known"][Number(status)], score, observedAt });
