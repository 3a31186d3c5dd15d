import type { FunctionFragment } from "ethers";
import { FUNCTION_ROLES, managedNames, MANAGED, type ManagedName, type RoleName } from "../roles.js";

/** One call that somebody with a role is to make. */
export interface Action {
  readonly contract: ManagedName;
  readonly fragment: FunctionFragment;
  /** Arguments by name, as the ABI coder takes them. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly role: RoleName;
}

/** What is asked for cannot be proposed; the message says what was seen and what was expected. */
export class ProposalInvalid extends Error {
  override readonly name = "ProposalInvalid";
}

const LEVELS = ["Normal", "Watch", "NoNewLeverage", "Throttle", "Halt"];

/** Number of a level by its name. Throws {@link ProposalInvalid}. */
export function levelOf(name: string): number {
  const level = LEVELS.indexOf(name);
  if (level >= 0) return level;
  throw new ProposalInvalid(`--level: saw ${name}, expected one of ${LEVELS.join(", ")}`);
}

/** The action `contract.method(args)`. Throws {@link ProposalInvalid} where no role is asked for that, or an argument is missing. */
export function actionOf(contract: string, method: string, args: Readonly<Record<string, unknown>>): Action {
  const name = managedNames.find((each) => each === contract);
  if (name === undefined) {
    throw new ProposalInvalid(`contract: saw ${contract}, expected one of ${managedNames.join(", ")}`);
  }
  const [role, fragment] = [FUNCTION_ROLES[name][method], MANAGED[name].getFunction(method)];
  if (role === undefined || fragment === null) {
    const known = Object.keys(FUNCTION_ROLES[name]).join(", ");
    throw new ProposalInvalid(`function of ${name}: saw ${method}, expected one of ${known}`);
  }
  const [given, expected] = [Object.keys(args).sort(), fragment.inputs.map((input) => input.name).sort()];
  if (given.join() !== expected.join()) {
    throw new ProposalInvalid(`arguments of ${method}: saw ${given.join(", ")}, expected ${expected.join(", ")}`);
  }
  return { contract: name, fragment, args, role };
}

/** Calldata. Throws {@link ProposalInvalid} where an argument is not of its type. */
export function encodeAction({ contract, fragment, args }: Action): string {
  try {
    return MANAGED[contract].encodeFunctionData(
      fragment,
      fragment.inputs.map(({ name }) => args[name]),
    );
  } catch (error) {
    const seen = error instanceof Error ? error.message : String(error);
    throw new ProposalInvalid(`arguments of ${fragment.name}: ${seen}`, { cause: error });
  }
}
