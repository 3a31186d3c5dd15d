import { expect } from "chai";
import { id } from "ethers";
import { readRoles } from "../../deploy/read-roles.js";
import type { RoleTable, TargetRow } from "../../deploy/role-table.js";
import { type Deployed, type Parties, settle, ways } from "./ways.js";

const DAY = 86_400;
const NOBODY = "0x0000000000000000000000000000000000000000";
const NO_ADMIN = `0x${"00".repeat(32)}`;
/** ADMIN, GOVERNANCE, GUARDIAN, RISK_COUNCIL, RELEASE. */
const ROLE_IDS = [0n, 1n, 2n, 3n, 4n];

/** The table of docs/security.md, written down by hand. */
function expectedRoles(p: Parties, accessManager: string): RoleTable {
  const role = (members: Record<string, number>) => ({ admin: "ADMIN", guardian: "ADMIN", grantDelay: DAY, members });
  const target = (functions: Record<string, string>) => ({
    ...{ authority: accessManager, adminDelay: 2 * DAY, closed: false, functions },
  });
  return {
    roles: {
      ADMIN: role({ [p.owner]: p.ownerDelay }),
      GOVERNANCE: { ...role({ [p.owner]: p.ownerDelay }), guardian: "RISK_COUNCIL" },
      GUARDIAN: role({ [p.guardian]: 0 }),
      RISK_COUNCIL: role({ [p.riskCouncil]: 0 }),
      RELEASE: role({ [p.releaser]: 0 }),
    },
    targets: {
      RiskOracle: target({
        registerSubjects: "GOVERNANCE",
        retireSubject: "GOVERNANCE",
        rotateSigners: "GOVERNANCE",
        approveModel: "GOVERNANCE",
        setLimits: "GOVERNANCE",
        quarantine: "RISK_COUNCIL",
      }),
      CircuitBreaker: target({
        configureTarget: "GOVERNANCE",
        trip: "GUARDIAN",
        heartbeat: "GUARDIAN",
        release: "RELEASE",
        armGuardian: "RELEASE",
        disarmGuardian: "RELEASE",
      }),
      MarginPolicy: target({
        addMarket: "GOVERNANCE",
        setTerms: "GOVERNANCE",
        raiseThreshold: "GOVERNANCE",
        startRamp: "GOVERNANCE",
        cancelRamp: "GOVERNANCE",
      }),
      CollateralFramework: target({
        registerToken: "GOVERNANCE",
        removeToken: "GOVERNANCE",
        setTerms: "GOVERNANCE",
      }),
    },
  };
}

for (const [name, deploy] of Object.entries(ways)) {
  describe(`roles on ${name}`, () => {
    let deployed: Deployed;
    let seen: RoleTable;
    before(async function () {
      deployed = await deploy(this);
      seen = await tableOf(deployed);
    });
    after(() => deployed?.close());

    it("default: are what docs/security.md says, to the last member, delay, admin and guardian", async () => {
      const { roles } = seen;
      // None of these contracts has two functions of one name.
      const named = ({ functions, ...rest }: TargetRow) => {
        const entries = Object.entries(functions).map(([signature, role]) => [signature.split("(")[0], role]);
        return { ...rest, functions: Object.fromEntries(entries) as Record<string, string> };
      };
      const targets = Object.fromEntries(Object.entries(seen.targets).map(([each, row]) => [each, named(row)]));
      const accessManager = await deployed.accessManager.getAddress();
      expect({ roles, targets }).to.deep.equal(expectedRoles(deployed.parties, accessManager));
    });

    it("behavior: the deployer holds none, in the AccessManager or in the timelock", async () => {
      const { accessManager, parties, owned } = deployed;
      for (const role of ROLE_IDS) {
        expect(await accessManager.getFunction("hasRole")(role, parties.deployer)).to.deep.equal([false, 0n]);
      }
      const timelockRoles = [NO_ADMIN, id("PROPOSER_ROLE"), id("CANCELLER_ROLE"), id("EXECUTOR_ROLE")];
      for (const role of owned === undefined ? [] : timelockRoles) {
        expect(await owned?.timelock.getFunction("hasRole")(role, parties.deployer)).to.equal(false);
      }
    });

    it("behavior: only the governor proposes to the timelock, which is its own admin", async () => {
      if (deployed.owned === undefined) return expect(seen.timelock).to.equal(undefined);
      const [timelock, governor] = [deployed.parties.owner, await deployed.owned.governor.getAddress()];
      expect(seen.timelock).to.deep.equal({
        minDelay: 2 * DAY,
        members: {
          DEFAULT_ADMIN_ROLE: [timelock],
          EXECUTOR_ROLE: [NOBODY],
          PROPOSER_ROLE: [governor],
          CANCELLER_ROLE: [governor],
        },
      });
      expect(await deployed.owned.governor.timelock()).to.equal(timelock);
    });

    it("behavior: grant and admin delays are in effect after the setback of five days, not before", async () => {
      const { accessManager, oracle, breaker, margin, collateral } = deployed;
      const delays = async (): Promise<bigint[]> => [
        ...(await Promise.all(ROLE_IDS.map((role) => accessManager.getFunction("getRoleGrantDelay")(role)))),
        ...(await Promise.all(
          [oracle, breaker, margin, collateral].map(async (each) =>
            accessManager.getFunction("getTargetAdminDelay")(await each.getAddress()),
          ),
        )),
      ];
      expect(await delays()).to.deep.equal(Array(9).fill(0n));
      await settle(deployed);
      const [day, twoDays] = [BigInt(DAY), BigInt(2 * DAY)];
      expect(await delays()).to.deep.equal([day, day, day, day, day, twoDays, twoDays, twoDays, twoDays]);
    });
  });
}

async function tableOf(deployed: Deployed): Promise<RoleTable> {
  const { connection, accessManager, oracle, breaker, margin, collateral, owned, firstBlock: fromBlock } = deployed;
  const managed = {
    RiskOracle: await oracle.getAddress(),
    CircuitBreaker: await breaker.getAddress(),
    MarginPolicy: await margin.getAddress(),
    CollateralFramework: await collateral.getAddress(),
  };
  return readRoles(connection.ethers.provider, {
    accessManager: await accessManager.getAddress(),
    managed,
    fromBlock,
    ...(owned === undefined ? {} : { timelock: await owned.timelock.getAddress() }),
  });
}
