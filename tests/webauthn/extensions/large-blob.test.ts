import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { describe, expect, test } from "vitest";
import { fromBase64url, toBase64url, toHex, utf8 } from "../../../src/core/bytes.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { SPEC_L3 } from "../../../src/webauthn/profiles/client-profiles.js";
import { toPageError } from "../../../src/webauthn/client/page-error.js";
import { creationOptions, ORIGIN, RP_ID } from "../../helpers/ceremony-options.js";
import { bench, PIN, type BenchOptions } from "../../helpers/webauthn-bench.js";

const BLOB = toBase64url(utf8("an SSH certificate, perhaps. ".repeat(20)));
const ARRAY = profileNamed("ctap23");
const DIRECT = profileNamed("phone");
const NEITHER = profileNamed("generic");
const LARGE_BLOBS = 0x0c;

const client = { pin: async () => PIN };
const REQUIRED = { authenticatorSelection: { residentKey: "required" } };

async function withCredential(options: BenchOptions, support = "required") {
  const world = await bench(options);
  const created = await world.create({ ...REQUIRED, extensions: { largeBlob: { support } } }, client);
  const allowCredentials = [{ type: "public-key", id: created.id }];
  const startAsk = (largeBlob: object) => world.get({ allowCredentials, extensions: { largeBlob } }, client);
  const ask = async (largeBlob: object) => (await startAsk(largeBlob)).clientExtensionResults;
  return { world, created, ask, startAsk };
}

const MODELS: readonly { readonly name: string; readonly options: BenchOptions }[] = [
  { name: "a key with a large-blob array", options: { profile: ARRAY } },
  { name: "a key with a large-blob array and a PIN", options: { profile: ARRAY, pin: PIN } },
  { name: "a phone", options: { profile: DIRECT } },
];

describe.each(MODELS)("$name", ({ options }) => {
  const start = () => withCredential(options);

  test("says that it keeps blobs", async () => {
    const { created } = await start();
    expect(created.clientExtensionResults).toEqual({ largeBlob: { supported: true } });
  });

  test("has none before one is written", async () => {
    const { ask } = await start();
    expect(await ask({ read: true })).toEqual({ largeBlob: {} });
  });

  test("hands out what was written last", async () => {
    const { ask } = await start();
    expect(await ask({ write: toBase64url(utf8("first")) })).toEqual({ largeBlob: { written: true } });
    expect(await ask({ write: BLOB })).toEqual({ largeBlob: { written: true } });
    expect(await ask({ read: true })).toEqual({ largeBlob: { blob: BLOB } });
  });

  test("keeps an empty blob apart from none", async () => {
    const { ask } = await start();
    expect(await ask({ write: "" })).toEqual({ largeBlob: { written: true } });
    expect(await ask({ read: true })).toEqual({ largeBlob: { blob: "" } });
  });

  test("is asked for nothing when the site says neither", async () => {
    const { ask } = await start();
    expect(await ask({})).toEqual({});
    expect(await ask({ read: false })).toEqual({});
  });

  test("keeps the blob through a loss of power", async () => {
    const { ask, world } = await start();
    await ask({ write: BLOB });
    world.key.powerCycle();
    expect(await ask({ read: true })).toEqual({ largeBlob: { blob: BLOB } });
  });

  test("says so when there is no room, and signs in all the same", async () => {
    const { ask } = await start();
    const noise = new Uint8Array(20_000).map((_, index) => (index * index * 31 + (index >> 3) * 17) & 0xff);
    const random = noise.map((byte, index) => byte ^ ((index * 2_654_435_761) >>> 13));
    expect(await ask({ write: toBase64url(random) })).toEqual({ largeBlob: { written: false } });
  });

  test("is believed by @simplewebauthn/server", async () => {
    const { created, startAsk } = await start();
    const expected = {
      expectedChallenge: creationOptions().challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
      requireUserVerification: false,
    };
    const { registrationInfo } = await verifyRegistrationResponse({
      response: created,
      ...expected,
    });
    if (registrationInfo === undefined) throw new Error("not verified");
    const asserted = await startAsk({ write: BLOB });
    const { credential } = registrationInfo;
    const { verified } = await verifyAuthenticationResponse({ response: asserted, credential, ...expected });
    expect(verified).toBe(true);
  });
});

describe("a key with a large-blob array", () => {
  test("never shows the site its key", async () => {
    const { created, world } = await withCredential({ profile: ARRAY });
    const key = world.store.find(fromBase64url(created.id))?.extensions.get("largeBlobKey") as Uint8Array;
    expect(key).toHaveLength(32);
    expect(JSON.stringify(created)).not.toContain(toBase64url(key));
    expect(toHex(fromBase64url(created.response.attestationObject))).not.toContain(toHex(key));
  });

  test("asks for the PIN once for login and write, although the site discouraged it", async () => {
    const { world, created } = await withCredential({ profile: ARRAY, pin: PIN });
    let asked = 0;
    const pin = async () => (asked++, PIN);
    const request = {
      allowCredentials: [{ type: "public-key", id: created.id }],
      userVerification: "discouraged",
      extensions: { largeBlob: { write: BLOB } },
    };
    const { clientExtensionResults } = await world.get(request, { pin });
    expect(clientExtensionResults).toEqual({ largeBlob: { written: true } });
    expect(asked).toBe(1);
  });

  test("reads without a PIN", async () => {
    const { world, ask, created } = await withCredential({ profile: ARRAY, pin: PIN });
    await ask({ write: BLOB });
    const { clientExtensionResults } = await world.get({
      allowCredentials: [{ type: "public-key", id: created.id }],
      userVerification: "discouraged",
      extensions: { largeBlob: { read: true } },
    });
    expect(clientExtensionResults).toEqual({ largeBlob: { blob: BLOB } });
  });

  test("has no blob for a credential that was made without", async () => {
    const world = await bench({ profile: ARRAY });
    const { id } = await world.create(REQUIRED);
    const ask = async (largeBlob: object) =>
      (await world.get({ allowCredentials: [{ type: "public-key", id }], extensions: { largeBlob } }))
        .clientExtensionResults;
    expect(await ask({ write: BLOB })).toEqual({ largeBlob: { written: false } });
    expect(await ask({ read: true })).toEqual({ largeBlob: {} });
  });

  test("each account reads its own", async () => {
    const world = await bench({ profile: ARRAY });
    const extensions = { largeBlob: { support: "required" } };
    for (const name of ["ada", "bob"]) {
      const user = { id: toBase64url(utf8(name)), name, displayName: name };
      const { id } = await world.create({ ...REQUIRED, user, extensions });
      const largeBlob = { write: toBase64url(utf8(name)) };
      await world.get({ allowCredentials: [{ type: "public-key", id }], extensions: { largeBlob } });
    }
    const read = { extensions: { largeBlob: { read: true } } };
    for (const [index, name] of ["bob", "ada"].entries()) {
      const { clientExtensionResults } = await world.get(read, { chooseAccount: async () => index });
      expect(clientExtensionResults).toEqual({ largeBlob: { blob: toBase64url(utf8(name)) } });
    }
  });

  test.each([
    ["a refusal", Uint8Array.of(CtapStatus.PIN_AUTH_INVALID)],
    ["an unreadable answer", Uint8Array.of(0, 0xff)],
  ])("%s to the write leaves the login standing", async (_, answer) => {
    const { ask } = await withCredential({
      profile: ARRAY,
      intercept: (request, pass) => (request[0] === LARGE_BLOBS ? Promise.resolve(answer) : pass()),
    });
    expect(await ask({ write: BLOB })).toEqual({ largeBlob: { written: false } });
    expect(await ask({ read: true })).toEqual({ largeBlob: {} });
  });
});

describe("support", () => {
  test.each([
    ["a key without", NEITHER, { ...REQUIRED }],
    ["a key with an array, for a credential that is not discoverable", ARRAY, {}],
  ])("%s: preferred says no, required refuses", async (_, profile, selection) => {
    const world = await bench({ profile });
    const preferred = { ...selection, extensions: { largeBlob: { support: "preferred" } } };
    expect((await world.create(preferred)).clientExtensionResults).toEqual({
      largeBlob: { supported: false },
    });
    const required = { ...selection, extensions: { largeBlob: { support: "required" } } };
    const before = world.store.credentials.length;
    await expect(world.create(required)).rejects.toMatchObject({
      code: "LARGE_BLOB_UNAVAILABLE",
      aftermath: "none",
    });
    expect(world.store.credentials).toHaveLength(before);
  });

  test("a phone that was asked for a credential it cannot find again refuses when it is required", async () => {
    const world = await bench({ profile: DIRECT });
    const extensions = (support: string) => ({ extensions: { largeBlob: { support } } });
    expect((await world.create(extensions("preferred"))).clientExtensionResults).toEqual({
      largeBlob: { supported: false },
    });
    await expect(world.create(extensions("required"))).rejects.toMatchObject({ code: "CTAP_INVALID_OPTION" });
  });

  test.each([{}, { support: "whatever" }])("%o counts as preferred", async (largeBlob) => {
    const world = await bench({ profile: NEITHER });
    const { clientExtensionResults } = await world.create({ extensions: { largeBlob } });
    expect(clientExtensionResults).toEqual({ largeBlob: { supported: false } });
  });

  test("a key without neither writes nor reads", async () => {
    const world = await bench({ profile: NEITHER });
    const { id } = await world.create(REQUIRED);
    const ask = async (largeBlob: object) =>
      (await world.get({ allowCredentials: [{ type: "public-key", id }], extensions: { largeBlob } }))
        .clientExtensionResults;
    expect(await ask({ write: BLOB })).toEqual({ largeBlob: { written: false } });
    expect(await ask({ read: true })).toEqual({ largeBlob: {} });
  });
});

describe("what a browser refuses before it asks a key", () => {
  const one = [{ type: "public-key", id: "YQ" }];
  const two = [...one, { type: "public-key", id: "Yg" }];

  test.each([
    ["a read at creation", "create", { read: true }, []],
    ["a write at creation", "create", { write: BLOB }, []],
    ["support at sign-in", "get", { support: "preferred" }, one],
    ["reading and writing at once", "get", { read: true, write: BLOB }, one],
    ["a write for any account", "get", { write: BLOB }, []],
    ["a write for one of two", "get", { write: BLOB }, two],
  ] as const)("%s is NotSupportedError", async (_, method, largeBlob, allowCredentials) => {
    const world = await bench({ profile: ARRAY });
    const extensions = { largeBlob };
    const work =
      method === "create" ? world.create({ extensions }) : world.get({ allowCredentials, extensions });
    const refusal: unknown = await work.catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "EXTENSION_NOT_SUPPORTED", aftermath: "none" });
    expect(toPageError(refusal, { method, profile: SPEC_L3 }).name).toBe("NotSupportedError");
    expect(world.requests()).toEqual([]);
  });

  test.each([
    ["a blob that is no base64url", { write: "?" }, "OPTIONS_ENCODING"],
    ["something that is no object", 7, "OPTIONS_MALFORMED"],
  ])("%s is malformed", async (_, largeBlob, code) => {
    const world = await bench({ profile: ARRAY });
    const work = world.get({ allowCredentials: one, extensions: { largeBlob } });
    await expect(work).rejects.toMatchObject({ code });
  });
});
