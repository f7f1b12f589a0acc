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
import { hybridCeremonyBench } from "./hybrid-ceremony.js";
import { hybridPureBench } from "./hybrid-pure.js";
import { spansBench } from "./spans.js";

interface Row {
  readonly group: string;
  readonly name: string;
  readonly opsPerSecond: number;
  readonly peer?: string;
  /** Ours divided by the peer's ops/s: above 1 we are faster. */
  readonly ratioToPeer?: number;
  /** How often each case had its turn; figures are medians over the rounds. */
  readonly rounds: number;
}

const { values } = parseArgs({
  options: {
    json: { type: "string" },
    group: { type: "string" },
    smoke: { type: "boolean", default: false },
  },
});

/** A smoke run shows that every case works; its numbers mean little. */
const ROUNDS = values.smoke ? 1 : 7;
const timing = values.smoke
  ? { time: 1, iterations: 2, warmupTime: 0, warmupIterations: 1 }
  : { time: 80, iterations: 4, warmupTime: 20, warmupIterations: 2 };

/** One turn for every case of a group. @returns ops/s by name. */
async function oneRound(cases: readonly BenchCase[]): Promise<ReadonlyMap<string, number>> {
  const bench = new Bench(timing);
  for (const { name, fn } of cases) bench.add(name, fn);
  await bench.run();
  return new Map(
    bench.tasks.map(({ name, result }) => {
      if (result.state === "errored") throw result.error;
      if (result.state !== "completed") throw new Error(`${name}: ${result.state}`);
      return [name, result.throughput.p50 || result.throughput.mean];
    }),
  );
}

/** Cases take turns, round after round, so that a machine that slows down slows both sides of a ratio. */
async function measure(cases: readonly BenchCase[]): Promise<Row[]> {
  for (const { fn, warmUps = 0 } of cases) {
    for (let call = 0; call < warmUps && !values.smoke; call++) await fn();
  }
  const rounds: ReadonlyMap<string, number>[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await oneRound(cases));
  const each = (name: string) => rounds.map((round) => round.get(name) ?? NaN);
  return cases.map(({ group, name, peer }) => {
    if (peer !== undefined && !cases.some((other) => other.name === peer)) {
      throw new Error(`${group}: ${name} names a peer that is not there: ${peer}`);
    }
    const ratios =
      peer === undefined ? [] : each(peer).map((other, round) => (each(name)[round] ?? NaN) / other);
    return {
      group,
      name,
      opsPerSecond: median(each(name)),
      ...(peer !== undefined && { peer, ratioToPeer: median(ratios) }),
      rounds: ROUNDS,
    };
  });
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

const cases = [
  ...cborBench(),
  ...cryptoBench(),
  ...framingBench(),
  ...ceremonyBench(),
  ...hybridPureBench(),
  ...spansBench(),
  ...hybridCeremonyBench(),
].filter(({ group }) => values.group === undefined || group.includes(values.group));
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
