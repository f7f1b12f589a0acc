import { describe, expect, test } from "vitest";
import { systemEnv } from "../../../src/env/system-env.js";
import { utf8 } from "../../../src/core/bytes.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { runCli as runInProcess } from "../../../src/cli/run-cli.js";
import { runCli, terminalInto } from "../../helpers/run-cli.js";
import { UsbPorts } from "../../helpers/usb-ports.js";
import { ManagedKey, PIN } from "./managed-key.js";

/** A key with a PIN and a passkey, made by the command line itself. */
async function usedKey(options: Parameters<typeof ManagedKey.plugIn>[0] = {}): Promise<ManagedKey> {
  const key = await ManagedKey.withPin(options);
  await key.succeed("register", "--resident-key", "required", "--uv", "required", "--user", "ada");
  return key;
}

describe("reset", () => {
  test("--dry-run lists what would be deleted, and deletes nothing", async () => {
    await using key = await usedKey();
    const before = key.socket.store.credentials;
    expect(await key.succeed("reset", "--dry-run")).toMatchObject({
      dryRun: true,
      wouldDelete: { pinIsSet: true, credentials: [{ rpId: "example.com", name: "ada" }] },
      needs: { replug: true, touch: "short" },
    });
    const { stdout } = await key.run("reset", "--dry-run");
    expect(stdout).toMatch(/the PIN\n {2}1 passkey\n .*example\.com {2}ada\n[^]*nothing was deleted\n$/);
    key.variables = {};
    const { stdout: withoutPin } = await key.run("reset", "--dry-run");
    expect(withoutPin).toContain("not known: which passkeys are on it: their list needs the PIN");
    expect(key.socket.store.credentials).toEqual(before);
  });

  test("waits for the key to be unplugged and plugged in again, and empties it", async () => {
    await using key = await usedKey();
    // The key says what it is, and is then asked whether it is still there.
    const asked = key.socket.untilAsked("getInfo", 2);
    const resetting = key.ask("reset", "--yes");
    await asked;
    expect(key.socket.store.credentials).toHaveLength(1);
    await key.socket.powerCycle();
    expect(await resetting).toEqual({
      exitCode: 0,
      ok: true,
      done: "reset",
      key: key.device,
      replugged: true,
    });
    expect(key.socket.store.credentials).toEqual([]);
    expect(key.socket.store.memory.pinHash).toBeUndefined();
  });

  test("counts the seconds in which the key wants the touch, for a user who waits", async () => {
    const seen: string[] = [];
    const terminal = {
      ...terminalInto({ stdout: "", stderr: "" }),
      status: (line: string) => void seen.push(line),
    };
    expect(await runInProcess(["reset", "--yes", "--touch-ms", "2500"], terminal)).toBe(0);
    expect(seen).toEqual([
      "touch the key now: 10 s left",
      "touch the key now: 9 s left",
      "touch the key now: 8 s left",
      "",
    ]);
  });

  test("a key that stays plugged in is told, and left as it is", async () => {
    await using key = await usedKey();
    expect(await key.ask("reset", "--yes", "--replug-ms", "50")).toMatchObject({
      exitCode: 2,
      error: { code: "ENVIRONMENT", message: "the key was not unplugged within 50 ms" },
    });
    expect(key.socket.store.credentials).toHaveLength(1);
  });

  test("outside of the window the key refuses, and the hint explains the window", async () => {
    const timeouts = { ...profileNamed("ctap23").timeouts, resetWindowMs: 0 };
    await using key = await usedKey({ different: { timeouts } });
    expect(await key.ask("reset", "--yes", "--now")).toMatchObject({
      exitCode: 1,
      error: {
        code: "CTAP_NOT_ALLOWED",
        aftermath: "none",
        hint: expect.stringContaining("within ten seconds after it was plugged in") as string,
      },
    });
    expect(key.socket.store.credentials).toHaveLength(1);
  });

  test("nobody touches", async () => {
    const timeouts = { ...profileNamed("ctap23").timeouts, upTimeoutMs: 50 };
    await using key = await ManagedKey.plugIn({ different: { timeouts }, behaviour: { walksAway: true } });
    expect(await key.ask("reset", "--yes", "--now")).toMatchObject({
      error: {
        code: "CTAP_USER_ACTION_TIMEOUT",
        hint: expect.stringContaining("touch it when it blinks") as string,
      },
    });
  });

  test.each(["--dry-run", "--yes"])("a key of U2F alone has no reset (%s)", async (option) => {
    const { exitCode, stderr } = await runCli(["reset", option, "--profile", "u2f-only"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^FEATURE_UNSUPPORTED: this key cannot be reset: it speaks U2F alone/);
  });

  test("nobody is asked where there is no terminal, and without --yes nothing is done", async () => {
    await using key = await usedKey();
    expect(await key.ask("reset")).toMatchObject({ exitCode: 2, error: { code: "USAGE" } });
    expect(key.socket.store.credentials).toHaveLength(1);
  });

  test("a key whose maker allows none over this transport is not asked", async () => {
    await using key = await ManagedKey.plugIn({ different: { transportsForReset: ["nfc"] } });
    expect(await key.ask("reset", "--yes", "--now")).toMatchObject({
      error: { message: "the key takes no reset over usb", hint: "connect it by nfc" },
    });
  });

  test("the same key is found at another path by its serial number, beside another key", async () => {
    const ports = new UsbPorts(systemEnv());
    const other = ports.plugIn({ path: "/dev/hidraw4", serialNumber: "B2" });
    ports.plugIn({ path: "/dev/hidraw3", serialNumber: "A1" });
    other.store.remember({ pinHash: utf8("0123456789abcdef") });
    let key = undefined as ReturnType<typeof ports.plugIn> | undefined;
    ports.onList = () => {
      // The list is read twice before: to open the key, and to learn what tells it apart.
      if (ports.listings === 2) setImmediate(() => ports.unplug("/dev/hidraw3"));
      if (ports.listings !== 4) return;
      key = ports.plugIn({ path: "/dev/hidraw9", serialNumber: "A1" });
      key.store.remember({ pinHash: utf8("fedcba9876543210") });
    };
    const { exitCode, stdout } = await runCli(["reset", "--device", "serial:A1", "--yes", "--json"], {
      usb: { host: ports.host },
      variables: { PASSKEY_HARNESS_PIN: PIN },
    });
    expect({ exitCode, ...(JSON.parse(stdout) as object) }).toMatchObject({
      exitCode: 0,
      key: "serial:A1",
      replugged: true,
    });
    expect([key?.store.memory.pinHash, other.store.memory.pinHash]).toEqual([
      undefined,
      utf8("0123456789abcdef"),
    ]);
  });
});
