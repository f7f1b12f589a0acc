import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-prove-"))));
afterAll(() => rmSync(folder, { recursive: true }));

describe("run --prove", { timeout: 120_000 }, () => {
  test("prints what heals, what changes, what does nothing, and what each advice does", async () => {
    const { exitCode, stdout, stderr } = await runCli(["run", "late-delivery", "--prove"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("c1 registration: late-delivery, proven");
    expect(stdout).toContain("heals: page.guardMs=60000, key.touchDelayMs=94750");
    expect(stdout).toContain("page.guard lengthened: heals");
    expect(stdout).toMatch(
      /Do not show a failure while the promise is pending\.\n +page\.guardMs=never: heals/,
    );
    expect(stdout.trimEnd()).toMatch(/Again: passkey-harness run late-delivery --seed 1 --prove$/);
  });

  test("prints one document with --json, whose advice is what heals", async () => {
    const { exitCode, stdout } = await runCli(["run", "rp-async-outbox", "--prove", "--json"]);
    const document = JSON.parse(stdout) as {
      ok: boolean;
      proof: {
        proven: boolean;
        ceremonies: { status: string; advice: { text: string; effect: string }[] }[];
      };
      explanation: { prevention: string[] };
    };
    expect([exitCode, document.ok, document.proof.proven]).toEqual([0, true, true]);
    const { advice = [] } = document.proof.ceremonies[0] ?? {};
    const healing = advice.filter(({ effect }) => effect === "heals").map(({ text }) => text);
    expect(healing).not.toEqual([]);
    expect(document.explanation.prevention).toEqual(healing);
  });

  test("proves a scenario file, with knobs of the command line", async () => {
    const file = join(folder, "own.json");
    writeFileSync(
      file,
      JSON.stringify({ title: "one login", script: [{ do: "register" }, { do: "login" }] }),
    );
    const { exitCode, stdout } = await runCli(["run", file, "--set", "key.decision=decline", "--prove"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("c1 registration: user-refused, proven");
    expect(stdout).toContain("heals: key.decision=decline");
    expect(stdout.trimEnd()).toMatch(/own\.json --seed 1 --set key\.decision=decline --prove$/);
  });

  test("leaves the plain run as it is", async () => {
    const { stdout } = await runCli(["run", "late-delivery"]);
    expect(stdout).not.toContain("Proof");
    expect(stdout).toContain("Ask the site for the state of the ceremony before declaring a failure.");
  });

  test.each([
    [["run", "late-delivery", "--prove", "--shrink"], "--shrink and --prove are two different things"],
    [["run", "late-delivery", "--prove", "--sweep", "page.guardMs=1s,2s"], "--sweep and --prove"],
    [["run", "--all", "--prove", "--html", "none.html"], "--html reports one run, not all of them"],
  ])("%j is refused", async (args, message) => {
    const { exitCode, stderr } = await runCli(args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
