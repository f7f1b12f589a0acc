import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import { concat, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import {
  encodeAuthenticatorData,
  type AuthenticatorData,
} from "../../../src/ctap/messages/authenticator-data.js";
import { encodeCoseKey, type CoseKey } from "../../../src/ctap/messages/cose.js";
import type { RegistrationResponseJSON } from "../../../src/webauthn/json.js";
import { HINTS, type RpCode } from "../../../src/webauthn/rp/verification-hints.js";
import {
  verifyRegistration,
  type ExpectedRegistration,
} from "../../../src/webauthn/rp/verify-registration.js";
import { COSE_KEY } from "./attestation/ceremony.js";
import { refusal } from "./refusal.js";
import { encodeObject, registrationResponse } from "./vector-case.js";

const CHALLENGE = utf8("sixteen or more bytes");
const CREDENTIAL_ID = utf8("credential");
/** A key for key agreement: readable, but nothing is signed with it. */
const UNVERIFIABLE: CoseKey = {
  alg: -25,
  key: { kty: "EC", crv: "P-256", x: new Uint8Array(32), y: new Uint8Array(32) },
};

interface Parts {
  readonly key?: CoseKey;
  readonly data?: Partial<AuthenticatorData>;
  readonly credentialId?: Uint8Array;
  readonly clientData?: Readonly<Record<string, unknown>>;
  /** The client data's bytes, made from its JSON. */
  readonly encode?: (json: string) => Uint8Array;
}

function responseWith({
  key = COSE_KEY,
  data,
  credentialId = CREDENTIAL_ID,
  clientData,
  encode = utf8,
}: Parts) {
  const authData = encodeAuthenticatorData({
    rpIdHash: defaultCrypto.sha256(utf8("example.org")),
    userPresent: true,
    userVerified: true,
    backupEligible: true,
    backedUp: false,
    signCount: 3,
    attested: {
      aaguid: new Uint8Array(16),
      credentialId,
      publicKey: key,
      publicKeyCose: encodeCoseKey(key),
    },
    ...data,
  });
  const fields = {
    type: "webauthn.create",
    challenge: toBase64url(CHALLENGE),
    origin: "https://example.org",
    ...clientData,
  };
  return registrationResponse({
    credentialId,
    clientDataJSON: encode(JSON.stringify(fields)),
    attestationObject: encodeObject({ fmt: "none", attStmt: new Map(), authData }),
    authData,
    alg: key.alg,
  });
}

const EXPECTED: ExpectedRegistration = {
  challenge: CHALLENGE,
  origins: ["https://example.org"],
  rpId: "example.org",
};

const verify = (parts: Parts, expected: Partial<ExpectedRegistration> = {}) =>
  verifyRegistration(responseWith(parts), { ...EXPECTED, ...expected });

describe("an accepted registration", () => {
  test("gives the record to store", () => {
    expect(verify({}).credential).toEqual({
      id: toBase64url(CREDENTIAL_ID),
      publicKeyCose: encodeCoseKey(COSE_KEY),
      signCount: 3,
      backupEligible: true,
      backedUp: false,
      uvInitialized: true,
      transports: ["usb"],
    });
  });

  test("says how it came about", () => {
    expect(verify({})).toMatchObject({
      credentialId: CREDENTIAL_ID,
      alg: -7,
      signCount: 3,
      userPresent: true,
      userVerified: true,
      backupEligible: true,
      backedUp: false,
      aaguid: new Uint8Array(16),
      fmt: "none",
      attestationType: "none",
      trustPath: [],
      trust: { anchored: undefined, datesJudged: false },
      origin: "https://example.org",
      crossOrigin: false,
      findings: [],
    });
  });

  test("hands on what authenticator extensions said", () => {
    const extensions = new Map([["credProtect", 2]]);
    expect(verify({ data: { extensions } }).extensions).toEqual(extensions);
  });

  test("may lack user presence when it was conditional", () => {
    const data = { userPresent: false };
    expect(verify({ data }, { mediation: "conditional" }).userPresent).toBe(false);
    expect(() => verify({ data })).toThrow(refusal("RP_USER_PRESENT"));
  });

  test("may be any of several origins", () => {
    const origins = ["https://a.example", "android:apk-key-hash:x", "https://example.org"];
    expect(verify({}, { origins }).origin).toBe("https://example.org");
  });

  test("may come from an iframe of a page that may embed the site", () => {
    const clientData = { crossOrigin: true, topOrigin: "https://portal.example" };
    expect(verify({ clientData }, { topOrigins: ["https://portal.example"] })).toMatchObject({
      crossOrigin: true,
      topOrigin: "https://portal.example",
    });
    expect(() => verify({ clientData }, { topOrigins: ["https://other.example"] })).toThrow(
      refusal("RP_TOP_ORIGIN"),
    );
  });

  test("may have a byte order mark, a padded challenge and members nobody knows in its client data", () => {
    const padded = `${toBase64url(CHALLENGE)}==`.slice(0, Math.ceil(toBase64url(CHALLENGE).length / 4) * 4);
    const encode = (json: string) => concat(Uint8Array.of(0xef, 0xbb, 0xbf), utf8(json));
    expect(verify({ encode, clientData: { challenge: padded, extra: [1, { a: null }] } }).fmt).toBe("none");
  });

  test("has a challenge that may be given in base64url too", () => {
    expect(verify({}, { challenge: toBase64url(CHALLENGE) }).fmt).toBe("none");
  });
});

describe("a refused registration", () => {
  const BAD: readonly (readonly [string, Parts, Partial<ExpectedRegistration>, RpCode])[] = [
    ["has client data that is an array", { encode: () => utf8("[]") }, {}, "RP_CLIENT_DATA"],
    [
      "has client data that is not UTF-8",
      { encode: () => Uint8Array.of(0x22, 0xff, 0x22) },
      {},
      "RP_CLIENT_DATA",
    ],
    ["has no type", { clientData: { type: undefined } }, {}, "RP_TYPE"],
    ["has no challenge", { clientData: { challenge: undefined } }, {}, "RP_CHALLENGE"],
    ["has a challenge that is no base64url", { clientData: { challenge: "ä" } }, {}, "RP_CHALLENGE"],
    ["answers an empty challenge", { clientData: { challenge: "" } }, { challenge: "" }, "RP_CHALLENGE"],
    ["has no origin", { clientData: { origin: undefined } }, {}, "RP_ORIGIN"],
    ["has its origin in capitals", { clientData: { origin: "https://EXAMPLE.org" } }, {}, "RP_ORIGIN"],
    [
      "names a top origin nobody asked about",
      { clientData: { topOrigin: "https://a.example" } },
      {},
      "RP_TOP_ORIGIN",
    ],
    ["is for a domain below", {}, { rpId: "www.example.org" }, "RP_ID_HASH"],
    ["has a credential id of 1024 bytes", { credentialId: new Uint8Array(1024) }, {}, "RP_CREDENTIAL_ID"],
    ["has an algorithm that cannot be verified", { key: UNVERIFIABLE }, {}, "RP_ALGORITHM_UNSUPPORTED"],
    [
      "is not of a type the site accepts",
      {},
      { attestationPolicy: { types: ["basic"] } },
      "RP_ATTESTATION_POLICY",
    ],
    [
      "is not of a format the site accepts",
      {},
      { attestationPolicy: { formats: ["tpm"] } },
      "RP_ATTESTATION_POLICY",
    ],
  ];

  test.each(BAD)("%s", (_what, parts, expected, code) => {
    expect(() => verify(parts, expected)).toThrow(refusal(code));
  });

  test("a credential id of 1023 bytes is not too long", () => {
    expect(verify({ credentialId: new Uint8Array(1023) }).credentialId).toHaveLength(1023);
  });

  test("an algorithm that cannot be verified is accepted where the site asked for it by number", () => {
    expect(verify({ key: UNVERIFIABLE }, { allowedAlgorithms: [-7, -25] }).alg).toBe(-25);
  });

  const JSON_FAULTS: readonly (readonly [string, (r: RegistrationResponseJSON) => unknown, RpCode])[] = [
    ["an id that is no base64url", (r) => ({ ...r, id: "+" }), "RP_RESPONSE"],
    ["no raw id", (r) => ({ ...r, rawId: undefined }), "RP_RESPONSE"],
    [
      "no client data",
      (r) => ({ ...r, response: { ...r.response, clientDataJSON: undefined } }),
      "RP_RESPONSE",
    ],
    [
      "an attestation object that is no base64url",
      (r) => ({ ...r, response: { ...r.response, attestationObject: "%" } }),
      "RP_RESPONSE",
    ],
    [
      "an empty attestation object",
      (r) => ({ ...r, response: { ...r.response, attestationObject: "" } }),
      "RP_ATTESTATION_OBJECT",
    ],
    ["no response", (r) => ({ ...r, response: undefined }), "RP_RESPONSE"],
    ["nothing at all", () => null, "RP_RESPONSE"],
  ];

  test.each(JSON_FAULTS)("with %s", (_what, change, code) => {
    const response = change(responseWith({})) as RegistrationResponseJSON;
    expect(() => verifyRegistration(response, EXPECTED)).toThrow(refusal(code));
  });
});

describe("copies nothing signs", () => {
  const findingsOf = (change: Partial<RegistrationResponseJSON["response"]>) => {
    const response = responseWith({});
    const changed = { ...response, response: { ...response.response, ...change } };
    return verifyRegistration(changed, EXPECTED).findings.map(({ code }) => code);
  };

  test("that differ are findings", () => {
    expect(findingsOf({ authenticatorData: "AAAA" })).toEqual(["COPY_AUTHENTICATOR_DATA"]);
    expect(findingsOf({ publicKeyAlgorithm: -8 })).toEqual(["COPY_ALGORITHM"]);
  });

  test("that are missing, as older clients leave them out, are none", () => {
    const { clientDataJSON, attestationObject } = responseWith({}).response;
    const bare = { ...responseWith({}), response: { clientDataJSON, attestationObject } };
    const verified = verifyRegistration(bare, EXPECTED);
    expect(verified).toMatchObject({ findings: [], transports: [] });
  });
});

test("every code has a hint of its own", () => {
  const hints = Object.values(HINTS);
  expect(new Set(hints).size).toBe(hints.length);
  for (const hint of hints) expect(hint).toMatch(/^[A-Z].+\.$/);
});

test("duplicate members in the attestation object are refused, whichever comes first", () => {
  const response = responseWith({});
  const twice = concat(
    Uint8Array.of(0xa2),
    encodeCbor("fmt"),
    encodeCbor("none"),
    encodeCbor("fmt"),
    encodeCbor("tpm"),
  );
  const changed = { ...response, response: { ...response.response, attestationObject: toBase64url(twice) } };
  expect(() => verifyRegistration(changed, EXPECTED)).toThrow(refusal("RP_ATTESTATION_OBJECT"));
});
