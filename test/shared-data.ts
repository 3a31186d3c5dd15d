import { existsSync } from "node:fs";
import { join } from "node:path";

/** Folder of recorded and published data that no licence lets us commit. The one place that knows where it is. */
const SHARED = process.env.BULKHEAD_SHARED ?? "../shared";

/** Path of a shared file or folder, e.g. `sharedPath("data/evm-pevm-blocks")`. It may not exist. */
export function sharedPath(relative: string): string {
  return join(SHARED, relative);
}

/** Like {@link sharedPath}, but skips the running test or suite, loudly, when the file or folder is absent. */
export function requireShared(context: Mocha.Context, relative: string): string {
  const path = sharedPath(relative);
  if (!existsSync(path)) {
    console.warn(`      SKIPPED: ${path} is not there. Set BULKHEAD_SHARED to the folder that holds ${relative}`);
    context.skip();
  }
  return path;
}
