import { beforeAll, describe, expect, test } from "vitest";
import { concat, fromBase64url, fromHex, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { encodeCoseKey } from "../../../src/ctap/messages/cose.js";
import type { AuthenticationResponseJSON } from "../../../src/webauthn/json.js";
import type { RpCode } from "../../../src/webauthn/rp/verification-hints.js";
import { verifyAssertion, type ExpectedAssertion } from "../../../src/webauthn/rp/verify-assertion.js";
import { askAuthentication, setOracleRoots, verdictOf } from "./oracle.js";

const SECRET_KEY = defaultCrypto.sha256(utf8("credential of the assertion tests"));
const POINT = defaultCrypto.publicKeyOf(SECRET_KEY);
const coseKeyOf = (point: Uint8Array) =>
  encodeCoseKey({
    alg: -7,
    key: { kty: "EC", crv: "P-256", x: point.subarray(1, 33), y: point.subarray(33) },
  });
const PUBLIC_KEY_COSE = coseKeyOf(POINT);
const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
const ED = 0x80;

/** One sign-in before it is signed; a row changes one thing. */
interface Draft {
  id: string;
  rawId: string;
  type: string;
  userHandle: string | undefined;
  clientData: Record<string, unknown>;
  rpId: string;
  flags: number;
  signCount: number;
  authDataTail: Uint8Array;
  extensionResults: Record<string, unknown>;
  /** Changes what is sent after it was signed. */
  afterSigning: (response: AuthenticationResponseJSON["response"]) => AuthenticationResponseJSON["response"];
  expected: ExpectedAssertion;
}

function goodDraft(): Draft {
  const id = toBase64url(utf8("credential 1"));
  const challenge = toBase64url(utf8("challenge of sixteen+ bytes"));
  return {
    id,
    rawId: id,
    type: "public-key",
    userHandle: toBase64url(utf8("user 1")),
    clientData: { type: "webauthn.get", challenge, origin: "https://example.org", crossOrigin: false },
    rpId: "example.org",
    flags: UP | UV | BE | BS,
    signCount: 7,
    authDataTail: new Uint8Array(0),
    extensionResults: {},
    afterSigning: (response) => response,
    expected: {
      challenge,
      origins: ["https://example.org"],
      rpId: "example.org",
      userVerification: "required",
      userHandle: utf8("user 1"),
      credential: { id, publicKeyCose: PUBLIC_KEY_COSE, signCount: 6, backupEligible: true },
    },
  };
}

function sign(draft: Draft): AuthenticationResponseJSON {
  const counter = new Uint8Array(4);
  new DataView(counter.buffer).setUint32(0, draft.signCount);
  const rpIdHash = defaultCrypto.sha256(utf8(draft.rpId));
  const authData = concat(rpIdHash, Uint8Array.of(draft.flags), counter, draft.authDataTail);
  const clientDataJSON = utf8(JSON.stringify(draft.clientData));
  const signature = defaultCrypto.signEs256(
    SECRET_KEY,
    concat(authData, defaultCrypto.sha256(clientDataJSON)),
  );
  return {
    id: draft.id,
    rawId: draft.rawId,
    type: draft.type as "public-key",
    clientExtensionResults: draft.extensionResults,
    response: draft.afterSigning({
      clientDataJSON: toBase64url(clientDataJSON),
      authenticatorData: toBase64url(authData),
      signature: toBase64url(signature),
      ...(draft.userHandle !== undefined && { userHandle: draft.userHandle }),
    }),
  };
}

const expecting = (change: Partial<ExpectedAssertion>) => (draft: Draft) => {
  draft.expected = { ...draft.expected, ...change };
};
const stored = (change: Partial<ExpectedAssertion["credential"]>) => (draft: Draft) =>
  expecting({ credential: { ...draft.expected.credential, ...change } })(draft);

/** Changed text in the same length: base64url of other bytes. */
const flipped = (text: string) => {
  const bytes = fromBase64url(text);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  return toBase64url(bytes);
};

interface Row {
  readonly rule: string;
  readonly change: (draft: Draft) => unknown;
  readonly verdict: RpCode | "accepted";
  /** Why the oracle says the opposite. */
  readonly differs?: string;
}

const TOP_ORIGIN = "https://portal.example";

const ROWS: readonly Row[] = [
  { rule: "nothing is changed", change: () => undefined, verdict: "accepted" },
  {
    rule: "the id and the raw id differ",
    change: (d) => (d.id = toBase64url(utf8("x"))),
    verdict: "RP_CREDENTIAL_ID",
  },
  {
    rule: "the response is of another credential",
    change: (d) => (d.id = d.rawId = toBase64url(utf8("credential 2"))),
    verdict: "RP_CREDENTIAL_ID",
    differs: "it takes the caller's word that the record belongs to the response",
  },
  {
    rule: "the credential was not asked for",
    change: expecting({ allowCredentials: [utf8("credential 2")] }),
    verdict: "RP_CREDENTIAL_NOT_ALLOWED",
    differs: "it knows no list of what was asked for",
  },
  {
    rule: "the list of what was asked for is empty",
    change: expecting({ allowCredentials: [] }),
    verdict: "accepted",
  },
  { rule: "the response is no public key", change: (d) => (d.type = "password"), verdict: "RP_RESPONSE" },
  {
    rule: "the user handle is another's",
    change: (d) => (d.userHandle = toBase64url(utf8("user 2"))),
    verdict: "RP_USER_HANDLE",
    differs: "it does not compare user handles",
  },
  { rule: "the user handle is absent", change: (d) => (d.userHandle = undefined), verdict: "accepted" },
  {
    rule: "the user handle is absent though it should name the account",
    change: (d) => {
      d.userHandle = undefined;
      expecting({ discoverable: true })(d);
    },
    verdict: "RP_USER_HANDLE",
    differs: "it does not know whether the account was named before",
  },
  {
    rule: "the client data is a registration's",
    change: (d) => (d.clientData["type"] = "webauthn.create"),
    verdict: "RP_TYPE",
  },
  {
    rule: "another challenge was issued",
    change: expecting({ challenge: "AAAAAAAAAAAAAAAA" }),
    verdict: "RP_CHALLENGE",
  },
  {
    rule: "another origin is expected",
    change: expecting({ origins: ["https://a.example"] }),
    verdict: "RP_ORIGIN",
  },
  {
    rule: "the page ran in a foreign iframe",
    change: (d) => Object.assign(d.clientData, { crossOrigin: true, topOrigin: TOP_ORIGIN }),
    verdict: "RP_CROSS_ORIGIN",
  },
  {
    rule: "the page ran in an iframe of a page that may embed it",
    change: (d) => {
      Object.assign(d.clientData, { crossOrigin: true, topOrigin: TOP_ORIGIN });
      expecting({ topOrigins: [TOP_ORIGIN] })(d);
    },
    verdict: "accepted",
  },
  {
    rule: "the page ran in an iframe of a page that may not embed it",
    change: (d) => {
      Object.assign(d.clientData, { crossOrigin: true, topOrigin: "https://evil.example" });
      expecting({ topOrigins: [TOP_ORIGIN] })(d);
    },
    verdict: "RP_TOP_ORIGIN",
  },
  {
    rule: "the assertion is for another rp id",
    change: (d) => (d.rpId = "evil.example"),
    verdict: "RP_ID_HASH",
  },
  {
    rule: "the assertion is for the app id, which the client used",
    change: (d) => {
      d.rpId = "https://example.org/u2f.json";
      d.extensionResults = { appid: true };
      expecting({ appId: "https://example.org/u2f.json" })(d);
    },
    verdict: "accepted",
    differs: "it knows no appid extension",
  },
  {
    rule: "the assertion is for the app id, which the client does not claim to have used",
    change: (d) => {
      d.rpId = "https://example.org/u2f.json";
      expecting({ appId: "https://example.org/u2f.json" })(d);
    },
    verdict: "RP_ID_HASH",
  },
  { rule: "nobody was present", change: (d) => (d.flags &= ~UP), verdict: "RP_USER_PRESENT" },
  { rule: "the user was not verified", change: (d) => (d.flags &= ~UV), verdict: "RP_USER_VERIFIED" },
  {
    rule: "the user was not verified, which was only preferred",
    change: (d) => {
      d.flags &= ~UV;
      expecting({ userVerification: "preferred" })(d);
    },
    verdict: "accepted",
  },
  {
    rule: "the credential is backed up without being eligible",
    change: (d) => (d.flags &= ~BE),
    verdict: "RP_BACKUP_STATE",
  },
  {
    rule: "the credential was not eligible for backup when it was registered",
    change: stored({ backupEligible: false }),
    verdict: "RP_BACKUP_ELIGIBILITY",
    differs: "it does not hold the flag against the record",
  },
  {
    rule: "bytes follow the authenticator data",
    change: (d) => (d.authDataTail = Uint8Array.of(0)),
    verdict: "RP_AUTHENTICATOR_DATA",
  },
  {
    rule: "the extensions are announced and missing",
    change: (d) => (d.flags |= ED),
    verdict: "RP_AUTHENTICATOR_DATA",
  },
  {
    rule: "the authenticator data carries extensions",
    change: (d) => {
      d.flags |= ED;
      d.authDataTail = fromHex("a16178f5");
    },
    verdict: "accepted",
  },
  {
    rule: "the signature is changed",
    change: (d) => (d.afterSigning = (r) => ({ ...r, signature: flipped(r.signature) })),
    verdict: "RP_SIGNATURE",
  },
  {
    rule: "the signature is empty",
    change: (d) => (d.afterSigning = (r) => ({ ...r, signature: "" })),
    verdict: "RP_SIGNATURE_EMPTY",
  },
  {
    rule: "the signature is not base64url",
    change: (d) => (d.afterSigning = (r) => ({ ...r, signature: "ä" })),
    verdict: "RP_RESPONSE",
  },
  {
    rule: "the counter is changed after signing",
    change: (d) => (d.afterSigning = (r) => ({ ...r, authenticatorData: flipped(r.authenticatorData) })),
    verdict: "RP_SIGNATURE",
  },
  {
    rule: "the client data says the same in other bytes",
    change: (d) =>
      (d.afterSigning = (r) => ({
        ...r,
        clientDataJSON: toBase64url(concat(fromBase64url(r.clientDataJSON), utf8(" "))),
      })),
    verdict: "RP_SIGNATURE",
  },
  {
    rule: "the stored key is another's",
    change: stored({
      publicKeyCose: coseKeyOf(defaultCrypto.publicKeyOf(defaultCrypto.sha256(utf8("another")))),
    }),
    verdict: "RP_SIGNATURE",
  },
  {
    rule: "the stored key is no point of its curve",
    change: stored({ publicKeyCose: coseKeyOf(concat(POINT.subarray(0, 33), POINT.subarray(1, 33))) }),
    verdict: "RP_SIGNATURE",
  },
  { rule: "the counter stands still", change: (d) => (d.signCount = 6), verdict: "RP_COUNTER" },
  { rule: "the counter falls", change: (d) => (d.signCount = 5), verdict: "RP_COUNTER" },
  { rule: "the counter falls to zero", change: (d) => (d.signCount = 0), verdict: "RP_COUNTER" },
  {
    rule: "neither side counts",
    change: (d) => {
      d.signCount = 0;
      stored({ signCount: 0 })(d);
    },
    verdict: "accepted",
  },
];

beforeAll(() => setOracleRoots([]));

describe("one broken rule, both libraries", () => {
  test.each(ROWS)("$rule: $verdict", async ({ change, verdict, differs }) => {
    const draft = goodDraft();
    change(draft);
    const response = sign(draft);
    const { expected } = draft;
    const ours = verdictOf(() => verifyAssertion(response, expected));
    expect(ours).toBe(verdict === "accepted" ? "accepted" : `refused: ${verdict}`);
    const theirs = await askAuthentication({
      response,
      expectedChallenge: expected.challenge as string,
      expectedOrigin: [...expected.origins],
      expectedRPID: expected.rpId,
      ...(expected.topOrigins && { expectedTopOrigin: [...expected.topOrigins] }),
      requireUserVerification: expected.userVerification === "required",
      credential: {
        id: expected.credential.id,
        publicKey: Uint8Array.from(expected.credential.publicKeyCose),
        counter: expected.credential.signCount,
      },
    });
    const agreed = (ours === "accepted") === (theirs === "accepted");
    expect(agreed, `ours ${ours}, theirs ${theirs}`).toBe(differs === undefined);
  });
});

describe("what an accepted sign-in says", () => {
  test("the record is brought up to date", () => {
    const draft = goodDraft();
    const { credential, signCount, cloneWarning, userVerified, backedUp } = verifyAssertion(
      sign(draft),
      draft.expected,
    );
    expect({ signCount, cloneWarning, userVerified, backedUp }).toEqual({
      signCount: 7,
      cloneWarning: false,
      userVerified: true,
      backedUp: true,
    });
    expect(credential).toEqual({
      ...draft.expected.credential,
      signCount: 7,
      backedUp: true,
      uvInitialized: true,
    });
  });

  test("a counter that falls is a warning where the site wants one", () => {
    const draft = goodDraft();
    draft.signCount = 3;
    const expected: ExpectedAssertion = { ...draft.expected, counterPolicy: "warn" };
    expect(verifyAssertion(sign(draft), expected)).toMatchObject({ cloneWarning: true, signCount: 3 });
  });

  test("extension outputs are handed on", () => {
    const draft = goodDraft();
    draft.flags |= ED;
    draft.authDataTail = fromHex("a16178f5");
    expect(verifyAssertion(sign(draft), draft.expected).extensions).toEqual(new Map([["x", true]]));
  });

  test("a top origin without crossOrigin is a finding", () => {
    const draft = goodDraft();
    draft.clientData["topOrigin"] = TOP_ORIGIN;
    const { findings } = verifyAssertion(sign(draft), { ...draft.expected, topOrigins: [TOP_ORIGIN] });
    expect(findings.map(({ code }) => code)).toEqual(["TOP_ORIGIN_WITHOUT_CROSS_ORIGIN"]);
  });
});

describe("a response of an older client, or of none", () => {
  test("may lack extension results", () => {
    const draft = goodDraft();
    const bare = { ...sign(draft), clientExtensionResults: undefined };
    const verified = verifyAssertion(bare as unknown as AuthenticationResponseJSON, draft.expected);
    expect(verified.signCount).toBe(7);
  });

  test.each([
    ["nothing", undefined],
    ["a text", "response"],
    ["an object without a response", { id: "AA", rawId: "AA", type: "public-key" }],
  ])("%s is refused", (_what, response) => {
    expect(() =>
      verifyAssertion(response as unknown as AuthenticationResponseJSON, goodDraft().expected),
    ).toThrow(expect.objectContaining({ code: "RP_RESPONSE" }) as Error);
  });
});

describe("a stored key nobody can use", () => {
  const withKey = (publicKeyCose: Uint8Array) => {
    const draft = goodDraft();
    stored({ publicKeyCose })(draft);
    return () => verifyAssertion(sign(draft), draft.expected);
  };

  test("of an algorithm the crypto provider lacks is unsupported", () => {
    const x = new Uint8Array(32);
    expect(withKey(encodeCoseKey({ alg: -25, key: { kty: "EC", crv: "P-256", x, y: x } }))).toThrow(
      expect.objectContaining({ code: "RP_ALGORITHM_UNSUPPORTED" }) as Error,
    );
  });

  test("of an unknown key type is unsupported", () => {
    expect(withKey(fromHex("a201190fff0326"))).toThrow(
      expect.objectContaining({ code: "RP_ALGORITHM_UNSUPPORTED" }) as Error,
    );
  });

  test("that is no key cannot have signed", () => {
    expect(withKey(fromHex("80"))).toThrow(expect.objectContaining({ code: "RP_SIGNATURE" }) as Error);
  });
});
