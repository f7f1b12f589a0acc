import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { describe, expect, test } from "vitest";
import { concat, fromBase64url, toBase64url } from "../../src/core/bytes.js";
import { encodeInfo, parseInfo } from "../../src/ctap/messages/get-info.js";
import { speaksCtap2 } from "../../src/sim/profiles/profile.js";
import { PROFILES, profileNamed } from "../../src/sim/profiles/profiles.js";
import type { UserBehaviour } from "../../src/sim/user.js";
import type { ClientContext } from "../../src/webauthn/client/client-context.js";
import { CHROME_FLOOR_3M, GECKO, WEBKIT } from "../../src/webauthn/profiles/client-profiles.js";
import type { RegistrationResponseJSON } from "../../src/webauthn/json.js";
import { ORIGIN, RP_ID, creationOptions } from "../helpers/ceremony-options.js";
import { bench, PIN, type Intercept } from "../helpers/webauthn-bench.js";

const challenge = creationOptions().challenge;

async function theyAcceptRegistration(response: RegistrationResponseJSON, uv: boolean) {
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: ORIGIN,
    expectedRPID: RP_ID,
    requireUserVerification: uv,
    supportedAlgorithmIDs: [-7, -257],
  });
  expect(verified).toBe(true);
  if (registrationInfo === undefined) throw new Error("verified without information");
  return registrationInfo;
}

/** Every model that speaks CTAP2, with a PIN where it can have one. */
const MODELS = [...PROFILES.values()]
  .filter(speaksCtap2)
  .flatMap((profile) => [
    { name: profile.name, profile, pin: undefined },
    ...(profile.options.clientPin ? [{ name: `${profile.name} with a PIN`, profile, pin: PIN }] : []),
  ]);

describe.each(MODELS)("a site that uses @simplewebauthn/server accepts $name", ({ profile, pin }) => {
  test.each(["none", "direct"])("registration with %s attestation, then a login", async (attestation) => {
    const world = await bench({ profile, ...(pin !== undefined && { pin }) });
    const isVerified = pin !== undefined || profile.builtInUv !== undefined;
    const client = { pin: async () => PIN };
    const alg = profile.algorithms.find((one) => one === -7 || one === -257) as number;
    const pubKeyCredParams = [{ type: "public-key", alg }];
    const created = await world.create({ attestation, pubKeyCredParams }, client);
    const { credential, fmt } = await theyAcceptRegistration(created, isVerified);
    expect(fmt).toBe(
      attestation === "direct" && profile.attestation.formats[0] === "packed" ? "packed" : "none",
    );
    expect(credential.id).toBe(created.id);

    const descriptor = { type: "public-key", id: created.id };
    const asserted = await world.get({ allowCredentials: [descriptor] }, client);
    const { verified } = await verifyAuthenticationResponse({
      response: asserted,
      expectedChallenge: challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
      requireUserVerification: isVerified,
      credential: {
        ...credential,
        transports: [...created.response.transports],
      },
    });
    expect(verified).toBe(true);
  });
});

describe("registration", () => {
  test("the public key in the answer is the one in the authenticator data", async () => {
    const { create } = await bench();
    const { response } = await create();
    const { credential } = await theyAcceptRegistration(await create(), false);
    expect(response.publicKeyAlgorithm).toBe(-7);
    expect(credential.publicKey.length).toBeGreaterThan(70);
    const spki = fromBase64url(response.publicKey as string);
    const authData = Buffer.from(fromBase64url(response.authenticatorData));
    // 64 bytes of coordinates end the SPKI; COSE has them too, 3 bytes of head between x and y.
    expect(authData.includes(Buffer.from(spki.subarray(-64, -32)))).toBe(true);
    expect(authData.includes(Buffer.from(spki.subarray(-32)))).toBe(true);
  });

  test("attestation none wipes the model id of a key", async () => {
    const { create } = await bench();
    const info = await theyAcceptRegistration(await create({ attestation: "none" }), false);
    expect(info.aaguid).toBe("00000000-0000-0000-0000-000000000000");
  });

  test("attestation direct leaves the model id", async () => {
    const { create, key } = await bench();
    const info = await theyAcceptRegistration(await create({ attestation: "direct" }), false);
    expect(info.aaguid).toBe(key.profile.aaguid);
  });

  test("a phone that attests nothing keeps its model id", async () => {
    const aaguid = "7f1b0e5c-2d34-4a6b-9c8d-0e1f2a3b4c99";
    const { create } = await bench({ profile: { ...profileNamed("phone"), aaguid } });
    const info = await theyAcceptRegistration(await create({ attestation: "none" }), true);
    expect(info.aaguid).toBe(aaguid);
  });

  test("a phone is asked once and never for a PIN token or its info", async () => {
    const { create, env } = await bench({ profile: profileNamed("phone") });
    await create();
    const asked = env.records.flatMap((record) => (record.kind === "ctap.request" ? [record.command] : []));
    expect(asked).toEqual(["makeCredential"]);
  });

  test("credProps tells that a required discoverable credential is one", async () => {
    const { create } = await bench();
    const { clientExtensionResults } = await create({
      authenticatorSelection: { residentKey: "required" },
      extensions: { credProps: true },
    });
    expect(clientExtensionResults).toEqual({ credProps: { rk: true } });
  });

  test("credProps leaves open what a CTAP 2.0 key made when nobody asked for a discoverable one", async () => {
    const { create } = await bench({ profile: profileNamed("ctap20") });
    const { clientExtensionResults } = await create({ extensions: { credProps: true } });
    expect(clientExtensionResults).toEqual({ credProps: {} });
  });

  test("transports are those the phone lists and the one it came by, in order", async () => {
    const { create } = await bench({ profile: profileNamed("phone") });
    const { response, authenticatorAttachment } = await create();
    expect(response.transports).toEqual(["hybrid", "internal"]);
    expect(authenticatorAttachment).toBe("cross-platform");
  });

  test("a credential protected by credProtect is not found without verification", async () => {
    const { create, get } = await bench({ pin: PIN });
    await create(
      {
        authenticatorSelection: { residentKey: "required" },
        extensions: {
          credentialProtectionPolicy: "userVerificationRequired",
          enforceCredentialProtectionPolicy: true,
        },
      },
      { pin: async () => PIN },
    );
    await expect(get({ userVerification: "discouraged" })).rejects.toMatchObject({
      code: "CTAP_NO_CREDENTIALS",
    });
  });

  test("a long exclude list is probed, and the one that is there refuses after a touch", async () => {
    const { create, statuses, env } = await bench();
    const known = await create();
    const strangers = Array.from({ length: 20 }, (_, index) => ({
      type: "public-key",
      id: toBase64url(new Uint8Array(40).fill(index)),
    }));
    const excludeCredentials = [...strangers, { type: "public-key", id: known.id }];
    await expect(create({ excludeCredentials })).rejects.toMatchObject({ code: "CTAP_CREDENTIAL_EXCLUDED" });
    expect(statuses("getAssertion")).toEqual(["NO_CREDENTIALS", "NO_CREDENTIALS", "OK"]);
    // One for the first credential, one before the refusal: none for the probes.
    expect(env.records.filter(({ kind }) => kind === "user.prompted")).toHaveLength(2);
  });
});

describe("login", () => {
  const accounts = [
    { id: "YWxpY2U", name: "alice", displayName: "Alice" },
    { id: "Ym9iYnk", name: "bobby", displayName: "Bobby" },
  ];

  async function withAccounts() {
    const world = await bench({ pin: PIN });
    for (const user of accounts) {
      await world.create(
        { user, authenticatorSelection: { residentKey: "required" } },
        { pin: async () => PIN },
      );
    }
    return world;
  }

  test("lets the person choose among the accounts, newest first", async () => {
    const { get } = await withAccounts();
    const offered: (string | undefined)[] = [];
    const { response } = await get(
      {},
      {
        pin: async () => PIN,
        chooseAccount: async (list) => {
          offered.push(...list.map(({ name }) => name));
          return 1;
        },
      },
    );
    expect(offered).toEqual(["bobby", "alice"]);
    expect(response.userHandle).toBe(accounts[0]?.id);
  });

  test("takes the newest account when nobody can be asked", async () => {
    const { get } = await withAccounts();
    const { response } = await get({}, { pin: async () => PIN });
    expect(response.userHandle).toBe(accounts[1]?.id);
  });

  test("ends when nobody picks an account", async () => {
    const { get } = await withAccounts();
    const client = { pin: async () => PIN, chooseAccount: async () => undefined };
    await expect(get({}, client)).rejects.toMatchObject({ code: "CHOICE_DECLINED" });
  });

  test("finds its credential in a long allow list", async () => {
    const { create, get, statuses } = await bench();
    const known = await create();
    const strangers = Array.from({ length: 20 }, (_, index) => ({
      type: "public-key",
      id: toBase64url(new Uint8Array(40).fill(index)),
    }));
    const { id } = await get({ allowCredentials: [...strangers, { type: "public-key", id: known.id }] });
    expect(id).toBe(known.id);
    expect(statuses("getAssertion")).toEqual(["NO_CREDENTIALS", "NO_CREDENTIALS", "OK", "OK"]);
  });
});

test("a long allow list without a credential of this key never turns into any account", async () => {
  const { create, get } = await bench();
  await create({ authenticatorSelection: { residentKey: "required" } });
  const allowCredentials = Array.from({ length: 20 }, (_, index) => ({
    type: "public-key",
    id: toBase64url(new Uint8Array(40).fill(index)),
  }));
  await expect(get({ allowCredentials })).rejects.toMatchObject({ code: "CTAP_NO_CREDENTIALS" });
});

describe("a touch that comes too late for the key", () => {
  const profile = profileNamed("ctap20");
  /** The key waits 30 s; the first touch would come after 45 s, the second one at once. */
  const behaviour: UserBehaviour = { nth: { 1: { thinkMs: 45_000 } } };

  test("is asked for again by WebKit, which makes exactly one credential", async () => {
    const { create, statuses, store } = await bench({ profile, behaviour });
    await create({}, { profile: WEBKIT });
    expect(statuses("makeCredential")).toEqual(["USER_ACTION_TIMEOUT", "OK"]);
    expect(store.credentials.length).toBeLessThanOrEqual(1);
  });

  test("leaves Chromium waiting for another key until its timer, with nothing left behind", async () => {
    const { create, statuses, env } = await bench({ profile, behaviour });
    await expect(create({ timeout: 60_000 }, { profile: CHROME_FLOOR_3M })).rejects.toMatchObject({
      code: "TIMEOUT",
      timer: "client.ceremony",
      budgetMs: 180_000,
      aftermath: "none",
    });
    expect(env.clock.nowMs()).toBe(180_000);
    expect(statuses("makeCredential")).toEqual(["USER_ACTION_TIMEOUT"]);
  });

  test("ends the request in Firefox at once", async () => {
    const { create, env } = await bench({ profile, behaviour });
    await expect(create({ timeout: 60_000 }, { profile: GECKO })).rejects.toMatchObject({
      code: "CTAP_USER_ACTION_TIMEOUT",
    });
    expect(env.clock.nowMs()).toBe(30_000);
  });
});

describe("PINs", () => {
  test("a wrong one is asked for again, with the attempts that are left", async () => {
    const { create } = await bench({ pin: PIN });
    const attempts: unknown[] = [];
    const pin: ClientContext["pin"] = async (attempt) => {
      attempts.push(attempt);
      return attempt.attempt === 1 ? "99999999" : PIN;
    };
    await theyAcceptRegistration(await create({}, { pin }), true);
    expect(attempts).toEqual([{ attempt: 1 }, { attempt: 2, retriesLeft: 7 }]);
  });

  test("three wrong ones in a row end the ceremony before a fourth is spent", async () => {
    const { create, store } = await bench({ pin: PIN });
    let asked = 0;
    const pin = async () => `9999000${String(++asked)}`;
    await expect(create({}, { pin })).rejects.toMatchObject({
      code: "PIN_AUTH_BLOCKED",
      hint: expect.stringContaining("unplug") as string,
    });
    expect(asked).toBe(3);
    expect(store.memory.pinRetries).toBe(5);
  });

  test("no other is asked for once the key says that it wants to be unplugged", async () => {
    // getPINRetries answered with {3: 7, 4: true}, as keys do that say so nowhere else.
    const wantsPower = Uint8Array.of(0x00, 0xa2, 0x03, 0x07, 0x04, 0xf5);
    const asksForRetries = (request: Uint8Array) => request[0] === 0x06 && request.includes(0x01, -1);
    const { create } = await bench({
      pin: PIN,
      intercept: async (request, pass) => (asksForRetries(request) ? wantsPower : pass()),
    });
    let asked = 0;
    const pin = async () => `9999000${String(++asked)}`;
    await expect(create({}, { pin })).rejects.toMatchObject({ code: "PIN_AUTH_BLOCKED" });
    expect(asked).toBe(1);
  });

  test("the same wrong one twice costs one attempt, not two", async () => {
    const { create, store } = await bench({ pin: PIN });
    await expect(create({}, { pin: async () => "99999999" })).rejects.toMatchObject({ code: "PIN_REPEATED" });
    expect(store.memory.pinRetries).toBe(7);
  });

  test("eight wrong ones block the key for good", async () => {
    const { create, key } = await bench({ pin: PIN });
    let asked = 0;
    const pin = async () => `9999000${String(++asked)}`;
    const blockedFor = async () => {
      const refusal: unknown = await create({}, { pin }).catch((error: unknown) => error);
      key.powerCycle();
      return (refusal as { code: string }).code;
    };
    expect(await blockedFor()).toBe("PIN_AUTH_BLOCKED");
    expect(await blockedFor()).toBe("PIN_AUTH_BLOCKED");
    expect(await blockedFor()).toBe("PIN_BLOCKED");
  });

  test("nobody gives one: the ceremony ends, the key keeps its attempts", async () => {
    const { create, store } = await bench({ pin: PIN });
    await expect(create({}, { pin: async () => undefined })).rejects.toMatchObject({ code: "PIN_DECLINED" });
    expect(store.memory.pinRetries).toBeUndefined();
  });

  test("no trace record holds the PIN", async () => {
    const { create, env } = await bench({ pin: PIN });
    await create({}, { pin: async () => PIN });
    expect(JSON.stringify(env.records)).not.toContain(PIN);
  });
});

describe("fingers", () => {
  const behaviour: UserBehaviour = { prompts: { verify: { does: "uses-wrong-finger" } } };
  const profile = profileNamed("fingerprint");
  const withPin = { pin: async () => PIN };

  test("a wrong one gives way to the PIN", async () => {
    const { create, statuses } = await bench({ profile, pin: PIN, behaviour });
    await theyAcceptRegistration(await create({}, withPin), true);
    expect(statuses("clientPin")).toEqual(["OK", "UV_INVALID", "OK", "OK"]);
  });

  test("as many are tried as the key leaves to the platform, then the PIN", async () => {
    const intercept: Intercept = async (request, pass) => {
      const answer = await pass();
      if (request[0] !== 0x04) return answer;
      const info = parseInfo(answer.subarray(1));
      return concat(Uint8Array.of(0), encodeInfo({ ...info, preferredPlatformUvAttempts: 3 }));
    };
    const { create, statuses } = await bench({ profile, pin: PIN, behaviour, intercept });
    await theyAcceptRegistration(await create({}, withPin), true);
    expect(statuses("clientPin").filter((status) => status.startsWith("UV_"))).toEqual([
      "UV_INVALID",
      "UV_BLOCKED",
    ]);
  });

  test("a wrong one ends the ceremony when there is no PIN", async () => {
    const { create } = await bench({ profile, behaviour });
    await expect(create({}, withPin)).rejects.toMatchObject({
      code: "UV_BLOCKED",
      hint: expect.stringContaining("PIN") as string,
    });
  });

  test.each([
    ["0x36", 0x36],
    ["0x3c", 0x3c],
    ["0x3f", 0x3f],
  ])("%s to a command that verifies by itself gives way to the PIN", async (_, status) => {
    let left = 1;
    const { create, statuses } = await bench({
      profile: { ...profile, options: { ...profile.options, pinUvAuthToken: false } },
      pin: PIN,
      intercept: async (request, pass) =>
        request[0] === 0x01 && left-- > 0 ? Uint8Array.of(status) : pass(),
    });
    await theyAcceptRegistration(await create({}, withPin), true);
    expect(statuses("makeCredential").at(-1)).toBe("OK");
    expect(statuses("makeCredential")).toHaveLength(2);
  });
});
