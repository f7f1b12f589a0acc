import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { ConformanceResult } from "../../src/entry/conformance.js";
import { runCli } from "../helpers/run-cli.js";

const FOLDER = mkdtempSync(join(tmpdir(), "conformance-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));
/** What `--json` prints, as far as it is looked at here. */
interface Document {
  readonly ok: boolean;
  readonly conformance: ConformanceResult;
  readonly checks: readonly { readonly id: string }[];
}

const file = (name: string) => join(FOLDER, name);

describe("conformance", () => {
  test("passes the generic key, and says so", async () => {
    const { exitCode, stdout } = await runCli(["conformance", "--only", "get-info.*"]);
    expect(stdout).toMatch(
      /simulated generic\n\d+ pass, 0 fail, \d+ not-applicable, 0 left-out, 0 inconclusive/,
    );
    expect(exitCode).toBe(0);
  });

  test("names what fails, with section and bytes, and ends with 1", async () => {
    const args = ["conformance", "--profile", "answers-3a", "--only", "selection.*", "--json"];
    const { exitCode, stdout } = await runCli(args);
    const { ok, conformance } = JSON.parse(stdout) as Document;
    expect({ exitCode, ok }).toEqual({ exitCode: 1, ok: false });
    expect(conformance.results.filter(({ outcome }) => outcome === "fail")).toMatchObject([
      {
        id: "selection.touch-timeout",
        severity: "must",
        section: "6.9",
        failure: {
          expected: "USER_ACTION_TIMEOUT to selection",
          seen: "ACTION_TIMEOUT",
          request: "0b",
          answer: "3a",
        },
      },
    ]);
  });

  test("lists the checks without running any", async () => {
    const { stdout } = await runCli(["conformance", "--list", "--json", "--only", "reset.*"]);
    expect((JSON.parse(stdout) as Document).checks.map(({ id }) => id)).toContain("reset.outside-window");
  });

  test("leaves out what is not allowed, and says why", async () => {
    const { exitCode, stdout } = await runCli(["conformance", "--allow", "none", "--only", "reset.*"]);
    expect(stdout).toMatch(/left out: 7 checks: would erase the device; --allow reset lets it/);
    expect(exitCode).toBe(0);
  });

  test("writes JUnit and HTML", async () => {
    const reports = ["--junit", file("a.xml"), "--html", file("a.html")];
    await runCli(["conformance", "--profile", "answers-3a", "--only", "selection.*", ...reports]);
    const junit = readFileSync(file("a.xml"), "utf8");
    expect(junit).toContain('<testsuite name="selection" tests="3" failures="1" errors="0" skipped="0">');
    expect(junit).toMatch(/<failure message="[^"]+\(must, 6\.9\)">expected USER_ACTION_TIMEOUT/);
    const html = readFileSync(file("a.html"), "utf8");
    expect(html).toContain("<td>selection.touch-timeout</td>");
    expect(html).not.toMatch(/src=|href=/);
  });

  test("compares two results", async () => {
    for (const profile of ["generic", "answers-3a"]) {
      const args = ["conformance", "--profile", profile, "--only", "selection.*", "--json"];
      writeFileSync(file(`${profile}.json`), (await runCli(args)).stdout);
    }
    const worse = await runCli(["conformance", "--compare", file("generic.json"), file("answers-3a.json")]);
    expect(worse.stdout).toContain("worse   selection.touch-timeout: pass -> fail");
    expect(worse.exitCode).toBe(1);
    const better = await runCli(["conformance", "--compare", file("answers-3a.json"), file("generic.json")]);
    expect(better.stdout).toContain("better  selection.touch-timeout: fail -> pass");
    expect(better.exitCode).toBe(0);
    const same = await runCli(["conformance", "--compare", file("generic.json"), file("generic.json")]);
    expect(same.stdout).toBe("nothing differs\n");
  });

  test.each([
    [["--only", "no.such.check"], /no check is called no\.such\.check/],
    [["--allow", "everything"], /--allow takes store, pin, config, reset, all or none, not "everything"/],
    [["--device", "hybrid"], /names no kind of device that takes reports/],
    [["--profile", "nokey"], /there is no profile "nokey"/],
    [["--bind", "127.0.0.1:1"], /--bind has no effect on --device sim/],
    [["--compare", "one.json"], /--compare takes two files/],
    [["stray"], /conformance does not take "stray"/],
  ])("refuses %j", async (args, message) => {
    const { exitCode, stderr } = await runCli(["conformance", ...args]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  test("refuses a file that holds no result", async () => {
    writeFileSync(file("other.json"), "{}");
    const { exitCode, stderr } = await runCli([
      "conformance",
      "--compare",
      file("other.json"),
      file("other.json"),
    ]);
    expect(stderr).toMatch(/RESULT_MALFORMED/);
    expect(exitCode).toBe(2);
  });
});
