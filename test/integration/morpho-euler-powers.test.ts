import { expect } from "chai";
import { Interface } from "ethers";
import { artifacts } from "../repo/build-output.js";
import { loadForeign } from "../../keeper/src/lab/world/artifacts.js";
import { toBytes } from "../parity/recorded-code.js";

const PUSH1 = 0x60;
const PUSH32 = 0x7f;

/** What the role of a sentinel, or of a curator's delegate, may call on a vault. **Source:** morpho-org/vault-v2, IVaultV2. */
const VAULT_V2 = new Interface(
  [
    ...["decreaseAbsoluteCap(bytes,uint256)", "decreaseRelativeCap(bytes,uint256)", "revoke(bytes)"],
    ...["deallocate(address,bytes,uint256)", "increaseAbsoluteCap(bytes,uint256)", "submit(bytes)"],
    ...["increaseRelativeCap(bytes,uint256)", "allocate(address,bytes,uint256)", "multicall(bytes[])"],
    ...["forceDeallocate(address,bytes,uint256,address)", "setLiquidityAdapterAndData(address,bytes)"],
  ].map((signature) => `function ${signature}`),
);

/** What changes the state of a vault. **Source:** euler-xyz/euler-vault-kit, IEVault. */
const EVAULT = new Interface(
  [
    ...["deposit(uint256,address)", "mint(uint256,address)", "withdraw(uint256,address,address)", "touch()"],
    ...[
      "redeem(uint256,address,address)",
      "skim(uint256,address)",
      "borrow(uint256,address)",
      "repay(uint256,address)",
    ],
    ...["repayWithShares(uint256,address)", "pullDebt(uint256,address)", "flashLoan(uint256,bytes)", "convertFees()"],
    ...["liquidate(address,address,uint256,uint256)", "disableController()", "transfer(address,uint256)"],
    ...["transferFrom(address,address,uint256)", "approve(address,uint256)", "setHookConfig(address,uint32)"],
    ...["setGovernorAdmin(address)", "setLTV(address,uint16,uint16,uint32)", "setCaps(uint16,uint16)"],
    ...["setFeeReceiver(address)", "setInterestRateModel(address)", "setInterestFee(uint16)", "setConfigFlags(uint32)"],
    ...["setMaxLiquidationDiscount(uint16)", "setLiquidationCoolOffTime(uint16)", "enableBalanceForwarder()"],
  ].map((signature) => `function ${signature}`),
);

interface Adapter {
  readonly name: string;
  /** Functions that may change something, all of them, of the adapter itself. */
  readonly own: readonly string[];
  readonly host: Interface;
  /** Functions of the host that may change something, and whose selectors are in the adapter's code. */
  readonly calls: readonly string[];
}

const adapters: readonly Adapter[] = [
  { name: "MorphoPreLiquidationOracle", own: [], host: morpho(), calls: [] },
  { name: "MorphoMaxLtvOracle", own: [], host: morpho(), calls: [] },
  {
    name: "MorphoVaultSentinel",
    own: ["sync"],
    host: VAULT_V2,
    calls: ["decreaseAbsoluteCap", "decreaseRelativeCap"],
  },
  // The two are its own entry points, which the vault calls by its own selectors; of the vault it calls views.
  { name: "EulerLiquidationHook", own: ["borrow", "liquidate"], host: EVAULT, calls: ["borrow", "liquidate"] },
];

/** Of the genuine artifact: every function that is not a view. */
function morpho(): Interface {
  return loadForeign("@morpho-org/morpho-blue/src/Morpho").abi;
}

/** A number without its trailing zero bits: the compiler writes a selector in any of these forms, and a shift beside it. */
function odd(value: bigint): bigint {
  return value === 0n || value % 2n === 1n ? value : odd(value / 2n);
}

/** Operands of every PUSH of `code`, without their trailing zero bits. */
function constantsIn(code: Buffer): Set<bigint> {
  const found = new Set<bigint>();
  for (const { opcode, operand } of instructions(code)) {
    if (opcode >= PUSH1 && opcode <= PUSH32 && operand.length > 0)
      found.add(odd(BigInt(`0x${operand.toString("hex")}`)));
  }
  return found;
}

/** Up to the metadata, which is no code. */
function* instructions(code: Buffer): Generator<{ opcode: number; operand: Buffer }> {
  const end = code.length === 0 ? 0 : code.length - 2 - code.readUInt16BE(code.length - 2);
  for (let at = 0; at < end; at += 1) {
    const opcode = code.readUInt8(at);
    const width = opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 1 : 0;
    yield { opcode, operand: code.subarray(at + 1, at + 1 + width) };
    at += width;
  }
}

function changing(abi: Interface): { name: string; selector: string }[] {
  const found: { name: string; selector: string }[] = [];
  abi.forEachFunction(({ name, selector, constant }) => {
    if (!constant) found.push({ name, selector });
  });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

for (const { name, own, host, calls } of adapters) {
  describe(`${name}: what it can do`, () => {
    const artifact = artifacts().find(({ contractName }) => contractName === name);

    it("has no function that changes anything, but for those of its task", () => {
      const abi = new Interface(artifact?.abi ?? []);
      expect(abi.fragments.length, "artifact; run `npm run build`").to.be.greaterThan(0);
      expect(changing(abi).map((f) => f.name)).to.deep.equal(own);
    });

    it("knows no power of its host but those of its task", () => {
      const constants = constantsIn(toBytes(artifact?.deployedBytecode ?? ""));
      const powers = changing(host);
      expect(powers.length).to.be.greaterThan(10);
      expect(powers.filter(({ selector }) => constants.has(odd(BigInt(selector)))).map((f) => f.name)).to.deep.equal(
        calls,
      );
    });

    it("delegates its code to nobody, makes nothing and ends nothing", () => {
      const [create, callcode, delegatecall, create2, selfdestruct] = [0xf0, 0xf2, 0xf4, 0xf5, 0xff];
      const seen = new Set([...instructions(toBytes(artifact?.deployedBytecode ?? ""))].map(({ opcode }) => opcode));
      expect(
        [create, callcode, delegatecall, create2, selfdestruct].filter((opcode) => seen.has(opcode)),
      ).to.deep.equal([]);
    });
  });
}
