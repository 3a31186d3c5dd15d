import type { FunctionFragment, Interface, ParamType } from "ethers";

const ZEROS: Readonly<Record<string, unknown>> = {
  bool: false,
  string: "",
  bytes: "0x",
  address: `0x${"0".repeat(40)}`,
};

/** A value of the type that is as empty as it can be, and can be decoded. */
function emptyOf(type: ParamType): unknown {
  const { arrayChildren, arrayLength, components, baseType } = type;
  if (arrayChildren !== null)
    return Array.from({ length: Math.max(0, arrayLength ?? 0) }, () => emptyOf(arrayChildren));
  if (components !== null) return components.map(emptyOf);
  return ZEROS[baseType] ?? (baseType.startsWith("bytes") ? `0x${"00".repeat(Number(baseType.slice(5)))}` : 0);
}

/** Functions of an ABI that may change something. */
export function writingFunctions(abi: Interface): FunctionFragment[] {
  const found: FunctionFragment[] = [];
  abi.forEachFunction((fragment) => {
    if (!fragment.constant) found.push(fragment);
  });
  return found;
}

/** Calldata of a call with empty arguments. */
export function emptyCall(abi: Interface, fragment: FunctionFragment): string {
  return abi.encodeFunctionData(fragment, fragment.inputs.map(emptyOf));
}
