import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { Chromium } from "../../../lab/services/chromium.js";
import { startUdev } from "../../../lab/services/udev.js";
import { until } from "../../../lab/services/until.js";
import { type TraceRecord, explain } from "../../../src/entry/diagnosis.js";
import { runOfTrace, toHtml } from "../../../src/entry/scenarios.js";
import { exposeUhid } from "../../../src/entry/sim.js";
import { judgeTruth } from "../../../src/page/matchers/judge.js";
import { PageObserver } from "./page-observer.js";
import { EMULATED, SETTLE_MS, env, records, startShop, tellingKey, traceMs } from "./shop-bench.js";
import { SHOP_STORIES, type ShopStory } from "./shop-stories.js";
import { SemanticsKey } from "../../page/semantics/semantics-key.js";
import { warmUp } from "./warm-up.js";

/** After the page's guard of 60 s. */
const TOUCH_MS = 75_000;
/** Emulation: from the touch to the site's answer. */
const LATE_MS = 60_000;

await warmUp();
startUdev();
// With a reader, no sheet of the browser asks for a PIN; the finger is late.
const key = new SemanticsKey(env, { touchMs: TOUCH_MS, upTimeoutMs: 300_000 });
const telling = tellingKey(key);
await exposeUhid(telling.env, telling.firmware, { knobs: EMULATED });
await sleep(SETTLE_MS);
const chromium = await Chromium.start({ log: join(outFolder(), "chromium.log"), withinMs: 240_000 });
process.stdout.write(`${chromium.version}\n`);
for (const story of SHOP_STORIES) await check(story.title, () => play(story));
await check("leaves when asked to", () => chromium.close());
process.exit(0);

async function play({ title, fixed, shown, mechanism, decidedBy, tellsTruth }: ShopStory): Promise<void> {
  records.length = 0;
  key.renew();
  telling.renew();
  const shop = await startShop({ fixed });
  const page = await chromium.open("about:blank");
  const observer = await PageObserver.of(page, { title, records, traceMs });
  try {
    await page.bringToFront();
    await page.go(shop.url);
    await observer.click("#create");
    await until("the page says something after a minute", {
      withinMs: TOUCH_MS,
      probe: () => (observer.shown.length > 1 ? true : undefined),
    });
    assert.equal(observer.isSettled, false, "the browser's promise is pending when the page speaks");
    assert.deepEqual(shop.passkeys(), []);
    await until("the site has answered", {
      withinMs: TOUCH_MS + LATE_MS,
      probe: () => (observer.finished ? true : undefined),
    });
    await page.screenshot(join(outFolder(), `${fixed ? "fixed" : "bug"}.png`));
    const trace = observer.trace(shop.passkeys());
    const explanation = explain(trace);
    keep(fixed ? "fixed" : "bug", trace, explanation.verdict);
    assert.deepEqual(observer.shown, shown);
    assert.equal(shop.passkeys().length, 1);
    assert.equal(explanation.mechanism, mechanism);
    assert.equal(explanation.decidedBy?.timer, decidedBy);
    const { holds, received } = judgeTruth({ explanation });
    assert.equal(holds, tellsTruth, String(received));
  } catch (error) {
    keep(fixed ? "fixed" : "bug", observer.trace(shop.passkeys()), "the story did not end:");
    process.stdout.write(`${records.map(({ atMs, kind }) => `${Math.round(atMs)} ${kind}`).join("\n")}\n`);
    throw error;
  } finally {
    await page.close();
    shop.close();
  }
}

function keep(name: string, trace: readonly TraceRecord[], verdict: string): void {
  process.stdout.write(`${verdict}\n`);
  writeFileSync(
    join(outFolder(), `${name}.jsonl`),
    `${trace.map((record) => JSON.stringify(record)).join("\n")}\n`,
  );
  writeFileSync(join(outFolder(), `${name}.html`), toHtml(runOfTrace(trace)));
}
