import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import type { RegistrationResponseJSON as TheirRegistration } from "@simplewebauthn/server";
import { describe, expect, test } from "vitest";
import { fromBase64url, toBase64url } from "../../src/core/bytes.js";
import { PROFILES, profileNamed } from "../../src/sim/profiles.js";
import type { UserHabits } from "../../src/sim/user.js";
import type { ClientContext } from "../../src/webauthn/client-context.js";
import { CHROME_FLOOR_3M, GECKO, WEBKIT } from "../../src/webauthn/client-profiles.js";
import type { RegistrationResponseJSON } from "../../src/webauthn/json.js";
import { ORIGIN, RP_ID, creationOptions } from "../helpers/ceremony-options.js";
import { bench, PIN } from "../helpers/webauthn-bench.js";

const challenge = creationOptions().challenge;

async function theyAcceptRegistration(response: RegistrationResponseJSON, uv: boolean) {
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: response as unknown as TheirRegistration,
    expectedChallenge: challenge,
    expectedOrigin: ORIGIN,
    expectedRPID: RP_ID,
    requireUserVerification: uv,
    supportedAlgorithmIDs: [-7],
  });
  expect(verified).toBe(true);
  if (registrationInfo === undefined) throw new Error("verified without information");
  return registrationInfo;
}

/** Every model of authenticator there is, with a PIN where it can have one. */
const MODELS = [...PROFILES.values()].flatMap((profile) => [
  { name: profile.name, profile, pin: undefined },
  ...(profile.pinUvAuthProtocols.length > 0
    ? [{ name: `${profile.name} with a PIN`, profile, pin: PIN }]
    : []),
]);

describe.each(MODELS)("a site that uses @simplewebauthn/server accepts $name", ({ profile, pin }) => {
  test.each(["none", "direct"])("registration with %s attestation, then a login", async (attestation) => {
    const world = await bench({ profile, ...(pin !== undefined && { pin }) });
    const isVerified = pin !== undefined || profile.builtInUv !== undefined;
    const client = { pin: async () => PIN };
    const created = await world.create({ attestation }, client);
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
    const { create, key } = await bench({ profile: profileNamed("phone") });
    const info = await theyAcceptRegistration(await create({ attestation: "none" }), true);
    expect(info.aaguid).toBe(key.profile.aaguid);
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
    const { create, statuses } = await bench();
    const known = await create();
    const strangers = Array.from({ length: 20 }, (_, index) => ({
      type: "public-key",
      id: toBase64url(new Uint8Array(40).fill(index)),
    }));
    const excludeCredentials = [...strangers, { type: "public-key", id: known.id }];
    await expect(create({ excludeCredentials })).rejects.toMatchObject({ code: "CTAP_CREDENTIAL_EXCLUDED" });
    expect(statuses("getAssertion")).toEqual(["NO_CREDENTIALS", "NO_CREDENTIALS", "OK"]);
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

describe("a touch that comes too late for the key", () => {
  const profile = profileNamed("ctap20");
  /** The key waits 30 s; the first touch would come after 45 s, the second one at once. */
  const habits: UserHabits = { nth: { 1: { thinkMs: 45_000 } } };

  test("is asked for again by WebKit, which makes exactly one credential", async () => {
    const { create, statuses, store } = await bench({ profile, habits });
    await create({}, { profile: WEBKIT });
    expect(statuses("makeCredential")).toEqual(["USER_ACTION_TIMEOUT", "OK"]);
    expect(store.credentials.length).toBeLessThanOrEqual(1);
  });

  test("leaves Chromium waiting for another key until its timer, with nothing left behind", async () => {
    const { create, statuses, env } = await bench({ profile, habits });
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
    const { create, env } = await bench({ profile, habits });
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

  test("a finger that fails until the sensor is off gives way to the PIN", async () => {
    const habits: UserHabits = { prompts: { verify: { does: "uses-wrong-finger" } } };
    const world = await bench({ profile: profileNamed("fingerprint"), pin: PIN, habits });
    await theyAcceptRegistration(await world.create({}, { pin: async () => PIN }), true);
    expect(world.statuses("clientPin").at(-1)).toBe("OK");
    expect(world.statuses("clientPin")).toContain("UV_INVALID");
    expect(world.statuses("makeCredential")).toEqual(["OK"]);
  });

  test("no trace record holds the PIN", async () => {
    const { create, env } = await bench({ pin: PIN });
    await create({}, { pin: async () => PIN });
    expect(JSON.stringify(env.records)).not.toContain(PIN);
  });
});
