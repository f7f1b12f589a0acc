import { describe, expect, test } from "vitest";
import { toBase64url, utf8 } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { GENERIC_PROFILE, PROFILES } from "../../../src/sim/profiles/profiles.js";
import type { AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import { simHidPort } from "../../../src/sim/hid/sim-hid.js";
import { simulatedUser } from "../../../src/sim/user.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import { authenticate } from "../../../src/webauthn/client/authenticate.js";
import { register } from "../../../src/webauthn/client/register.js";
import { verifyAssertion } from "../../../src/webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../../src/webauthn/rp/verify-registration.js";
import { askAuthentication } from "../../webauthn/rp/oracle.js";

const RP_ID = "example.com";
const ORIGIN = "https://example.com";
const CHALLENGE = toBase64url(utf8("0123456789abcdef"));
const EXPECTED = { challenge: CHALLENGE, origins: [ORIGIN], rpId: RP_ID };

/** COSE identifiers, and whether the second library verifies them on Node 20. */
const ALGORITHMS: readonly (readonly [name: string, alg: number, oracle: boolean])[] = [
  ["ES256", -7, true],
  ["ES384", -35, true],
  ["ES512", -36, true],
  ["ES256K", -47, false],
  ["EdDSA", -8, true],
  ["Ed25519", -19, false],
  ["RS256", -257, true],
  ["ML-DSA-44", -48, false],
  ["ML-DSA-65", -49, false],
  ["ML-DSA-87", -50, false],
];

/** A key behind real CTAPHID framing, as a client would meet it. */
async function plugIn(profile: Partial<AuthenticatorProfile>, seed = "algorithms") {
  const env = virtualEnv(seed);
  const store = new CredentialStore();
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: { ...GENERIC_PROFILE, ...profile },
    store,
    user: simulatedUser(envFor(env, "user")),
  });
  const port = simHidPort(envFor(env, "port"), { cbor: key.handle });
  const device = await env.clock.run(openHidDevice(envFor(env, "link"), port));
  const client = envFor(env, "client");
  return {
    store,
    register: (algs: readonly number[], residentKey: "required" | "discouraged", attestation = "direct") =>
      env.clock.run(
        register(
          client,
          device,
          {
            rp: { id: RP_ID, name: "Example" },
            user: { id: toBase64url(utf8("user-1")), name: "ada", displayName: "Ada" },
            challenge: CHALLENGE,
            pubKeyCredParams: algs.map((alg) => ({ type: "public-key", alg })),
            attestation,
            authenticatorSelection: { residentKey, userVerification: "discouraged" },
          },
          { origin: ORIGIN },
        ),
      ),
    authenticate: (allow: readonly string[] = []) =>
      env.clock.run(
        authenticate(
          client,
          device,
          {
            challenge: CHALLENGE,
            rpId: RP_ID,
            userVerification: "discouraged",
            allowCredentials: allow.map((id) => ({ type: "public-key", id })),
          },
          { origin: ORIGIN },
        ),
      ),
  };
}

const LARGE = { ...GENERIC_PROFILE.limits, maxMsgSize: 7609 };

describe.each(ALGORITHMS)("a key that makes %s credentials", (_name, alg, oracle) => {
  const profile = { algorithms: [alg], limits: LARGE, versions: ["FIDO_2_0", "FIDO_2_1"] } as const;

  test.each(["required", "discouraged"] as const)(
    "registers and signs in over USB framing, resident key %s",
    async (residentKey) => {
      const key = await plugIn(profile);
      const registration = await key.register([alg], residentKey);
      const verified = verifyRegistration(registration, { ...EXPECTED, allowedAlgorithms: [alg] });
      expect(verified.alg).toBe(alg);
      const assertion = await key.authenticate(residentKey === "required" ? [] : [registration.id]);
      const { credential } = verifyAssertion(assertion, { ...EXPECTED, credential: verified.credential });
      expect(credential).toMatchObject({ id: registration.id, signCount: 2 });
      if (!oracle) return;
      const theirs = await askAuthentication({
        response: assertion,
        expectedChallenge: CHALLENGE,
        expectedOrigin: ORIGIN,
        expectedRPID: RP_ID,
        requireUserVerification: false,
        credential: {
          id: registration.id,
          publicKey: new Uint8Array(verified.publicKeyCose),
          counter: 0,
        },
      });
      expect(theirs).toBe("accepted");
    },
  );

  test("signs its own attestation where the profile says self", async () => {
    const attestation = { ...GENERIC_PROFILE.attestation, packed: "self" } as const;
    const key = await plugIn({ ...profile, attestation });
    const registration = await key.register([alg], "discouraged");
    const verified = verifyRegistration(registration, { ...EXPECTED, allowedAlgorithms: [alg] });
    expect(verified.attestationType).toBe("self");
  });

  test("makes the same credential again for the same seed", async () => {
    const [one, two, other] = await Promise.all(
      ["s", "s", "t"].map(async (seed) => (await plugIn(profile, seed)).register([alg], "required")),
    );
    expect(one).toEqual(two);
    expect(one?.response.attestationObject).not.toBe(other?.response.attestationObject);
  });
});

describe("which algorithm it is", () => {
  test("is the first of the site's list that the profile has", async () => {
    const key = await plugIn({ algorithms: [-7, -49], limits: LARGE });
    const verified = verifyRegistration(await key.register([-48, -49, -7], "required"), {
      ...EXPECTED,
      allowedAlgorithms: [-48, -49, -7],
    });
    expect(verified.alg).toBe(-49);
  });

  test("of a post-quantum profile is ML-DSA, and ES256 for a site that knows no better", async () => {
    const profile = PROFILES.get("post-quantum") as AuthenticatorProfile;
    const [modern, old] = await Promise.all(
      [[-49, -7], [-7]].map(async (algs) => (await plugIn(profile)).register(algs, "required")),
    );
    const algOf = (response: typeof modern) =>
      verifyRegistration(response as NonNullable<typeof modern>, {
        ...EXPECTED,
        allowedAlgorithms: [-49, -7],
      }).alg;
    expect([algOf(modern), algOf(old)]).toEqual([-49, -7]);
  });
});

describe("a credential whose wrapped key is too long for the model's ids", () => {
  const limits = { ...GENERIC_PROFILE.limits, maxCredentialIdLength: 64 };

  test("stays on the device under an id that is short enough", async () => {
    const key = await plugIn({ algorithms: [-257], limits, versions: ["FIDO_2_0", "FIDO_2_1"] });
    const registration = await key.register([-257], "discouraged");
    const verified = verifyRegistration(registration, { ...EXPECTED, allowedAlgorithms: [-257] });
    expect(verified.credentialId.length).toBeLessThanOrEqual(64);
    const assertion = await key.authenticate([registration.id]);
    const { credential } = verifyAssertion(assertion, { ...EXPECTED, credential: verified.credential });
    expect(credential).toMatchObject({ id: registration.id, signCount: 2 });
    await expect(key.authenticate()).rejects.toMatchObject({ code: "CTAP_NO_CREDENTIALS" });
  });
});
