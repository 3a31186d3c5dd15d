import {
  NoHeadAgreement,
  RpcAnswerMalformed,
  RpcRateLimited,
  RpcRefused,
  RpcUnreachable,
  WrongChain,
} from "../chain/rpc-errors.js";
import { RpcPoolMisconfigured } from "../chain/rpc-pool.js";
import { ConfigInvalid } from "../config.js";
import { CalibrationError } from "../model/calibration.js";
import { StatusPortUnavailable } from "../observe/status-server.js";
import { ContractsNotFound } from "../operator/probe.js";
import { PeerPortUnavailable } from "../quorum/peer-server.js";
import { JournalForeign } from "../store/database.js";
import { ForkArgumentInvalid, ForkPortUnavailable } from "./fork-arguments.js";
import { BlockArgumentInvalid } from "./once.js";
import { OperatorKeyMissing } from "./operator-key.js";
import { ScoreLineInvalid } from "./prove.js";
import { OptionInvalid } from "./scan.js";

/** What the process ends with. Stable: scripts may rely on it. */
export const EXIT = {
  /** Stopped by SIGTERM or SIGINT, or the command is done. */
  ok: 0,
  /** Anything not named below; the message says what. */
  failed: 1,
  /** The configuration, the calibration, or the command line cannot be used. */
  config: 2,
  /** An RPC, or the journal, is of another chain. */
  wrongChain: 3,
  /** No RPC answers. */
  rpcDead: 4,
  /** The port of `listen`, `statusPort` or `--port` is taken. */
  portTaken: 5,
  /** The operator's key is missing or cannot be read. */
  keyMissing: 6,
} as const;

type ErrorClass = abstract new (...args: never[]) => Error;

const TABLE: readonly (readonly [number, readonly ErrorClass[]])[] = [
  [
    EXIT.config,
    [
      ConfigInvalid,
      CalibrationError,
      RpcPoolMisconfigured,
      ContractsNotFound,
      ScoreLineInvalid,
      ForkArgumentInvalid,
      OptionInvalid,
      BlockArgumentInvalid,
    ],
  ],
  [EXIT.wrongChain, [WrongChain, JournalForeign]],
  [EXIT.rpcDead, [RpcUnreachable, RpcRateLimited, RpcRefused, RpcAnswerMalformed, NoHeadAgreement]],
  [EXIT.portTaken, [PeerPortUnavailable, StatusPortUnavailable, ForkPortUnavailable]],
  [EXIT.keyMissing, [OperatorKeyMissing]],
];

/** The code for an error, or for the first of its causes that has one of its own. */
export function exitCodeOf(error: unknown, depth = 0): number {
  if (!(error instanceof Error) || depth > 4) return EXIT.failed;
  const row = TABLE.find(([, classes]) => classes.some((one) => error instanceof one));
  const causes = [error.cause, ...(error instanceof AggregateError ? (error.errors as unknown[]) : [])];
  // An aggregate of dead endpoints one of which is of another chain is a wrong chain: the cause that a person must fix.
  const inner = causes.map((cause) => exitCodeOf(cause, depth + 1)).filter((code) => code !== EXIT.failed);
  if (inner.includes(EXIT.wrongChain)) return EXIT.wrongChain;
  return row?.[0] ?? inner[0] ?? EXIT.failed;
}
