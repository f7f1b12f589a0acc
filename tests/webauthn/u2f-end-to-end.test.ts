import {
  SettingsService,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { fromBase64url, toBase64url, toHex, utf8 } from "../../src/core/bytes.js";
import { envFor } from "../../src/core/env.js";
import { nodeCrypto } from "../../src/crypto/node/provider.js";
import { openSession } from "../../src/ctap/client/session.js";
import {
  parseAuthenticatorData,
  type AttestedCredential,
} from "../../src/ctap/messages/authenticator-data.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { firmwareOf } from "../../src/sim/hid/firmware-of.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simHidPort } from "../../src/sim/hid/sim-hid.js";
import { simulatedUser, type UserBehaviour } from "../../src/sim/user.js";
import { openHidDevice } from "../../src/transports/hid/channel.js";
import { u2fDevice, withU2fFallback } from "../../src/transports/hid/u2f-fallback.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import { register } from "../../src/webauthn/client/register.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../src/webauthn/json-input.js";
import { verifyAssertion } from "../../src/webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../src/webauthn/rp/verify-registration.js";
import { refusal } from "./rp/refusal.js";
import { creationOptions, ORIGIN, requestOptions, RP_ID } from "../helpers/ceremony-options.js";

/** A key on a cable, a browser that falls back to U2F, or insists on it. */
async function plugged(profile: string, behaviour: UserBehaviour = {}, insists = false) {
  const env = virtualEnv("u2f");
  const store = new CredentialStore();
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed(profile),
    store,
    user: simulatedUser(envFor(env, "user"), behaviour),
  });
  const link = envFor(env, "link");
  const raw = await env.clock.run(openHidDevice(link, simHidPort(envFor(env, "port"), firmwareOf(key))));
  const device = insists ? u2fDevice(link, raw) : withU2fFallback(link, raw);
  const browser = envFor(env, "browser");
  return {
    env,
    key,
    store,
    device,
    ctap2: withU2fFallback(link, raw),
    create: (override: Partial<CreationOptionsInput> = {}) =>
      env.clock.run(register(browser, device, creationOptions(override), { origin: ORIGIN })),
    get: (override: Partial<RequestOptionsInput> = {}, on = device) =>
      env.clock.run(authenticate(browser, on, requestOptions(override), { origin: ORIGIN })),
  };
}

const EXPECTED = {
  expectedChallenge: creationOptions().challenge,
  expectedOrigin: ORIGIN,
  expectedRPID: RP_ID,
  requireUserVerification: false,
};

const named = ({ id }: { readonly id: string }) => [{ type: "public-key", id }];

/** The library keeps trust anchors in a global. */
afterEach(() => SettingsService.setRootCertificates({ identifier: "fido-u2f", certificates: [] }));

describe.each(["u2f-only", "generic", "ctap20", "yubikey5"])(
  "a site accepts %s spoken to in U2F",
  (profile) => {
    test("by the judgement of @simplewebauthn/server, down to the model's root", async () => {
      const bench = await plugged(profile, {}, true);
      const created = await bench.create({ attestation: "direct" });
      SettingsService.setRootCertificates({
        identifier: "fido-u2f",
        certificates: [new X509Certificate(bench.key.attestationRoot).toString()],
      });
      const registered = await verifyRegistrationResponse({ ...EXPECTED, response: created });
      expect(registered).toMatchObject({ verified: true, registrationInfo: { fmt: "fido-u2f" } });
      if (!registered.verified) throw new Error("not verified");
      const asserted = await bench.get({ allowCredentials: named(created) });
      const { verified } = await verifyAuthenticationResponse({
        ...EXPECTED,
        response: asserted,
        credential: registered.registrationInfo.credential,
      });
      expect(verified).toBe(true);
    });

    test("and by our own", async () => {
      const bench = await plugged(profile, {}, true);
      const created = await bench.create({ attestation: "direct" });
      const page = { challenge: fromBase64url(EXPECTED.expectedChallenge), origins: [ORIGIN], rpId: RP_ID };
      const { credential, fmt, findings } = verifyRegistration(created, page);
      const asserted = await bench.get({ allowCredentials: named(created) });
      const { signCount } = verifyAssertion(asserted, { ...page, credential });
      expect([fmt, findings, signCount > 0]).toEqual(["fido-u2f", [], true]);
    });
  },
);

test("a site that asks is told that the credential is not discoverable: no U2F credential is", async () => {
  const bench = await plugged("u2f-only");
  const { clientExtensionResults } = await bench.create({ extensions: { credProps: true } });
  expect(clientExtensionResults).toEqual({ credProps: { rk: false } });
});

test("a credential of the U2F days signs in over CTAP2", async () => {
  const bench = await plugged("generic", {}, true);
  const created = await bench.create();
  const registered = await verifyRegistrationResponse({ ...EXPECTED, response: created });
  if (!registered.verified) throw new Error("not verified");
  const asserted = await bench.get({ allowCredentials: named(created) }, bench.ctap2);
  const { verified } = await verifyAuthenticationResponse({
    ...EXPECTED,
    response: asserted,
    credential: registered.registrationInfo.credential,
  });
  expect(verified).toBe(true);
});

describe("a credential made under a U2F AppID", () => {
  const APP_ID = `${ORIGIN}/app-id.json`;
  const APPLICATION = toHex(nodeCrypto.sha256(utf8(APP_ID)));

  /** As a site of the U2F days made it, and what that site stored. */
  async function oldCredential(profile: string) {
    const bench = await plugged(profile, {}, true);
    const session = await bench.env.clock.run(openSession(bench.env, bench.device));
    const made = session.makeCredential({
      clientDataHash: nodeCrypto.sha256(utf8("old")),
      rp: { id: APP_ID, name: "Old" },
      user: { id: Uint8Array.of(1), name: "u" },
      pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    });
    const { attested } = parseAuthenticatorData((await bench.env.clock.run(made)).authData);
    const { credentialId, publicKeyCose } = attested as AttestedCredential;
    const credential = { id: toBase64url(credentialId), publicKeyCose, signCount: 0 };
    return { ...bench, session, credential };
  }

  const PAGE = { challenge: requestOptions().challenge, origins: [ORIGIN], rpId: RP_ID };

  test.each([
    ["u2f-only", true],
    ["generic", true],
    ["generic", false],
    ["yubikey5", false],
  ])("signs in on %s (spoken to in U2F: %s), and says so", async (profile, insists) => {
    const { get, credential, device, ctap2 } = await oldCredential(profile);
    const options = { allowCredentials: named(credential), extensions: { appid: APP_ID } };
    const asserted = await get(options, insists ? device : ctap2);
    expect(asserted.clientExtensionResults).toEqual({ appid: true });
    expect(() => verifyAssertion(asserted, { ...PAGE, credential })).toThrow(refusal("RP_ID_HASH"));
    expect(verifyAssertion(asserted, { ...PAGE, credential, appId: APP_ID }).userVerified).toBe(false);
    // The other library has no AppID: to it, it is the rp id.
    const { verified } = await verifyAuthenticationResponse({
      ...EXPECTED,
      expectedChallenge: PAGE.challenge,
      expectedRPID: APP_ID,
      response: asserted,
      credential: { id: credential.id, publicKey: Uint8Array.from(credential.publicKeyCose), counter: 0 },
    });
    expect(verified).toBe(true);
  });

  test("is not asked for where the site names no AppID, wants a verified user, or names another site's", async () => {
    const { get, credential, ctap2 } = await oldCredential("generic");
    const listed = { allowCredentials: named(credential) };
    const unknown = { code: "CTAP_NO_CREDENTIALS" };
    await expect(get(listed, ctap2)).rejects.toMatchObject(unknown);
    await expect(get({ ...listed, extensions: { appid: `${APP_ID}?` } }, ctap2)).rejects.toMatchObject(
      unknown,
    );
    const elsewhere = { ...listed, extensions: { appid: "https://another.test/app-id.json" } };
    await expect(get(elsewhere, ctap2)).rejects.toMatchObject({ code: "RP_ID_NOT_ALLOWED" });
  });

  test("leaves a login with a credential of the rp id as it is", async () => {
    const { create, get, ctap2 } = await plugged("generic");
    const created = await create();
    const options = { allowCredentials: named(created), extensions: { appid: APP_ID } };
    expect((await get(options, ctap2)).clientExtensionResults).toEqual({ appid: false });
  });

  test("answers under no rp id of the key's own invention", async () => {
    const { credential, env, store, ctap2 } = await oldCredential("generic");
    expect(store.credentials[0]?.rpId).toBe(`sha256:${APPLICATION}`);
    const own = await env.clock.run(openSession(env, ctap2));
    const asked = own.getAssertion({
      rpId: `sha256:${APPLICATION}`,
      clientDataHash: nodeCrypto.sha256(utf8("new")),
      allowList: [{ type: "public-key", id: fromBase64url(credential.id) }],
    });
    await expect(env.clock.run(asked)).rejects.toMatchObject({ code: "CTAP_NO_CREDENTIALS" });
  });
});

describe("what a page learns of a key that knows only U2F", () => {
  test("a registration without attestation, of a cross-platform key on USB", async () => {
    const created = await (await plugged("u2f-only")).create();
    expect(created).toMatchObject({
      authenticatorAttachment: "cross-platform",
      response: { transports: ["usb"], publicKeyAlgorithm: -7 },
    });
  });

  test.each([
    [
      "a discoverable credential",
      { authenticatorSelection: { residentKey: "required" } },
      "RESIDENT_KEY_UNAVAILABLE",
    ],
    ["a verified user", { authenticatorSelection: { userVerification: "required" } }, "UV_UNAVAILABLE"],
    ["another algorithm", { pubKeyCredParams: [{ type: "public-key", alg: -8 }] }, "ALGORITHM_UNSUPPORTED"],
  ])("%s cannot be had", async (_, override, code) => {
    await expect((await plugged("u2f-only")).create(override)).rejects.toMatchObject({ code });
  });

  test("an excluded credential is one, after a touch", async () => {
    const bench = await plugged("u2f-only");
    const created = await bench.create();
    const again = bench.create({ excludeCredentials: named(created) });
    await expect(again).rejects.toMatchObject({ code: "CTAP_CREDENTIAL_EXCLUDED" });
    expect(bench.store.credentials).toHaveLength(1);
  });

  test("a credential of another key is not here", async () => {
    const bench = await plugged("u2f-only");
    const foreign = { id: "AAAA" };
    await expect(bench.get({ allowCredentials: named(foreign) })).rejects.toMatchObject({
      code: "CTAP_NO_CREDENTIALS",
    });
  });

  test("nobody who touches ends with the client's timer, and the key stops asking", async () => {
    const bench = await plugged("u2f-only", { walksAway: true });
    await expect(bench.create({ timeout: 60_000 })).rejects.toMatchObject({
      code: "TIMEOUT",
      timer: "client.ceremony",
    });
    const endedMs = bench.env.clock.nowMs();
    await bench.env.clock.advance(10_000);
    const answers = bench.env.records.filter(({ kind }) => kind === "user.answered");
    expect(answers).toHaveLength(1);
    expect(answers[0]?.atMs).toBeLessThanOrEqual(endedMs + 3_000);
    expect(bench.store.credentials).toEqual([]);
  });
});
