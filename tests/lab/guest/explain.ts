import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { Chromium } from "../../../lab/services/chromium.js";
import { startUdev } from "../../../lab/services/udev.js";
import { until } from "../../../lab/services/until.js";
import { explain } from "../../../src/entry/diagnosis.js";
import { runOfTrace, toHtml } from "../../../src/entry/scenarios.js";
import { exposeUhid } from "../../../src/entry/sim.js";
import { SemanticsKey } from "../../page/semantics/semantics-key.js";
import { attachedKey } from "./attached-key.js";
import { agrees, explainFiles } from "./explain-files.js";
import { CAPTURE_FILE, CHROMIUM_FILES, EXPLAIN_STORIES, type ExplainStory } from "./explain-stories.js";
import { NetworkHar } from "./network-har.js";
import { OBSERVER_MARK, PageObserver } from "./page-observer.js";
import { EMULATED, SETTLE_MS, env, records, startShop, tellingKey, traceMs } from "./shop-bench.js";
import { Dumpcap } from "./usbmon.js";
import { warmUp } from "./warm-up.js";

const DEVICE_LOG_FLAGS = ["--enable-logging=stderr", "--vmodule=device_event_log_impl=1"];
/** Emulation: from the click to the key's wish, and from the touch to the site's answer. */
const SLACK_MS = 60_000;
/** Chromium's own timer is of three minutes. */
const NEVER_MS = 185_000;
const ALL_BUSES = 0;

await warmUp();
startUdev();
/** Stories by name, or all of them. */
const asked = process.argv.slice(2);
for (const story of EXPLAIN_STORIES) {
  if (asked.length === 0 || asked.includes(story.name)) await check(story.title, () => play(story));
}
process.exit(0);

async function play(story: ExplainStory): Promise<void> {
  const folder = join(outFolder(), story.name);
  mkdirSync(folder, { recursive: true });
  const own = await ceremony(story, folder);
  assert.equal(own.mechanism, story.mechanism);
  // Each file alone, and all together: none may say anything else than the harness, which saw every layer.
  const files = [...CHROMIUM_FILES, ...(story.road === "usbip" ? [CAPTURE_FILE] : [])];
  for (const some of [...files.map((file) => [file]), [...CHROMIUM_FILES], files]) {
    const { explanation, sources } = await explainFiles(folder, some);
    process.stdout.write(`${some.join(" + ")}: ${explanation.verdict}\n`);
    assert.ok(
      sources.some(({ ceremonies }) => ceremonies.length > 0),
      `${some.join(" + ")} shows no ceremony`,
    );
    agrees(explanation, own);
  }
}

/** Plays one registration. Leaves Chromium's files, and the harness's own trace, in the folder. */
async function ceremony({ title, road, touchMs }: ExplainStory, folder: string) {
  const key = new SemanticsKey(env, { touchMs: touchMs ?? 0, upTimeoutMs: 300_000 });
  key.isUntouched = touchMs === null;
  const telling = tellingKey(key);
  const expose = road === "uhid" ? exposeUhid : attachedKey;
  const device = await expose(telling.env, telling.firmware, { knobs: EMULATED });
  await sleep(SETTLE_MS);
  const capture = road === "usbip" ? await Dumpcap.start(ALL_BUSES, join(folder, CAPTURE_FILE)) : undefined;
  const log = join(folder, "chromium.log");
  const chromium = await Chromium.start({
    log,
    flags: [
      ...DEVICE_LOG_FLAGS,
      `--log-net-log=${join(folder, "netlog.json")}`,
      "--net-log-capture-mode=Default",
    ],
    withinMs: 240_000,
  });
  const shop = await startShop({ fixed: false });
  try {
    const page = await chromium.open("about:blank");
    const har = await NetworkHar.of(page, chromium.version);
    const observer = await PageObserver.of(page, { title, records, traceMs });
    await page.bringToFront();
    await page.go(shop.url);
    // How the key was plugged in is no part of the ceremony.
    records.length = 0;
    await observer.click("#create");
    if (touchMs === null) await sleep(NEVER_MS);
    else
      await until("the site has answered", {
        withinMs: touchMs + SLACK_MS,
        probe: () => (observer.finished ? true : undefined),
      });
    await sleep(SETTLE_MS);
    await har.write(join(folder, "network.har"));
    const trace = observer.trace(shop.passkeys());
    const explanation = explain(trace);
    process.stdout.write(`${title}: ${explanation.verdict}\n`);
    const lines = trace.map((record) => JSON.stringify(record));
    writeFileSync(join(folder, "harness.jsonl"), `${lines.join("\n")}\n`);
    writeFileSync(join(folder, "harness.html"), toHtml(runOfTrace(trace)));
    return explanation;
  } finally {
    await chromium.close();
    shop.close();
    writeFileSync(join(folder, "device-log.txt"), withoutObserver(readFileSync(log, "utf8")));
    if (capture !== undefined) process.stdout.write(await capture.stop());
    await device.unplug();
  }
}

/** The harness sees the page by way of its console, which Chromium prints to the same stream: that is no log of its own. */
function withoutObserver(log: string): string {
  return log
    .split("\n")
    .filter((line) => !line.includes(OBSERVER_MARK))
    .join("\n");
}
