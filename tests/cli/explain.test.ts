import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runScenario, scenarioNamed } from "../../src/entry/scenarios.js";
import { runCli } from "../helpers/run-cli.js";
import { WRITERS } from "../incident/round-trip.js";
import { SITE_LOG_MAPPING } from "../incident/writers/site-log.js";

/** The logs of a late delivery, and the mapping of the site's own. */
async function logsOf(story: string) {
  const folder = mkdtempSync(join(tmpdir(), "explain-"));
  const run = await runScenario(scenarioNamed(story), { seed: "1" });
  const paths = WRITERS.map(({ name, write }) => {
    const path = join(folder, name);
    writeFileSync(path, write(run.records, {}) ?? "");
    return path;
  });
  const map = join(folder, "map.json");
  writeFileSync(map, JSON.stringify(SITE_LOG_MAPPING));
  return { folder, paths, map };
}

test("prints what was recognised, the clocks and the verdict, and writes a trace that replay reads", async () => {
  const { folder, paths, map } = await logsOf("late-delivery");
  const trace = join(folder, "trace.jsonl");
  const html = join(folder, "page.html");
  const { exitCode, stdout } = await runCli([
    "explain",
    ...paths,
    "--map",
    map,
    "--trace",
    trace,
    "--html",
    html,
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("its zone is UTC+09:00");
  expect(stdout).toContain("registration c1: late-delivery");
  expect(readFileSync(html, "utf8")).toContain("page.guard");
  const replayed = await runCli(["replay", trace]);
  expect(replayed.exitCode).toBe(0);
  expect(replayed.stdout).toContain("page.guard");
});

test("prints one JSON document with sources, clocks and the verdict", async () => {
  const { paths, map } = await logsOf("late-delivery");
  const { stdout } = await runCli(["explain", ...paths, "--map", map, "--json"]);
  const json = JSON.parse(stdout) as {
    readonly sources: readonly { readonly id: string }[];
    readonly ok: boolean;
  };
  expect(json.ok).toBe(true);
  expect(json.sources.map(({ id }) => id)).toEqual(["har", "chromium-log", "access-log", "app-log"]);
});

test.each([
  [[], "explain takes the logs of an incident"],
  [["FILE", "--zone", "har=9"], "--zone takes SOURCE=+HH:MM"],
  [["FILE", "--date", "yesterday"], "--date takes YYYY-MM-DD"],
  [["FILE", "--offset", "nginx=1s"], "no file gave a source nginx"],
  [["missing.har"], "missing.har"],
])("refuses %j", async (args: readonly string[], message) => {
  const { paths } = await logsOf("plain-login");
  const { exitCode, stderr } = await runCli([
    "explain",
    ...args.map((arg) => (arg === "FILE" ? (paths[0] ?? "") : arg)),
  ]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(message);
});

test("refuses a mapping file that is not in its form, and says which member", async () => {
  const { folder, paths } = await logsOf("plain-login");
  const map = join(folder, "bad.json");
  writeFileSync(map, JSON.stringify({ schema: 1, time: {}, lines: [] }));
  const { exitCode, stderr } = await runCli(["explain", ...paths, "--map", map]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("time.from is to be the path of a member");
});

test("says of logs in which nothing happened that they hold nothing, and writes what was asked for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "explain-"));
  const har = join(folder, "empty.har");
  writeFileSync(
    har,
    JSON.stringify({ log: { version: "1.2", creator: { name: "WebInspector" }, entries: [] } }),
  );
  const html = join(folder, "page.html");
  const { exitCode, stdout } = await runCli(["explain", har, "--json", "--html", html]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    startsAt: null,
    explanation: { mechanism: "undecided" },
  });
  expect(readFileSync(html, "utf8")).toContain("Undecided");
});
