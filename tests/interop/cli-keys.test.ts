/** What the command line does to a key is seen by python-fido2, and the other way round. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { utf8 } from "../../src/core/bytes.js";
import { ManagedKey, OTHER_PIN, PIN } from "../cli/keys/managed-key.js";
import { titled } from "../helpers/titled.js";
import { lackOfPythonFido2, PYTHON } from "./debian.js";
import type { KeyOnSocketOptions } from "./key-on-socket.js";
import { Stranger, type StrangerArguments } from "./stranger.js";

const DRIVER = join(import.meta.dirname, "python-fido2", "driver.py");
const PIN_INVALID = 0x31;

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "cli-keys-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const open: AsyncDisposable[] = [];

/** A key that the command line manages, and python-fido2 with the same key open. */
async function both(options: KeyOnSocketOptions = {}) {
  const key = await ManagedKey.plugIn(options);
  const fido2 = new Stranger(PYTHON, ["-B", DRIVER, key.socket.path]);
  open.push(fido2, key);
  // Every client of the socket sees every report, and this one fails at those of others: it connects anew each time.
  const judge = {
    async ask(op: string, args: StrangerArguments = {}) {
      await fido2.succeed("open");
      return fido2.ask(op, args);
    },
    async succeed(op: string, args: StrangerArguments = {}) {
      await fido2.succeed("open");
      return fido2.succeed(op, args);
    },
  };
  return { key, fido2: judge };
}

async function bothWithPin(options: KeyOnSocketOptions = {}) {
  const opened = await both(options);
  await opened.fido2.succeed("set-pin", { pin: PIN });
  opened.key.variables = { PASSKEY_HARNESS_PIN: PIN };
  return opened;
}

const hexOf = (base64url: unknown) => Buffer.from(String(base64url), "base64url").toString("hex");
const lack = lackOfPythonFido2();

describe.skipIf(lack !== undefined)(
  titled("keys managed by the command line, judged by python-fido2", lack),
  () => {
    afterEach(async () => {
      for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
    });

    test("a PIN that the command line sets and changes opens the key, and the attempts are the same", async () => {
      const { key, fido2 } = await both();
      key.variables = { PASSKEY_HARNESS_NEW_PIN: PIN };
      await key.succeed("pin", "set");
      await fido2.succeed("pin-token", { permissions: 4, pin: PIN });
      key.variables = { PASSKEY_HARNESS_PIN: PIN, PASSKEY_HARNESS_NEW_PIN: OTHER_PIN };
      await key.succeed("pin", "change");
      expect((await fido2.ask("pin-token", { permissions: 4, pin: PIN })).code).toBe(PIN_INVALID);
      const { retries, powerCycle } = await fido2.succeed("retries");
      expect(await key.succeed("pin", "retries")).toMatchObject({
        retries,
        powerCycleNeeded: powerCycle ?? false,
      });
      expect(retries).toBe(7);
      await fido2.succeed("pin-token", { permissions: 4, pin: OTHER_PIN });
    });

    test("passkeys are listed, counted, renamed and deleted alike", async () => {
      const { key, fido2 } = await bothWithPin();
      for (const name of ["ada", "bob"])
        await fido2.succeed("register", { user: utf8(name), name, rk: true, pin: PIN });
      const { credentials } = (await key.succeed("credentials", "list", "--rp", "example.com")) as {
        credentials: { id: string; userId: string; name: string }[];
      };
      const accounts = async () =>
        (await fido2.succeed("accounts", { pin: PIN, rp: "example.com" }))["accounts"] as {
          id: string;
          user: { id: string; name: string; displayName?: string };
        }[];
      const ofCli = credentials.map(({ id, userId, name }) => ({ id: hexOf(id), user: hexOf(userId), name }));
      expect(ofCli).toEqual(
        (await accounts()).map(({ id, user }) => ({ id, user: user.id, name: user.name })),
      );
      const { existing, remaining } = await fido2.succeed("metadata", { pin: PIN });
      expect(await key.succeed("credentials", "count")).toEqual({ ok: true, existing, remaining });

      const [first, second] = credentials;
      await key.succeed("credentials", "update", first?.id ?? "", "--name", "lovelace");
      await key.succeed("credentials", "delete", second?.id ?? "");
      expect((await accounts()).map(({ id, user }) => [id, user.name])).toEqual([
        [hexOf(first?.id), "lovelace"],
      ]);
    });

    test("large blobs of passkeys that are there are kept, whoever wrote them, and others collected", async () => {
      const { key, fido2 } = await bothWithPin();
      const options = {
        rp: { id: "example.com", name: "Example" },
        user: { id: "YWRh", name: "ada", displayName: "Ada" },
        challenge: "Y2hhbGxlbmdl",
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        extensions: { largeBlob: { support: "required" } },
      };
      writeFileSync(join(folder, "options"), JSON.stringify(options));
      writeFileSync(join(folder, "letter"), "a letter");
      await key.succeed("register", "--options", join(folder, "options"));
      const { accounts } = await fido2.succeed("accounts", { pin: PIN, rp: "example.com" });
      const [{ largeBlobKey }] = accounts as [{ largeBlobKey: string }];
      await key.succeed("large-blob", "set", join(folder, "letter"), "--rp", "example.com");
      // The key to the data is on the key alone, whatever is listed.
      const printed = [await key.run("large-blob", "list", "--json"), await key.run("credentials", "--json")];
      expect(JSON.stringify(printed)).toContain("hasLargeBlobKey");
      expect(JSON.stringify(printed)).not.toContain(Buffer.from(largeBlobKey, "hex").toString("base64url"));
      expect(JSON.stringify(printed)).not.toContain(largeBlobKey);
      expect(await fido2.succeed("blob-array")).toMatchObject({ entries: 1 });
      // This version packs with zlib, and not with the raw DEFLATE of CTAP: what it wrote cannot be read, and is not taken away.
      await fido2.succeed("blob-put", { pin: PIN, key: largeBlobKey, data: utf8("an answer") });
      expect(await key.ask("large-blob", "get", "--rp", "example.com")).toMatchObject({
        error: { message: "the data of this passkey of example.com cannot be unpacked" },
      });
      // Of a passkey that is not on the key.
      await fido2.succeed("blob-put", { pin: PIN, key: new Uint8Array(32).fill(7), data: utf8("orphan") });
      expect((await key.succeed("blobs"))["entries"]).toHaveLength(2);
      expect(await key.succeed("blobs", "collect")).toMatchObject({ deleted: 1, kept: 1 });
      expect(await fido2.succeed("blob-array")).toMatchObject({ entries: 1 });
      await key.succeed("large-blob", "delete", "--rp", "example.com");
      expect(await fido2.succeed("blob-array")).toMatchObject({ entries: 0 });
    });

    test("settings are what getInfo says to another client", async () => {
      const { key, fido2 } = await bothWithPin();
      await key.succeed("config", "toggle-always-uv");
      await key.succeed("config", "enterprise-attestation");
      await key.succeed("config", "min-pin-length", "6");
      await key.succeed("config", "force-pin-change");
      const { options, minPinLength, forcePinChange } = await fido2.succeed("info");
      expect({ options, minPinLength, forcePinChange }).toMatchObject({
        options: { alwaysUv: true, ep: true },
        minPinLength: 6,
        forcePinChange: true,
      });
      expect(await key.succeed("config", "show")).toMatchObject({
        settings: { alwaysUv: true, enterpriseAttestation: true, minPinLength, forcePinChange },
      });
    });

    test("fingers are listed alike, with the names that the command line gave", async () => {
      const { key, fido2 } = await bothWithPin({ profile: "fingerprint" });
      const { enrolled } = (await key.succeed("fingerprints", "enroll", "--name", "thumb")) as {
        enrolled: { id: string };
      };
      const { template } = await fido2.succeed("bio-enroll", { pin: PIN });
      await key.succeed("fingerprints", "rename", String(template), "index finger");
      const { templates } = await fido2.succeed("bio-list", { pin: PIN });
      expect(templates).toContainEqual({ id: enrolled.id, name: "thumb" });
      expect(templates).toContainEqual({ id: template, name: "index finger" });
      expect(await key.succeed("fingerprints")).toMatchObject({ fingerprints: templates });
      await key.succeed("fingerprints", "delete", enrolled.id);
      const left = (await fido2.succeed("bio-list", { pin: PIN }))["templates"] as { id: string }[];
      expect(left.map(({ id }) => id)).not.toContain(enrolled.id);
    });

    test("a reset leaves nothing that another client sees", async () => {
      const { key, fido2 } = await bothWithPin();
      await fido2.succeed("register", { user: utf8("ada"), name: "ada", rk: true, pin: PIN });
      await key.succeed("reset", "--yes", "--now");
      expect((await fido2.succeed("info"))["options"]).toMatchObject({ clientPin: false });
      await fido2.succeed("set-pin", { pin: OTHER_PIN });
      expect(await fido2.succeed("metadata", { pin: OTHER_PIN })).toMatchObject({ existing: 0 });
    });
  },
);
