import { describe, expect, test } from "vitest";
import { ManagedKey, OTHER_PIN, PIN } from "./managed-key.js";

const settings = async (key: ManagedKey) =>
  (await key.succeed("config"))["settings"] as Readonly<Record<string, unknown>>;

describe("config", () => {
  test("shows the settings without a PIN", async () => {
    await using key = await ManagedKey.plugIn();
    expect(await settings(key)).toMatchObject({
      alwaysUv: false,
      enterpriseAttestation: false,
      minPinLength: 4,
    });
    expect((await key.run("config")).stdout).toMatch(
      /^alwaysUv +false\nenterpriseAttestation +false\nminPinLength +4\n/,
    );
  });

  test("alwaysUv is turned on and off again", async () => {
    await using key = await ManagedKey.withPin();
    expect(await key.succeed("config", "toggle-always-uv", "--dry-run")).toMatchObject({
      dryRun: true,
      isFinal: false,
    });
    expect(key.socket.store.memory.alwaysUv).toBeUndefined();
    expect(await key.succeed("config", "toggle-always-uv")).toMatchObject({
      before: { alwaysUv: false },
      settings: { alwaysUv: true },
    });
    expect(key.socket.store.memory.alwaysUv).toBe(true);
    await key.succeed("config", "toggle-always-uv");
    expect(key.socket.store.memory.alwaysUv).toBe(false);
  });

  test("the least length grows, never shrinks, and has a shorter PIN changed", async () => {
    await using key = await ManagedKey.withPin();
    const sites = ["--rp-id", "example.com", "--rp-id", "example.org"];
    expect(await key.succeed("config", "min-pin-length", "12", ...sites, "--dry-run")).toMatchObject({
      would:
        "a PIN has 12 characters at least; sites that may learn the least length: example.com, example.org",
      isFinal: true,
    });
    expect(await settings(key)).toMatchObject({ minPinLength: 4 });
    expect(await key.succeed("config", "min-pin-length", "12", ...sites)).toMatchObject({
      settings: { minPinLength: 12, forcePinChange: true },
    });
    expect(key.socket.store.memory.minPinLengthRpIds).toEqual(["example.com", "example.org"]);
    expect(await key.ask("config", "min-pin-length", "8")).toMatchObject({
      exitCode: 2,
      error: { message: "the least length is 12 characters now, and can only grow" },
    });
    // The PIN of eight characters is good for its change alone.
    expect(await key.ask("credentials")).toMatchObject({
      error: { code: "CTAP_PIN_POLICY_VIOLATION", hint: expect.stringContaining("at least 12") as string },
    });
    key.variables = { PASSKEY_HARNESS_PIN: PIN, PASSKEY_HARNESS_NEW_PIN: `${OTHER_PIN}-long` };
    await key.succeed("pin", "change");
    expect(await settings(key)).toMatchObject({ forcePinChange: false });
  });

  test("the sites that may learn it are replaced", async () => {
    await using key = await ManagedKey.withPin();
    await key.succeed("config", "min-pin-rp-ids", "--rp-id", "example.com");
    await key.succeed("config", "min-pin-rp-ids", "--rp-id", "example.net");
    expect(key.socket.store.memory.minPinLengthRpIds).toEqual(["example.net"]);
  });

  test("a change of the PIN is forced, and enterprise attestation allowed", async () => {
    await using key = await ManagedKey.withPin();
    expect(await key.succeed("config", "enterprise-attestation", "--dry-run")).toMatchObject({
      isFinal: true,
    });
    expect(key.socket.store.memory.enterpriseAttestation).toBeUndefined();
    await key.succeed("config", "enterprise-attestation");
    expect(key.socket.store.memory.enterpriseAttestation).toBe(true);
    await key.succeed("config", "force-pin-change");
    expect(await settings(key)).toMatchObject({ enterpriseAttestation: true, forcePinChange: true });
  });

  test("with long touches a reset wants no unplugging", async () => {
    await using key = await ManagedKey.withPin();
    await key.succeed("config", "long-touch-for-reset");
    expect(await key.succeed("reset", "--dry-run")).toMatchObject({
      needs: { replug: false, touch: "long" },
    });
  });

  test.each<[string, readonly string[], string]>([
    [
      "generic",
      ["toggle-always-uv"],
      "this key cannot always verify its user: its getInfo has no option alwaysUv",
    ],
    ["ctap20", ["force-pin-change"], "this key cannot be configured: its getInfo has no option authnrCfg"],
  ])("%s refuses %j by what is missing from getInfo", async (profile, words, message) => {
    await using key = await ManagedKey.plugIn({ profile });
    expect(await key.ask("config", ...words)).toMatchObject({
      exitCode: 1,
      error: { code: "FEATURE_UNSUPPORTED", message },
    });
  });

  test.each([
    [["min-pin-length", "three"], 'config min-pin-length takes a number from 4 to 63, not "three"'],
    [["min-pin-length"], "config min-pin-length takes N"],
    [["min-pin-rp-ids"], "config min-pin-rp-ids takes --rp-id, once or more"],
    [["toggle-always-uv", "--rp-id", "x"], "--rp-id has no effect on config toggle-always-uv"],
  ])("%j is a mistake of usage", async (words, message) => {
    await using key = await ManagedKey.plugIn();
    expect(await key.ask("config", ...words)).toMatchObject({
      exitCode: 2,
      error: { code: "USAGE", message },
    });
  });

  test("a key without a PIN has none to change", async () => {
    await using key = await ManagedKey.plugIn();
    expect(await key.ask("config", "force-pin-change")).toMatchObject({
      exitCode: 2,
      error: { hint: "passkey-harness pin set gives the key a PIN" },
    });
  });
});
