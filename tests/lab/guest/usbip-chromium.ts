import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { check, outFolder } from "../../../lab/checks.js";
import { Chromium } from "../../../lab/services/chromium.js";
import { startUdev } from "../../../lab/services/udev.js";
import { parseTrace } from "../../../src/entry/diagnosis.js";
import { exposeUhid, type KnobOverrides } from "../../../src/entry/sim.js";
import { attachedKey } from "./attached-key.js";
import type { Expose } from "./browser-key.js";
import { type BrowserStory, type CeremonyFacts, factsOf } from "./browser-story.js";
import { BrowserTrial, fileNameOf } from "./browser-trial.js";
import { IMPATIENT, KEY_TIMEOUT, LATE, ORDINARY, PATIENT, REGISTERS, SIGNS_IN } from "./chromium-stories.js";
import { COMPARED, on } from "./usbip-stories.js";

/** What Chromium's own timers may differ by between two runs on an emulated processor. */
const TOLERANCE_MS = 8_000;

/** A USB device is more work for udev than a HID device alone; on an emulated processor a browser should not see it begin. */
const settled =
  (expose: Expose): Expose =>
  async (env, firmware, options) => {
    const exposed = await expose(env, firmware, options);
    await promisify(execFile)("udevadm", ["settle", "--timeout=60"]);
    return exposed;
  };
const ROADS: Readonly<Record<string, Expose>> = { uhid: settled(exposeUhid), usbip: settled(attachedKey) };
const GROUPS: readonly { readonly knobs: KnobOverrides; readonly stories: readonly BrowserStory[] }[] = [
  { knobs: ORDINARY, stories: [REGISTERS, SIGNS_IN] },
  { knobs: IMPATIENT, stories: [KEY_TIMEOUT] },
  { knobs: PATIENT, stories: [LATE] },
];

const trial = await BrowserTrial.before("chrome-floor3m");
await trial.predict(COMPARED.flatMap((story) => Object.keys(ROADS).map((road) => on(road, story))));
startUdev();
await trial.plugIn(ORDINARY, exposeUhid);
const chromium = await Chromium.start({
  log: join(outFolder(), "chromium.log"),
  flags: ["--enable-logging=stderr", "--vmodule=*fido*=2,*webauth*=2"],
  withinMs: 240_000,
});
trial.names(`Chromium (${chromium.version}, without a window)`);
const page = await chromium.open(`${trial.site.origin}/`);
const tab = {
  press: (story: string, guardMs: number | null) =>
    page.evaluate(`void press(${JSON.stringify(story)}, ${guardMs})`, { asUser: true }),
  leave: () => page.evaluate("leave()"),
  screenshot: (path: string) => page.screenshot(path),
};

for (const { knobs, stories } of GROUPS) {
  for (const [road, expose] of Object.entries(ROADS)) {
    await trial.plugIn(knobs, expose);
    for (const story of stories) await trial.run(on(road, story), tab);
  }
}

const table: string[] = [];
for (const story of COMPARED) {
  await check(`${story.title}: the same on uhid and on USB/IP`, () => {
    const [uhid, usbip] = ["uhid", "usbip"].map((road) => sinceThePrompt(measured(on(road, story))));
    assert.ok(uhid && usbip);
    table.push(`${story.title}\n  uhid   ${JSON.stringify(uhid)}\n  USB/IP ${JSON.stringify(usbip)}`);
    assert.deepEqual(wordsOf(usbip), wordsOf(uhid));
    assert.deepEqual(Object.keys(usbip.moments), Object.keys(uhid.moments));
    for (const [moment, ms] of Object.entries(usbip.moments)) {
      const difference = Math.abs(ms - (uhid.moments[moment] ?? NaN));
      assert.ok(difference <= TOLERANCE_MS, `${moment}: ${difference} ms apart`);
    }
  });
}
writeFileSync(join(outFolder(), "uhid-and-usbip.txt"), `${table.join("\n")}\n`);
process.stdout.write(`${table.join("\n")}\n`);
await check("leaves when asked to", () => chromium.close());
process.exit(0);

function measured(story: BrowserStory): CeremonyFacts {
  const lines = readFileSync(join(outFolder(), `${fileNameOf(story.title)}-measured.jsonl`), "utf8");
  return factsOf(parseTrace(lines).records, story.watchMs);
}

interface Measured {
  /** Milliseconds since the key asked for a touch; the page's own timer since its press. */
  readonly moments: Readonly<Record<string, number>>;
  readonly outcome: string;
  readonly refusals: readonly string[];
}

/** How long the browser took before the prompt is emulation's business: its first step is its slowest. */
function sinceThePrompt(facts: CeremonyFacts): Measured {
  const { promptedMs = NaN, cancelledMs, storedMs, gaveUpMs, settled, refusals } = facts;
  const after = { cancelledMs, storedMs, settledMs: settled?.ms };
  const present = Object.entries(after).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const moments = Object.fromEntries(present.map(([name, ms]) => [name, ms - promptedMs]));
  return {
    moments: { ...moments, ...(gaveUpMs !== undefined && { gaveUpMs }) },
    outcome: settled?.outcome ?? "pending",
    refusals,
  };
}

function wordsOf({ outcome, refusals }: Measured): unknown {
  return { outcome, refusals };
}
