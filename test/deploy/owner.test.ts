import { expect } from "chai";
import { getAddress } from "ethers";
import { actAs, type Deployed, settle, ways } from "./ways.js";
import { expectRevert } from "../expect-revert.js";

const DAY = 86_400;
const MINUTE = 60;
const [ADMIN, GUARDIAN, RISK_COUNCIL] = [0n, 2n, 3n];
const MODEL = `0x${"22".repeat(32)}`;
const NEWCOMER = getAddress("0x00000000000000000000000000000000000000e2");

describe("governance by an owner that the AccessManager makes wait", () => {
  let deployed: Deployed;
  let manager: string;
  let approve: readonly [target: string, data: string];

  beforeEach(async function () {
    deployed = await ways["an embedded chain, with an owner of its own"]!(this);
    manager = await deployed.accessManager.getAddress();
    const { oracle } = deployed;
    approve = [await oracle.getAddress(), oracle.interface.encodeFunctionData("approveModel", [MODEL])];
  });

  const wait = (seconds: number) => deployed.connection.networkHelpers.time.increase(seconds);

  /** Call the manager as `account`. */
  async function as(account: string, method: string, ...args: readonly unknown[]): Promise<void> {
    const contract = deployed.accessManager.connect(await actAs(deployed, account)) as typeof deployed.accessManager;
    await contract.getFunction(method)(...args);
  }

  const encode = (method: string, ...args: readonly unknown[]): readonly [string, string] => [
    manager,
    deployed.accessManager.interface.encodeFunctionData(method, args),
  ];

  /** Schedule as the owner, wait, execute. */
  async function enact(target: string, data: string, delay = DAY): Promise<void> {
    await as(deployed.parties.owner, "schedule", target, data, 0);
    await wait(delay);
    await as(deployed.parties.owner, "execute", target, data);
  }

  const members = (role: bigint, accounts: readonly string[]) =>
    Promise.all(
      accounts.map(async (account) => (await deployed.accessManager.getFunction("hasRole")(role, account))[0]),
    );

  it("default: schedules, waits, executes; never without a schedule, early, or twice", async () => {
    const { accessManager, oracle, parties } = deployed;
    const execute = () => as(parties.owner, "execute", ...approve);
    await expectRevert(execute(), accessManager, "AccessManagerNotScheduled");
    await as(parties.owner, "schedule", ...approve, 0);
    await wait(DAY - MINUTE);
    await expectRevert(execute(), accessManager, "AccessManagerNotReady");
    await wait(MINUTE);
    await execute();
    expect(await oracle.modelHash()).to.equal(MODEL);
    await expectRevert(execute(), accessManager, "AccessManagerNotScheduled");
  });

  it("behavior: what is not executed within a week of being due is void", async () => {
    await as(deployed.parties.owner, "schedule", ...approve, 0);
    await wait(8 * DAY);
    const late = as(deployed.parties.owner, "execute", ...approve);
    await expectRevert(late, deployed.accessManager, "AccessManagerExpired");
  });

  it("behavior: the council cancels a scheduled change of parameters, but not its own removal", async () => {
    const { accessManager, parties } = deployed;
    const { owner, riskCouncil, guardian } = parties;
    await as(owner, "schedule", ...approve, 0);
    const byGuardian = as(guardian, "cancel", owner, ...approve);
    await expectRevert(byGuardian, accessManager, "AccessManagerUnauthorizedCancel");
    await as(riskCouncil, "cancel", owner, ...approve);
    await wait(DAY);
    await expectRevert(as(owner, "execute", ...approve), accessManager, "AccessManagerNotScheduled");

    const removal = encode("revokeRole", RISK_COUNCIL, riskCouncil);
    await as(owner, "schedule", ...removal, 0);
    const resisting = as(riskCouncil, "cancel", owner, ...removal);
    await expectRevert(resisting, accessManager, "AccessManagerUnauthorizedCancel");
    await wait(DAY);
    await as(owner, "execute", ...removal);
    expect(await members(RISK_COUNCIL, [riskCouncil])).to.deep.equal([false]);
  });

  it("behavior: a new guardian counts after the grant delay, and trips only once it is armed", async () => {
    const { breaker, parties, target } = deployed;
    await settle(deployed);
    await enact(...encode("grantRole", GUARDIAN, NEWCOMER, 0));
    const trip = async () => breaker.connect(await actAs(deployed, NEWCOMER)).trip(target, 2, 600, "drill");
    await expectRevert(trip(), breaker, "AccessManagedUnauthorized", [NEWCOMER]);
    await wait(DAY);
    await expectRevert(trip(), breaker, "GuardianLapsed", [NEWCOMER, 0n]);
    await breaker.connect(await actAs(deployed, parties.releaser)).armGuardian(NEWCOMER);
    await trip();
    expect(await breaker.levelOf(target)).to.equal(2n);
  });

  it("behavior: a guardian that is not heard from lapses, and is armed again by the releaser only", async () => {
    const { breaker, parties, target } = deployed;
    const guardian = breaker.connect(await actAs(deployed, parties.guardian));
    const until = await breaker.aliveUntil(parties.guardian);
    await wait(Number(await breaker.heartbeatPeriod()) + 1);
    await expectRevert(guardian.trip(target, 2, 600, "late"), breaker, "GuardianLapsed", [parties.guardian, until]);
    await expectRevert(guardian.heartbeat(), breaker, "GuardianLapsed", [parties.guardian, until]);
    const itself = guardian.armGuardian(parties.guardian);
    await expectRevert(itself, breaker, "AccessManagedUnauthorized", [parties.guardian]);
    await breaker.connect(await actAs(deployed, parties.releaser)).armGuardian(parties.guardian);
    await guardian.trip(target, 2, 600, "here again");
    expect(await breaker.levelOf(target)).to.equal(2n);
  });

  it("behavior: ownership is handed over in two steps, each delayed, and never in doubt in between", async () => {
    const { parties } = deployed;
    await settle(deployed);
    await enact(...encode("grantRole", ADMIN, NEWCOMER, DAY));
    expect(await members(ADMIN, [parties.owner, NEWCOMER])).to.deep.equal([true, false]);
    await wait(DAY);
    expect(await members(ADMIN, [parties.owner, NEWCOMER])).to.deep.equal([true, true]);
    const removal = encode("revokeRole", ADMIN, parties.owner);
    await as(NEWCOMER, "schedule", ...removal, 0);
    await wait(DAY);
    await as(NEWCOMER, "execute", ...removal);
    expect(await members(ADMIN, [parties.owner, NEWCOMER])).to.deep.equal([false, true]);
  });
});
