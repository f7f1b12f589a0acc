import { Worker } from "node:worker_threads";
import {
  type VerdictOptions,
  type VerdictTable,
  joinVerdictTables,
  verdictTable,
} from "../entry/scenarios.js";

/** Beside this file in the package; from source a thread needs the loader that the main one has. */
function startWorker(workerData: { readonly seed: string; readonly draws: number }): Worker {
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./verdict-worker.js", import.meta.url), { workerData });
  }
  const source = JSON.stringify(new URL("./verdict-worker.ts", import.meta.url).href);
  const loader = `import("tsx/esm/api").then(({ register }) => { register(); return import(${source}); })`;
  return new Worker(loader, { eval: true, workerData });
}

export interface CountOptions extends Required<VerdictOptions> {
  /** How many scenarios are sampled at once, each in a thread of its own. */
  readonly jobs: number;
}

/** Counts the verdicts of scenarios on several cores; the number of cores does not change the table. */
export async function countVerdicts({ jobs, ...options }: CountOptions): Promise<VerdictTable> {
  const { seed, draws, scenarios, onProgress } = options;
  if (jobs === 1 || scenarios.length < 2) return verdictTable(options);
  const tables: VerdictTable[] = [];
  const queue = scenarios.entries();
  let done = 0;
  const work = async (worker: Worker) => {
    for (const [at, scenario] of queue) {
      onProgress(done, scenario);
      tables[at] = await tableFrom(worker, scenario.id);
      done += 1;
    }
  };
  const workers = Array.from({ length: Math.min(jobs, scenarios.length) }, () =>
    startWorker({ seed, draws }),
  );
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return joinVerdictTables(tables);
}

function tableFrom(worker: Worker, id: string): Promise<VerdictTable> {
  return new Promise((resolve, reject) => {
    const onTable = (table: VerdictTable) => {
      worker.off("error", reject);
      resolve(table);
    };
    worker.once("message", onTable).once("error", reject);
    worker.postMessage(id);
  });
}
