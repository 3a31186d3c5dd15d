/** The part of WebAssembly's JavaScript interface that the model uses; Node has it, its type declarations do not. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: { readonly env: Readonly<Record<string, Memory | number>> });
    readonly exports: Readonly<Record<string, (...values: number[]) => number>>;
  }
}
