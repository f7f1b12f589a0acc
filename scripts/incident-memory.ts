/**
 * Measures what `explain` needs for logs at full size: a HAR of a gigabyte and an access log of ten million lines, made as
 * streams, never on disk.
 *
 *   npx tsx scripts/incident-memory.ts [--har-mb 1024] [--lines 10000000]
 *
 * Prints the highest resident memory, the seconds, and how often progress was told; fails above 300 MB.
 */
import { parseArgs } from "node:util";
import { explainIncident } from "../src/incident/explain-incident.js";
import type { IncidentFile } from "../src/incident/importer.js";
import { accessLogOf, harOf } from "./incident-logs.js";

const MB = 1_000_000;
const RSS_MB_MAX = 300;

const { values } = parseArgs({
  options: {
    "har-mb": { type: "string", default: "1024" },
    lines: { type: "string", default: "10000000" },
  },
});

async function measure(title: string, file: IncidentFile): Promise<void> {
  let told = 0;
  let bytes = 0;
  let rssMax = process.memoryUsage.rss();
  const began = performance.now();
  const { sources, explanation } = await explainIncident([file], {
    progress: (_, now) => {
      told += 1;
      bytes = now;
      if (told % 16 === 0) rssMax = Math.max(rssMax, process.memoryUsage.rss());
    },
  });
  // The system's own highest, of the process so far.
  const peak = Math.round(process.resourceUsage().maxRSS / 1_000);
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  const [first] = sources;
  console.log(
    `${title}: ${Math.round(bytes / MB)} MB in ${seconds} s, peak RSS ${peak} MB (sampled ${Math.round(rssMax / MB)} MB), ` +
      `progress told ${told} times, ${first?.source.records.length ?? 0} records, ` +
      `${first?.source.episodes.length ?? 0} ceremonies, verdict ${explanation.mechanism}`,
  );
  if (peak > RSS_MB_MAX) process.exitCode = 1;
}

await measure("HAR", harOf({ bytes: Number(values["har-mb"]) * MB }));
await measure("access log", accessLogOf({ lines: Number(values.lines) }));
