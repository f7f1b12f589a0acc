import { parentPort, workerData } from "node:worker_threads";
import { measureVerdicts, oracleFile, oracleFileName } from "../entry/scenarios.js";
import type { OracleMessage, OracleWork } from "./run-oracle.js";

const { seed, sample, draws } = workerData as OracleWork;

const say = (message: OracleMessage) => parentPort?.postMessage(message);

void measureVerdicts({
  seed,
  sample,
  draws,
  onDraw: (done) => say({ kind: "progress", done }),
  onCase: (found) => say({ kind: "case", found, name: oracleFileName(found), text: oracleFile(found) }),
}).then((table) => say({ kind: "table", table }));
