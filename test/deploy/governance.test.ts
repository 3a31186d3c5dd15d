import { expect } from "chai";
import { Signature, id } from "ethers";
import { DEFAULT_TARGET_CONFIG } from "../../deploy/defaults.js";
import type { OwnedDeployment } from "./bulkhead-fixture.js";
import { actAs, type Deployed, settle, ways } from "./ways.js";
import { expectRevert } from "../expect-revert.js";

const DAY = 86_400;
const HOUR = 3_600;
const [FOR, CANCELED, DEFEATED, SUCCEEDED, QUEUED] = [1, 2n, 3n, 4n, 5n];
const HALT = 4;
const [GOVERNANCE, GUARDIAN] = [1n, 2n];

type Call = readonly [target: string, data: string];

describe("governance by the example owner", () => {
  let deployed: Deployed & { readonly owned: OwnedDeployment };

  beforeEach(async function () {
    const way = await ways["an embedded chain, with the example owner"]!(this);
    deployed = { ...way, owned: way.owned! };
    const holder = (await way.connection.ethers.getSigners())[1]!;
    await deployed.owned.votes.connect(holder).delegate(holder.address);
  });

  const wait = (seconds: number) => deployed.connection.networkHelpers.time.increase(seconds);
  const governor = async () => deployed.owned.governor.connect((await deployed.connection.ethers.getSigners())[1]);
  const payload = ([target, data]: Call) => [[target], [0n], [data]] as [string[], bigint[], string[]];

  /** Propose, vote and queue; what is left is the timelock's delay. */
  async function pass(call: Call, why: string): Promise<void> {
    const as = await governor();
    await as.propose(...payload(call), why);
    await wait(DAY + 1);
    await as.castVote(await as.getProposalId(...payload(call), id(why)), FOR);
    await wait(3 * DAY + 1);
    await as.queue(...payload(call), id(why));
  }

  async function longerDwell(): Promise<Call> {
    const terms = { ...DEFAULT_TARGET_CONFIG.terms, minDwell: 1_800 };
    const args = [deployed.target, { ...DEFAULT_TARGET_CONFIG, terms }] as const;
    return [
      await deployed.breaker.getAddress(),
      deployed.breaker.interface.encodeFunctionData("configureTarget", [...args]),
    ];
  }
  const minDwell = async () => (await deployed.breaker.configOf(deployed.target)).terms.minDwell;

  it("default: a parameter changes after proposal, vote, queue and the timelock's delay, not a second earlier", async () => {
    const [as, call, why] = [await governor(), await longerDwell(), "Levels stay for half an hour"];
    const proposal = await as.getProposalId(...payload(call), id(why));
    await as.propose(...payload(call), why);
    await expectRevert(as.castVote(proposal, FOR), as, "GovernorUnexpectedProposalState");
    await wait(DAY + 1);
    await as.castVote(proposal, FOR);
    await expectRevert(as.queue(...payload(call), id(why)), as, "GovernorUnexpectedProposalState");
    await wait(3 * DAY + 1);
    expect(await as.state(proposal)).to.equal(SUCCEEDED);
    await as.queue(...payload(call), id(why));
    expect(await as.state(proposal)).to.equal(QUEUED);
    const due = await as.proposalEta(proposal);
    expect(await minDwell()).to.equal(900n);

    const { time } = deployed.connection.networkHelpers;
    await time.setNextBlockTimestamp(due - 1n);
    const execute = () => as.execute(...payload(call), id(why));
    await expectRevert(execute(), deployed.owned.timelock, "TimelockUnexpectedOperationState");
    await time.setNextBlockTimestamp(due + 1n);
    await execute();
    expect(await minDwell()).to.equal(1_800n);
    await expectRevert(execute(), as, "GovernorUnexpectedProposalState");
  });

  it("behavior: without a quorum nothing happens", async () => {
    const [as, call] = [await governor(), await longerDwell()];
    await as.propose(...payload(call), "nobody cares");
    await wait(4 * DAY + 2);
    expect(await as.state(await as.getProposalId(...payload(call), id("nobody cares")))).to.equal(DEFEATED);
    await expectRevert(as.queue(...payload(call), id("nobody cares")), as, "GovernorUnexpectedProposalState");
    expect(await minDwell()).to.equal(900n);
  });

  it("behavior: its proposer takes a proposal back before the vote, nobody else, and then nothing happens", async () => {
    const [as, call, why] = [await governor(), await longerDwell(), "on second thoughts"];
    const cancel = (by: typeof as) => by.cancel(...payload(call), id(why));
    const proposal = await as.getProposalId(...payload(call), id(why));
    await as.propose(...payload(call), why);
    const other = (await deployed.connection.ethers.getSigners())[2]!;
    await expectRevert(cancel(as.connect(other)), as, "GovernorUnableToCancel", [proposal, other.address]);
    await cancel(as);
    expect(await as.state(proposal)).to.equal(CANCELED);
    await wait(DAY + 1);
    await expectRevert(as.castVote(proposal, FOR), as, "GovernorUnexpectedProposalState");
    expect(await minDwell()).to.equal(900n);
  });

  it("behavior: delays are counted in seconds, by the clock of the votes", async () => {
    const { governor: as, votes } = deployed.owned;
    const now = BigInt(await deployed.connection.networkHelpers.time.latest());
    expect(await Promise.all([votes.clock(), as.clock()])).to.deep.equal([now, now]);
    expect(await Promise.all([votes.CLOCK_MODE(), as.CLOCK_MODE()])).to.deep.equal(Array(2).fill("mode=timestamp"));
  });

  it("behavior: votes are delegated by signature, once", async () => {
    const { votes } = deployed.owned;
    const [, holder, other] = await deployed.connection.ethers.getSigners();
    const { chainId } = await deployed.connection.ethers.provider.getNetwork();
    const domain = { name: "Example Votes", version: "1", chainId, verifyingContract: await votes.getAddress() };
    const types = {
      Delegation: [
        { name: "delegatee", type: "address" },
        { name: "nonce", type: "uint256" },
        { name: "expiry", type: "uint256" },
      ],
    };
    const expiry = (await deployed.connection.networkHelpers.time.latest()) + HOUR;
    expect(await votes.nonces(holder!.address)).to.equal(0n);
    const signed = await holder!.signTypedData(domain, types, { delegatee: other!.address, nonce: 0n, expiry });
    const { v, r, s } = Signature.from(signed);
    const delegate = () => votes.connect(other).delegateBySig(other!.address, 0n, expiry, v, r, s);
    await delegate();
    expect(await votes.nonces(holder!.address)).to.equal(1n);
    expect(await votes.getVotes(other!.address)).to.equal(await votes.balanceOf(holder!.address));
    await expectRevert(delegate(), votes, "InvalidAccountNonce", [holder!.address, 1n]);
  });

  it("behavior: another role for a function takes two votes: one to schedule it, one to execute it", async () => {
    await settle(deployed);
    const { accessManager, breaker } = deployed;
    const [manager, target] = [await accessManager.getAddress(), await breaker.getAddress()];
    const { selector } = breaker.interface.getFunction("trip");
    const rewire = accessManager.interface.encodeFunctionData("setTargetFunctionRole", [
      target,
      [selector],
      GOVERNANCE,
    ]);
    const roleOfTrip = () => accessManager.getFunction("getTargetFunctionRole")(target, selector);
    const as = await governor();

    await pass([manager, rewire], "at once");
    await wait(2 * DAY + 1);
    const atOnce = as.execute(...payload([manager, rewire]), id("at once"));
    await expectRevert(atOnce, accessManager, "AccessManagerNotScheduled");

    for (const [method, ...args] of [
      ["schedule", manager, rewire, 0],
      ["execute", manager, rewire],
    ] as const) {
      expect(await roleOfTrip()).to.equal(GUARDIAN);
      const call = [manager, accessManager.interface.encodeFunctionData(method, args)] as const;
      await pass(call, method);
      await wait(2 * DAY + 1);
      await as.execute(...payload(call), id(method));
    }
    expect(await roleOfTrip()).to.equal(GOVERNANCE);
  });

  it("behavior: a level is lowered at once by the releaser, not by guardian, council or the owner itself", async () => {
    const { breaker, parties, target } = deployed;
    await breaker.connect(await actAs(deployed, parties.guardian)).trip(target, HALT, HOUR, "drill");
    expect(await breaker.levelOf(target)).to.equal(4n);
    for (const account of [parties.guardian, parties.riskCouncil, parties.owner, parties.deployer]) {
      const lower = breaker.connect(await actAs(deployed, account)).release(target, 0, "no");
      await expectRevert(lower, breaker, "AccessManagedUnauthorized", [account]);
    }
    await breaker.connect(await actAs(deployed, parties.releaser)).release(target, 0, "drill over");
    expect(await breaker.levelOf(target)).to.equal(0n);
  });
});
