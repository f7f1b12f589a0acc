import { describe, expect, test } from "vitest";
import type { CborValue } from "../../../src/cbor/value.js";
import { fromBase64url, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { RP_ID } from "../../helpers/ceremony-options.js";
import { bench, PIN } from "../../helpers/webauthn-bench.js";

const CTAP_23 = profileNamed("ctap23");
const REQUIRED = { authenticatorSelection: { residentKey: "required" } };
const BLOB = toBase64url(utf8("credential blob"));

interface Answer {
  readonly clientExtensionResults: object;
  readonly response: { readonly authenticatorData: string };
}

/** What the authenticator data says of an extension. */
function signed({ response }: Answer, id: string): CborValue | undefined {
  return parseAuthenticatorData(fromBase64url(response.authenticatorData)).extensions?.get(id);
}

describe("credBlob", () => {
  test("what was stored is handed out", async () => {
    const { create, get } = await bench({ profile: CTAP_23 });
    const created = await create({ ...REQUIRED, extensions: { credBlob: BLOB } });
    expect(created.clientExtensionResults).toEqual({ credBlob: true });
    const asserted = await get({ extensions: { getCredBlob: true } });
    expect(asserted.clientExtensionResults).toEqual({ getCredBlob: BLOB });
    expect(signed(asserted, "credBlob")).toEqual(utf8("credential blob"));
  });

  test("a credential without gives an empty one, as the key says", async () => {
    const { create, get } = await bench({ profile: CTAP_23 });
    await create(REQUIRED);
    const asserted = await get({ extensions: { getCredBlob: true } });
    expect(asserted.clientExtensionResults).toEqual({ getCredBlob: "" });
  });

  test("more than the key takes is not sent", async () => {
    const { create } = await bench({ profile: CTAP_23 });
    const extensions = { credBlob: toBase64url(new Uint8Array(65)) };
    const created = await create({ ...REQUIRED, extensions });
    expect(created.clientExtensionResults).toEqual({ credBlob: false });
    expect(signed(created, "credBlob")).toBeUndefined();
  });

  test("a key without says so at creation and nothing at sign-in", async () => {
    const { create, get } = await bench({ profile: profileNamed("yubikey5") });
    const created = await create({ ...REQUIRED, extensions: { credBlob: BLOB } });
    expect(created.clientExtensionResults).toEqual({ credBlob: false });
    const asserted = await get({ extensions: { getCredBlob: true } });
    expect(asserted.clientExtensionResults).toEqual({});
  });

  test("something that is no base64url is malformed before a key is asked", async () => {
    const { create, requests } = await bench({ profile: CTAP_23 });
    await expect(create({ extensions: { credBlob: "?" } })).rejects.toMatchObject({
      code: "OPTIONS_ENCODING",
    });
    expect(requests()).toEqual([]);
  });
});

describe("credProtect", () => {
  const policy = (credentialProtectionPolicy: string, enforceCredentialProtectionPolicy = false) => ({
    extensions: { credentialProtectionPolicy, enforceCredentialProtectionPolicy },
  });

  test.each([
    ["userVerificationOptional", 1],
    ["userVerificationOptionalWithCredentialIDList", 2],
    ["userVerificationRequired", 3],
  ])("%s is level %i, signed by the key", async (word, level) => {
    const { create } = await bench();
    const created = await create({ ...REQUIRED, ...policy(word) });
    expect(signed(created, "credProtect")).toBe(level);
    expect(created.clientExtensionResults).toEqual({});
  });

  test.each([
    ["userVerificationOptional", true, undefined],
    ["userVerificationRequired", false, undefined],
    ["userVerificationRequired", true, "CRED_PROTECT_UNAVAILABLE"],
  ])("a key without, %s, enforced %s: %s", async (word, enforced, code) => {
    const world = await bench({ profile: profileNamed("ctap20") });
    const outcome = await world.create(policy(word, enforced)).then(
      () => undefined,
      (error: unknown) => (error as { code: string }).code,
    );
    expect(outcome).toBe(code);
  });

  test("a word nobody knows asks for nothing", async () => {
    const { create } = await bench();
    expect(signed(await create(policy("userVerificationUnheardOf")), "credProtect")).toBeUndefined();
  });
});

describe("minPinLength and pinComplexityPolicy", () => {
  const extensions = { minPinLength: true, pinComplexityPolicy: true };

  test("stand in the signed data of a site on the list", async () => {
    const { create, store } = await bench({ profile: CTAP_23 });
    store.remember({ minPinLengthRpIds: [RP_ID], minPinLength: 8 });
    const created = await create({ extensions });
    expect(signed(created, "minPinLength")).toBe(8);
    expect(signed(created, "pinComplexityPolicy")).toBe(false);
    expect(created.clientExtensionResults).toEqual({});
  });

  test("a site not on the list learns nothing", async () => {
    const { create } = await bench({ profile: CTAP_23 });
    const created = await create({ extensions });
    expect(signed(created, "minPinLength")).toBeUndefined();
    expect(signed(created, "pinComplexityPolicy")).toBeUndefined();
  });
});

describe("payment", () => {
  const extensions = { payment: { isPayment: true } };

  test.each([
    [extensions, true],
    [{}, false],
  ])("made with %o, a sign-in for a payment says %s", async (made, expected) => {
    const { create, get } = await bench({ profile: CTAP_23 });
    await create({ ...REQUIRED, extensions: made });
    const asserted = await get({ extensions });
    expect(signed(asserted, "thirdPartyPayment")).toBe(expected);
    expect(asserted.clientExtensionResults).toEqual({});
  });

  test.each([{ payment: {} }, { payment: { isPayment: false } }])("%o asks for nothing", async (asked) => {
    const { create, get } = await bench({ profile: CTAP_23 });
    await create({ ...REQUIRED, extensions });
    expect(signed(await get({ extensions: asked }), "thirdPartyPayment")).toBeUndefined();
  });

  test("something that is no object is a TypeError, as in WebIDL", async () => {
    const { create, requests } = await bench({ profile: CTAP_23 });
    await expect(create({ extensions: { payment: true } })).rejects.toMatchObject({
      code: "OPTIONS_MALFORMED",
      message: "options.extensions.payment is not an object",
    });
    expect(requests()).toEqual([]);
  });

  test("a key without is not bothered", async () => {
    const { create, statuses } = await bench();
    await create({ extensions });
    expect(statuses("makeCredential")).toEqual(["OK"]);
  });
});

describe("uvm", () => {
  test("tells by which means the user was verified", async () => {
    const { create, get } = await bench({ profile: CTAP_23, pin: PIN });
    const client = { pin: async () => PIN };
    const passcode = { uvm: [[0x800, 2, 4]] };
    expect((await create({ ...REQUIRED, extensions: { uvm: true } }, client)).clientExtensionResults).toEqual(
      passcode,
    );
    expect((await get({ extensions: { uvm: true } }, client)).clientExtensionResults).toEqual(passcode);
  });

  test("a key without tells nothing", async () => {
    const { create } = await bench();
    expect((await create({ extensions: { uvm: true } })).clientExtensionResults).toEqual({});
  });
});

test("everything at once fits into one ceremony each", async () => {
  const { create, get, statuses } = await bench({ profile: CTAP_23, pin: PIN });
  const client = { pin: async () => PIN };
  const first = toBase64url(utf8("input"));
  const created = await create(
    {
      ...REQUIRED,
      extensions: {
        credProps: true,
        credentialProtectionPolicy: "userVerificationRequired",
        credBlob: BLOB,
        largeBlob: { support: "required" },
        minPinLength: true,
        prf: { eval: { first } },
        payment: { isPayment: true },
        uvm: true,
      },
    },
    client,
  );
  expect(created.clientExtensionResults).toMatchObject({
    credProps: { rk: true },
    credBlob: true,
    largeBlob: { supported: true },
    prf: { enabled: true },
    uvm: [[0x800, 2, 4]],
  });
  const asserted = await get(
    {
      allowCredentials: [{ type: "public-key", id: created.id }],
      extensions: { getCredBlob: true, largeBlob: { write: BLOB }, prf: { eval: { first } }, uvm: true },
    },
    client,
  );
  const { prf } = created.clientExtensionResults as { readonly prf: { readonly results: object } };
  expect(asserted.clientExtensionResults).toEqual({
    getCredBlob: BLOB,
    largeBlob: { written: true },
    prf: { results: prf.results },
    uvm: [[0x800, 2, 4]],
  });
  expect(statuses("makeCredential")).toEqual(["OK"]);
  expect(statuses("getAssertion")).toEqual(["OK"]);
});

test("extensions nobody knows are left out, as a browser does", async () => {
  const { create } = await bench();
  const created = await create({ extensions: { unheardOf: true } });
  expect(created.clientExtensionResults).toEqual({});
  expect(signed(created, "unheardOf")).toBeUndefined();
});
