import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-outputs-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const read = (name: string) => readFileSync(at(name), "utf8");

const FORMS = ["perfetto", "otlp", "mermaid", "har"] as const;
const filesOf = (prefix: string) => FORMS.flatMap((form) => [`--${form}`, at(`${prefix}.${form}`)]);
const BEGAN = ["--began", "2026-03-02T10:11:12+01:00"];

test("run writes a file for each program, and replay of its trace the same ones", async () => {
  const ran = await runCli(["run", "late-delivery", "--trace", at("t.jsonl"), ...filesOf("run"), ...BEGAN]);
  expect([ran.exitCode, ran.stderr]).toEqual([0, ""]);
  const replayed = await runCli(["replay", at("t.jsonl"), ...filesOf("replay"), ...BEGAN]);
  expect([replayed.exitCode, replayed.stderr]).toEqual([0, ""]);
  for (const form of FORMS) expect(read(`replay.${form}`)).toBe(read(`run.${form}`));
  expect(read("run.perfetto")).toContain('"ts":1772442672000000');
  expect(read("run.otlp")).toContain('"startTimeUnixNano":"1772442672000000000"');
  expect(read("run.mermaid")).toMatch(/^sequenceDiagram\n/);
  expect(read("run.har")).toContain('"startedDateTime": "2026-03-02T09:11:12.050Z"');
});

test("without --began files of relative time count from zero, and others begin now", async () => {
  const before = Date.now();
  expect((await runCli(["run", "plain-login", ...filesOf("now")])).exitCode).toBe(0);
  const events = (JSON.parse(read("now.perfetto")) as { traceEvents: { ts: number }[] }).traceEvents;
  expect(Math.min(...events.map(({ ts }) => ts))).toBe(0);
  const [started] = /(?<="startedDateTime": ")[^"]+/.exec(read("now.har")) ?? [];
  expect(Date.parse(started ?? "")).toBeGreaterThanOrEqual(before);
});

test.each(["yesterday", "2026-03-02T10:11:12", "2026-13-02T10:11:12Z", "1969-01-01T00:00:00Z"])(
  "refuses --began %s",
  async (time) => {
    const args = ["run", "plain-login", "--perfetto", at("never"), "--began", time];
    const { exitCode, stderr } = await runCli(args);
    expect([exitCode, stderr.includes("hint: --began 2026-03-02T10:11:12Z")]).toEqual([2, true]);
  },
);

test.each(FORMS)("--all has no --%s: that is a file of one trace", async (form) => {
  const { exitCode, stderr } = await runCli(["run", "--all", `--${form}`, at("all")]);
  expect([exitCode, stderr.includes("reports one run")]).toEqual([2, true]);
});

test("a file that cannot be written is told and stops none of the others", async () => {
  const args = ["run", "plain-login", "--perfetto", at("no/such/folder"), "--mermaid", at("other.mmd")];
  const { exitCode, stderr } = await runCli(args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("no/such/folder");
  expect(read("other.mmd")).toMatch(/^sequenceDiagram/);
});
