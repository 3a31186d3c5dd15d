import pino, { type DestinationStream, type Logger } from "pino";

/** Structured log: one JSON object a line, event names in `event`. */
export type Log = Logger;

/** Open the log on `destination` (stdout by default). Lines are written before the call returns: a crash loses none. */
export function openLog(destination: DestinationStream = pino.destination({ fd: 1, sync: true })): Log {
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (label) => ({ level: label }) } },
    destination,
  );
}
