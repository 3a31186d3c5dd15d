import { getAddress } from "ethers";
import { network } from "hardhat";
import { loadArchive } from "../../keeper/src/chain/archive/load.js";
import { serveArchive } from "../../keeper/src/chain/archive/serve.js";
import { requireShared } from "../shared-data.js";
import {
  type Connection,
  type Deployment,
  deployBulkhead,
  deployWithExampleOwner,
  exampleOwnerParameters,
  exampleParameters,
  type OwnedDeployment,
  VENUE,
  venueSubject,
} from "./bulkhead-fixture.js";

/** Who is who after a deployment. */
export interface Parties {
  readonly owner: string;
  /** Seconds that the AccessManager makes the owner wait. */
  readonly ownerDelay: number;
  readonly guardian: string;
  readonly riskCouncil: string;
  readonly releaser: string;
  readonly deployer: string;
}

export interface Deployed extends Deployment {
  readonly connection: Connection;
  readonly parties: Parties;
  readonly target: string;
  /** The first block of the deployment: a recorded block knows of no logs before it. */
  readonly firstBlock: number;
  readonly owned?: OwnedDeployment;
  close(): Promise<void>;
}

const RECORDED = "data/evm-pevm-blocks/19933612";

/** Every way to deploy, by name. Asking for one that needs what is not there skips the running test. */
export const ways: Readonly<Record<string, (context: Mocha.Context) => Promise<Deployed>>> = {
  "an embedded chain, with an owner of its own": async () => withOwner(await network.create("lab")),
  "an embedded chain, with the example owner": async () => withExampleOwner(await network.create("lab")),
  "a fork of a recorded block": async (context) => {
    const server = await serveArchive(await loadArchive(requireShared(context, RECORDED)));
    const deployed = await withOwner(await fork(server.url, 19_933_611));
    return { ...deployed, close: server.close };
  },
  "a fork of the newest block, with the example owner": async (context) => {
    const url = process.env.MAINNET_RPC_URL;
    if (url === undefined) {
      console.warn("      SKIPPED: set MAINNET_RPC_URL to an archive node's endpoint");
      return context.skip();
    }
    return withExampleOwner(await fork(url));
  },
};

function fork(url: string, blockNumber?: number): Promise<Connection> {
  const forking = blockNumber === undefined ? { url } : { url, blockNumber };
  return network.create({ network: "lab", override: { chainId: 1, forking } });
}

async function chainOf(connection: Connection): Promise<{ target: string; slotSeconds: number }> {
  const { chainId } = await connection.ethers.provider.getNetwork();
  return { target: venueSubject(chainId, VENUE), slotSeconds: chainId === 1n ? 12 : 0 };
}

const nextBlock = async ({ ethers }: Connection): Promise<number> => (await ethers.provider.getBlockNumber()) + 1;

async function withOwner(connection: Connection): Promise<Deployed> {
  const [deployer] = await connection.ethers.getSigners();
  const parameters = { ...(await exampleParameters(connection)), ...(await chainOf(connection)) };
  const firstBlock = await nextBlock(connection);
  const deployed = await deployBulkhead(connection, parameters);
  const { governance: owner, governanceDelay: ownerDelay, guardian, riskCouncil, releaser, target } = parameters;
  const parties = { owner, ownerDelay, guardian, riskCouncil, releaser, deployer: deployer!.address };
  return { ...deployed, connection, parties, target, firstBlock, close: () => connection.close() };
}

async function withExampleOwner(connection: Connection): Promise<Deployed> {
  const [deployer] = await connection.ethers.getSigners();
  const parameters = { ...(await exampleOwnerParameters(connection)), ...(await chainOf(connection)) };
  const firstBlock = await nextBlock(connection);
  const owned = await deployWithExampleOwner(connection, parameters);
  const { guardian, riskCouncil, releaser, target } = parameters;
  const owner = getAddress(await owned.timelock.getAddress());
  const parties = { owner, ownerDelay: 0, guardian, riskCouncil, releaser, deployer: deployer!.address };
  return { ...owned, connection, parties, target, firstBlock, owned, close: () => connection.close() };
}

/** Act as `account`, whoever holds its key. */
export async function actAs({ connection }: Pick<Deployed, "connection">, account: string) {
  await connection.networkHelpers.setBalance(account, 10n ** 20n);
  return connection.ethers.getImpersonatedSigner(account);
}

/** Let all delays of the deployment itself come into effect. */
export async function settle({ connection }: Pick<Deployed, "connection">): Promise<void> {
  await connection.networkHelpers.time.increase(5 * 86_400);
}
