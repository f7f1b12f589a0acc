import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../helpers/run-cli.js";
import { ManagedKey, OTHER_PIN, PIN } from "./managed-key.js";

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "pin-"))));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file with a PIN in its only line. */
function fileWith(name: string, pin: string): string {
  writeFileSync(join(folder, name), `${pin}\n`);
  return join(folder, name);
}

const WRONG = "0000-wrong";

describe("pin", () => {
  test("is set, verified and changed, by files and by variables, and is in nothing that is printed", async () => {
    await using key = await ManagedKey.plugIn();
    const said: unknown[] = [];
    said.push(await key.succeed("pin", "set", "--new-pin-file", fileWith("new", PIN)));
    expect(key.socket.store.memory.pinHash).toBeDefined();

    key.variables = { PASSKEY_HARNESS_PIN: PIN, PASSKEY_HARNESS_NEW_PIN: OTHER_PIN };
    said.push(await key.succeed("pin", "verify"), await key.succeed("pin", "change"));
    key.variables = { PASSKEY_HARNESS_PIN: OTHER_PIN };
    said.push(await key.succeed("pin", "verify"));
    // The file is nearer to the command than the variable is.
    said.push(await key.ask("pin", "verify", "--pin-file", fileWith("old", PIN)));
    expect(said).toMatchObject([
      { done: "set" },
      { done: "verified" },
      { done: "changed" },
      { done: "verified" },
      { ok: false, error: { code: "PIN_WRONG" } },
    ]);
    expect(JSON.stringify([said, key.socket.records])).not.toMatch(new RegExp(`${PIN}|${OTHER_PIN}`));
  });

  test("attempts left are told, and cost none", async () => {
    await using key = await ManagedKey.withPin();
    expect(await key.succeed("pin", "retries")).toEqual({
      ok: true,
      isSet: true,
      retries: 8,
      powerCycleNeeded: false,
      minPinLength: 4,
      forcePinChange: false,
    });
    key.variables = { PASSKEY_HARNESS_PIN: WRONG };
    expect(await key.ask("pin", "verify")).toMatchObject({ exitCode: 1, error: { code: "PIN_WRONG" } });
    expect(await key.succeed("pin", "retries")).toMatchObject({ retries: 7 });
    expect(await key.succeed("pin", "retries")).toMatchObject({ retries: 7 });
  });

  test("wrong three times in a row wants the key to be unplugged; blocked for good wants a reset", async () => {
    await using key = await ManagedKey.withPin();
    key.variables = { PASSKEY_HARNESS_PIN: WRONG, PASSKEY_HARNESS_NEW_PIN: OTHER_PIN };
    const errors: unknown[] = [];
    for (let cycle = 0; cycle < 3; cycle++) {
      for (let attempt = 0; attempt < 3; attempt++) errors.push((await key.ask("pin", "change"))["error"]);
      if (cycle === 0) {
        const { stdout } = await key.run("pin", "retries");
        expect(stdout).toContain("blocked until the key is unplugged and plugged in again");
        // Nothing is sent any more that would be counted.
        expect(await key.ask("pin", "change")).toMatchObject({ error: { code: "PIN_AUTH_BLOCKED" } });
      }
      await key.socket.powerCycle();
    }
    expect(errors.slice(0, 3)).toMatchObject([
      { message: expect.stringContaining("attempts left: 7") as string },
      { message: expect.stringContaining("attempts left: 6") as string },
      { code: "PIN_AUTH_BLOCKED", hint: "unplug the key and plug it in again" },
    ]);
    expect(errors.at(-1)).toMatchObject({ code: "PIN_BLOCKED" });
    expect(await key.ask("pin", "verify")).toMatchObject({
      error: { code: "PIN_BLOCKED", hint: expect.stringContaining("only a reset helps") as string },
    });
    expect((await key.run("pin", "retries")).stdout).toContain("blocked for good");
  });

  test.each([
    [["set"], "the key has a PIN already", "pin change"],
    [["change"], "there is no new PIN", "--new-pin-file"],
  ])("%j is refused before anything is changed", async (words, message, hint) => {
    await using key = await ManagedKey.withPin();
    const before = { ...key.socket.store.memory };
    const { exitCode, error } = (await key.ask("pin", ...words)) as unknown as {
      exitCode: number;
      error: { message: string; hint: string };
    };
    expect({ exitCode, message: error.message }).toEqual({ exitCode: 2, message });
    expect(error.hint).toContain(hint);
    expect(key.socket.store.memory).toEqual(before);
  });

  test.each(["change", "verify"])("%s of a key without a PIN says how to set one", async (word) => {
    const { exitCode, stderr } = await runCli(["pin", word], { variables: { PASSKEY_HARNESS_PIN: PIN } });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: "ENVIRONMENT: no PIN is set on the key\n  hint: passkey-harness pin set gives the key a PIN\n",
    });
  });

  test("a key that cannot have a PIN names the option that is missing from getInfo", async () => {
    const { exitCode, stdout } = await runCli(["pin", "retries", "--profile", "phone", "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: {
        code: "FEATURE_UNSUPPORTED",
        message: "this key cannot have a PIN: its getInfo has no option clientPin",
      },
    });
  });

  test.each([
    [[], "pin takes one of set, change, verify, retries"],
    [["st"], 'pin takes one of set, change, verify, retries, not "st"'],
    [["set", "1234"], "pin set takes no further word"],
    [["retries", "--new-pin-file", "f"], "--new-pin-file has no effect on pin retries"],
  ])("%j is a mistake of usage", async (words, message) => {
    const { exitCode, stderr } = await runCli(["pin", ...words]);
    expect({ exitCode, stderr: stderr.split("\n")[0] }).toEqual({ exitCode: 2, stderr: `USAGE: ${message}` });
  });

  test("a new PIN that is shorter than the key allows is not sent", async () => {
    await using key = await ManagedKey.plugIn();
    key.socket.store.remember({ minPinLength: 6 });
    key.variables = { PASSKEY_HARNESS_NEW_PIN: "12345" };
    expect(await key.ask("pin", "set")).toMatchObject({
      exitCode: 2,
      error: { hint: "the new PIN has 6 characters at least and 63 bytes at most" },
    });
  });
});
