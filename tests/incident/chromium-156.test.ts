import { createReadStream, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { utf8 } from "../../src/core/bytes.js";
import { incidentText } from "../../src/cli/incident-text.js";
import { explain, parseTrace } from "../../src/entry/diagnosis.js";
import { explainIncident, type Incident, type IncidentFile } from "../../src/entry/incident.js";
import { clientOf } from "../../src/incident/client-of.js";
import { CAPTURE_FILE, CHROMIUM_FILES, EXPLAIN_STORIES } from "../lab/guest/explain-stories.js";
import { fileOf, importFile } from "./importers/sample.js";
import { PAGE_LOG_MAPPING, pageLog } from "./page-log.js";

interface HarFile {
  readonly log: {
    readonly entries: readonly {
      readonly startedDateTime: string;
      readonly request: { readonly url: string };
      readonly response: { readonly content: { readonly text?: string } };
    }[];
  };
}

const SAMPLES = join(import.meta.dirname, "samples/chromium-156");
/** Chromium's, which the site's wish of 60 s is raised to. */
const FLOOR_MS = 180_000;

/** Another log's stamp of the site's answer is not the page's: emulation is slow between them. */
const MARGIN_MS = 1_500;
/** What no file of the computer tells, the page's telemetry among them. */
const MISSING: Readonly<Record<string, readonly string[]>> = {
  "in-time": ["ctap.key", "link.service", "user.answers"],
  never: ["rp", "ctap.key"],
};

/** The call for the options, as the network panel has it. */
function optionsCallOf(story: string): { readonly startMs: number; readonly challenge: string } {
  const { log } = JSON.parse(readFileSync(join(SAMPLES, story, "network.har"), "utf8")) as HarFile;
  const call = log.entries.find(({ request }) => request.url.endsWith("/register/options"));
  const { challenge } = JSON.parse(call?.response.content.text ?? "{}") as { readonly challenge: string };
  return { startMs: Date.parse(call?.startedDateTime ?? ""), challenge };
}

function sample(story: string, name: string): IncidentFile {
  return {
    name,
    async *open() {
      for await (const chunk of createReadStream(join(SAMPLES, story, name))) yield chunk as Uint8Array;
    },
  };
}

function explained(story: string, names: readonly string[]): Promise<Incident> {
  return explainIncident(names.map((name) => sample(story, name)));
}

async function sourceOf(story: string, name: string) {
  const { sources } = await importFile(sample(story, name));
  const [only] = sources;
  if (only === undefined) throw new Error(`${name} gave no source`);
  return only;
}

/** Written by Chromium 156 in the lab, while the harness traced the same run: see tests/lab/explain.test.ts. */
describe.each(EXPLAIN_STORIES)("Chromium's files of $title", ({ name, road, mechanism }) => {
  const missing = MISSING[name];
  const own = () => explain(parseTrace(readFileSync(join(SAMPLES, name, "harness.jsonl"), "utf8")).records);
  const files = road === "usbip" ? [...CHROMIUM_FILES, CAPTURE_FILE] : [...CHROMIUM_FILES];

  test("the harness, which saw every layer, has its verdict", () => {
    expect(own().mechanism).toBe(mechanism);
  });

  test.each([...files.map((file) => [file]), [...CHROMIUM_FILES], files].map((some) => ({ some })))(
    "$some: the harness's own verdict, or what is missing",
    async ({ some }) => {
      const { explanation, files: reports, sources } = await explained(name, some);
      expect(reports.filter(({ importer }) => importer === undefined)).toEqual([]);
      expect(sources.flatMap(({ ceremonies }) => ceremonies)).toEqual(sources.map(() => "c1"));
      if (explanation.mechanism === "undecided") expect(explanation.missingProbes).not.toEqual([]);
      else expect(explanation.mechanism).toBe(own().mechanism);
    },
  );

  test("together they are one ceremony in which each call is told once", async () => {
    const { records, sources } = await explained(name, files);
    const calls = records.flatMap((record) => (record.kind === "rp.request" ? record.call : []));
    const finish = mechanism === "page-gave-up" ? [] : ["registration/finish"];
    expect(calls).toEqual(["registration/options", ...finish]);
    expect(sources.filter(({ time }) => time.isLoose)).toEqual([]);
  });

  test("with the page's own telemetry they say what the harness says, whatever their order", async () => {
    const { records } = parseTrace(readFileSync(join(SAMPLES, name, "harness.jsonl"), "utf8"));
    const { startMs, challenge } = optionsCallOf(name);
    const askedMs = records.find(({ kind }) => kind === "rp.request")?.atMs ?? NaN;
    const page = fileOf("page.jsonl", utf8(pageLog(records, { zeroEpochMs: startMs - askedMs, challenge })));
    for (const order of [files, [...files].reverse()]) {
      const all = [...order.map((file) => sample(name, file)), page];
      const { explanation } = await explainIncident(all, { mapping: PAGE_LOG_MAPPING });
      const truth = own();
      if (explanation.mechanism === "undecided") expect(explanation.missingProbes).toEqual(missing);
      else expect(explanation.mechanism).toBe(truth.mechanism);
      expect(explanation.mechanism === "undecided").toBe(missing !== undefined);
      expect(explanation.decidedBy?.timer).toBe(missing === undefined ? truth.decidedBy?.timer : undefined);
      if (truth.marginMs !== undefined && missing === undefined)
        expect(Math.abs((explanation.marginMs ?? NaN) - truth.marginMs)).toBeLessThan(MARGIN_MS);
    }
  });

  test("the timer is the browser's own, though the site wished for less", async () => {
    const { records } = await explained(name, files);
    const called = records.find(({ kind }) => kind === "page.called");
    expect(called).toMatchObject({ timeoutMs: 60_000, effectiveMs: FLOOR_MS });
  });
});

describe("the device log's entry of a request", () => {
  test("has the options, with the timeout that the browser goes by", async () => {
    const { records } = await sourceOf("late", "device-log.txt");
    expect(records[0]?.event).toEqual({ kind: "page.called", method: "create", effectiveMs: FLOOR_MS });
  });

  test("says nothing of a phone where a key was asked, though the computer has no Bluetooth", async () => {
    const text = readFileSync(join(SAMPLES, "never", "device-log.txt"), "utf8");
    expect(text).toContain("No BLE adapter present");
    const { records } = await sourceOf("never", "device-log.txt");
    expect(records.filter(({ event }) => event.kind === "link.hybrid")).toEqual([]);
    const alone = text
      .split("\n")
      .filter((line) => !/<-|->/.test(line))
      .join("\n");
    const { sources } = await importFile(fileOf("x", utf8(alone)));
    expect(sources[0]?.records.map(({ event }) => event)).toContainEqual({
      kind: "link.hybrid",
      stage: "radio-off",
    });
  });

  test("names the challenge and the RP as the network panel does", async () => {
    const [log, har] = await Promise.all(["device-log.txt", "network.har"].map((f) => sourceOf("late", f)));
    const challenges = [log, har].map((source) =>
      source?.anchors.filter(({ kind }) => kind === "challenge").map(({ tag }) => tag),
    );
    expect(challenges[0]).toHaveLength(1);
    expect(challenges[0]).toEqual(challenges[1]);
    expect(log?.episodes.map(({ rp }) => rp)).toEqual(har?.episodes.map(({ rp }) => rp));
  });

  test("leaves nothing of it but tags", async () => {
    const text = readFileSync(join(SAMPLES, "late", "device-log.txt"), "utf8");
    const out = JSON.stringify(await explained("late", ["device-log.txt"]));
    for (const member of ["challenge", "id", "name"]) {
      const [, value = ""] = new RegExp(`"${member}": "([^"]{5,})"`).exec(text) ?? [];
      expect(value, member).not.toBe("");
      expect(out, member).not.toContain(value);
    }
  });
});

test("NetLog names a call's method after the call began, and other logs know the call by it", async () => {
  const [netlog, har] = await Promise.all(["netlog.json", "network.har"].map((f) => sourceOf("late", f)));
  const tags = [netlog, har].map((source) =>
    source?.anchors.flatMap(({ kind, tag, call }) => (kind === "call" && call !== undefined ? tag : [])),
  );
  expect(tags[0]).toHaveLength(2);
  expect(tags[0]).toEqual(tags[1]);
});

test("what the key was asked before the command is of the ceremony, though the touch for it took longer than a minute", async () => {
  const { records } = await sourceOf("late-usb", CAPTURE_FILE);
  const asked = records.filter(({ event }) => event.kind === "ctap.request");
  const names = asked.map(({ event }) => (event.kind === "ctap.request" ? event.command : ""));
  expect(names).toEqual(["getInfo", "clientPin", "clientPin", "clientPin", "makeCredential"]);
  expect(new Set(asked.map(({ episode }) => episode)).size).toBe(1);
  const prompted = records.find(({ event }) => event.kind === "user.prompted");
  expect(prompted?.episode).toBe(asked[0]?.episode);
});

test("a Chromium without a window is a Chromium", () => {
  const [, agent = ""] =
    /"(Mozilla[^"]*HeadlessChrome[^"]*)"/.exec(readFileSync(join(SAMPLES, "late", "network.har"), "utf8")) ??
    [];
  expect(agent).toContain("HeadlessChrome/156");
  expect(clientOf(agent)).toBe("chrome-floor3m");
});

test("the zone of a log without dates is a zone, whatever the day", async () => {
  const text = incidentText(await explained("late", CHROMIUM_FILES));
  expect(text).toContain("its zone is UTC+00:00");
});
