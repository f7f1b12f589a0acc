/** The part of docs/page-semantics.md about a key on USB, from what the lab recorded in docs/page-semantics-usb.json. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CASE_GROUPS } from "../tests/page/semantics/all-cases.js";
import { USB_RECORD, usbOf, type UsbRecord } from "../tests/page/semantics/usb-cases.js";

const ROOT = resolve(import.meta.dirname, "..");

/** Returns the lines of the part. @throws {Error} for a case that was not played, and for a difference that nothing explains. */
export function pageSemanticsUsb(): readonly string[] {
  const record = JSON.parse(readFileSync(join(ROOT, USB_RECORD), "utf8")) as UsbRecord;
  const cases = CASE_GROUPS.flatMap((group) => group.cases);
  const rows = cases.map(({ id }) => ({ id, ...resultOf(id, record) }));
  const count = (kind: Result["kind"]) => rows.filter((row) => row.kind === kind).length;
  return [
    "## Against a USB key (uhid)",
    "",
    "`npm run test:lab -- semantics` plays the same cases in an unmodified Chromium that has no virtual authenticator: a simulated",
    "key stands behind `/dev/uhid` of the lab's guest, and Chromium's own HID stack, request handlers and sheets are between it and",
    "the page. The harness is given the same key as a device. The key has a fingerprint reader and no PIN.",
    "",
    "Without a window nobody closes a sheet: a call that waits for a person stays pending, in both. A call counts as pending when",
    "browser and key have been quiet for eight seconds. Cases with a person run in a window, in which somebody presses Return when",
    "the key has signed: for get() without credentials named Chromium shows a list of accounts, even of one.",
    "",
    "What its virtual authenticator hides: a sheet stands between a key's refusal and the page's promise (`create-excluded`, algorithms",
    "that the key lacks), and a conditional create() is refused at once, where no password manager has signed the user in.",
    "",
    `${record.browser}: of ${rows.length} cases ${count("same")} are the same, ${count("differs")} differ for a reason, ${count("out")} cannot be played with a USB key.`,
    `\`RECORD=1 npm run test:lab -- semantics\` writes \`${USB_RECORD}\`, from which this table is made.`,
    "",
    "| Case | Browser | Result |",
    "| --- | --- | --- |",
    ...rows.map(({ id, where, text }) => `| \`${id}\` | ${where} | ${text} |`),
  ];
}

interface Result {
  readonly kind: "same" | "differs" | "out";
  readonly where: string;
  readonly text: string;
}

function resultOf(id: string, { cases }: UsbRecord): Result {
  const { out, differs, isAttended = false } = usbOf(id);
  const where = isAttended ? "window, person" : "no window";
  if (out !== undefined) return { kind: "out", where: "-", text: `not applicable: ${out}` };
  const found = cases.find((one) => one.id === id);
  if (found === undefined)
    throw new Error(`${USB_RECORD} has no ${id}: RECORD=1 npm run test:lab -- semantics`);
  const isSame = isDeepStrictEqual(found.inChromium, found.inHarness);
  if (isSame !== (differs === undefined)) {
    throw new Error(
      `${USB_RECORD}: ${id} ${isSame ? "does not differ" : "differs"}, usb-cases.ts says otherwise`,
    );
  }
  return isSame
    ? { kind: "same", where, text: "same" }
    : { kind: "differs", where, text: `differs: ${differs ?? ""}` };
}
