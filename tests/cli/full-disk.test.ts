/** A file that fails when it is written is said, and costs nothing else: what a run came to is there all the same. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";
import { titled } from "../helpers/titled.js";

/** Takes every write for one to a full disk. */
const FULL = "/dev/full";

let folder = "";
const at = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "full-disk-"));
  await runCli(["run", "plain-login", "--trace", at("t.jsonl")]);
});
afterAll(() => rmSync(folder, { recursive: true }));

const lack = existsSync(FULL) ? undefined : `has no ${FULL}`;

describe.skipIf(lack !== undefined)(titled("a full disk", lack), () => {
  test.each<[string, readonly string[]]>([
    ["--trace", ["run", "plain-login"]],
    ["--html", ["run", "plain-login"]],
    ["--junit", ["run", "plain-login"]],
    ["--pcap", ["run", "plain-login", "--frames", "full"]],
    ["--trace", ["run", "plain-login", "--prove"]],
    ["--trace", ["run", "late-delivery", "--shrink"]],
    ["--html", ["replay", "t.jsonl"]],
    ["--junit", ["replay", "t.jsonl"]],
    ["--trace", ["register"]],
    ["--as-profile", ["info"]],
  ])("%s of %j: said on stderr, in the document and by exit code 2", async (option, command) => {
    const args = command.map((word) => (word === "t.jsonl" ? at(word) : word));
    const told = await runCli(args);
    const { exitCode, stdout, stderr } = await runCli([...args, option, FULL]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`ENVIRONMENT: ${FULL} cannot be written (ENOSPC)\n`);
    expect(stdout).toBe(told.stdout);
    const document = JSON.parse((await runCli([...args, option, FULL, "--json"])).stdout) as object;
    expect(document).toMatchObject({
      ok: false,
      problems: [{ code: "ENVIRONMENT", message: `${FULL} cannot be written (ENOSPC)` }],
    });
  });

  test("one file that fails does not stop the others", async () => {
    const { exitCode } = await runCli(["run", "plain-login", "--html", FULL, "--junit", at("j.xml")]);
    expect(exitCode).toBe(2);
    expect(readFileSync(at("j.xml"), "utf8")).toContain("<testsuites");
  });
});
