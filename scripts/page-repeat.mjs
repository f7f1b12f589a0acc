// Plays the story of the report this project began with on a real page in Chromium again and again, with the machine kept
// busy: the page gives up at 60 s, the finger comes at 98 s. Every run must have the same events in the same order and the
// same verdict; prints the median of the wall time.
//
// Usage: npm run build && node scripts/page-repeat.mjs [--runs 100] [--busy 2]
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { chromium } from "@playwright/test";
import { PlaywrightPasskeys } from "passkey-harness/playwright";
import { startShop } from "../examples/passkey-shop/site.mjs";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "100" }, busy: { type: "string", default: "2" } },
});
const runs = Number(values.runs);
const executablePath = process.env.PATH.split(delimiter)
  .map((folder) => join(folder, "chromium"))
  .find((path) => existsSync(path));
if (executablePath === undefined) {
  console.log("skipped: Chromium is not installed (Debian package chromium)");
  process.exit(0);
}

/** Computes in bursts of uneven length, so that the browser and this process get the processor at uneven moments. */
const BURSTS = `
  let state = 1;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    const until = performance.now() + (state % 80);
    while (performance.now() < until);
    Atomics.wait(pause, 0, 0, state % 7);
  }
`;
const busy = Array.from({ length: Number(values.busy) }, () => new Worker(BURSTS, { eval: true }));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const shop = await startShop();
/** Wall times and number of runs, by order of events and verdict. */
const outcomes = new Map();
const wallMs = [];
let rows = 0;
for (let run = 0; run < runs; run += 1) {
  const began = performance.now();
  const { order, verdict } = await play();
  wallMs.push(performance.now() - began);
  const key = createHash("sha256").update(order).update(verdict).digest("hex").slice(0, 12);
  const seen = outcomes.get(key) ?? { count: 0, events: order.split("\n").length, verdict, order };
  outcomes.set(key, { ...seen, count: seen.count + 1 });
}
await browser.close();
shop.close();
for (const worker of busy) await worker.terminate();

for (const [key, { count, events, verdict }] of outcomes)
  console.log(`${count} runs of ${runs}: ${events} events, order ${key}, ${verdict}`);
const sorted = wallMs.toSorted((a, b) => a - b);
const at = (share) => (sorted[Math.floor(share * (sorted.length - 1))] / 1_000).toFixed(2);
console.log(
  `wall time of a run, ${values.busy} busy threads: median ${at(0.5)} s, least ${at(0)} s, most ${at(1)} s`,
);
console.log(`passkeys that the site registered: ${rows}`);
if (outcomes.size !== 1) {
  const [one, other] = [...outcomes.values()].map(({ order }) => order.split("\n"));
  const at = one.findIndex((line, index) => line !== other[index]);
  console.log(`they part at event ${at}: "${one[at]}" and "${other[at]}"`);
  process.exitCode = 1;
}

async function play() {
  const context = await browser.newContext();
  const passkeys = new PlaywrightPasskeys({ seed: "report" });
  await passkeys.attach(context);
  const page = await context.newPage();
  await page.goto(shop.url);
  passkeys.lateFinger(98_000);
  const { records, explanation } = await passkeys.register(page.getByRole("button"));
  await context.close();
  // The seed makes the same passkey each time, which an account has once.
  rows += shop.forget();
  // Names of documents differ, and nothing else does.
  const line = ({ atMs, actor, kind, timer = "", text = "" }) =>
    [atMs, actor, kind, timer, text].join(" ").trim();
  return { order: records.map(line).join("\n"), verdict: `${explanation.mechanism}: ${explanation.verdict}` };
}
