import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "passkey-harness-as-scenario-"));
  for (const name of ["windows-events.xml", "btsnoop_hci.log"])
    copyFileSync(join(import.meta.dirname, "../incident/samples", name), at(name));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("explain makes a scenario of an incident, and run and --sweep go on from there", async () => {
  const made = await runCli(["explain", at("windows-events.xml"), "--as-scenario", at("incident.json")]);
  expect([made.exitCode, made.stderr]).toEqual([0, ""]);
  // The browser gave Windows 60 s; nothing else of the world is in the log.
  expect(JSON.parse(readFileSync(at("incident.json"), "utf8"))).toMatchObject({
    knobs: { "client.timeoutMs": 60_000 },
    expect: { decidedBy: "client.ceremony" },
  });
  const ran = await runCli(["run", at("incident.json"), "--json"]);
  const { ok, explanation } = JSON.parse(ran.stdout) as {
    ok: boolean;
    explanation: { decidedBy: { timer: string } };
  };
  expect([ran.exitCode, ok, explanation.decidedBy.timer]).toEqual([0, true, "client.ceremony"]);
  const [sweep = ""] = made.stdout.match(/(?<=passkey-harness ).*--sweep key\.touchDelayMs.*/) ?? [];
  const swept = await runCli(sweep.split(" "));
  expect([swept.exitCode, swept.stderr]).toEqual([0, ""]);
});

test("the times of an incident are those of its files for other programs", async () => {
  const files = ["--perfetto", at("i.json"), "--har", at("i.har")];
  expect((await runCli(["explain", at("windows-events.xml"), ...files])).exitCode).toBe(0);
  const { traceEvents } = JSON.parse(readFileSync(at("i.json"), "utf8")) as {
    traceEvents: { ts: number; ph: string }[];
  };
  const first = Math.min(...traceEvents.filter(({ ph }) => ph !== "M").map(({ ts }) => ts));
  expect(first).toBe(Date.UTC(2026, 2, 2, 9, 11, 12) * 1_000);
});

test("a log without a ceremony makes none, and says so beside the verdict", async () => {
  const args = ["explain", at("btsnoop_hci.log"), "--as-scenario", at("none.json")];
  const { exitCode, stdout, stderr } = await runCli(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("INCIDENT_NO_CEREMONY");
  expect(stdout).toContain("Verdict");
});
