import { describe, expect, test } from "vitest";
import { toHtml } from "../../src/entry/scenarios.js";
import { runOfTrace, runScenario, scenarioNamed } from "../../src/entry/scenarios.js";
import { explainIncident, type IncidentOptions } from "../../src/incident/explain-incident.js";
import { fileOf, WRITERS } from "./round-trip.js";
import { accessLogWriter } from "./writers/access-log.js";
import { chromiumLogWriter } from "./writers/chromium-log.js";
import { harWriter } from "./writers/har.js";
import { SITE_LOG_MAPPING } from "./writers/site-log.js";
import { Challenges, clientDataOf, idOf, type Degraded } from "./writers/world.js";
import { createHash } from "node:crypto";

async function logsOf(story: string, how: Degraded = {}) {
  const run = await runScenario(scenarioNamed(story), { seed: "1" });
  return new Map(WRITERS.map(({ name, write }) => [name, write(run.records, how) ?? ""]));
}

const WITH_MAP: IncidentOptions = { mapping: SITE_LOG_MAPPING };

async function explained(logs: ReadonlyMap<string, string>, options: IncidentOptions = WITH_MAP) {
  return explainIncident(
    [...logs].map(([name, text]) => fileOf(name, text)),
    options,
  );
}

describe("all logs of a late delivery", () => {
  test("tell whose timer it was, with the margin that the clocks leave", async () => {
    const { explanation } = await explained(await logsOf("late-delivery"));
    expect(explanation.mechanism).toBe("late-delivery");
    expect(explanation.decidedBy).toMatchObject({ timer: "page.guard", budgetMs: 60_000 });
    expect(explanation.marginRangeMs?.[0]).toBeLessThan(explanation.marginRangeMs?.[1] ?? -Infinity);
  });

  test("find the zone of the device log, which does not name it", async () => {
    const { sources } = await explained(await logsOf("late-delivery"));
    const log = sources.find(({ source }) => source.id === "chromium-log");
    expect(log?.time.correctionMs).toEqual([-9 * 3_600_000, -9 * 3_600_000]);
  });

  test("mark what no log says as derived, and from what", async () => {
    const { records } = await explained(await logsOf("late-delivery"));
    const armed = records.find(
      (record) => record.kind === "timer.armed" && record.timer === "client.ceremony",
    );
    expect(armed).toMatchObject({
      budgetMs: 180_000,
      derived: expect.stringContaining("client profile") as string,
    });
  });

  test("leave no secret, id or name in what comes out", async () => {
    const logs = await logsOf("late-delivery");
    const incident = await explained(logs);
    const challenges = new Challenges();
    const challenge = challenges.next("c1");
    const clientData = clientDataOf("registration", challenge);
    const id = idOf("9ff90f1e");
    const inputs = [
      "erika",
      "Mustermann",
      "c0ffee-secret-cookie",
      "SECRETPATH",
      "203.0.113.7",
      "shop.example",
      "o2NmbXRkbm9uZQ",
      ...[challenge, clientData, id, createHash("sha256").update(clientData).digest()].flatMap((bytes) => [
        bytes.toString("base64url"),
        bytes.toString("hex"),
      ]),
    ];
    const given = [...logs.values()].join("\n").toLowerCase();
    const out = JSON.stringify(incident) + toHtml(runOfTrace(incident.records));
    for (const input of inputs) {
      expect(out.toLowerCase(), input).not.toContain(input.toLowerCase());
    }
    // What is searched for is in the inputs: all but a few forms that only some formats have.
    expect(inputs.filter((input) => given.includes(input.toLowerCase())).length).toBeGreaterThan(8);
  });
});

describe("files that are not as they should be", () => {
  test("one of an unknown kind is left out, and said to be", async () => {
    const logs = new Map([...(await logsOf("late-delivery")), ["holiday.txt", "Dear diary, it rained."]]);
    const { files, explanation } = await explained(logs);
    expect(files.find(({ file }) => file === "holiday.txt")).toEqual({
      file: "holiday.txt",
      reason: "of no known kind",
      sources: [],
    });
    expect(explanation.mechanism).toBe("late-delivery");
  });

  test("nothing of a known kind is an error that lists what is known", async () => {
    await expect(explainIncident([fileOf("holiday.txt", "Dear diary, it rained.")])).rejects.toMatchObject({
      code: "INCIDENT_UNKNOWN_FILE",
      hint: expect.stringContaining("HAR") as string,
    });
  });

  test("an offset of a source that there is not is an error that lists those there are", async () => {
    const files = [fileOf("a.har", (await logsOf("late-delivery")).get("har") ?? "")];
    await expect(explainIncident(files, { offsets: { nginx: [0, 0] } })).rejects.toMatchObject({
      code: "INCIDENT_UNKNOWN_SOURCE",
      hint: "the sources are har",
    });
  });

  test("two files of one source that overlap count a call once, and are told of", async () => {
    const har = (await logsOf("late-delivery")).get("har") ?? "";
    const { records, notes } = await explainIncident([fileOf("a.har", har), fileOf("b.har", har)]);
    expect(notes.join(" ")).toContain("har and har-2 are of one kind and of the same time");
    expect(records.filter(({ kind }) => kind === "rp.request")).toHaveLength(2);
  });

  test("a log of another ceremony stays a ceremony of its own", async () => {
    const logs = await logsOf("late-delivery");
    const other = await runScenario(scenarioNamed("plain-login"), { seed: "2" });
    const device =
      chromiumLogWriter.write(
        other.records.filter(({ ceremony }) => ceremony !== "c1"),
        {},
      ) ?? "";
    const { sources } = await explained(
      new Map([
        ["har", logs.get("har") ?? ""],
        ["device", device],
      ]),
    );
    const [har, log] = sources.map(({ ceremonies }) => ceremonies);
    expect(har?.some((id) => log?.includes(id))).toBe(false);
  });

  test("a log without any ceremony says so, and nothing is concluded", async () => {
    const empty = JSON.stringify({ log: { version: "1.2", creator: { name: "WebInspector" }, entries: [] } });
    const { sources, explanation } = await explainIncident([fileOf("empty.har", empty)]);
    expect(sources[0]?.source.notes.join(" ")).toContain("It holds no calls");
    expect(explanation.mechanism).toBe("undecided");
    expect(explanation.missingProbes.length).toBeGreaterThan(0);
  });

  test("local times across midnight without a zone, newest first, are put in order", async () => {
    const text = [
      "FIDOError[00:00:02] Failing assertion request due to status 0x27 (kCtap2ErrOperationDenied) from usb-1050:0407",
      "FIDODebug[00:00:02] -> (CTAP2 error code 0x27 (kCtap2ErrOperationDenied))",
      `FIDODebug[23:59:58] <- 0x2 (kAuthenticatorGetAssertion) {1: "shop.example", 2: h'${"AB".repeat(32)}'}`,
      "FIDOEvent[23:59:57] Starting GetAssertion flow",
    ].join("\n");
    const { records, sources, explanation } = await explainIncident([fileOf("log", text)]);
    expect(records.map(({ kind }) => kind).filter((kind) => kind.startsWith("ctap"))).toEqual([
      "ctap.request",
      "ctap.response",
    ]);
    const asked = records.find(({ kind }) => kind === "ctap.request")?.atMs ?? 0;
    const answered = records.find(({ kind }) => kind === "ctap.response")?.atMs ?? 0;
    expect(answered - asked).toBe(4_000);
    expect(sources[0]?.source.notes.join(" ")).toContain("newest first");
    expect(explanation.mechanism).toBe("undecided");
  });

  test("a device log that shares no clock with the others is left out, and what would help is named", async () => {
    const logs = await logsOf("late-delivery");
    const text = "FIDOEvent[10:00:00] Starting GetAssertion flow\nFIDOEvent[09:59:59] UI step: kNotStarted";
    const { notes } = await explained(
      new Map([
        ["har", logs.get("har") ?? ""],
        ["log", text],
      ]),
    );
    expect(notes.join(" ")).toContain("chromium-log is left out");
    expect(notes.join(" ")).toContain("--zone");
  });

  test("clocks that contradict each other are named, and nothing is concluded", async () => {
    const run = await runScenario(scenarioNamed("plain-registration"), { seed: "1" });
    const har = harWriter.write(run.records, {}) ?? "";
    const access = accessLogWriter.write(run.records, {}) ?? "";
    // The gateway's clock was set by ten seconds between the two calls.
    const lines = access.split("\n");
    const at = lines.findIndex((line) => line.includes("/finish"));
    lines[at] = (lines[at] ?? "").replace(
      /msec=(\d+)/,
      (_, seconds: string) => `msec=${Number(seconds) + 10}`,
    );
    const { notes, explanation } = await explainIncident([
      fileOf("a.har", har),
      fileOf("access.log", lines.join("\n")),
    ]);
    expect(notes.join(" ")).toContain("access-log and har contradict each other");
    expect(explanation).toMatchObject({ mechanism: "undecided", missingProbes: ["clock"] });
  });

  test("a HAR that is cut off gives what is whole, and says that its end is missing", async () => {
    const har = (await logsOf("late-delivery")).get("har") ?? "";
    const { sources, records } = await explainIncident([fileOf("cut.har", har.slice(0, har.length * 0.6))]);
    expect(sources[0]?.source.dropped.map(({ what }) => what)).toContain("end of the document");
    expect(records.some(({ kind }) => kind === "rp.response")).toBe(true);
  });

  test("a site's log without a mapping is left out, and --map is named", async () => {
    const logs = await logsOf("late-delivery");
    const { sources } = await explained(new Map([["site", logs.get("site-log") ?? ""]]), {});
    expect(sources[0]?.source.notes.join(" ")).toContain("--map FILE");
  });
});
