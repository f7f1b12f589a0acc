/** What docs/incident.md shows works: its commands, its mapping file, and the schema of such files. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { afterAll, expect, test } from "vitest";
import { runScenario, scenarioNamed } from "../../src/entry/scenarios.js";
import { readMapping } from "../../src/entry/incident.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";
import { WRITERS } from "../incident/round-trip.js";
import { SITE_LOG_MAPPING } from "../incident/writers/site-log.js";

const PAGE = readFileSync(join(PROJECT, "docs/incident.md"), "utf8");
const FOLDER = mkdtempSync(join(tmpdir(), "passkey-harness-incident-doc-"));
afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

/** The files that the page's commands name, by the writer that makes them. */
const FILES: Readonly<Record<string, string>> = {
  "network.har": "har",
  "device-log.txt": "chromium-log",
  "access.log": "access-log",
  "site.log": "site-log",
};

async function filesOfPage(): Promise<void> {
  const { records } = await runScenario(scenarioNamed("late-delivery"), { seed: "1" });
  for (const [name, writer] of Object.entries(FILES)) {
    const text = WRITERS.find((one) => one.name === writer)?.write(records, {});
    if (text === undefined) throw new Error(`no ${writer}`);
    writeFileSync(join(FOLDER, name), text);
  }
  writeFileSync(join(FOLDER, "map.json"), JSON.stringify(SITE_LOG_MAPPING));
}

test("every command of the page runs", async () => {
  await filesOfPage();
  const lines = [...PAGE.matchAll(/^npx passkey-harness (.+)$/gm)].map(([, line]) => line as string);
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    const words = line
      .split(" ")
      .map((word) => (/\.(?:har|txt|log|html|json|jsonl)$/.test(word) ? join(FOLDER, word) : word));
    const { exitCode, stdout, stderr } = await runCli(words);
    expect([line, exitCode, stderr.includes("left out")]).toEqual([line, 0, false]);
    // Without the telemetry of the page nothing says that its own timer had ended it.
    expect(stdout).toContain(
      line.includes("--map") ? "registration c1: late-delivery" : "missing probe page.script",
    );
  }
  expect(statSync(join(FOLDER, "incident.html")).size).toBeGreaterThan(10_000);
});

const example: unknown = JSON.parse(/```json\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? "");
const schema = JSON.parse(readFileSync(join(PROJECT, "docs/incident-map-schema.json"), "utf8")) as object;
const check = new Ajv({ allErrors: true }).compile(schema);

test("the page's mapping file is one to the reader and to the schema", () => {
  expect(readMapping(example)).toBe(example);
  expect(check(example), JSON.stringify(check.errors)).toBe(true);
  expect(check(JSON.parse(JSON.stringify(SITE_LOG_MAPPING))), JSON.stringify(check.errors)).toBe(true);
});

const good = { schema: 1, time: { from: "t" }, lines: [{ when: {}, event: { kind: "rp.row" } }] };

test.each([
  ["no object", []],
  ["another schema", { ...good, schema: 2 }],
  ["an unknown member", { ...good, lanes: [] }],
  ["no time", { schema: 1, lines: good.lines }],
  ["a form of time that there is not", { ...good, time: { from: "t", form: "rfc1123" } }],
  ["a machine that there is not", { ...good, machine: "toaster" }],
  ["a request id that is no path", { ...good, requestId: 7 }],
  ["no rules", { ...good, lines: [] }],
  ["a rule without its event", { ...good, lines: [{ when: {} }] }],
  ["an event without its kind", { ...good, lines: [{ when: {}, event: {} }] }],
])("a mapping file with %s is refused by the reader and by the schema", (_, value) => {
  expect(check(good)).toBe(true);
  expect(readMapping(good)).toBe(good);
  expect(check(value)).toBe(false);
  expect(() => readMapping(value)).toThrow(
    expect.objectContaining({ code: "INCIDENT_BAD_MAPPING" }) as Error,
  );
});
