import { Worker } from "node:worker_threads";
import {
  type OracleCase,
  type OracleCaseFile,
  type OracleTable,
  type SampleName,
  mergeTables,
} from "../entry/scenarios.js";

/** What one thread is given to do. */
export interface OracleWork {
  readonly seed: string;
  readonly sample: SampleName | undefined;
  readonly draws: readonly number[];
  readonly missing: boolean;
  readonly clocks: boolean;
}

export type OracleMessage =
  | { readonly kind: "progress"; readonly done: number }
  | { readonly kind: "case"; readonly found: OracleCase; readonly files: readonly OracleCaseFile[] }
  | { readonly kind: "table"; readonly table: OracleTable };

export interface OracleSettings extends OracleWork {
  /** How many threads the draws are dealt out to. */
  readonly jobs: number;
  readonly onProgress: (done: number) => void;
  readonly onCase: (message: OracleMessage & { readonly kind: "case" }) => void;
}

/** Measures on several cores; the number of cores does not change the table. */
export async function runOracle({
  jobs,
  draws,
  onProgress,
  onCase,
  ...work
}: OracleSettings): Promise<OracleTable> {
  const done: number[] = [];
  const tables = await Promise.all(
    Array.from({ length: jobs }, (_, job) => {
      const own = draws.filter((_draw, at) => at % jobs === job);
      return inWorker({ ...work, draws: own }, (message) => {
        if (message.kind === "case") onCase(message);
        if (message.kind !== "progress") return;
        done[job] = message.done;
        onProgress(done.reduce((sum, count) => sum + count, 0));
      });
    }),
  );
  return mergeTables(tables);
}

function inWorker(work: OracleWork, onMessage: (message: OracleMessage) => void): Promise<OracleTable> {
  const worker = startWorker(work);
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.on("message", (message: OracleMessage) => {
      if (message.kind === "table") resolve(message.table);
      else onMessage(message);
    });
    worker.once("exit", (code) => reject(new Error(`a worker ended with ${code}`)));
  });
}

/** Beside this file in the package; from source a thread needs the loader that the main one has. */
function startWorker(workerData: OracleWork): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./oracle-worker.js", import.meta.url), { workerData });
  }
  const source = JSON.stringify(new URL("./oracle-worker.ts", import.meta.url).href);
  const loader = `import("tsx/esm/api").then(({ register }) => { register(); return import(${source}); })`;
  return new Worker(loader, { eval: true, workerData });
}
