import {
  SettingsService,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { X509Certificate } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { toBase64url, utf8 } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import { speaksCtap2, type AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE, PROFILES } from "../../../src/sim/profiles/profiles.js";
import { authenticate } from "../../../src/webauthn/client/authenticate.js";
import { register } from "../../../src/webauthn/client/register.js";
import { BenchKey, RP_ID, bodyOf } from "./bench-key.js";

const ORIGIN = "https://example.com";
const CHALLENGE = toBase64url(utf8("0123456789abcdef"));

async function ceremony(
  bench: BenchKey,
  request: { readonly alg?: number; readonly attestation?: string } = {},
) {
  const client = envFor(bench.env, "client");
  const device = new LoopbackDevice(client, bench.key.handle);
  const registration = await bench.run(
    register(
      client,
      device,
      {
        rp: { id: RP_ID, name: "Example" },
        user: { id: toBase64url(utf8("user-1")), name: "ada", displayName: "Ada" },
        challenge: CHALLENGE,
        pubKeyCredParams: [{ type: "public-key", alg: request.alg ?? -7 }],
        attestation: request.attestation ?? "direct",
        authenticatorSelection: { residentKey: "required", userVerification: "preferred" },
      },
      { origin: ORIGIN },
    ),
  );
  const authentication = await bench.run(
    authenticate(client, device, { challenge: CHALLENGE, rpId: RP_ID }, { origin: ORIGIN }),
  );
  return { registration, authentication };
}

/** A second library, as a site would use it. */
async function judge(
  bench: BenchKey,
  request: { readonly alg?: number; readonly attestation?: string } = {},
) {
  const { registration, authentication } = await ceremony(bench, request);
  const expected = {
    expectedChallenge: CHALLENGE,
    expectedOrigin: ORIGIN,
    expectedRPID: RP_ID,
    requireUserVerification: false,
  };
  const registered = await verifyRegistrationResponse({
    ...expected,
    response: registration,
    supportedAlgorithmIDs: [-7, -8, -19, -35, -36, -47, -257],
  });
  if (!registered.verified) return { registered, authenticated: undefined };
  const authenticated = await verifyAuthenticationResponse({
    ...expected,
    response: authentication,
    credential: registered.registrationInfo.credential,
  });
  return { registered, authenticated };
}

/** The library keeps trust anchors in a global; each test puts its own there. */
afterEach(() => SettingsService.setRootCertificates({ identifier: "packed", certificates: [] }));

describe("a second WebAuthn library", () => {
  test.each([...PROFILES.values()].filter(speaksCtap2))(
    "accepts registration and sign-in of profile $name",
    async (profile: AuthenticatorProfile) => {
      const bench = new BenchKey({ profile });
      const alg = profile.algorithms.find((one) => one === -7 || one === -257);
      const { registered, authenticated } = await judge(bench, { ...(alg !== undefined && { alg }) });
      expect(registered.verified).toBe(true);
      expect(authenticated?.verified).toBe(true);
    },
  );

  test("accepts packed self attestation", async () => {
    const bench = new BenchKey({
      profile: { attestation: { ...GENERIC_PROFILE.attestation, packed: "self" } },
    });
    const { registered } = await judge(bench);
    expect(registered).toMatchObject({ verified: true, registrationInfo: { fmt: "packed" } });
  });

  test("follows the batch certificate to the key's root", async () => {
    const bench = new BenchKey();
    SettingsService.setRootCertificates({
      identifier: "packed",
      certificates: [new X509Certificate(bench.key.attestationRoot).toString()],
    });
    const { registered } = await judge(bench);
    expect(registered).toMatchObject({
      verified: true,
      registrationInfo: { fmt: "packed", aaguid: GENERIC_PROFILE.aaguid },
    });
  });

  test("does not follow it to somebody else's root", async () => {
    const stranger = new BenchKey({ seed: "stranger" });
    SettingsService.setRootCertificates({
      identifier: "packed",
      certificates: [new X509Certificate(stranger.key.attestationRoot).toString()],
    });
    const outcome = judge(new BenchKey());
    await expect(outcome).rejects.toThrow(/could not be chained/);
  });
});

describe("Node's own X.509 reader", () => {
  test("finds the batch certificate signed by the root, and no authority itself", async () => {
    const bench = new BenchKey();
    const { attStmt } = await bench.made();
    const [leaf] = (attStmt as ReadonlyMap<string, readonly Uint8Array[]>).get("x5c") ?? [];
    const certificate = new X509Certificate(leaf as Uint8Array);
    const root = new X509Certificate(bench.key.attestationRoot);
    expect(certificate.checkIssued(root)).toBe(true);
    expect(certificate.verify(root.publicKey)).toBe(true);
    expect(root.verify(root.publicKey)).toBe(true);
    expect([certificate.ca, root.ca]).toEqual([false, true]);
    expect(certificate.subject).toContain("OU=Authenticator Attestation");
  });
});

test("getInfo is answered at once", async () => {
  const bench = new BenchKey();
  expect(bodyOf(await bench.send(Uint8Array.of(CtapCommand.getInfo))).length).toBeGreaterThan(1);
  expect(bench.env.clock.nowMs()).toBe(0);
});
