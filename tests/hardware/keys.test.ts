/** Each key that the rig file lists: leased, asked what it is, checked without any harm, and used where the file allows it. */
import { describe, expect, test } from "vitest";
import { hidPortAt } from "../../src/cli/device/port-at.js";
import { systemEnv } from "../../src/env/system-env.js";
import { runConformance } from "../../src/entry/conformance.js";
import { toBase64url } from "../../src/entry/ctap.js";
import { loadInventory, openRig, openRigKey, systemHardware, withLease } from "../../src/entry/rig.js";
import { authenticate, register, verifyAssertion, verifyRegistration } from "../../src/entry/webauthn.js";
import { fromBase64url } from "../../src/core/bytes.js";

const FILE = process.env["PASSKEY_HARNESS_RIG"];
const RP_ID = "hardware-test.example";
const ORIGIN = `https://${RP_ID}`;

const env = systemEnv();
const hardware = systemHardware((text) => console.error(text));
const inventory = FILE === undefined ? undefined : loadInventory(FILE);

test.runIf(inventory === undefined)("keys of a rig", ({ skip }) => {
  skip("PASSKEY_HARNESS_RIG names no rig file");
});

describe.each(inventory?.keys ?? [])("$label", (key) => {
  const leased = <T>(job: string, work: (rig: ReturnType<typeof openRig>) => Promise<T>) => {
    if (inventory === undefined) throw new Error("there is no rig");
    const rig = openRig(env, inventory);
    return withLease(rig, { label: key.label, job }, () => work(rig));
  };
  const hasFinger = inventory?.fingers.some((finger) => finger.key === key.label) === true;

  test("says what it is", async ({ skip }) => {
    if (!hasFinger) skip("the rig file has no finger for it");
    await leased("hardware: info", async (rig) => {
      await using opened = await openRigKey(env, rig, key, hardware);
      expect(opened.session.info.versions.length).toBeGreaterThan(0);
      expect(opened.session.info.aaguid).toHaveLength(16);
    });
  });

  test("breaks no rule of getInfo", async () => {
    const { results, counts } = await leased("hardware: conformance", () => {
      const port = () => hidPortAt(env, key.device, { bind: undefined, usb: {} });
      return runConformance(env, { label: key.label, port, allowed: [] }, { only: ["get-info.*"] });
    });
    expect(counts.pass).toBeGreaterThan(0);
    const broken = results.filter(({ outcome, severity }) => outcome === "fail" && severity === "must");
    expect(broken.map(({ id, failure }) => ({ id, failure }))).toEqual([]);
  });

  test("registers and signs in", async ({ skip }) => {
    if (key.allow?.includes("createCredentials") !== true)
      skip("the rig file does not allow createCredentials");
    if (!hasFinger) skip("the rig file has no finger for it");
    await leased("hardware: register and login", async (rig) => {
      await using opened = await openRigKey(env, rig, key, hardware);
      const { clientPin, alwaysUv, makeCredUvNotRqd } = opened.session.info.options ?? {};
      const pinSet = clientPin === true;
      if (alwaysUv === true || (pinSet && makeCredUvNotRqd !== true))
        skip("it wants its PIN, which no job has");
      rig.ledger.check(key, "createCredentials", { pinSet, credentialIds: [] });
      const client = { origin: ORIGIN };
      const challenge = () => toBase64url(env.entropy.bytes(32));
      const created = {
        rp: { id: RP_ID, name: RP_ID },
        user: { id: toBase64url(env.entropy.bytes(16)), name: "rig", displayName: "rig" },
        challenge: challenge(),
        pubKeyCredParams: [{ type: "public-key", alg: -7 } as const],
        // Leaves nothing on the key.
        authenticatorSelection: { residentKey: "discouraged", userVerification: "discouraged" } as const,
      };
      const registration = await register(env, opened.device, created, client);
      rig.ledger.credentialCreated(key.label, fromBase64url(registration.id));
      const { credential } = verifyRegistration(registration, {
        challenge: fromBase64url(created.challenge),
        origins: [ORIGIN],
        rpId: RP_ID,
        atEpochMs: env.clock.epochMs(),
      });
      const asked = {
        rpId: RP_ID,
        challenge: challenge(),
        allowCredentials: [{ type: "public-key", id: registration.id } as const],
        userVerification: "discouraged" as const,
      };
      const assertion = await authenticate(env, opened.device, asked, client);
      const signed = verifyAssertion(assertion, {
        challenge: fromBase64url(asked.challenge),
        origins: [ORIGIN],
        rpId: RP_ID,
        credential,
        allowCredentials: [fromBase64url(registration.id)],
      });
      expect(signed.credential.id).toBe(registration.id);
    });
  });
});
