import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { Chromium } from "../../../lab/services/chromium.js";
import type { ChromiumPage } from "../../../lab/services/chromium-page.js";
import { startUdev } from "../../../lab/services/udev.js";
import { type TraceRecord, startTrace } from "../../../src/entry/diagnosis.js";
import { LoopbackDevice, envFor, exposeUhid, systemClock, systemEnv } from "../../../src/entry/sim.js";
import { authenticate, register } from "../../../src/entry/webauthn.js";
import { creationOptions, ORIGIN, requestOptions } from "../../helpers/ceremony-options.js";
import { CASE_GROUPS } from "../../page/semantics/all-cases.js";
import { PASSKEY, casesSite, caught, scriptOf } from "../../page/semantics/cases-site.js";
import type { SemanticsCase } from "../../page/semantics/cases.js";
import { SemanticsKey } from "../../page/semantics/semantics-key.js";
import { USB_RESULTS, usbOf, type UsbResult, type UsbRun } from "../../page/semantics/usb-cases.js";
import { told } from "./told.js";

/** On an emulated processor the packets of one message may be further apart than a key's half a second. */
const EMULATED = { reassemblyMs: 20_000 };
/** From the key's being plugged in to udev's having told the browser. */
const SETTLE_MS = 2_000;
const TOUCH_MS = 50;
/** A browser that answers at once, whose key has heard nothing for so long, waits for a person: the call counts as pending. */
const QUIET_MS = 8_000;
const LOOK_MS = 500;
const PROMPTLY_MS = 1_000;
const CASE_MS = 400_000;

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
const chromium = await Chromium.start({
  log: join(outFolder(), "chromium.log"),
  flags: ["--enable-logging=stderr", "--vmodule=*fido*=2,*webauth*=2"],
  withinMs: 240_000,
});
process.stdout.write(`${chromium.version}\n`);

let page = await tab();
// A browser's first sheet takes long.
await page.evaluate(PASSKEY, { asUser: true });
const asked = process.argv.slice(2);
const results: Record<string, UsbResult> = {};
for (const one of CASE_GROUPS.flatMap(({ cases }) => cases)) {
  const isWanted = asked.length === 0 ? usbOf(one.id).out === undefined : asked.includes(one.id);
  if (isWanted) await check(`plays ${one.id}`, () => played(one));
}
await check("leaves when asked to", () => chromium.close());
process.exit(0);

async function tab(): Promise<ChromiumPage> {
  const opened = await chromium.open(site.url);
  await opened.bringToFront();
  return opened;
}

/** Plays a case in a document of its own with a key of its own, and keeps what it came to. */
async function played(one: SemanticsCase): Promise<void> {
  const began = performance.now();
  key.renew(usbOf(one.id).key);
  records.length = 0;
  try {
    await page.go(site.url);
    if (one.isUntouched === true) {
      await page.evaluate(PASSKEY, { asUser: true });
      key.isUntouched = true;
    }
    const script = caught(scriptOf(one, site, CASE_MS));
    const value = await attended(page.evaluate<unknown>(script, { asUser: true }));
    results[one.id] = { value, ms: Math.round(performance.now() - began), key: commands() };
    process.stdout.write(`${JSON.stringify(results[one.id])}\n`);
    const run: UsbRun = { browser: chromium.version, results };
    writeFileSync(join(outFolder(), USB_RESULTS), `${JSON.stringify(run, null, 1)}\n`);
  } catch (error) {
    await page.close();
    page = await tab();
    throw error;
  }
}

/** Aborts the calls of the case that stay pending, until the case is over. */
async function attended<Value>(ended: Promise<Value>): Promise<Value> {
  const ending = { isOver: false };
  const over = () => void (ending.isOver = true);
  ended.then(over, over);
  let last = { open: 0, records: 0, sinceMs: 0 };
  while (!ending.isOver) {
    await Promise.race([ended, sleep(LOOK_MS)]);
    const askedMs = performance.now();
    const open = await page.evaluate<number>("openCall.isOpen ? openCall.number : 0");
    const nowMs = performance.now();
    const isAsBefore = open === last.open && records.length === last.records;
    if (open === 0 || !isAsBefore || nowMs - askedMs > PROMPTLY_MS)
      last = { open, records: records.length, sinceMs: nowMs };
    else if (nowMs - last.sinceMs > QUIET_MS) await page.evaluate(`openCall.abort("pending")`);
  }
  return ended;
}

/** What the key was asked, in order. */
function commands(): readonly string[] {
  return records.flatMap((record) =>
    record.kind === "ctap.response" ? [`${record.command} ${record.status}`] : [],
  );
}

/**
 * Uses the key once, before the browser starts: one whose program has not yet been compiled by its first calls is silent
 * for longer, on an emulated processor, than a browser bears.
 */
async function warmUp(): Promise<void> {
  const device = new LoopbackDevice(env, key.handle);
  for (let turn = 0; turn < 3; turn += 1) {
    const { id } = await register(env, device, creationOptions(), { origin: ORIGIN });
    const allowCredentials = [{ type: "public-key", id }];
    await authenticate(env, device, requestOptions({ allowCredentials }), { origin: ORIGIN });
  }
}
