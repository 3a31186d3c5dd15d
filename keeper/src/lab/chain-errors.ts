/** Thrown when no JSON-RPC answer comes from the URL. */
export class ChainUnreachableError extends Error {
  override readonly name = "ChainUnreachableError";

  constructor(url: string, cause: unknown) {
    super(`no JSON-RPC answer from ${url}; start a development chain there, or give another URL`, { cause });
  }
}

/** Thrown when the chain id is neither 31337 nor the one that was named. */
export class ChainIdError extends Error {
  override readonly name = "ChainIdError";

  constructor(url: string, seen: number, expected: readonly number[]) {
    super(`${url} is chain ${seen}, expected ${expected.join(" or ")}; name this id on purpose if it is meant`);
  }
}

/** Thrown when a chain needs a key file and there is none, or it does not hold one private key. The key is never quoted. */
export class KeyFileError extends Error {
  override readonly name = "KeyFileError";

  constructor(keyFile: string | undefined, reason: string, cause?: unknown) {
    super(`key file ${keyFile ?? "(not given)"}: ${reason}; expected one line, 0x and 64 hex digits`, { cause });
  }
}

/** Thrown when the node lacks a method of development chains that the lab needs. */
export class DevMethodMissingError extends Error {
  override readonly name = "DevMethodMissingError";

  constructor(url: string, method: string, cause: unknown) {
    super(`${url} does not know ${method}; the lab needs a Hardhat or anvil development chain`, { cause });
  }
}

/** Thrown when the port asked for the embedded chain is in use. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";

  constructor(port: number, cause: unknown) {
    super(`port ${port} of 127.0.0.1 is taken; leave the port out to get a free one`, { cause });
  }
}

/** Thrown when a block was asked for at a time that the chain has already passed, or came out at another time. */
export class BlockTimeError extends Error {
  override readonly name = "BlockTimeError";

  constructor(wanted: number, head: number) {
    super(`cannot mine a block at ${wanted}: the head is at ${head}; ask for a later time`);
  }
}

/** Thrown when a snapshot id is unknown to the node: each can be used once, and later ones die with it. */
export class SnapshotUnknownError extends Error {
  override readonly name = "SnapshotUnknownError";

  constructor(id: string) {
    super(`the chain has no snapshot ${id}; each id can be reverted to once, take a new one after it`);
  }
}

/** Thrown when a node answers a request with an error. */
export class RpcError extends Error {
  override readonly name = "RpcError";

  constructor(
    readonly method: string,
    readonly code: number,
    message: string,
  ) {
    super(`${method} failed with ${code}: ${message}`);
  }
}
