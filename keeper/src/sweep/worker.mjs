// Runs worker.ts through tsx inside this thread, as keeper/bin/bulkhead.mjs does for the process: threads of Node 22 do not
// look at `--import` before they load their first module.
const { register } = await import("tsx/esm/api");
register();
await import("./worker.ts");
