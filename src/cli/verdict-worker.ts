import { parentPort, workerData } from "node:worker_threads";
import { scenarioNamed, verdictTable } from "../entry/scenarios.js";

const { seed, draws } = workerData as { readonly seed: string; readonly draws: number };

// Takes one scenario at a time, by its id: an idle worker asks for the next.
parentPort?.on("message", (id: string) => {
  void verdictTable({ seed, draws, scenarios: [scenarioNamed(id)] }).then((table) =>
    parentPort?.postMessage(table),
  );
});
