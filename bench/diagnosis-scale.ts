/**
 * `npm run bench:diagnosis`: explains traces of more and more ceremonies, and prints time and memory of each.
 *
 *     npm run bench:diagnosis -- [CEREMONIES...]
 *
 * A trace of ten times the ceremonies should take about ten times as long. The largest needs some gigabytes of memory.
 */
import { explain } from "../src/diagnosis/explain.js";
import type { TraceRecord } from "../src/core/trace.js";
import { scenarioNamed } from "../src/scenarios/catalogue.js";
import { runScenario } from "../src/scenarios/run.js";

const SIZES = [1_000, 10_000, 100_000];

/** One ceremony each: one that goes well, and ones that the guard, the page and the key end. */
const STORIES = ["plain-registration", "page-guard-late-mail", "usb-cancel-race", "usb-keystore-full"];

/** Names that must differ from ceremony to ceremony. */
const NAMES = ["span", "parent", "ceremony", "id", "account", "credential"];

/** Reports of a cable and signs of life, which are most of a trace and say little. */
const FRAMES: readonly string[] = ["ctap.keepalive", "link.hid"];

const sizes = process.argv.slice(2).map(Number);
const templates = await Promise.all(STORIES.map(recordsOf));

console.log("ceremonies      records     time  per ceremony      heap");
for (const size of sizes.length > 0 ? sizes : SIZES) {
  const records = traceOf(size);
  const beganMs = performance.now();
  const { ceremonies } = explain(records);
  const tookMs = performance.now() - beganMs;
  const heapMb = process.memoryUsage().heapUsed / 2 ** 20;
  console.log(
    String(ceremonies.length).padStart(10),
    String(records.length).padStart(12),
    `${(tookMs / 1000).toFixed(2)} s`.padStart(8),
    `${((tookMs * 1000) / ceremonies.length).toFixed(0)} us`.padStart(13),
    `${heapMb.toFixed(0)} MB`.padStart(9),
  );
}

/** The records of a story's first ceremony without its frames. */
async function recordsOf(id: string): Promise<readonly TraceRecord[]> {
  const { records } = await runScenario(scenarioNamed(id), { seed: "bench" });
  const first = records.find(({ ceremony }) => ceremony !== undefined)?.ceremony;
  return records.filter(({ ceremony, kind }) => ceremony === first && !FRAMES.includes(kind));
}

/** A trace of that many ceremonies, one a second, each with names of its own. */
function traceOf(size: number): readonly TraceRecord[] {
  const records: TraceRecord[] = [];
  for (let nth = 0; nth < size; nth += 1) {
    const template = templates[nth % templates.length] ?? [];
    for (const record of template) records.push(renamed(record, nth));
  }
  return records.sort((a, b) => a.atMs - b.atMs);
}

function renamed(record: TraceRecord, nth: number): TraceRecord {
  const copy: Record<string, unknown> = { ...record, atMs: record.atMs + nth * 1_000 };
  for (const name of NAMES) if (typeof copy[name] === "string") copy[name] = `${nth}-${copy[name]}`;
  return copy as unknown as TraceRecord;
}
