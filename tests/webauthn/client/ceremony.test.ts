import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import type { CborMap } from "../../../src/cbor/value.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { AbortedError } from "../../../src/core/errors.js";
import { TransportError } from "../../../src/ctap/transport-error.js";
import {
  CHROME_FLOOR_3M,
  EXTENSION_SHIM,
  GECKO,
  WEBKIT,
} from "../../../src/webauthn/profiles/client-profiles.js";
import { register } from "../../../src/webauthn/client/register.js";
import { toBase64url } from "../../../src/core/bytes.js";
import { creationOptions, ORIGIN } from "../../helpers/ceremony-options.js";
import { scriptedDevice } from "../../helpers/scripted-device.js";
import { bench, PIN, type Intercept } from "../../helpers/webauthn-bench.js";

const MAKE_CREDENTIAL = 0x01;
const GET_ASSERTION = 0x02;
const GET_INFO = 0x04;

const never = () => new Promise<never>(() => {});

/** A device that falls silent at one command and does not listen to cancels either. */
const deafAt =
  (command: number): Intercept =>
  (request, pass) =>
    request[0] === command ? never() : pass();

/** Answers the nth request of one command with a status; the key answers all others. */
const refuseOnce = (command: number, status: number, times = 1): Intercept => {
  let left = times;
  return async (request, pass) => (request[0] === command && left-- > 0 ? Uint8Array.of(status) : pass());
};

describe("a create() whose timer ends", () => {
  test("settles on time although the device is deaf, and says that a credential may exist", async () => {
    const { create, env } = await bench({ intercept: deafAt(MAKE_CREDENTIAL) });
    await expect(create({ timeout: 20_000 }, { profile: GECKO })).rejects.toMatchObject({
      code: "TIMEOUT",
      timer: "client.ceremony",
      budgetMs: 20_000,
      aftermath: "unknown",
    });
    expect(env.clock.nowMs()).toBe(20_000);
  });

  test("says that nothing can be left when the request never went out", async () => {
    const { create } = await bench({ intercept: deafAt(GET_INFO) });
    await expect(create()).rejects.toMatchObject({ code: "TIMEOUT", aftermath: "none" });
  });

  test("tells the device to stop", async () => {
    const { create, env } = await bench({ behaviour: { walksAway: true } });
    await expect(create({ timeout: 15_000 }, { profile: GECKO })).rejects.toMatchObject({ code: "TIMEOUT" });
    await env.clock.advance(1);
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "ctap.cancel", command: "makeCredential", atMs: 15_000 }),
    );
  });

  test("traces an answer that comes too late as discarded", async () => {
    const intercept: Intercept = async (request, pass) => {
      const answer = await pass();
      if (request[0] === MAKE_CREDENTIAL)
        await new Promise<void>((resolve) => void env.clock.arm(90_000, "slow", resolve));
      return answer;
    };
    const { create, env, store } = await bench({ intercept });
    await expect(
      create({ timeout: 60_000, authenticatorSelection: { residentKey: "required" } }, { profile: GECKO }),
    ).rejects.toMatchObject({ code: "TIMEOUT", aftermath: "unknown" });
    await env.clock.advance(60_000);
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "ctap.discarded", command: "makeCredential", status: "OK" }),
    );
    expect(store.credentials).toHaveLength(1);
  });

  test("spends no PIN attempt on a PIN that comes too late", async () => {
    const { create, env, requests } = await bench({ pin: PIN });
    const pin = async () => {
      await new Promise<void>((resolve) => void env.clock.arm(40_000, "person.types", resolve));
      return PIN;
    };
    await expect(create({}, { profile: GECKO, pin })).rejects.toMatchObject({
      code: "TIMEOUT",
      aftermath: "none",
    });
    await env.clock.advance(60_000);
    expect(requests()).toEqual(["getInfo"]);
  });
});

describe("a page that aborts", () => {
  test("hears of it at once, with its own reason, although the device is deaf", async () => {
    const { startCreate, env } = await bench({ intercept: deafAt(MAKE_CREDENTIAL) });
    const page = new AbortController();
    const reason = new Error("the person left");
    const pending = startCreate({}, { signal: page.signal });
    env.clock.arm(5_000, "page.leaves", () => page.abort(reason));
    await expect(env.clock.run(pending)).rejects.toMatchObject({
      code: "ABORTED",
      aftermath: "unknown",
      cause: reason,
    });
    expect(env.clock.nowMs()).toBe(5_000);
  });

  test("hears the same from a device that listens", async () => {
    const { startGet, create, env } = await bench({ behaviour: { nth: { 2: { does: "walks-away" } } } });
    const { id } = await create();
    const page = new AbortController();
    const pending = startGet({ allowCredentials: [{ type: "public-key", id }] }, { signal: page.signal });
    env.clock.arm(5_000, "page.leaves", () => page.abort());
    await expect(env.clock.run(pending)).rejects.toBeInstanceOf(AbortedError);
  });

  test("beforehand: nothing is sent", async () => {
    const { create, requests } = await bench();
    await expect(create({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "ABORTED",
      aftermath: "none",
    });
    expect(requests()).toEqual([]);
  });

  test("ends a request that has no timer", async () => {
    const { startCreate, env } = await bench({ intercept: deafAt(MAKE_CREDENTIAL) });
    const page = new AbortController();
    const pending = startCreate({ timeout: 1_000 }, { signal: page.signal, profile: EXTENSION_SHIM });
    env.clock.arm(136_000, "page.leaves", () => page.abort());
    await expect(env.clock.run(pending)).rejects.toMatchObject({ code: "ABORTED" });
    expect(env.records.filter(({ kind }) => kind === "timer.armed")).toEqual([]);
  });
});

describe("a token the key no longer takes", () => {
  test("is renewed once, without asking for the PIN again", async () => {
    const { create, requests } = await bench({ pin: PIN, intercept: refuseOnce(MAKE_CREDENTIAL, 0x33) });
    let asked = 0;
    await create({}, { pin: async () => (asked++, PIN) });
    expect(asked).toBe(1);
    expect(requests().filter((command) => command === "makeCredential")).toHaveLength(2);
  });

  test("is not renewed twice", async () => {
    const { create, requests } = await bench({ pin: PIN, intercept: refuseOnce(MAKE_CREDENTIAL, 0x33, 9) });
    await expect(create({}, { pin: async () => PIN })).rejects.toMatchObject({
      code: "CTAP_PIN_AUTH_INVALID",
    });
    expect(requests().filter((command) => command === "makeCredential")).toHaveLength(2);
  });

  test("ends the request in Chromium", async () => {
    const { create, requests } = await bench({ pin: PIN, intercept: refuseOnce(MAKE_CREDENTIAL, 0x33) });
    await expect(create({}, { pin: async () => PIN, profile: CHROME_FLOOR_3M })).rejects.toMatchObject({
      code: "CTAP_PIN_AUTH_INVALID",
    });
    expect(requests().filter((command) => command === "makeCredential")).toHaveLength(1);
  });
});

test("a key that wants proof nobody planned gets the PIN", async () => {
  const { create, get, requests } = await bench({ pin: PIN, intercept: refuseOnce(GET_ASSERTION, 0x36) });
  const client = { pin: async () => PIN };
  const { id } = await create({}, client);
  const before = requests().length;
  await get({ allowCredentials: [{ type: "public-key", id }], userVerification: "discouraged" }, client);
  expect(requests().slice(before)).toEqual([
    "getInfo",
    "getAssertion",
    "clientPin",
    "clientPin",
    "getAssertion",
  ]);
});

describe("a cable pulled while the key waits for a touch", () => {
  const unplug: Intercept = (request, pass) =>
    request[0] === MAKE_CREDENTIAL
      ? Promise.reject(new TransportError("DEVICE_GONE", "unplugged", { aftermath: "unknown" }))
      : pass();

  test("ends the request in Firefox", async () => {
    const { create } = await bench({ intercept: unplug });
    await expect(create({}, { profile: GECKO })).rejects.toMatchObject({
      code: "DEVICE_GONE",
      aftermath: "unknown",
    });
  });

  test("leaves Chromium waiting until its timer; a credential may exist", async () => {
    const { create } = await bench({ intercept: unplug });
    await expect(create({ timeout: 1 }, { profile: CHROME_FLOOR_3M })).rejects.toMatchObject({
      code: "TIMEOUT",
      budgetMs: 180_000,
      aftermath: "unknown",
    });
  });

  test("ends the request in Chromium while a PIN token is in use", async () => {
    const { create } = await bench({ intercept: unplug, pin: PIN });
    await expect(create({}, { profile: CHROME_FLOOR_3M, pin: async () => PIN })).rejects.toMatchObject({
      code: "DEVICE_GONE",
    });
  });
});

test("a key that answers 0x2f in no time is not asked for ever", async () => {
  const { create, requests } = await bench({ intercept: refuseOnce(MAKE_CREDENTIAL, 0x2f, Infinity) });
  await expect(create({}, { profile: WEBKIT })).rejects.toMatchObject({ code: "TIMEOUT" });
  expect(requests()).toEqual(["getInfo", "makeCredential"]);
});

test("a key that says 0x22 to a probe does not have the credential", async () => {
  const { create, store } = await bench({ intercept: refuseOnce(GET_ASSERTION, 0x22, Infinity) });
  const excludeCredentials = Array.from({ length: 9 }, (_, index) => ({
    type: "public-key",
    id: toBase64url(new Uint8Array(32).fill(index)),
  }));
  await create({ excludeCredentials, authenticatorSelection: { residentKey: "required" } });
  expect(store.credentials).toHaveLength(1);
});

describe("what goes out", () => {
  const sentBy = async (override: Parameters<typeof creationOptions>[0]): Promise<CborMap> => {
    const sent: Uint8Array[] = [];
    const { create } = await bench({
      intercept: (request, pass) => {
        if (request[0] === MAKE_CREDENTIAL) sent.push(request.subarray(1));
        return pass();
      },
    });
    await create(override);
    return decodeCbor(sent[0] as Uint8Array) as CborMap;
  };

  test("is nothing but the five members every key knows, for a plain request", async () => {
    const sent = await sentBy({ authenticatorSelection: { userVerification: "discouraged" } });
    expect([...sent.keys()]).toEqual([1, 2, 3, 4]);
  });

  test("is rk: true for a required discoverable credential, and never rk: false", async () => {
    const wanted = await sentBy({ authenticatorSelection: { residentKey: "required" } });
    const unwanted = await sentBy({ authenticatorSelection: { residentKey: "discouraged" } });
    expect([wanted.get(7), unwanted.get(7)]).toEqual([new Map([["rk", true]]), undefined]);
  });

  test("is no empty exclude list", async () => {
    expect((await sentBy({ excludeCredentials: [] })).has(5)).toBe(false);
  });

  test("is no extension the key or the client does not know", async () => {
    const sent = await sentBy({
      extensions: { credProps: true, pinComplexityPolicy: true, somethingNew: { a: 1 } },
    });
    expect(sent.has(6)).toBe(false);
  });

  test("is credProtect at the level of the page's word", async () => {
    const sent = await sentBy({
      extensions: { credentialProtectionPolicy: "userVerificationOptionalWithCredentialIDList" },
    });
    expect(sent.get(6)).toEqual(new Map([["credProtect", 2]]));
  });
});

describe("options a browser refuses", () => {
  const REFUSED: readonly (readonly [string, Parameters<typeof creationOptions>[0], string])[] = [
    [
      "a user handle of 65 bytes",
      { user: { id: toBase64url(new Uint8Array(65)), name: "", displayName: "" } },
      "USER_ID_LENGTH",
    ],
    ["no user handle", { user: { id: "", name: "", displayName: "" } }, "USER_ID_LENGTH"],
    ["a challenge that is not base64url", { challenge: "a+b/" }, "OPTIONS_ENCODING"],
    ["a padded challenge", { challenge: "YWI=" }, "OPTIONS_ENCODING"],
    [
      "a listed id that is not base64url",
      { excludeCredentials: [{ type: "public-key", id: "?" }] },
      "OPTIONS_ENCODING",
    ],
    ["a list that is null", { excludeCredentials: null as never }, "OPTIONS_MALFORMED"],
    [
      "parameters of unknown types only",
      { pubKeyCredParams: [{ type: "passkey", alg: -7 }] },
      "CREDENTIAL_TYPES_UNKNOWN",
    ],
    ["an AppID at registration", { extensions: { appid: "https://example.com" } }, "EXTENSION_NOT_SUPPORTED"],
    ["an excluded AppID that is no URL", { extensions: { appidExclude: "no url" } }, "EXTENSION_SYNTAX"],
    ["another site's rp id", { rp: { id: "example.org", name: "" } }, "RP_ID_NOT_ALLOWED"],
  ];

  test.each(REFUSED)("%s: nothing is sent", async (_, override, code) => {
    const device = scriptedDevice([]);
    const env = virtualEnv("refused");
    await expect(register(env, device, creationOptions(override), { origin: ORIGIN })).rejects.toMatchObject({
      code,
      aftermath: "none",
    });
    expect(device.requests).toEqual([]);
  });

  test("an enforced protection the key lacks", async () => {
    const { create, requests } = await bench({ intercept: withoutExtensions });
    const extensions = {
      credentialProtectionPolicy: "userVerificationRequired",
      enforceCredentialProtectionPolicy: true,
    };
    await expect(create({ extensions })).rejects.toMatchObject({ code: "CRED_PROTECT_UNAVAILABLE" });
    expect(requests()).toEqual(["getInfo"]);
  });
});

test("the weakest protection may be enforced on a key without the extension, because it is the default", async () => {
  const { create } = await bench({ intercept: withoutExtensions });
  const extensions = {
    credentialProtectionPolicy: "userVerificationOptional",
    enforceCredentialProtectionPolicy: true,
  };
  const { response } = await create({ extensions });
  expect(response.publicKeyAlgorithm).toBe(-7);
});

/** getInfo of a key with a version and a model id, and nothing else: {1: ["FIDO_2_0"], 3: 16 zeros}. */
const BARE_INFO = Buffer.concat([Buffer.from("00a20181684649444f5f325f300350", "hex"), Buffer.alloc(16)]);
const withoutExtensions: Intercept = async (request, pass) =>
  request[0] === GET_INFO ? new Uint8Array(BARE_INFO) : pass();

test("the PIN callback is never called for a key that needs none", async () => {
  const { create, requests } = await bench();
  let asked = 0;
  await create({}, { pin: async () => (asked++, PIN) });
  expect(asked).toBe(0);
  expect(requests()).not.toContain("clientPin");
});

test("a PIN in the same ceremony costs two exchanges, as planned", async () => {
  const { create, requests } = await bench({ pin: PIN });
  await create({}, { pin: async () => PIN });
  expect(requests()).toEqual(["getInfo", "clientPin", "clientPin", "makeCredential"]);
});

test("touch me: keepalives reach the page's person", async () => {
  const { create } = await bench();
  const seen: string[] = [];
  await create({}, { onKeepalive: (status) => seen.push(status) });
  expect(seen).toContain("up-needed");
});
