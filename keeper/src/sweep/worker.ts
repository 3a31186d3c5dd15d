import { parentPort } from "node:worker_threads";
import { workOn, type SweepJob } from "./job.js";

parentPort!.on("message", (job: SweepJob) => {
  workOn(job);
  parentPort!.postMessage("done");
});
