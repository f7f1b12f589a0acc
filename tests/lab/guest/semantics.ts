import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { Screen } from "../../../lab/services/screen.js";
import { startUdev } from "../../../lab/services/udev.js";
import { type TraceRecord, startTrace } from "../../../src/entry/diagnosis.js";
import { envFor, exposeUhid, systemClock, systemEnv } from "../../../src/entry/sim.js";
import { CASE_GROUPS } from "../../page/semantics/all-cases.js";
import { casesSite } from "../../page/semantics/cases-site.js";
import type { SemanticsCase } from "../../page/semantics/cases.js";
import { SemanticsKey } from "../../page/semantics/semantics-key.js";
import { USB_RESULTS, usbOf, type UsbResult, type UsbRun } from "../../page/semantics/usb-cases.js";
import { CasesBrowser } from "./cases-browser.js";
import { told } from "./told.js";
import { warmUp } from "./warm-up.js";

/** On an emulated processor the packets of one message may be further apart than a key's half a second. */
const EMULATED = { reassemblyMs: 20_000 };
/** From the key's being plugged in to udev's having told the browser. */
const SETTLE_MS = 2_000;
const TOUCH_MS = 50;

const records: TraceRecord[] = [];
const write = (record: TraceRecord) => void records.push(record);
const env = { ...systemEnv(), trace: startTrace(systemClock, { write }) };
const own = envFor(env, "key");
const key = new SemanticsKey(env, { touchMs: TOUCH_MS });
await warmUp();
startUdev();
const site = await casesSite(Infinity);
await exposeUhid(own, { ...key.firmware, cbor: told(own, key.handle) }, { knobs: EMULATED });
await sleep(SETTLE_MS);

/** Cases by name, or all that a key can play. */
const asked = process.argv.slice(2);
const cases = CASE_GROUPS.flatMap((group) => group.cases).filter(({ id }) =>
  asked.length === 0 ? usbOf(id).out === undefined : asked.includes(id),
);
const results: Record<string, UsbResult> = {};
await playAll(
  "without a window",
  cases.filter(({ id }) => usbOf(id).isAttended !== true),
);
await playAll(
  "with a person",
  cases.filter(({ id }) => usbOf(id).isAttended === true),
);
process.exit(0);

/** Plays cases in one browser. */
async function playAll(how: "without a window" | "with a person", all: readonly SemanticsCase[]) {
  if (all.length === 0) return;
  const screen = how === "with a person" ? await Screen.start() : undefined;
  const log = join(outFolder(), `chromium-${how.replaceAll(" ", "-")}.log`);
  const browser = await CasesBrowser.start({ log }, { site, key, records, ...(screen && { screen }) });
  process.stdout.write(`${browser.version}, ${how}\n`);
  for (const one of all) {
    await check(`plays ${one.id}`, async () => {
      const result = await browser.play(one);
      results[one.id] = result;
      process.stdout.write(`${JSON.stringify(result)}\n`);
      const run: UsbRun = { browser: browser.version, results };
      writeFileSync(join(outFolder(), USB_RESULTS), `${JSON.stringify(run, null, 1)}\n`);
    });
  }
  await check(`leaves when asked to, ${how}`, () => browser.close());
  screen?.stop();
}
