import { sellKernel, valueKernel } from "./exact-kernels.js";
import { followKernel } from "./follow-kernel.js";
import { ADDRESSES, type LaneMemory } from "./lane-memory.js";
import { screenKernel } from "./screen-kernel.js";
import { moduleBytes, type WasmFunction } from "./wasm-code.js";

/** The loops over vectors of scenarios. */
export interface LaneKernels {
  /** {@link screenKernel}. */
  readonly screen: (debtors: number) => number;
  /** {@link followKernel}. */
  readonly follow: (first: number, last: number, among: number, areNew: number) => number;
  /** {@link valueKernel}. */
  readonly value: () => void;
  /** {@link sellKernel}. */
  readonly sell: () => void;
}

let modules: Readonly<Record<keyof LaneKernels, WebAssembly.Module>> | undefined;

/** The kernels, at work in `memory`. */
export function createKernels({ memory, at }: LaneMemory): LaneKernels {
  modules ??= {
    screen: compile(screenKernel()),
    follow: compile(followKernel()),
    value: compile(valueKernel()),
    sell: compile(sellKernel()),
  };
  const runOf = (module: WebAssembly.Module) =>
    new WebAssembly.Instance(module, { env: { memory, ...at } }).exports.run!;
  return {
    screen: runOf(modules.screen),
    follow: runOf(modules.follow),
    value: runOf(modules.value),
    sell: runOf(modules.sell),
  };
}

function compile(kernel: WasmFunction): WebAssembly.Module {
  return new WebAssembly.Module(moduleBytes(ADDRESSES, kernel));
}
