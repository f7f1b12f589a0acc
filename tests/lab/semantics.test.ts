/** Every case of the page's side of WebAuthn that a key can play: Chromium with it on the lab's USB, and the harness. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser } from "@playwright/test";
import { format } from "prettier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNoLab } from "../../lab/tools.js";
import { programNamed } from "../helpers/programs.js";
import { titled } from "../helpers/titled.js";
import { CASE_GROUPS } from "../page/semantics/all-cases.js";
import { casesSite, type CasesSite } from "../page/semantics/cases-site.js";
import { USB_RECORD, USB_RESULTS, usbOf, type UsbRecord, type UsbRun } from "../page/semantics/usb-cases.js";
import { CALL_MS, runWithUsbKey } from "../page/semantics/with-usb-key.js";
import { guestChecks } from "./guest-checks.js";

/** Pages at once; most of the time they wait. */
const AT_ONCE = 4;

const TOOLS = ["udev", "chromium", "screen"] as const;
/** These alone, where some are named. */
const ASKED = (process.env["LAB_CASES"] ?? "").split(" ").filter((id) => id !== "");
const PLAYED = CASE_GROUPS.flatMap(({ cases }) => cases).filter(
  ({ id }) => usbOf(id).out === undefined && (ASKED.length === 0 || ASKED.includes(id)),
);

const LEAVES = ["without a window", "with a person"]
  .filter((how) => PLAYED.some(({ id }) => (usbOf(id).isAttended ?? false) === (how === "with a person")))
  .map((how) => `leaves when asked to, ${how}`);

await guestChecks({
  name: "semantics",
  program: "tests/lab/guest/semantics.ts",
  args: PLAYED.map(({ id }) => id),
  tools: TOOLS,
  memoryMb: 8192,
  timeoutSeconds: 1_800,
  titles: [...PLAYED.map(({ id }) => `plays ${id}`), ...LEAVES],
});

const lack = whyNoLab(TOOLS);
describe.skipIf(lack !== undefined)(
  titled("the harness in the place of Chromium with a key on USB", lack),
  () => {
    /** What the guest left; read by the tests, which are not run where there is no guest. */
    let run: UsbRun;
    const results = new Map<string, unknown>();
    let browser: Browser;
    let site: CasesSite;

    beforeAll(async () => {
      run = JSON.parse(readFileSync(join("artifacts", "lab", "semantics", USB_RESULTS), "utf8")) as UsbRun;
      browser = await chromium.launch({
        executablePath: programNamed("chromium") ?? "chromium",
        args: ["--no-sandbox"],
      });
      site = await casesSite(CALL_MS);
      const waiting = [...PLAYED];
      const work = async () => {
        for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
          results.set(one.id, await runWithUsbKey(browser, site, one));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    });

    afterAll(async () => {
      await browser.close();
      await site[Symbol.asyncDispose]();
      if (process.env["RECORD"] === "1") await record(run, results);
    });

    test.each(PLAYED)("$id: $about", ({ id }) => {
      const expected = run.results[id]?.value;
      expect(expected, "the browser in the lab came to nothing").toBeDefined();
      const { differs } = usbOf(id);
      if (differs === undefined) expect(results.get(id)).toEqual(expected);
      else expect(results.get(id), "they no longer differ: take the reason away").not.toEqual(expected);
    });
  },
);

/** Writes down what both came to, beside what was recorded of the cases that were not played. */
async function record({ browser, results }: UsbRun, inHarness: ReadonlyMap<string, unknown>): Promise<void> {
  const before = existsSync(USB_RECORD)
    ? (JSON.parse(readFileSync(USB_RECORD, "utf8")) as UsbRecord)
    : undefined;
  const kept = before?.browser === browser ? before.cases : [];
  const cases = CASE_GROUPS.flatMap((group) => group.cases).flatMap(({ id }) => {
    const result = results[id];
    if (result === undefined || !inHarness.has(id)) return kept.filter((one) => one.id === id);
    return [{ id, inChromium: result.value, inHarness: inHarness.get(id) }];
  });
  const text = JSON.stringify({ browser, cases } satisfies UsbRecord);
  writeFileSync(USB_RECORD, await format(text, { parser: "json" }));
}
