/** What people hand `explain` by mistake: each is said clearly, and nothing is concluded from it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runScenario, scenarioNamed } from "../../src/entry/scenarios.js";
import { PROJECT } from "../helpers/project.js";
import { runCli } from "../helpers/run-cli.js";
import { chromiumLogWriter } from "../incident/writers/chromium-log.js";
import { harWriter } from "../incident/writers/har.js";

const FOLDER = mkdtempSync(join(tmpdir(), "explain-bad-"));
afterAll(() => {
  rmSync(FOLDER, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(FOLDER, name);
  writeFileSync(path, content);
  return path;
}

interface Told {
  readonly files: readonly { readonly importer?: string; readonly reason: string }[];
  readonly sources: readonly {
    readonly id: string;
    readonly notes: readonly string[];
    readonly ceremonies: readonly string[];
    readonly dropped: readonly { readonly what: string }[];
  }[];
  readonly notes: readonly string[];
  readonly explanation: { readonly mechanism: string; readonly missingProbes: readonly string[] };
}

async function explain(...args: readonly string[]) {
  const text = await runCli(["explain", ...args]);
  const { stdout, exitCode } = await runCli(["explain", ...args, "--json"]);
  expect([exitCode, text.exitCode]).toEqual([0, 0]);
  const told = JSON.parse(stdout) as Told;
  return { told, ...text };
}

function expectUndecided({ explanation }: Told): void {
  expect(explanation.mechanism).toBe("undecided");
  expect(explanation.missingProbes.length).toBeGreaterThan(0);
}

const runOf = async (story: string) => (await runScenario(scenarioNamed(story), { seed: "1" })).records;
const harOf = async (story: string) => harWriter.write(await runOf(story), {}) ?? "";

test("a file of an unknown kind alone: the command fails and lists what is known", async () => {
  const { exitCode, stderr } = await runCli(["explain", file("holiday.txt", "Dear diary, it rained.\n")]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("no file is of a known kind");
  expect(stderr).toContain("HAR");
});

test("a file of an unknown kind beside a known one: it is left out, and said to be", async () => {
  const path = file(
    "photo.bin",
    Uint8Array.from({ length: 5_000 }, (_, index) => (index * 7) % 256),
  );
  const { told, stderr } = await explain(file("late.har", await harOf("late-delivery")), path);
  expect(stderr).toContain("photo.bin is of no known kind and was left out");
  expect(told.files[1]).toMatchObject({ reason: "of no known kind" });
  expectUndecided(told);
});

test("two files of one source that overlap: calls count once, and it is said", async () => {
  const har = await harOf("late-delivery");
  const { told, stdout } = await explain(file("a.har", har), file("b.har", har));
  expect(stdout).toContain("har and har-2 are of one kind and of the same time");
  const [one, two] = told.sources.map(({ ceremonies }) => ceremonies);
  expect(one).toHaveLength(1);
  expect(two).toEqual(one);
  expectUndecided(told);
});

test("a log with another ceremony in it: it stays one of its own", async () => {
  const other = (await runOf("plain-login")).filter(({ ceremony }) => ceremony !== "c1");
  const { told } = await explain(
    file("this.har", await harOf("late-delivery")),
    file("other.txt", chromiumLogWriter.write(other, {}) ?? ""),
  );
  const [one, two] = told.sources.map(({ ceremonies }) => ceremonies);
  expect(one?.length).toBeGreaterThan(0);
  expect(one?.filter((id) => two?.includes(id))).toEqual([]);
  expectUndecided(told);
});

test.each([
  [
    "a HAR",
    JSON.stringify({
      log: {
        version: "1.2",
        creator: { name: "Firefox" },
        entries: [
          {
            startedDateTime: "2026-03-02T10:00:00Z",
            time: 1,
            request: { method: "GET", url: "https://shop.example/", headers: [] },
            response: { status: 200, headers: [] },
          },
        ],
      },
    }),
    "No call in it has the options of a passkey",
  ],
  [
    "an access log",
    '203.0.113.7 - - [02/Mar/2026:10:11:12 +0100] "GET /cart HTTP/2.0" 200 5 "-" "curl/8"\n',
    "No call in it has a path with the words of a passkey's.",
  ],
  [
    "a FIDO log",
    "FIDODebug[10:11:12] Discovery session started.\nFIDODebug[10:11:11] No BLE adapter present\n",
    "No request for a passkey is in it.",
  ],
])("%s without any ceremony says so", async (_, text, note) => {
  const { told, stdout } = await explain(file("none.log", text));
  expect(stdout).toContain(note);
  expectUndecided(told);
});

const NEWEST_FIRST = [
  "FIDOError[00:00:02] Failing assertion request due to status 0x27 (kCtap2ErrOperationDenied) from usb-1050:0407",
  "FIDODebug[00:00:02] -> (CTAP2 error code 0x27 (kCtap2ErrOperationDenied))",
  `FIDODebug[23:59:58] <- 0x2 (kAuthenticatorGetAssertion) {1: "shop.example", 2: h'${"AB".repeat(32)}'}`,
  "FIDOEvent[23:59:57] Starting GetAssertion flow",
];

test("local times without a zone across midnight: put in order, and left without a zone", async () => {
  const { told, stdout } = await explain(file("midnight.txt", [...NEWEST_FIRST].reverse().join("\n")));
  expect(stdout).not.toContain("newest first");
  expect(told.sources).toHaveLength(1);
  const { stdout: trace } = await runCli([
    "explain",
    join(FOLDER, "midnight.txt"),
    "--trace",
    join(FOLDER, "midnight.jsonl"),
  ]);
  expect(trace).toContain("undecided");
  const records = readFileSync(join(FOLDER, "midnight.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { readonly kind: string; readonly atMs: number });
  const atMs = (kind: string) => records.find((record) => record.kind === kind)?.atMs ?? NaN;
  expect(atMs("ctap.response") - atMs("ctap.request")).toBe(4_000);
  expectUndecided(told);
});

test("newest first: turned round, and said to be", async () => {
  const { told, stdout } = await explain(file("newest.txt", NEWEST_FIRST.join("\n")));
  expect(stdout).toContain("It stands newest first, and was turned round.");
  expectUndecided(told);
});

test("a zip that is cut off: what is whole is read, and the cut is said", async () => {
  const whole = readFileSync(join(PROJECT, "tests/incident/samples/trace.zip"));
  const { told, stdout } = await explain(file("trace.zip", whole.subarray(0, whole.length * 0.6)));
  expect(told.files[0]).toMatchObject({ importer: "playwright-trace" });
  expect(stdout).toMatch(/cut off|cannot be unpacked/);
  expectUndecided(told);
});

test("a HAR that is cut off: what is whole is read, and the cut is said", async () => {
  const har = await harOf("late-delivery");
  const { told, stdout } = await explain(file("cut.har", har.slice(0, har.length * 0.6)));
  expect(stdout).toContain("end of the document");
  expectUndecided(told);
});

test("a file without any byte is of no known kind", async () => {
  const { exitCode, stderr } = await runCli(["explain", file("empty", "")]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("no file is of a known kind");
});
