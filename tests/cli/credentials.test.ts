import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../src/core/bytes.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { encodeStore } from "../../src/sim/authenticator/store/store-file.js";
import { runCli } from "../helpers/run-cli.js";
import { BenchKey, PIN } from "../sim/authenticator/bench-key.js";

let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "passkey-harness-credentials-"));
  const store = new CredentialStore();
  const bench = new BenchKey({ store });
  for (const name of ["ada", "bob"]) {
    await bench.made({ user: { id: utf8(name), name }, options: { rk: true } });
  }
  await bench.setPin();
  writeFileSync(at("key.json"), encodeStore(store.snapshot()));
  writeFileSync(at("pin"), `${PIN}\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const run = (...args: readonly string[]) =>
  runCli(["credentials", ...args, "--store", at("key.json"), "--json"]);
const withPin = (...args: readonly string[]) => run(...args, "--pin-file", at("pin"));

interface Listed {
  readonly existing: number;
  readonly credentials: readonly { readonly id: string; readonly name: string; readonly rpId: string }[];
}

describe("credentials", () => {
  test("lists what is on the key, deletes one, and keeps that in the store", async () => {
    const listed = await withPin("list");
    expect(listed.exitCode).toBe(0);
    const { credentials } = JSON.parse(listed.stdout) as Listed;
    expect(credentials.map(({ name, rpId }) => [name, rpId])).toEqual([
      ["bob", "example.com"],
      ["ada", "example.com"],
    ]);

    const deleted = await withPin("delete", credentials[0]?.id ?? "");
    expect(JSON.parse(deleted.stdout)).toEqual({ ok: true, deleted: credentials[0]?.id });
    const left = JSON.parse((await withPin("list")).stdout) as Listed;
    expect([left.existing, left.credentials.map(({ name }) => name)]).toEqual([1, ["ada"]]);
  });

  test.each([
    ["a word nobody knows", ["rename"]],
    ["delete without an id", ["delete"]],
    ["an id that is none", ["delete", "not base64url!"]],
  ])("%s is a mistake of usage, and touches nothing", async (_, args) => {
    const before = readFileSync(at("key.json"), "utf8");
    const { exitCode } = await withPin(...args);
    expect(exitCode).toBe(2);
    expect(readFileSync(at("key.json"), "utf8")).toBe(before);
  });

  test("without a PIN says how to give one", async () => {
    const { exitCode, stdout, stderr } = await run("list");
    expect(exitCode).toBe(2);
    expect(stdout + stderr).toContain("--pin-file");
  });

  test("a credential that is not there is the key's refusal", async () => {
    const { exitCode, stdout, stderr } = await withPin("delete", "AAAA");
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain("CTAP_NO_CREDENTIALS");
    expect(stdout + stderr).not.toContain(PIN);
  });
});
