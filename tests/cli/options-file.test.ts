/** What `register --options` and `login --options` make of files that are no options of WebAuthn. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "options-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = {
  rp: { id: "example.com", name: "Shop" },
  user: { id: "dXNlci03Nw", name: "hanako", displayName: "H" },
  challenge: "Y2hhbGxlbmdlLW9mLW91cnM",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
};

async function asked(command: "register" | "login", content: unknown) {
  const file = join(folder, "options.json");
  writeFileSync(file, JSON.stringify(content));
  const { exitCode, stdout, stderr } = await runCli([command, "--options", file, "--json"]);
  return { exitCode, stderr, told: JSON.parse(stdout) as Record<string, unknown> };
}

const { pubKeyCredParams: _, ...withoutParameters } = OPTIONS;
const { displayName: __, ...withoutDisplayName } = OPTIONS.user;

describe.each([
  ["null", null],
  ["a list", []],
  ["no pubKeyCredParams", withoutParameters],
  ["pubKeyCredParams with null in it", { ...OPTIONS, pubKeyCredParams: [null] }],
  ["no displayName", { ...OPTIONS, user: withoutDisplayName }],
  ["excludeCredentials null", { ...OPTIONS, excludeCredentials: null }],
])("register with %s", (_name, content) => {
  test("is refused as a browser refuses it, with JSON and no stack", async () => {
    expect(await asked("register", content)).toMatchObject({
      exitCode: 1,
      stderr: "",
      told: {
        ok: false,
        error: { code: "OPTIONS_MALFORMED", aftermath: "none" },
        page: { name: "TypeError", reason: "bad-options" },
      },
    });
  });
});

test.each([
  ["a name that is null", { ...OPTIONS, user: { ...OPTIONS.user, displayName: null } }],
  ["an algorithm that is a text", { ...OPTIONS, pubKeyCredParams: [{ type: "public-key", alg: "-7" }] }],
  ["no algorithms, which means the usual ones", { ...OPTIONS, pubKeyCredParams: [] }],
])("register with %s registers", async (_name, content) => {
  expect(await asked("register", content)).toMatchObject({ exitCode: 0, told: { ok: true } });
});

test("login with null is refused likewise", async () => {
  expect(await asked("login", null)).toMatchObject({
    exitCode: 1,
    told: { error: { code: "OPTIONS_MALFORMED" }, page: { name: "TypeError" } },
  });
});

test("a client by the name of a prototype's member does not exist", async () => {
  const { exitCode, stderr } = await runCli(["register", "--client", "__proto__"]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('there is no client "__proto__"');
});
