import AccessManagerArtifact from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { expect } from "chai";
import { Interface } from "ethers";
import {
  CircuitBreaker__factory,
  CollateralFramework__factory,
  MarginPolicy__factory,
  RiskOracle__factory,
} from "../../typechain-types/index.js";
import { errorName } from "../expect-revert.js";
import { type Deployed, settle, ways } from "./ways.js";
import { emptyCall, writingFunctions } from "./zero-arguments.js";

const manager = new Interface(AccessManagerArtifact.abi);
const abis = {
  oracle: RiskOracle__factory.createInterface(),
  breaker: CircuitBreaker__factory.createInterface(),
  margin: MarginPolicy__factory.createInterface(),
  collateral: CollateralFramework__factory.createInterface(),
};
const STRANGER = "0x00000000000000000000000000000000000000e1";
/** What each party may call, besides what everybody may. Written down by hand, after docs/security.md. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  owner: [
    ...["registerSubjects", "retireSubject", "rotateSigners", "approveModel", "setLimits"].map((f) => `oracle.${f}`),
    "breaker.configureTarget",
    ...["addMarket", "setTerms", "raiseThreshold", "startRamp", "cancelRamp"].map((f) => `margin.${f}`),
    ...["registerToken", "removeToken", "setTerms"].map((f) => `collateral.${f}`),
  ],
  guardian: ["breaker.trip", "breaker.heartbeat"],
  riskCouncil: ["oracle.quarantine"],
  releaser: ["breaker.release", "breaker.armGuardian", "breaker.disarmGuardian"],
  deployer: [],
  stranger: [],
};
const EVERYBODY = [
  "oracle.publish",
  "breaker.publishAndPoke",
  "breaker.poke",
  "breaker.consumeLiquidation",
  "margin.sync",
];
/** Of the AccessManager: what asks for nothing but the caller's own name or schedule. */
const HARMLESS = ["cancel", "consumeScheduledOp", "execute", "multicall", "renounceRole", "schedule"];
const ADMINISTRATION = [
  ...[
    "grantRole",
    "labelRole",
    "revokeRole",
    "setGrantDelay",
    "setRoleAdmin",
    "setRoleGuardian",
    "setTargetAdminDelay",
  ],
  ...["setTargetClosed", "setTargetFunctionRole", "updateAuthority"],
];

for (const [name, deploy] of Object.entries(ways)) {
  describe(`refusals on ${name}`, () => {
    let deployed: Deployed;
    let accounts: Record<string, string>;
    before(async function () {
      deployed = await deploy(this);
      const { owner, guardian, riskCouncil, releaser, deployer } = deployed.parties;
      accounts = { owner, guardian, riskCouncil, releaser, deployer, stranger: STRANGER };
    });
    after(() => deployed?.close());

    /** Name of the error with which a call is refused or fails; undefined where it goes through. */
    async function failureOf(to: string, from: string, data: string): Promise<string | undefined> {
      const { provider } = deployed.connection.ethers;
      const errors = [manager, ...Object.values(abis)];
      return provider.call({ to, from, data }).then(
        () => undefined,
        (error: unknown) => errorName(error, errors),
      );
    }

    for (const [party, may] of Object.entries(MAY)) {
      it(`behavior: ${party} is refused every restricted function but its own`, async () => {
        const reached: string[] = [];
        for (const [contract, abi] of Object.entries(abis)) {
          const to = await deployed[contract as keyof typeof abis].getAddress();
          for (const fragment of writingFunctions(abi).filter(({ name: each }) => each !== "setAuthority")) {
            const failure = await failureOf(to, accounts[party]!, emptyCall(abi, fragment));
            if (failure !== "AccessManagedUnauthorized") reached.push(`${contract}.${fragment.name}`);
          }
        }
        // Where owner and releaser are one account, it may do what both may.
        const own = Object.entries(MAY).flatMap(([other, theirs]) =>
          accounts[other] === accounts[party] ? theirs : [],
        );
        expect(reached.sort()).to.deep.equal([...new Set([...own, ...may, ...EVERYBODY])].sort());
      });
    }

    it("behavior: the owner waits for its parameters, wherever its delay is", async () => {
      const { breaker, parties } = deployed;
      const configure = emptyCall(abis.breaker, abis.breaker.getFunction("configureTarget"));
      const failure = await failureOf(await breaker.getAddress(), parties.owner, configure);
      // Behind a timelock the call reaches the breaker, which finds the empty configuration wanting.
      expect(failure).to.equal(parties.ownerDelay > 0 ? "AccessManagerNotScheduled" : "TargetConfigInvalid");
      expect(parties.ownerDelay > 0 || deployed.owned !== undefined).to.equal(true);
    });

    it("behavior: nobody but the manager changes the authority that a contract asks", async () => {
      for (const contract of [deployed.oracle, deployed.breaker, deployed.margin, deployed.collateral]) {
        const data = contract.interface.encodeFunctionData("setAuthority", [STRANGER]);
        for (const account of Object.values(accounts)) {
          const failure = await failureOf(await contract.getAddress(), account, data);
          expect(failure).to.equal("AccessManagedUnauthorized");
        }
      }
    });

    it("behavior: nobody but the owner administers roles: not his own, not another's", async () => {
      const to = await deployed.accessManager.getAddress();
      const functions = writingFunctions(manager);
      expect(functions.map((each) => each.name).sort()).to.deep.equal([...HARMLESS, ...ADMINISTRATION].sort());
      for (const [party, account] of Object.entries(accounts)) {
        if (account === deployed.parties.owner) continue;
        const grants = [0, 1, 2, 3, 4].map((role) => manager.encodeFunctionData("grantRole", [role, account, 0]));
        const others = functions.filter((each) => ADMINISTRATION.includes(each.name));
        for (const data of [...grants, ...others.map((each) => emptyCall(manager, each))]) {
          const what = `${party} calling ${data.slice(0, 74)}`;
          expect(await failureOf(to, account, data), what).to.equal("AccessManagerUnauthorizedAccount");
          const within = manager.encodeFunctionData("multicall", [[data]]);
          expect(await failureOf(to, account, within), what).to.equal("AccessManagerUnauthorizedAccount");
          for (const detour of ["schedule", "execute"]) {
            const args = detour === "schedule" ? [to, data, 0] : [to, data];
            const indirect = manager.encodeFunctionData(detour, args);
            expect(await failureOf(to, account, indirect), `${detour}: ${what}`).to.equal(
              "AccessManagerUnauthorizedCall",
            );
          }
        }
      }
    });

    it("behavior: the owner, too, waits before it says that another role may call a function", async () => {
      await settle(deployed);
      const to = await deployed.accessManager.getAddress();
      const breaker = await deployed.breaker.getAddress();
      const selectors = [abis.breaker.getFunction("trip").selector];
      const data = manager.encodeFunctionData("setTargetFunctionRole", [breaker, selectors, 1n]);
      expect(await failureOf(to, deployed.parties.owner, data)).to.equal("AccessManagerNotScheduled");
    });
  });
}
