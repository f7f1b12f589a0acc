import { parentPort, workerData } from "node:worker_threads";
import { measureVerdicts, oracleCaseFiles } from "../entry/scenarios.js";
import type { OracleMessage, OracleWork } from "./run-oracle.js";

const say = (message: OracleMessage) => parentPort?.postMessage(message);

void measureVerdicts({
  ...(workerData as OracleWork),
  onDraw: (done) => say({ kind: "progress", done }),
  onCase: ({ records, ...found }) =>
    say({ kind: "case", found, files: oracleCaseFiles({ ...found, ...(records && { records }) }) }),
}).then((table) => say({ kind: "table", table }));
