/** Traces of schema 1: real files that a release of that schema wrote, and each of its texts by itself. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";
import { traceSchema } from "../../../src/scenarios/reports/trace-schema.js";
import { schema1Importer } from "../../../src/scenarios/reports/upgrade-trace.js";

const FOLDER = join(import.meta.dirname, "schema-1");
const FILES = readdirSync(FOLDER).map((name) => [name, readFileSync(join(FOLDER, name), "utf8")] as const);
const validate = new Ajv().compile(traceSchema());

/** One event of schema 1, as the reader gives it back without its frame. */
function upgraded(event: object) {
  const { records } = parseTrace(JSON.stringify({ atMs: 5, actor: "x", ...event }));
  const [record] = records;
  expect(record).toMatchObject({ atMs: 5, actor: "x", span: "run" });
  return Object.fromEntries(
    Object.entries(record ?? {}).filter(([name]) => !["atMs", "actor", "span", "kind"].includes(name)),
  );
}

/** Stories that begin otherwise today, so that the recording keeps other promises: what its one ceremony came to. */
const TOLD_ANEW: Readonly<Record<string, string>> = { "win-os-dialog-usb-only.jsonl": "no-authenticator" };

describe.each(FILES)("the stored trace %s", (name, text) => {
  const trace = parseTrace(text);

  test("is told to be of schema 1, with a record for each of its lines", () => {
    expect([trace.schema, trace.records.length, trace.notes]).toEqual([
      1,
      text.trimEnd().split("\n").length,
      [],
    ]);
  });

  test("comes in the shape of schema 2, with nothing left of the old texts", () => {
    const records = trace.records.map((record) => JSON.parse(JSON.stringify(record)) as object);
    expect(records.filter((record) => !validate(record))).toEqual([]);
    expect(records.filter((record) => "detail" in record)).toEqual([]);
  });

  test("keeps the promises of its scenario, which are written in the members of schema 2", () => {
    const { verdict, findings, explanation } = runOfTrace(trace);
    if (name in TOLD_ANEW) {
      expect(explanation.ceremonies.map(({ mechanism }) => mechanism)).toEqual([TOLD_ANEW[name]]);
      return;
    }
    expect({ verdict, findings }).toEqual({ verdict: "as-expected", findings: [] });
  });
});

describe("a text of schema 1 becomes members", () => {
  const hybrid = (stage: string, detail?: string) => ({ kind: "link.hybrid", stage, detail });
  test.each<[object, object]>([
    [
      { ...hybrid("qr-shown", "mc"), code: "57c811b7" },
      { stage: "qr-shown", hint: "mc", qr: "57c811b7" },
    ],
    [hybrid("qr-shown"), { stage: "qr-shown" }],
    [hybrid("contacting", "cable.ua5v.com"), { stage: "contacting", host: "cable.ua5v.com" }],
    [hybrid("tunnel-opening", "cable.ua5v.com"), { stage: "tunnel-opening", host: "cable.ua5v.com" }],
    [hybrid("advert-sent", "20 bytes"), { stage: "advert-sent", bytes: 20 }],
    [hybrid("advert-foreign", "24 bytes, not for this client"), { stage: "advert-foreign", bytes: 24 }],
    [hybrid("advert-seen", "3 of others before"), { stage: "advert-seen", foreignAdverts: 3 }],
    [hybrid("scan-failed", "RADIO_OFF"), { stage: "scan-failed", code: "RADIO_OFF" }],
    [hybrid("tunnel-refused", "403"), { stage: "tunnel-refused", httpStatus: 403 }],
    [hybrid("tunnel-refused", "not reached"), { stage: "tunnel-refused", code: "NOT_REACHED" }],
    [
      hybrid("tunnel-refused", "403 wrong-origin"),
      { stage: "tunnel-refused", httpStatus: 403, code: "wrong-origin" },
    ],
    [
      hybrid("tunnel-refused", "the phone never joined"),
      { stage: "tunnel-refused", reason: "the phone never joined" },
    ],
    [hybrid("tunnel-closed", "1006"), { stage: "tunnel-closed", closeCode: 1006 }],
    [hybrid("tunnel-closed", "one side vanished"), { stage: "tunnel-closed", reason: "one side vanished" }],
    [hybrid("tunnel-closed", "10060"), { stage: "tunnel-closed", reason: "10060" }],
    [hybrid("link-gone", "410"), { stage: "link-gone", httpStatus: 410 }],
    [hybrid("failed", "scan: TIMEOUT"), { stage: "failed", step: "scan", code: "TIMEOUT" }],
    [hybrid("failed", "FRAME_REJECTED"), { stage: "failed", code: "FRAME_REJECTED" }],
    [hybrid("failed", "no-screen-lock"), { stage: "failed", ending: "no-screen-lock" }],
    [hybrid("channel-refused", "unexpected"), { stage: "channel-refused", reason: "unexpected" }],
    [hybrid("update", "LINK_MALFORMED"), { stage: "update", code: "LINK_MALFORMED" }],
    [{ kind: "link.not-found", offered: "" }, { offered: [] }],
    [{ kind: "link.not-found", offered: "platform,security-key" }, { offered: ["platform", "security-key"] }],
    [
      {
        kind: "rp.response",
        call: "login/options",
        ceremony: "c1",
        status: 200,
        credentials: "a,b",
        transports: "usb",
      },
      { call: "login/options", ceremony: "c1", status: 200, credentials: ["a", "b"], transports: ["usb"] },
    ],
    [
      { kind: "rp.attached", origin: "o", probes: "credentials" },
      { origin: "o", probes: ["credentials"] },
    ],
    [
      { kind: "rp.probe", probe: "credentials", outcome: "failed", detail: "503" },
      { probe: "credentials", outcome: "failed", httpStatus: 503 },
    ],
    [
      { kind: "rp.probe", probe: "credentials", outcome: "failed", detail: "SITE_NO_ANSWER" },
      { probe: "credentials", outcome: "failed", code: "SITE_NO_ANSWER" },
    ],
    [
      { kind: "factor.code", factor: "sms", ceremony: "f1", number: 1, change: "arrived", detail: "spouse" },
      { factor: "sms", ceremony: "f1", number: 1, change: "arrived", route: "spouse" },
    ],
    [
      { kind: "rp.row", credential: "a", change: "created" },
      { credential: "a", change: "created" },
    ],
  ])("%j", (old, wanted) => {
    expect(upgraded(old)).toEqual(wanted);
  });
});

describe("uses of timers get ids", () => {
  const timer = (atMs: number, end: string, change: object = {}) =>
    JSON.stringify({ atMs, actor: "site", kind: `timer.${end}`, timer: "t", budgetMs: 100, ...change });
  const ids = (...lines: readonly string[]) =>
    parseTrace(lines.join("\n")).records.map((record) => ("id" in record ? record.id : undefined));

  test("one for a use and its end, another for the next use", () => {
    expect(ids(timer(0, "armed"), timer(10, "disarmed"), timer(20, "armed"), timer(120, "fired"))).toEqual([
      "t1",
      "t1",
      "t2",
      "t2",
    ]);
  });

  test("of two at once the one that is due fires", () => {
    expect(ids(timer(0, "armed"), timer(50, "armed"), timer(100, "fired"), timer(150, "fired"))).toEqual([
      "t1",
      "t2",
      "t1",
      "t2",
    ]);
  });

  test("of two at once the one that was armed last is disarmed first", () => {
    expect(ids(timer(0, "armed"), timer(50, "armed"), timer(60, "disarmed"))).toEqual(["t1", "t2", "t2"]);
  });

  test.each([
    ["ceremony", { ceremony: "c1" }, { ceremony: "c2" }],
    ["owner", { actor: "site" }, { actor: "page" }],
    ["name", { timer: "a" }, { timer: "b" }],
  ])("another %s is another use", (_, one, other) => {
    expect(ids(timer(0, "armed", one), timer(0, "armed", other), timer(9, "disarmed", one))).toEqual([
      "t1",
      "t2",
      "t1",
    ]);
  });

  test("one that only fired has an id of its own", () => {
    expect(ids(timer(0, "fired"), timer(5, "fired"))).toEqual(["t1", "t2"]);
  });

  test("one without bound is never the one that is due", () => {
    const lines = [timer(0, "armed", { budgetMs: null }), timer(1, "armed"), timer(101, "fired")];
    expect(ids(...lines)).toEqual(["t1", "t2", "t2"]);
  });
});

test("the user's records, whose actor schema 1 called person, are the user's", () => {
  const upgrade = schema1Importer();
  const prompted = { atMs: 1, kind: "user.prompted", prompt: "touch" };
  expect(upgrade({ ...prompted, actor: "person" })).toMatchObject({ ...prompted, actor: "user" });
  expect(upgrade({ ...prompted, actor: "phone" })).toMatchObject({ ...prompted, actor: "phone" });
});

test("a budget that is a list within a list within another is refused, and read as nothing before that", () => {
  const deep = `${"[".repeat(5_000)}${"]".repeat(5_000)}`;
  const started = JSON.stringify({
    atMs: 0,
    actor: "harness",
    kind: "run.started",
    scenario: "s",
    seed: "1",
    schema: 1,
  });
  const armed = `{"atMs":1,"actor":"key","kind":"timer.armed","timer":"key.up","budgetMs":${deep}}`;
  expect(() => parseTrace(`${started}\n${armed}\n`)).toThrow(/^line 2: timer\.armed: "budgetMs"/);
});
