import { join } from "node:path";
import { check, outFolder } from "../../../lab/checks.js";
import { Firefox } from "../../../lab/services/firefox.js";
import { startUdev } from "../../../lab/services/udev.js";
import { BrowserTrial, type BrowserTab } from "./browser-trial.js";
import {
  FIREFOX_STORIES,
  FOREIGN_KEY,
  IMPATIENT,
  KEY_TIMEOUT,
  LATE,
  NEVER_TOUCHED,
  ORDINARY,
  REGISTERS,
  SIGNS_IN,
  SLOW,
  UNTOUCHED,
} from "./firefox-stories.js";

const trial = await BrowserTrial.before("gecko");
await trial.predict(FIREFOX_STORIES);
startUdev();
await trial.plugIn(ORDINARY);
const firefox = await Firefox.start({ log: join(outFolder(), "firefox.log"), withinMs: 240_000 });
trial.names(`${firefox.version} (without a window)`);
await firefox.go(`${trial.site.origin}/`);
const tab: BrowserTab = {
  // Scripts of the remote control see the page from outside, or, by another of its settings, from inside.
  press: (story, guardMs) =>
    firefox.run("(window.wrappedJSObject ?? window).press(arguments[0], arguments[1]);", [story, guardMs]),
  leave: () => firefox.run("(window.wrappedJSObject ?? window).leave();"),
  screenshot: (path) => firefox.screenshot(path),
};

/** Parts by name, or all of them. */
const asked = process.argv.slice(2);
const wants = (part: string): boolean => asked.length === 0 || asked.includes(part);

if (wants("good")) {
  await trial.run(REGISTERS, tab);
  await trial.run(SIGNS_IN, tab);
}
if (wants("foreign")) await trial.run(FOREIGN_KEY, tab);
if (wants("key-timeout")) {
  await trial.plugIn(IMPATIENT);
  await trial.run(KEY_TIMEOUT, tab);
}
if (wants("late")) {
  await trial.plugIn(SLOW);
  await trial.run(LATE, tab);
}
if (wants("never")) {
  await trial.plugIn(UNTOUCHED);
  for (const story of NEVER_TOUCHED) await trial.run(story, tab);
}
await check("leaves when asked to", () => firefox.close());
process.exit(0);
