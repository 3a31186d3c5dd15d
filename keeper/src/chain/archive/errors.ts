/** Failures of recorded forks. Every message says what was seen, what was expected and what to do. */

/** Something was asked for that the recording does not hold. Never answered with zero. */
export class ArchiveMissing extends Error {
  override readonly name = "ArchiveMissing";
  /** @param what  The missing piece, e.g. `slot 0x…01 of 0xabc…`. */
  constructor(
    readonly what: string,
    recorded: string,
  ) {
    super(
      `not recorded: ${what}; this archive holds ${recorded}. Record it again with what it lacks, or fork a live node`,
    );
  }
}

/** A file of the recording is absent, unreadable, or disagrees with its own hash. */
export class ArchiveMalformed extends Error {
  override readonly name = "ArchiveMalformed";
  constructor(
    readonly file: string,
    reason: string,
  ) {
    super(`malformed archive, ${file}: ${reason}. Restore the file from where it was recorded`);
  }
}

/** State borrowed from another recording contradicts what this one holds. */
export class ArchiveConflict extends Error {
  override readonly name = "ArchiveConflict";
  constructor(what: string, here: string, there: string) {
    super(
      `cannot borrow ${what}: recorded here as ${here}, in the other archive as ${there}. Borrow only what is not recorded here`,
    );
  }
}

/** A JSON-RPC method or parameter that a recorded state cannot answer. */
export class MethodRefused extends Error {
  override readonly name = "MethodRefused";
  constructor(readonly method: string) {
    super(
      `method ${method} is not served by a recorded fork: it answers reads at one block only. Fork a live node for the rest`,
    );
  }
}

/** The forked node would not take, or did not mine, a transaction of the recorded block. */
export class ReplayRejected extends Error {
  override readonly name = "ReplayRejected";
  constructor(
    readonly position: string,
    reason: string,
  ) {
    super(`replay stopped at ${position}: ${reason}. Check the hardfork, the chain id and the list of missing state`);
  }
}

/** Blocks are re-executed by Hardhat's EDR, which is not installed. */
export class HardhatMissing extends Error {
  override readonly name = "HardhatMissing";
  constructor(cause: unknown) {
    super(
      "saw no module hardhat, expected it: its EDR re-executes the blocks. Install it beside bulkhead: npm install --save-dev hardhat",
      { cause },
    );
  }
}

/** A development node ended, or did not start. */
export class NodeFailed extends Error {
  override readonly name = "NodeFailed";
  constructor(node: string, said: string) {
    super(`${node}: saw "${said.trim()}", expected it to listen. Start it by hand to see why`);
  }
}

/** The endpoint says something else than what was recorded before. */
export class RecordingConflict extends Error {
  override readonly name = "RecordingConflict";
  constructor(
    readonly what: string,
    recorded: string,
    seen: string,
  ) {
    super(
      `${what}: recorded as ${shortened(recorded)}, seen now as ${shortened(seen)}; expected the same at one block. ` +
        "One of the endpoints is wrong: record into a new archive, and compare",
    );
  }
}

/** State was asked for at another block than the one that a fork is pinned to. */
export class OutsidePin extends Error {
  override readonly name = "OutsidePin";
  constructor(
    readonly what: string,
    seen: string,
    pin: number,
  ) {
    super(
      `${what}: saw block ${seen}, expected ${pin} or latest; this fork is pinned to that block and has no other state`,
    );
  }
}

/** A folder is nothing recorded, not of the chain and block that was asked for, or of a version that is not known here. */
export class RecordingForeign extends Error {
  override readonly name = "RecordingForeign";
  constructor(folder: string, seen: string, expected: string) {
    super(`${folder}: saw ${seen}, expected ${expected}; choose another folder`);
  }
}

/** How much of a value goes into a message. */
const TEXT_KEPT = 200;
const shortened = (text: string): string => (text.length > TEXT_KEPT ? `${text.slice(0, TEXT_KEPT)}…` : text);
