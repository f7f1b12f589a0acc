/**
 * `npm run bench`: every group, each of ours beside its peer in the same run.
 *
 *     npm run bench -- [--json FILE] [--group TEXT] [--smoke]
 *
 * Absolute numbers belong to the machine; the ratio ours / peer is what can be compared.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Bench } from "tinybench";
import type { BenchCase } from "./bench-case.js";
import { cborBench } from "./cbor.js";
import { ceremonyBench } from "./ceremony.js";
import { cryptoBench } from "./crypto.js";
import { framingBench } from "./framing.js";

interface Row {
  readonly group: string;
  readonly name: string;
  readonly opsPerSecond: number;
  readonly peer?: string;
  /** Ours divided by the peer's ops/s: above 1 we are faster. */
  readonly ratioToPeer?: number;
  readonly samples: number;
}

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    group: { type: "string" },
    smoke: { type: "boolean", default: false },
  },
});

/** A smoke run shows that every case works; its numbers mean little. */
const timing = values.smoke
  ? { time: 1, iterations: 2, warmupTime: 0, warmupIterations: 1 }
  : { time: 500, iterations: 16, warmupTime: 100, warmupIterations: 5 };

async function measure(cases: readonly BenchCase[]): Promise<Row[]> {
  const bench = new Bench(timing);
  for (const { name, fn } of cases) bench.add(name, fn);
  await bench.run();
  const results = new Map(
    bench.tasks.map((task) => {
      const { result } = task;
      if (result.state === "errored") throw result.error;
      if (result.state !== "completed") throw new Error(`${task.name}: ${result.state}`);
      return [
        task.name,
        {
          opsPerSecond: result.throughput.p50 || result.throughput.mean,
          samples: result.latency.samplesCount,
        },
      ];
    }),
  );
  return cases.map(({ group, name, peer }) => {
    const own = results.get(name);
    const other = peer === undefined ? undefined : results.get(peer);
    if (own === undefined || (peer !== undefined && other === undefined)) {
      throw new Error(`${group}: no result for ${name} or its peer ${peer ?? ""}`);
    }
    return {
      group,
      name,
      ...own,
      ...(peer !== undefined && other && { peer, ratioToPeer: own.opsPerSecond / other.opsPerSecond }),
    };
  });
}

const cases = [...cborBench(), ...cryptoBench(), ...framingBench(), ...ceremonyBench()].filter(
  ({ group }) => values.group === undefined || group.includes(values.group),
);
const rows: Row[] = [];
for (const group of new Set(cases.map((one) => one.group))) {
  const measured = await measure(cases.filter((one) => one.group === group));
  console.log(`\n${group}`);
  for (const row of measured) {
    const ops = Math.round(row.opsPerSecond).toLocaleString("en").padStart(14);
    const ratio = row.ratioToPeer === undefined ? "" : `   ${row.ratioToPeer.toFixed(2)} x ${row.peer ?? ""}`;
    console.log(`  ${row.name.padEnd(48)}${ops} ops/s${ratio}`);
  }
  rows.push(...measured);
}
if (values.json !== undefined) {
  const report = {
    schema: 1,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    smoke: values.smoke,
    rows,
  };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
