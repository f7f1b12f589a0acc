import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { Chromium } from "../../../lab/services/chromium.js";
import type { ChromiumPage } from "../../../lab/services/chromium-page.js";
import { startUdev } from "../../../lab/services/udev.js";
import { BrowserTrial, type BrowserTab } from "./browser-trial.js";
import {
  BEHIND_CREATE,
  BEHIND_GET,
  CHROMIUM_STORIES,
  COVERED,
  FOREIGN_KEY,
  IMPATIENT,
  KEY_TIMEOUT,
  LATE,
  NEVER_IN_TIME,
  ORDINARY,
  PATIENT,
  PHONE_ONLY,
  REGISTERS,
  SIGNS_IN,
} from "./chromium-stories.js";

/** So long the key is watched for what a request does to it that should not need it. */
const ALONE_MS = 15_000;

const trial = await BrowserTrial.before("chrome-floor3m");
await trial.predict(CHROMIUM_STORIES);
startUdev();
await trial.plugIn(ORDINARY);
const chromium = await Chromium.start({
  log: join(outFolder(), "chromium.log"),
  flags: ["--enable-logging=stderr", "--vmodule=*fido*=2,*webauth*=2"],
  withinMs: 240_000,
});
trial.names(`Chromium (${chromium.version}, without a window)`);
const page = await chromium.open(`${trial.site.origin}/`);
const other = await chromium.open(`${trial.site.origin}/`);
const tab = tabOf(page, other);
const otherTab = tabOf(other, page);

/** Parts by name, or all of them. */
const asked = process.argv.slice(2);
const wants = (part: string): boolean => asked.length === 0 || asked.includes(part);

if (wants("good")) {
  await trial.run(REGISTERS, tab);
  await trial.run(SIGNS_IN, tab);
}
if (wants("focus")) {
  await trial.run(BEHIND_CREATE, tab);
  await trial.run(BEHIND_GET, tab);
  await trial.run(COVERED, tab);
}
if (wants("foreign")) await trial.run(FOREIGN_KEY, tab);
if (wants("key-timeout")) {
  await trial.plugIn(IMPATIENT);
  await trial.run(KEY_TIMEOUT, tab);
}
if (wants("late")) {
  await trial.plugIn(PATIENT);
  await trial.run(LATE, tab);
}
if (wants("never")) {
  await trial.plugIn(PATIENT);
  const phoneOnly = trial.run(PHONE_ONLY, otherTab);
  await sleep(ALONE_MS);
  await trial.run(NEVER_IN_TIME, tab);
  await phoneOnly;
}
await check("leaves when asked to", () => chromium.close());
process.exit(0);

function tabOf(own: ChromiumPage, another: ChromiumPage): BrowserTab {
  return {
    press: (story, guardMs) =>
      own.evaluate(`void press(${JSON.stringify(story)}, ${guardMs})`, { asUser: true }),
    leave: () => own.evaluate("leave()"),
    show: () => own.bringToFront(),
    hide: () => another.bringToFront(),
    screenshot: (path) => own.screenshot(path),
  };
}
