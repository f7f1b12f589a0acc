/** Logins as they come from the field: what is no fault of theirs is accepted, what is one is told by its own name. */
import { expect, test } from "vitest";
import { fromEcdsaDer } from "../../../src/crypto/ecdsa-der.js";
import { fromBase64url, toBase64url } from "../../../src/core/bytes.js";
import { verifyAssertion, type ExpectedAssertion } from "../../../src/webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../../src/webauthn/rp/verify-registration.js";
import { creationOptions, ORIGIN, RP_ID } from "../../helpers/ceremony-options.js";
import { bench } from "../../helpers/webauthn-bench.js";
import { refusal } from "./refusal.js";

/** A login of a simulated key, and what the site expects of it. */
async function login() {
  const { create, get } = await bench();
  const created = await create({ authenticatorSelection: { residentKey: "required" } });
  const page = { challenge: creationOptions().challenge, origins: [ORIGIN], rpId: RP_ID };
  const { credential } = verifyRegistration(created, page);
  const response = await get({ allowCredentials: [{ type: "public-key", id: created.id }] });
  const judge = (members: Partial<typeof response.response>, more: Partial<ExpectedAssertion> = {}) =>
    verifyAssertion(
      { ...response, response: { ...response.response, ...members } },
      { ...page, credential, ...more },
    );
  return { judge, credential, signature: fromBase64url(response.response.signature) };
}

test("an empty user handle is none: accepted for a known account, not for one to be learnt", async () => {
  const { judge } = await login();
  expect(judge({ userHandle: "" }, { userHandle: Uint8Array.of(1, 2) }).userHandle).toBeUndefined();
  expect(() => judge({ userHandle: "" }, { discoverable: true })).toThrow(refusal("RP_USER_HANDLE"));
});

test("a record whose backup eligibility is null says nothing of it", async () => {
  const { judge, credential } = await login();
  expect(
    judge({}, { credential: { ...credential, backupEligible: null } }).credentialId.length,
  ).toBeGreaterThan(0);
});

test("a signature as r and s side by side is told as an encoding, and what it holds", async () => {
  const { judge, signature } = await login();
  const raw = fromEcdsaDer(signature, 32) as Uint8Array;
  expect(() => judge({ signature: toBase64url(raw) })).toThrow(
    expect.objectContaining({
      code: "RP_SIGNATURE_ENCODING",
      message: "the ES256 signature is no DER; of 64 bytes, as r and s side by side",
    }) as Error,
  );
});
