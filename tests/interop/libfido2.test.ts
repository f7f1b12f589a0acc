import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { concat, utf8 } from "../../src/core/bytes.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { runCli } from "../helpers/run-cli.js";
import { titled } from "../helpers/titled.js";
import { lackOfLibfido2 } from "./debian.js";
import { KeyOnSocket, type KeyOnSocketOptions } from "./key-on-socket.js";
import { Stranger, type StrangerReply } from "./stranger.js";

const SOURCES = join(import.meta.dirname, "libfido2");
const PIN = "31415926";
const CDH = new Uint8Array(32).fill(0x5a);
const RP = "example.com";
const USER = utf8("user-1");

/** libfido2's bits of its extension mask. */
const Ext = { hmacSecret: 1, credProtect: 2, largeBlobKey: 4, credBlob: 8, minPinLength: 16 } as const;

/** Flags of authenticator data. */
const UP = 1;
const UP_UV = 5;

/** libfido2 1.12 asks for credential management by the byte of its preview, whatever the key says. */
const { options } = profileNamed("ctap23");
const FULL: KeyOnSocketOptions = { different: { options: { ...options, credentialMgmtPreview: true } } };

/** The same for fingerprints. */
const fingerprint = profileNamed("fingerprint");
const FINGERPRINT: KeyOnSocketOptions = {
  profile: "fingerprint",
  different: { options: { ...fingerprint.options, userVerificationMgmtPreview: true } },
};

const creation = { cdh: CDH, rp: RP, rpname: "Example", user: USER, name: "ada", display: "Ada" };
const assertion = { cdh: CDH, rp: RP };

let folder = "";
let driver = "";
const open: AsyncDisposable[] = [];

/** A simulated key, and libfido2 with it open. */
async function client(options: KeyOnSocketOptions = FULL) {
  const key = await KeyOnSocket.plugIn(options);
  const fido2 = new Stranger(driver, [key.path]);
  open.push(fido2, key);
  await fido2.succeed("open");
  return { key, fido2 };
}

async function clientWithPin(options: KeyOnSocketOptions = FULL) {
  const opened = await client(options);
  await opened.fido2.succeed("set-pin", { pin: PIN });
  return opened;
}

/** What `make` gave, in the words `assert` takes. */
const made = (reply: StrangerReply) => ({
  allow: String(reply["id"]),
  publicKey: String(reply["publicKey"]),
  alg: Number(reply["alg"]),
});

async function optionsOf(fido2: Stranger): Promise<Record<string, boolean>> {
  const { options } = (await fido2.succeed("info")) as unknown as {
    options: { name: string; value: boolean }[];
  };
  return Object.fromEntries(options.map(({ name, value }) => [name, value]));
}

const lack = lackOfLibfido2();

describe.skipIf(lack !== undefined)(titled("libfido2 against the simulated key", lack), () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "libfido2-"));
    driver = join(folder, "driver");
    const sources = (await readdir(SOURCES)).filter((name) => name.endsWith(".c"));
    const strict = ["-O1", "-Wall", "-Wextra", "-Werror", "-std=gnu11"];
    const files = sources.map((name) => join(SOURCES, name));
    await promisify(execFile)("cc", [...strict, "-o", driver, ...files, "-lfido2", "-lpthread"]);
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  describe("getInfo", () => {
    test("reads every member this version knows", async () => {
      const { fido2 } = await client();
      expect(await fido2.succeed("describe")).toMatchObject({
        type: "fido2",
        protocol: 2,
        hasPin: false,
        supportsPin: true,
        supportsCredman: true,
        supportsCredProtect: true,
        supportsPermissions: true,
      });
      expect(await fido2.succeed("info")).toMatchObject({
        versions: ["FIDO_2_0", "FIDO_2_1", "FIDO_2_2", "FIDO_2_3"],
        transports: ["usb"],
        aaguid: "7f1b0e5c2d344a6b9c8d0e1f2a3b4c23",
        maxMsgSize: 7609,
        maxCredBlobLength: 64,
        maxLargeBlob: 4096,
        maxRpIdsForMinPin: 8,
        minPinLength: 4,
        remaining: 100,
        newPinRequired: false,
      });
    });

    test("reads firmwareVersion and uvModality of a key with a fingerprint reader", async () => {
      const { fido2 } = await client({ profile: "fingerprint" });
      expect(await fido2.succeed("info")).toMatchObject({ firmware: 1, uvModality: 2 });
    });

    test.each(["generic", "ctap20", "yubikey5", "fingerprint", "phone", "answers-3a"])(
      "reads the profile %s",
      async (profile) => {
        const { fido2 } = await client({ profile });
        const { versions } = await fido2.succeed("info");
        expect(versions).toContain("FIDO_2_0");
      },
    );
  });

  describe("the PIN", () => {
    test("is set, changed and asked for", async () => {
      const { fido2 } = await clientWithPin();
      expect(await fido2.succeed("describe")).toMatchObject({ hasPin: true });
      await fido2.succeed("set-pin", { old: PIN, pin: "271828" });
      expect(await fido2.ask("make", { ...creation, pin: PIN })).toMatchObject({
        error: "FIDO_ERR_PIN_INVALID",
      });
      expect(await fido2.succeed("make", { ...creation, pin: "271828" })).toMatchObject({
        verified: "FIDO_ERR_SUCCESS",
      });
    });

    test("loses a retry when it is wrong, and gets them back when it is right", async () => {
      const { fido2 } = await clientWithPin();
      expect((await fido2.ask("make", { ...creation, pin: "0000" })).error).toBe("FIDO_ERR_PIN_INVALID");
      expect(await fido2.succeed("retries")).toMatchObject({ retries: 7 });
      await fido2.succeed("make", { ...creation, pin: PIN });
      expect(await fido2.succeed("retries")).toMatchObject({ retries: 8 });
    });

    test("wants a power cycle after three wrong ones, and is blocked after eight", async () => {
      const { fido2, key } = await clientWithPin();
      const wrong = async () => (await fido2.ask("make", { ...creation, pin: "0000" })).error;
      const invalid = "FIDO_ERR_PIN_INVALID";
      const wait = "FIDO_ERR_PIN_AUTH_BLOCKED";
      for (let round = 0; round < 2; round++) {
        expect([await wrong(), await wrong(), await wrong(), await wrong()]).toEqual([
          invalid,
          invalid,
          wait,
          wait,
        ]);
        await key.powerCycle();
        await fido2.succeed("open");
      }
      expect([await wrong(), await wrong()]).toEqual([invalid, "FIDO_ERR_PIN_BLOCKED"]);
      expect(await fido2.succeed("retries")).toMatchObject({ retries: 0 });
    });

    test("that is too short is refused", async () => {
      const { fido2 } = await client();
      expect(await fido2.ask("set-pin", { pin: "123" })).toMatchObject({
        error: "FIDO_ERR_PIN_POLICY_VIOLATION",
      });
    });

    test.each(["ctap20", "yubikey5"])("gets the token of CTAP 2.0 from %s", async (profile) => {
      const { fido2 } = await clientWithPin({ profile });
      const credential = await fido2.succeed("make", { ...creation, pin: PIN });
      expect(credential).toMatchObject({ verified: "FIDO_ERR_SUCCESS" });
      const { assertions } = await fido2.succeed("assert", { ...assertion, ...made(credential), pin: PIN });
      expect(assertions).toMatchObject([{ flags: UP_UV, verified: "FIDO_ERR_SUCCESS" }]);
    });
  });

  describe("registration and sign-in", () => {
    test.each([-7, -8, -35])("with a key of algorithm %i", async (alg) => {
      const { fido2 } = await client();
      const credential = await fido2.succeed("make", { ...creation, alg });
      expect(credential).toMatchObject({ verified: "FIDO_ERR_SUCCESS", fmt: "packed", alg, flags: 0x41 });
      const { assertions } = await fido2.succeed("assert", { ...assertion, ...made(credential) });
      expect(assertions).toMatchObject([{ flags: UP, userId: "", verified: "FIDO_ERR_SUCCESS" }]);
    });

    test("with another key's signature does not verify", async () => {
      const { fido2 } = await client();
      const one = await fido2.succeed("make", creation);
      const other = await fido2.succeed("make", creation);
      const wrongKey = { ...made(one), publicKey: String(other["publicKey"]) };
      const { assertions } = await fido2.succeed("assert", { ...assertion, ...wrongKey });
      expect(assertions).toMatchObject([{ verified: "FIDO_ERR_INVALID_SIG" }]);
    });

    test("without the PIN is refused where it matters", async () => {
      const { fido2 } = await clientWithPin();
      expect((await fido2.ask("make", { ...creation, rk: true })).error).toBe("FIDO_ERR_PIN_REQUIRED");
      expect((await fido2.ask("make", { ...creation, uv: true })).error).toBe("FIDO_ERR_PIN_REQUIRED");
      expect(await fido2.succeed("make", creation)).toMatchObject({ flags: 0x41 });
    });

    test("of several accounts offers each, the newest first", async () => {
      const { fido2 } = await clientWithPin();
      const rk = { ...creation, rk: true, pin: PIN };
      for (const name of ["ada", "bob", "carol"]) {
        expect(await fido2.succeed("make", { ...rk, user: utf8(name), name })).toMatchObject({ flags: 0x45 });
      }
      const { assertions } = await fido2.succeed("assert", { ...assertion, pin: PIN });
      expect(assertions).toMatchObject([
        { userName: "carol", flags: UP_UV },
        { userName: "bob", flags: UP_UV },
        { userName: "ada", flags: UP_UV },
      ]);
    });

    test("of the same account twice keeps one", async () => {
      const { fido2, key } = await clientWithPin();
      await fido2.succeed("make", { ...creation, rk: true, pin: PIN });
      await fido2.succeed("make", { ...creation, rk: true, pin: PIN });
      expect(key.store.discoverableCount).toBe(1);
    });

    test("of an excluded credential is refused", async () => {
      const { fido2 } = await client();
      const { id } = await fido2.succeed("make", creation);
      expect((await fido2.ask("make", { ...creation, exclude: String(id) })).error).toBe(
        "FIDO_ERR_CREDENTIAL_EXCLUDED",
      );
    });

    test("at a site the key does not know finds nothing", async () => {
      const { fido2 } = await client();
      expect((await fido2.ask("assert", assertion)).error).toBe("FIDO_ERR_NO_CREDENTIALS");
    });

    test("without a touch says so", async () => {
      const { fido2 } = await client();
      const credential = await fido2.succeed("make", creation);
      const { assertions } = await fido2.succeed("assert", {
        ...assertion,
        ...made(credential),
        up: false,
      });
      expect(assertions).toMatchObject([{ flags: 0 }]);
    });

    test("with a finger needs no PIN", async () => {
      const { fido2 } = await client({ profile: "fingerprint" });
      expect(await fido2.succeed("describe")).toMatchObject({ hasUv: true, supportsUv: true });
      const credential = await fido2.succeed("make", { ...creation, uv: true });
      expect(credential).toMatchObject({ flags: 0x45, verified: "FIDO_ERR_SUCCESS" });
      const { assertions } = await fido2.succeed("assert", { ...assertion, ...made(credential), uv: true });
      expect(assertions).toMatchObject([{ flags: UP_UV, verified: "FIDO_ERR_SUCCESS" }]);
      expect(await fido2.succeed("uv-retries")).toMatchObject({ retries: 5 });
    });

    test("with the wrong finger is refused and counted", async () => {
      const behaviour = { prompts: { verify: { does: "uses-wrong-finger" } } } as const;
      const { fido2 } = await client({ profile: "fingerprint", behaviour });
      expect((await fido2.ask("make", { ...creation, uv: true })).code).not.toBe(0);
      expect(await fido2.succeed("uv-retries")).toMatchObject({ retries: 2 });
    });
  });

  describe("extensions", () => {
    test("hmac-secret gives the same secret for the same salt, and two for two", async () => {
      const { fido2 } = await clientWithPin();
      const credential = made(
        await fido2.succeed("make", { ...creation, rk: true, pin: PIN, ext: Ext.hmacSecret }),
      );
      const secretFor = async (salt: Uint8Array) => {
        const request = { ...assertion, ...credential, pin: PIN, ext: Ext.hmacSecret, salt };
        const { assertions } = (await fido2.succeed("assert", request)) as unknown as {
          assertions: { hmac: string; verified: string }[];
        };
        expect(assertions[0]?.verified).toBe("FIDO_ERR_SUCCESS");
        return assertions[0]?.hmac ?? "";
      };
      const one = new Uint8Array(32).fill(1);
      const two = new Uint8Array(32).fill(2);
      const secret = await secretFor(one);
      expect(secret).toHaveLength(64);
      expect(await secretFor(one)).toBe(secret);
      expect(await secretFor(concat(one, two))).toBe(secret + (await secretFor(two)));
    });

    test("credProtect 2 hides an account from sign-in without a list, 3 from any without the PIN", async () => {
      const { fido2 } = await clientWithPin();
      const make = { ...creation, rk: true, pin: PIN, ext: Ext.credProtect };
      const two = await fido2.succeed("make", { ...make, protect: 2 });
      expect(two).toMatchObject({ protection: 2, verified: "FIDO_ERR_SUCCESS" });
      expect((await fido2.ask("assert", assertion)).error).toBe("FIDO_ERR_NO_CREDENTIALS");
      await fido2.succeed("assert", { ...assertion, ...made(two) });
      const three = await fido2.succeed("make", { ...make, protect: 3 });
      expect((await fido2.ask("assert", { ...assertion, ...made(three) })).error).toBe(
        "FIDO_ERR_NO_CREDENTIALS",
      );
      await fido2.succeed("assert", { ...assertion, ...made(three), pin: PIN });
    });

    test("credBlob keeps a few bytes", async () => {
      const { fido2 } = await clientWithPin();
      const blob = utf8("a few bytes");
      const make = { ...creation, rk: true, pin: PIN, ext: Ext.credBlob, blob };
      expect(await fido2.succeed("make", make)).toMatchObject({ code: 0 });
      const { assertions } = await fido2.succeed("assert", { ...assertion, pin: PIN, ext: Ext.credBlob });
      expect(assertions).toMatchObject([{ blob: Buffer.from(blob).toString("hex") }]);
    });

    test("minPinLength is told to the sites on the list alone", async () => {
      const { fido2 } = await clientWithPin();
      const make = { ...creation, pin: PIN, ext: Ext.minPinLength, minpin: 4 };
      // libfido2 finds the output missing when it compares what it asked for with what it got.
      expect((await fido2.succeed("make", make))["verified"]).toBe("FIDO_ERR_INVALID_PARAM");
      await fido2.succeed("min-pin-sites", { pin: PIN, sites: `${RP},example.org` });
      expect((await fido2.succeed("make", make))["verified"]).toBe("FIDO_ERR_SUCCESS");
      expect((await fido2.succeed("make", { ...make, minpin: 5 }))["verified"]).toBe(
        "FIDO_ERR_INVALID_PARAM",
      );
    });

    test("all at once verify", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("min-pin-sites", { pin: PIN, sites: RP });
      const ext = Object.values(Ext).reduce((sum, bit) => sum + bit, 0);
      const blob = utf8("x");
      const make = { ...creation, rk: true, pin: PIN, ext, protect: 3, minpin: 4, blob };
      expect(await fido2.succeed("make", make)).toMatchObject({
        verified: "FIDO_ERR_SUCCESS",
        protection: 3,
      });
    });
  });

  describe("credential management", () => {
    test("counts, lists, renames and deletes", async () => {
      const { fido2, key } = await clientWithPin();
      const rk = { ...creation, rk: true, pin: PIN, ext: Ext.credProtect, protect: 2 };
      await fido2.succeed("make", rk);
      await fido2.succeed("make", { ...rk, user: utf8("user-2"), name: "bob", display: "Bob" });
      await fido2.succeed("make", { ...rk, rp: "example.org", rpname: "Other" });
      expect(await fido2.succeed("metadata", { pin: PIN })).toMatchObject({ existing: 3, remaining: 97 });
      expect((await fido2.succeed("sites", { pin: PIN }))["sites"]).toMatchObject([
        { id: "example.com", name: "Example" },
        { id: "example.org", name: "Other" },
      ]);
      const list = async (rp: string) => {
        const { credentials } = await fido2.succeed("credentials", { pin: PIN, rp });
        return credentials as { id: string; userName: string; displayName: string; protection: number }[];
      };
      const [bob, ada] = await list(RP);
      expect([bob?.userName, ada?.userName, ada?.protection]).toEqual(["bob", "ada", 2]);
      await fido2.succeed("update", {
        pin: PIN,
        id: ada?.id ?? "",
        user: USER,
        name: "countess",
        display: "Lovelace",
      });
      expect(await list(RP)).toMatchObject([
        { userName: "bob" },
        { userName: "countess", displayName: "Lovelace" },
      ]);
      await fido2.succeed("delete", { pin: PIN, id: bob?.id ?? "" });
      expect(await list(RP)).toMatchObject([{ userName: "countess" }]);
      expect(key.store.discoverableCount).toBe(2);
    });

    test("finds an empty key empty", async () => {
      const { fido2 } = await clientWithPin();
      expect(await fido2.succeed("metadata", { pin: PIN })).toMatchObject({ existing: 0 });
      // libfido2 hands on the status that the specification has for it.
      expect((await fido2.ask("sites", { pin: PIN })).error).toBe("FIDO_ERR_NO_CREDENTIALS");
    });

    test("wants the PIN", async () => {
      const { fido2 } = await clientWithPin();
      expect((await fido2.ask("metadata")).error).toBe("FIDO_ERR_PIN_REQUIRED");
      expect((await fido2.ask("metadata", { pin: "0000" })).error).toBe("FIDO_ERR_PIN_INVALID");
    });

    test("works with the token of the drafts, which has no permissions", async () => {
      const old = profileNamed("yubikey5");
      const { fido2 } = await clientWithPin({
        profile: "yubikey5",
        different: { options: { ...old.options, credentialMgmtPreview: true } },
      });
      await fido2.succeed("make", { ...creation, rk: true, pin: PIN });
      expect(await fido2.succeed("metadata", { pin: PIN })).toMatchObject({ existing: 1 });
      const { credentials } = await fido2.succeed("credentials", { pin: PIN, rp: RP });
      expect(credentials).toMatchObject([{ userName: "ada" }]);
    });
  });

  describe("large blobs", () => {
    // Incompressible, as libfido2 cannot seal what deflates to less than one block.
    const blob = Uint8Array.from({ length: 300 }, (_, index) => (index * 167 + (index >> 3) * 59) & 0xff);

    test("are written, read and removed", async () => {
      const { fido2 } = await clientWithPin();
      const credential = await fido2.succeed("make", {
        ...creation,
        rk: true,
        pin: PIN,
        ext: Ext.largeBlobKey,
      });
      const key = String(credential["largeBlobKey"]);
      expect(key).toHaveLength(64);
      await fido2.succeed("blob-set", { key, data: blob, pin: PIN });
      expect(await fido2.succeed("blob-get", { key })).toMatchObject({
        data: Buffer.from(blob).toString("hex"),
      });
      expect((await fido2.ask("blob-get", { key: "00".repeat(32) })).error).toBe("FIDO_ERR_NOTFOUND");
      const request = { ...assertion, pin: PIN, ext: Ext.largeBlobKey };
      expect((await fido2.succeed("assert", request))["assertions"]).toMatchObject([{ largeBlobKey: key }]);
      await fido2.succeed("blob-remove", { key, pin: PIN });
      expect(await fido2.succeed("blob-array")).toMatchObject({ array: "80" });
    });

    test("are the same for the command line, both ways", async () => {
      const { fido2, key: device } = await clientWithPin();
      const make = { ...creation, rk: true, pin: PIN, ext: Ext.largeBlobKey };
      const key = String((await fido2.succeed("make", make))["largeBlobKey"]);
      const cli = async (...args: readonly string[]) => {
        const where = ["--rp", RP, "--device", `unix:${device.path}`, "--json"];
        const { stdout } = await runCli(["large-blob", ...args, ...where], {
          variables: { PASSKEY_HARNESS_PIN: PIN },
        });
        return JSON.parse(stdout) as Record<string, unknown>;
      };
      await fido2.succeed("blob-set", { key, data: blob, pin: PIN });
      expect(await cli("get")).toMatchObject({ data: Buffer.from(blob).toString("base64url") });
      const other = blob.toReversed();
      writeFileSync(join(folder, "blob"), other);
      expect(await cli("set", join(folder, "blob"))).toMatchObject({ ok: true, replacedBytes: blob.length });
      await fido2.succeed("open");
      expect(await fido2.succeed("blob-get", { key })).toMatchObject({
        data: Buffer.from(other).toString("hex"),
      });
      expect(await cli("delete")).toMatchObject({ ok: true });
      await fido2.succeed("open");
      expect((await fido2.ask("blob-get", { key })).error).toBe("FIDO_ERR_NOTFOUND");
    });

    test("are written in several fragments", async () => {
      const { fido2 } = await clientWithPin();
      const entry = "a3015840" + "11".repeat(64) + "024c" + "22".repeat(12) + "031820";
      const array = `9818${entry.repeat(24)}`;
      expect(array.length / 2).toBeGreaterThan(2048 - 64);
      expect(await fido2.succeed("blob-array", { set: array, pin: PIN })).toMatchObject({ array });
    });

    test("that do not fit are refused", async () => {
      const { fido2 } = await clientWithPin();
      const tooLong = `815911f0${"33".repeat(0x11f0)}`;
      expect((await fido2.ask("blob-array", { set: tooLong, pin: PIN })).error).toBe(
        "FIDO_ERR_LARGEBLOB_STORAGE_FULL",
      );
    });
  });

  describe("settings", () => {
    test("enterprise attestation is switched on", async () => {
      const { fido2 } = await clientWithPin();
      expect((await optionsOf(fido2))["ep"]).toBe(false);
      await fido2.succeed("enterprise", { pin: PIN });
      expect((await optionsOf(fido2))["ep"]).toBe(true);
    });

    test("alwaysUv asks for the PIN every time, until it is off again", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("always-uv", { pin: PIN });
      expect(await optionsOf(fido2)).toMatchObject({ alwaysUv: true, makeCredUvNotRqd: false });
      expect((await fido2.ask("make", creation)).error).toBe("FIDO_ERR_PIN_REQUIRED");
      await fido2.succeed("always-uv", { pin: PIN });
      await fido2.succeed("make", creation);
    });

    test("a longer minimum makes a short PIN be changed", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("min-pin", { pin: PIN, length: 10 });
      expect(await fido2.succeed("info")).toMatchObject({ minPinLength: 10, newPinRequired: true });
      expect((await fido2.ask("make", { ...creation, pin: PIN })).error).toBe(
        "FIDO_ERR_PIN_POLICY_VIOLATION",
      );
      expect((await fido2.ask("set-pin", { old: PIN, pin: "123456789" })).error).toBe(
        "FIDO_ERR_PIN_POLICY_VIOLATION",
      );
      await fido2.succeed("set-pin", { old: PIN, pin: "1234567890" });
      await fido2.succeed("make", { ...creation, pin: "1234567890" });
    });

    test("the minimum does not go down", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("min-pin", { pin: PIN, length: 6 });
      expect((await fido2.ask("min-pin", { pin: PIN, length: 5 })).error).toBe(
        "FIDO_ERR_PIN_POLICY_VIOLATION",
      );
    });

    test("a change of the PIN is forced", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("force-pin-change", { pin: PIN });
      expect(await fido2.succeed("info")).toMatchObject({ newPinRequired: true });
      expect((await fido2.ask("set-pin", { old: PIN, pin: PIN })).error).toBe(
        "FIDO_ERR_PIN_POLICY_VIOLATION",
      );
      await fido2.succeed("set-pin", { old: PIN, pin: "271828" });
      expect(await fido2.succeed("info")).toMatchObject({ newPinRequired: false });
    });
  });

  describe("the person", () => {
    test("touches the key that is to be used", async () => {
      const { fido2 } = await client();
      expect(await fido2.succeed("touch")).toMatchObject({ touched: true });
    });

    test("does not touch it", async () => {
      const { fido2 } = await client({ ...FULL, behaviour: { walksAway: true } });
      expect(await fido2.succeed("touch", { polls: 6 })).toMatchObject({ touched: false });
    });

    test("is waited for until the client cancels; then the key is free", async () => {
      const { fido2, key } = await client({ ...FULL, behaviour: { nth: { 1: { does: "walks-away" } } } });
      expect((await fido2.ask("make", { ...creation, rk: true, cancel: 250 })).error).toBe(
        "FIDO_ERR_KEEPALIVE_CANCEL",
      );
      expect(key.store.discoverableCount).toBe(0);
      await fido2.succeed("make", creation);
    });

    test("is waited for until the client's own timeout; the key is busy for others until it is touched", async () => {
      const { fido2 } = await client({ ...FULL, behaviour: { nth: { 1: { thinkMs: 400 } } } });
      expect((await fido2.ask("make", { ...creation, timeout: 150 })).error).toBe("FIDO_ERR_RX");
      // A key that is busy when libfido2 opens it passes for one that speaks U2F alone.
      const type = async () => {
        await fido2.succeed("open");
        return (await fido2.succeed("describe"))["type"];
      };
      expect(await type()).toBe("u2f");
      await expect.poll(type, { timeout: 5_000 }).toBe("fido2");
      await fido2.succeed("make", creation);
    });

    test("refuses", async () => {
      const { fido2 } = await client({ ...FULL, behaviour: { refuses: true } });
      expect((await fido2.ask("make", creation)).error).toBe("FIDO_ERR_OPERATION_DENIED");
    });

    test("never comes: the key's own timeout is told", async () => {
      const timeouts = { ...profileNamed("ctap23").timeouts, upTimeoutMs: 120 };
      const { fido2 } = await client({ different: { timeouts }, behaviour: { walksAway: true } });
      expect((await fido2.ask("make", creation)).error).toBe("FIDO_ERR_OPERATION_DENIED");
    });
  });

  describe("fingerprints", () => {
    test("are enrolled, listed, named and removed", async () => {
      const { fido2 } = await clientWithPin(FINGERPRINT);
      expect(await fido2.succeed("bio-info")).toMatchObject({ type: 1, maxSamples: 4 });
      const enrolled = await fido2.succeed("bio-enroll", { pin: PIN });
      expect(enrolled).toMatchObject({ remaining: 0, lastStatus: 0 });
      const id = String(enrolled["template"]);
      await fido2.succeed("bio-name", { pin: PIN, id, name: "thumb" });
      const list = async () =>
        (await fido2.succeed("bio-list", { pin: PIN }))["templates"] as { id: string }[];
      expect(await list()).toContainEqual({ id, name: "thumb" });
      await fido2.succeed("bio-remove", { pin: PIN, id });
      expect((await list()).map((template) => template.id)).not.toContain(id);
    });

    test("are not enrolled without the PIN, nor by half", async () => {
      const { fido2 } = await clientWithPin(FINGERPRINT);
      expect((await fido2.ask("bio-enroll", { pin: "000000" })).error).toBe("FIDO_ERR_PIN_INVALID");
      expect(await fido2.succeed("bio-enroll", { pin: PIN, stop: 2 })).toMatchObject({ samples: 2 });
      const { templates } = await fido2.succeed("bio-list", { pin: PIN });
      expect(templates).toHaveLength(1);
    });

    test("that nobody has cannot be named or removed", async () => {
      const { fido2 } = await clientWithPin(FINGERPRINT);
      const helperTab = { pin: PIN, id: "0badcafe", name: "ghost" };
      expect((await fido2.ask("bio-name", helperTab)).error).toBe("FIDO_ERR_INVALID_OPTION");
      expect((await fido2.ask("bio-remove", helperTab)).error).toBe("FIDO_ERR_INVALID_OPTION");
    });
  });

  describe("U2F", () => {
    const u2f = async (options: KeyOnSocketOptions) => {
      const opened = await client(options);
      await opened.fido2.succeed("force-u2f");
      return opened;
    };

    test.each(["u2f-only", "generic", "ctap20"])("registers and signs on %s", async (profile) => {
      const { fido2 } = await u2f({ profile });
      const credential = await fido2.succeed("make", creation);
      expect(credential).toMatchObject({ verified: "FIDO_ERR_SUCCESS", fmt: "fido-u2f", flags: 0x41 });
      const { assertions } = await fido2.succeed("assert", { ...assertion, ...made(credential) });
      expect(assertions).toMatchObject([{ flags: UP, verified: "FIDO_ERR_SUCCESS" }]);
    });

    test("is what libfido2 speaks to a key that has nothing else", async () => {
      const { fido2 } = await client({ profile: "u2f-only" });
      expect(await fido2.succeed("describe")).toMatchObject({ type: "u2f" });
    });

    test("refuses what it registered before, and what others did", async () => {
      const { fido2 } = await u2f({ profile: "u2f-only" });
      const credential = await fido2.succeed("make", creation);
      const excluded = { ...creation, exclude: String(credential["id"]) };
      expect((await fido2.ask("make", excluded)).error).toBe("FIDO_ERR_CREDENTIAL_EXCLUDED");
      const elsewhere = { ...assertion, rp: "example.org", ...made(credential) };
      expect((await fido2.ask("assert", elsewhere)).error).toBe("FIDO_ERR_NO_CREDENTIALS");
    });

    test("signs with what CTAP2 created, and CTAP2 with what it registered", async () => {
      const { fido2 } = await client({ profile: "generic" });
      const ctap2 = made(await fido2.succeed("make", creation));
      await fido2.succeed("force-u2f");
      const overU2f = await fido2.succeed("assert", { ...assertion, ...ctap2 });
      expect(overU2f["assertions"]).toMatchObject([{ verified: "FIDO_ERR_SUCCESS" }]);
      const registered = made(await fido2.succeed("make", creation));
      await fido2.succeed("open");
      const overCtap2 = await fido2.succeed("assert", { ...assertion, ...registered });
      expect(overCtap2["assertions"]).toMatchObject([{ verified: "FIDO_ERR_SUCCESS" }]);
    });

    test("asks again until somebody touches", async () => {
      const { fido2 } = await u2f({ profile: "u2f-only", behaviour: { touchMs: 700 } });
      await fido2.succeed("make", creation);
    });
  });

  describe("reset", () => {
    test("takes PIN, credentials and blobs away", async () => {
      const { fido2, key } = await clientWithPin();
      await fido2.succeed("make", { ...creation, rk: true, pin: PIN });
      await key.powerCycle();
      await fido2.succeed("open");
      await fido2.succeed("reset");
      await fido2.succeed("open");
      expect(await fido2.succeed("describe")).toMatchObject({ hasPin: false });
      expect((await fido2.ask("assert", assertion)).error).toBe("FIDO_ERR_NO_CREDENTIALS");
      expect(key.store.discoverableCount).toBe(0);
    });

    test("is refused long after power-up", async () => {
      const timeouts = { ...profileNamed("ctap23").timeouts, resetWindowMs: 0 };
      const { fido2 } = await client({ different: { timeouts } });
      expect((await fido2.ask("reset")).error).toBe("FIDO_ERR_NOT_ALLOWED");
    });
  });
});
