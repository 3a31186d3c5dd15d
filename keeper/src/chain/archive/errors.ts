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
      `method ${method} is not served by a recorded block: it answers state reads at one block only. Fork a live node for the rest`,
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
