import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../src/core/bytes.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { titled } from "../helpers/titled.js";
import { lackOfPythonFido2, PYTHON } from "./debian.js";
import { KeyOnSocket, type KeyOnSocketOptions } from "./key-on-socket.js";
import { Stranger } from "./stranger.js";

const DRIVER = join(import.meta.dirname, "python-fido2", "driver.py");
const PIN = "31415926";
const RP = "example.com";
const ADA = { user: utf8("ada"), name: "ada" };
const BOB = { user: utf8("bob"), name: "bob" };

/** What the client library calls the statuses of CTAP. */
const Status = {
  invalidParameter: 0x02,
  missingParameter: 0x14,
  credentialExcluded: 0x19,
  unsupportedAlgorithm: 0x26,
  operationDenied: 0x27,
  keepaliveCancel: 0x2d,
  noCredentials: 0x2e,
  userActionTimeout: 0x2f,
  notAllowed: 0x30,
  pinInvalid: 0x31,
  pinBlocked: 0x32,
  pinAuthInvalid: 0x33,
  pinAuthBlocked: 0x34,
  pinRequired: 0x36,
  pinPolicyViolation: 0x37,
  unauthorizedPermission: 0x40,
} as const;

const open: AsyncDisposable[] = [];

/** A simulated key, and python-fido2 with it open; its server is the site, too. */
async function client(options: KeyOnSocketOptions = {}) {
  const key = await KeyOnSocket.plugIn(options);
  const fido2 = new Stranger(PYTHON, ["-B", DRIVER, key.path]);
  open.push(fido2, key);
  await fido2.succeed("open");
  return { key, fido2 };
}

async function clientWithPin(options: KeyOnSocketOptions = {}) {
  const opened = await client(options);
  await opened.fido2.succeed("set-pin", { pin: PIN });
  return opened;
}

const json = (value: unknown) => JSON.stringify(value);
const lack = lackOfPythonFido2();

describe.skipIf(lack !== undefined)(titled("python-fido2 against the simulated key", lack), () => {
  afterEach(async () => {
    for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
  });

  describe("CTAPHID", () => {
    test("pings over many reports, winks and locks", async () => {
      const { fido2, key } = await client();
      const data = Uint8Array.from({ length: 3000 }, (_, index) => index & 0xff);
      expect(await fido2.succeed("ping", { data })).toMatchObject({ echo: toHex(data) });
      await fido2.succeed("wink");
      expect(key.winks).toBe(1);
      await fido2.succeed("lock", { seconds: 1 });
      await fido2.succeed("lock", { seconds: 0 });
    });
  });

  describe("getInfo", () => {
    test.each(["generic", "ctap20", "yubikey5", "fingerprint", "phone", "answers-3a", "ctap23"])(
      "of %s is canonical and read",
      async (profile) => {
        const { fido2 } = await client({ profile });
        expect((await fido2.succeed("info"))["versions"]).toContain("FIDO_2_0");
      },
    );
  });

  describe.each([1, 2])("the PIN by protocol %i", (protocol) => {
    test("is set, changed and turned into a token", async () => {
      const { fido2 } = await client();
      expect(await fido2.succeed("set-pin", { protocol, pin: PIN })).toMatchObject({ protocol });
      await fido2.succeed("set-pin", { protocol, old: PIN, pin: "271828" });
      const token = { protocol, permissions: 1, rp: RP };
      expect((await fido2.ask("pin-token", { ...token, pin: PIN })).code).toBe(Status.pinInvalid);
      expect(await fido2.succeed("retries", { protocol })).toMatchObject({ retries: 7 });
      expect(await fido2.succeed("pin-token", { ...token, pin: "271828" })).toMatchObject({ bytes: 32 });
      expect(await fido2.succeed("retries", { protocol })).toMatchObject({ retries: 8 });
    });
  });

  describe("the PIN", () => {
    test("is blocked until a power cycle, then for good", async () => {
      const { fido2, key } = await clientWithPin();
      const wrong = async () =>
        (await fido2.ask("pin-token", { pin: "000000", permissions: 1, rp: RP })).code;
      const { pinInvalid, pinAuthBlocked, pinBlocked } = Status;
      for (let round = 0; round < 2; round++) {
        expect([await wrong(), await wrong(), await wrong()]).toEqual([
          pinInvalid,
          pinInvalid,
          pinAuthBlocked,
        ]);
        expect(await fido2.succeed("retries")).toMatchObject({ powerCycle: true });
        await key.powerCycle();
        await fido2.succeed("open");
      }
      expect([await wrong(), await wrong()]).toEqual([pinInvalid, pinBlocked]);
      expect(await fido2.succeed("retries")).toMatchObject({ retries: 0 });
    });

    test("gives no token for what the key cannot do", async () => {
      const { fido2 } = await clientWithPin();
      const bioEnrollment = { pin: PIN, permissions: 8 };
      expect((await fido2.ask("pin-token", bioEnrollment)).code).toBe(Status.unauthorizedPermission);
      expect((await fido2.ask("pin-token", { pin: PIN, permissions: 0 })).code).toBe(Status.invalidParameter);
      expect((await fido2.ask("pin-token", { pin: PIN })).code).toBe(Status.missingParameter);
    });

    test("of CTAP 2.0 comes without permissions", async () => {
      const { fido2 } = await clientWithPin({ profile: "ctap20" });
      expect(await fido2.succeed("pin-token", { pin: PIN })).toMatchObject({ code: 0 });
    });
  });

  describe("registration and sign-in", () => {
    test.each([-7, -8])("with a key of algorithm %i, judged by python-fido2's server", async (alg) => {
      const { fido2 } = await client();
      const registered = await fido2.succeed("register", { ...ADA, uv: "discouraged", alg });
      expect(registered).toMatchObject({ alg, flags: 0x41, fmt: "packed", attestation: "verified" });
      expect((await fido2.succeed("login", { uv: "discouraged" }))["accounts"]).toMatchObject([
        { id: registered["id"], flags: 1, user: null },
      ]);
    });

    test("with the PIN are verified", async () => {
      const { fido2 } = await clientWithPin();
      expect(await fido2.succeed("register", { ...ADA, pin: PIN, uv: "required" })).toMatchObject({
        flags: 0x45,
      });
      expect((await fido2.succeed("login", { pin: PIN, uv: "required" }))["accounts"]).toMatchObject([
        { flags: 5 },
      ]);
    });

    test("with a finger are verified", async () => {
      const { fido2 } = await client({ profile: "fingerprint" });
      expect(await fido2.succeed("register", { ...ADA, uv: "required" })).toMatchObject({ flags: 0x45 });
      expect((await fido2.succeed("login", { uv: "required" }))["accounts"]).toMatchObject([{ flags: 5 }]);
    });

    test("tell that a touch is waited for", async () => {
      const { fido2 } = await client();
      const { keepalives } = await fido2.succeed("register", { ...ADA, uv: "discouraged" });
      expect(keepalives).toContain(2);
    });

    test("of several accounts offers each, the newest first", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("register", { ...ADA, rk: true, pin: PIN });
      await fido2.succeed("register", { ...BOB, rk: true, pin: PIN });
      const { accounts } = await fido2.succeed("login", { list: "none", pin: PIN });
      expect(accounts).toMatchObject([
        { name: "bob", user: toHex(BOB.user) },
        { name: "ada", user: toHex(ADA.user) },
      ]);
    });

    test("of an excluded credential are refused", async () => {
      const { fido2 } = await client();
      await fido2.succeed("register", { ...ADA, uv: "discouraged" });
      const again = await fido2.ask("register", { ...ADA, uv: "discouraged", exclude: true });
      expect(again.code).toBe(Status.credentialExcluded);
    });

    test("find nothing on an empty key", async () => {
      const { fido2 } = await client();
      expect((await fido2.ask("login", { list: "none", uv: "discouraged" })).code).toBe(Status.noCredentials);
    });

    test("look silently for a credential", async () => {
      const { fido2 } = await client();
      const { id } = await fido2.succeed("register", { ...ADA, uv: "discouraged" });
      expect(await fido2.succeed("silent", { id: String(id) })).toMatchObject({ flags: 0 });
      expect((await fido2.ask("silent", { id: "00".repeat(32) })).code).toBe(Status.noCredentials);
    });

    test("with an algorithm nobody has are refused", async () => {
      const { fido2 } = await client();
      const { code } = await fido2.ask("register", { ...ADA, uv: "discouraged", alg: -65000 });
      expect(code).toBe(Status.unsupportedAlgorithm);
    });
  });

  describe("extensions", () => {
    const salt1 = "01".repeat(32);
    const salt2 = "02".repeat(32);
    const secretsOf = async (fido2: Stranger, salts: object) => {
      const extensions = json({ hmacGetSecret: salts });
      const { accounts } = (await fido2.succeed("login", { pin: PIN, extensions })) as unknown as {
        accounts: { clientExtensions: { hmacGetSecret: { output1: string; output2?: string } } }[];
      };
      return accounts[0]?.clientExtensions.hmacGetSecret;
    };

    test("hmac-secret gives a secret for each salt, always the same", async () => {
      const { fido2 } = await clientWithPin();
      const extensions = json({ hmacCreateSecret: true });
      expect(await fido2.succeed("register", { ...ADA, pin: PIN, extensions })).toMatchObject({
        clientExtensions: { hmacCreateSecret: true },
      });
      const both = await secretsOf(fido2, { salt1, salt2 });
      expect(both?.output1).toHaveLength(64);
      expect(await secretsOf(fido2, { salt1 })).toEqual({ output1: both?.output1 });
      expect(await secretsOf(fido2, { salt1: salt2 })).toEqual({ output1: both?.output2 });
    });

    test("credProtect keeps an account from whoever has no PIN", async () => {
      const { fido2 } = await clientWithPin();
      const policy = { credentialProtectionPolicy: "userVerificationRequired" };
      const registered = await fido2.succeed("register", {
        ...ADA,
        rk: true,
        pin: PIN,
        extensions: json(policy),
      });
      expect(registered["authenticatorExtensions"]).toMatchObject({ credProtect: 3 });
      expect((await fido2.ask("silent", { id: String(registered["id"]) })).code).toBe(Status.noCredentials);
    });

    test("credBlob and largeBlobKey come back at sign-in", async () => {
      const { fido2 } = await clientWithPin();
      const make = json({ credBlob: "0badcafe", largeBlobKey: true });
      const registered = await fido2.succeed("register", { ...ADA, rk: true, pin: PIN, extensions: make });
      expect(registered).toMatchObject({ authenticatorExtensions: { credBlob: true } });
      expect(registered["largeBlobKey"]).toMatch(/^[0-9a-f]{64}$/);
      const get = json({ getCredBlob: true, largeBlobKey: true });
      const { accounts } = await fido2.succeed("login", { list: "none", pin: PIN, extensions: get });
      expect(accounts).toMatchObject([
        { authenticatorExtensions: { credBlob: "0badcafe" }, largeBlobKey: registered["largeBlobKey"] },
      ]);
    });

    test("minPinLength is told to a site on the list", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("min-pin", { pin: PIN, length: 5, sites: RP });
      const extensions = json({ minPinLength: true });
      const registered = await fido2.succeed("register", { ...ADA, rk: true, pin: PIN, extensions });
      expect(registered["authenticatorExtensions"]).toMatchObject({ minPinLength: 5 });
    });
  });

  describe("credential management", () => {
    test("counts, lists, renames and deletes", async () => {
      const { fido2, key } = await clientWithPin();
      await fido2.succeed("register", { ...ADA, rk: true, pin: PIN });
      const bob = await fido2.succeed("register", { ...BOB, rk: true, pin: PIN, alg: -8 });
      expect(await fido2.succeed("metadata", { pin: PIN })).toMatchObject({ existing: 2, remaining: 98 });
      expect((await fido2.succeed("sites", { pin: PIN }))["sites"]).toEqual([{ id: RP, name: "Example" }]);
      const list = async () => (await fido2.succeed("accounts", { pin: PIN, rp: RP }))["accounts"];
      expect(await list()).toMatchObject([
        { id: bob["id"], user: { name: "bob" }, key: -8, protect: 1 },
        { user: { name: "ada" }, key: -7 },
      ]);
      await fido2.succeed("update", { pin: PIN, id: String(bob["id"]), user: BOB.user, name: "robert" });
      expect(await list()).toMatchObject([{ user: { name: "robert" } }, { user: { name: "ada" } }]);
      await fido2.succeed("delete", { pin: PIN, id: String(bob["id"]) });
      expect(await list()).toMatchObject([{ user: { name: "ada" } }]);
      expect(key.store.discoverableCount).toBe(1);
    });

    test("finds nothing at a site that has nothing", async () => {
      const { fido2 } = await clientWithPin();
      expect((await fido2.succeed("accounts", { pin: PIN, rp: "example.org" }))["accounts"]).toEqual([]);
      expect((await fido2.ask("sites", { pin: PIN })).code).toBe(Status.noCredentials);
    });

    test("goes by the preview's byte on a key of the drafts", async () => {
      const { options } = profileNamed("yubikey5");
      const { fido2 } = await clientWithPin({
        profile: "yubikey5",
        different: { options: { ...options, credentialMgmtPreview: true } },
      });
      await fido2.succeed("register", { ...ADA, rk: true, pin: PIN });
      expect(await fido2.succeed("metadata", { pin: PIN })).toMatchObject({ existing: 1 });
      expect((await fido2.succeed("accounts", { pin: PIN, rp: RP }))["accounts"]).toHaveLength(1);
    });
  });

  test("large blobs are written, read and deleted", async () => {
    const { fido2 } = await clientWithPin();
    const key = "42".repeat(32);
    const other = "43".repeat(32);
    await fido2.succeed("blob-put", { pin: PIN, key, data: utf8("one") });
    await fido2.succeed("blob-put", { pin: PIN, key: other, data: utf8("other") });
    expect(await fido2.succeed("blob-get", { key })).toMatchObject({ data: toHex(utf8("one")) });
    await fido2.succeed("blob-delete", { pin: PIN, key });
    expect(await fido2.succeed("blob-get", { key })).toMatchObject({ data: null });
    expect(await fido2.succeed("blob-array")).toMatchObject({ entries: 1 });
  });

  describe("settings", () => {
    test("alwaysUv and enterprise attestation are switched", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("always-uv", { pin: PIN });
      await fido2.succeed("enterprise", { pin: PIN });
      expect((await fido2.succeed("info"))["options"]).toMatchObject({ alwaysUv: true, ep: true });
      await fido2.succeed("always-uv", { pin: PIN });
      expect((await fido2.succeed("info"))["options"]).toMatchObject({ alwaysUv: false });
    });

    test.each([
      { uvAcfg: true, code: 0 },
      { uvAcfg: false, code: Status.unauthorizedPermission },
    ])("are a finger's to change where uvAcfg is $uvAcfg", async ({ uvAcfg, code }) => {
      const { options } = profileNamed("fingerprint");
      const { fido2 } = await client({
        profile: "fingerprint",
        different: { options: { ...options, alwaysUv: false, uvAcfg } },
      });
      expect((await fido2.ask("always-uv")).code).toBe(code);
    });

    test("the minimum length of the PIN goes up, and a change is forced", async () => {
      const { fido2 } = await clientWithPin();
      await fido2.succeed("min-pin", { pin: PIN, length: 6 });
      expect(await fido2.succeed("info")).toMatchObject({ minPinLength: 6, forcePinChange: false });
      expect((await fido2.ask("min-pin", { pin: PIN, length: 4 })).code).toBe(Status.pinPolicyViolation);
      await fido2.succeed("min-pin", { pin: PIN, force: true });
      expect(await fido2.succeed("info")).toMatchObject({ forcePinChange: true });
      expect((await fido2.ask("pin-token", { pin: PIN, permissions: 1, rp: RP })).code).toBe(
        Status.pinPolicyViolation,
      );
      await fido2.succeed("set-pin", { old: PIN, pin: "271828" });
      expect(await fido2.succeed("info")).toMatchObject({ forcePinChange: false });
    });
  });

  describe("the person", () => {
    test("selects this key by a touch", async () => {
      const { fido2 } = await client();
      expect((await fido2.succeed("selection"))["keepalives"]).toContain(2);
    });

    test("refuses", async () => {
      const { fido2 } = await client({ behaviour: { refuses: true } });
      expect((await fido2.ask("selection")).code).toBe(Status.operationDenied);
      expect((await fido2.ask("register", { ...ADA, uv: "discouraged" })).code).toBe(Status.operationDenied);
    });

    test.each(["selection", "register", "reset"])("is waited for until %s is cancelled", async (op) => {
      const { fido2 } = await client({ behaviour: { nth: { 1: { does: "walks-away" } } } });
      const { code } = await fido2.ask(op, { ...ADA, uv: "discouraged", cancel: 150 });
      expect(code).toBe(Status.keepaliveCancel);
      await fido2.succeed("register", { ...ADA, uv: "discouraged" });
    });

    test("is waited for until the client's timeout", async () => {
      const { fido2 } = await client({ behaviour: { nth: { 1: { does: "walks-away" } } } });
      const { error } = await fido2.ask("register", { ...ADA, uv: "discouraged", timeout: 150 });
      expect(error).toContain("TIMEOUT");
      await fido2.succeed("register", { ...ADA, uv: "discouraged" });
    });

    test("never comes: the key's own timeout is told", async () => {
      const timeouts = { ...profileNamed("ctap23").timeouts, upTimeoutMs: 120 };
      const { fido2 } = await client({ different: { timeouts }, behaviour: { walksAway: true } });
      expect((await fido2.ask("selection")).code).toBe(Status.userActionTimeout);
      expect((await fido2.ask("register", { ...ADA, uv: "discouraged" })).code).toBe(Status.operationDenied);
    });
  });

  describe("fingerprints", () => {
    const enrolling = { profile: "fingerprint" };

    test("are taken by a sensor that getFingerprintSensorInfo describes, without the PIN", async () => {
      const { fido2 } = await clientWithPin(enrolling);
      expect(await fido2.succeed("bio-info")).toMatchObject({ kind: 1, maxSamples: 4 });
    });

    test("are enrolled, listed, named and removed", async () => {
      const { fido2 } = await clientWithPin(enrolling);
      const { template, feedback } = await fido2.succeed("bio-enroll", { pin: PIN });
      expect(feedback).toEqual([]);
      const id = String(template);
      await fido2.succeed("bio-name", { pin: PIN, id, name: "thumb" });
      const list = async () =>
        (await fido2.succeed("bio-list", { pin: PIN }))["templates"] as { id: string }[];
      expect(await list()).toContainEqual({ id, name: "thumb" });
      await fido2.succeed("bio-remove", { pin: PIN, id });
      expect((await list()).map((one) => one.id)).not.toContain(id);
    });

    test("are enrolled with the token of a finger known before", async () => {
      const { fido2 } = await client(enrolling);
      expect((await fido2.succeed("bio-enroll"))["template"]).toMatch(/^[0-9a-f]+$/);
    });

    test("half enrolled are forgotten", async () => {
      const { fido2 } = await clientWithPin(enrolling);
      await fido2.succeed("bio-enroll", { pin: PIN, stop: 2 });
      expect((await fido2.succeed("bio-list", { pin: PIN }))["templates"]).toHaveLength(1);
    });

    test("tell of a finger that never came", async () => {
      const { fido2 } = await clientWithPin({
        ...enrolling,
        behaviour: { prompts: { sample: { does: "walks-away" } } },
      });
      expect(await fido2.succeed("bio-enroll", { pin: PIN, timeout: 100, stop: 1 })).toMatchObject({
        feedback: ["NO_USER_ACTIVITY"],
      });
    });

    test("give a token in place of the PIN", async () => {
      const { fido2 } = await client(enrolling);
      expect(await fido2.succeed("uv-token", { permissions: 1, rp: RP })).toMatchObject({ bytes: 32 });
      expect(await fido2.succeed("uv-retries")).toMatchObject({ retries: 5 });
    });
  });

  describe("U2F", () => {
    test.each(["u2f-only", "generic"])("registers and signs on %s", async (profile) => {
      const { fido2 } = await client({ profile });
      expect(await fido2.succeed("u2f-version")).toMatchObject({ version: "U2F_V2" });
      const registered = await fido2.succeed("u2f-register");
      expect(registered["touchAsked"]).toBe(true);
      const handle = String(registered["handle"]);
      const sign = { handle, publicKey: String(registered["publicKey"]) };
      const first = await fido2.succeed("u2f-sign", sign);
      expect(first).toMatchObject({ presence: 1 });
      const second = await fido2.succeed("u2f-sign", sign);
      expect(Number(second["counter"])).toBeGreaterThan(Number(first["counter"]));
    });

    test("knows its own key handles, for their own site", async () => {
      const { fido2 } = await client({ profile: "u2f-only" });
      const { handle } = await fido2.succeed("u2f-register");
      const check = (app: string) => fido2.ask("u2f-check", { app, handle: String(handle) });
      expect((await check("https://example.com")).code).toBe(0x6985);
      expect((await check("https://example.org")).code).toBe(0x6a80);
    });

    test("serves the WebAuthn client in place of CTAP2", async () => {
      const { fido2 } = await client({ profile: "u2f-only" });
      const registered = await fido2.succeed("register", { ...ADA, uv: "discouraged" });
      expect(registered).toMatchObject({ fmt: "fido-u2f", attestation: "verified", flags: 0x41 });
      expect((await fido2.succeed("login", { uv: "discouraged" }))["accounts"]).toMatchObject([{ flags: 1 }]);
    });

    test("is asked again until the client gives up", async () => {
      const { fido2 } = await client({ profile: "u2f-only", behaviour: { walksAway: true } });
      expect((await fido2.ask("u2f-register", { cancel: 400 })).error).toContain("TIMEOUT");
    });
  });

  describe("reset", () => {
    test("takes PIN and credentials away", async () => {
      const { fido2, key } = await clientWithPin();
      await fido2.succeed("register", { ...ADA, rk: true, pin: PIN });
      await fido2.succeed("reset");
      expect((await fido2.succeed("info"))["options"]).toMatchObject({ clientPin: false });
      expect(key.store.discoverableCount).toBe(0);
    });

    test("is refused long after power-up", async () => {
      const timeouts = { ...profileNamed("ctap23").timeouts, resetWindowMs: 0 };
      const { fido2 } = await client({ different: { timeouts } });
      expect((await fido2.ask("reset")).code).toBe(Status.notAllowed);
    });
  });
});
