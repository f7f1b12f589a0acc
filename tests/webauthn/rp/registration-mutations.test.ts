import { beforeAll, describe, expect, test } from "vitest";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { concat, fromBase64url, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { readCertificate } from "../../../src/webauthn/rp/certificate.js";
import type { RpCode } from "../../../src/webauthn/rp/verification-hints.js";
import {
  verifyRegistration,
  type ExpectedRegistration,
} from "../../../src/webauthn/rp/verify-registration.js";
import { hexOf } from "../../helpers/vectors.js";
import { askRegistration, setOracleRoots, verdictOf } from "./oracle.js";
import {
  attestationCase,
  clientDataOf,
  encodeObject,
  momentOf,
  objectOf,
  registrationResponse,
  rpIdOf,
} from "./vector-case.js";

/** Everything one registration is made of; a mutation changes one thing. */
interface Draft {
  clientDataJSON: Uint8Array;
  fmt: string;
  readonly authData: Uint8Array;
  readonly attStmt: Map<CborKey, CborValue>;
  /** Bytes after the authenticator data and after the attestation object. */
  authDataTail: Uint8Array;
  objectTail: Uint8Array;
  id: string;
  rawId: string;
  type: string;
  expected: ExpectedRegistration & { readonly atEpochMs: number };
}

/** One published registration per format. Source: attestation.json. */
const BASES = {
  none: "w3c-none-es256",
  "packed self": "w3c-packed-self-es256",
  packed: "packed-003",
  "fido-u2f": "fido-u2f-002",
  tpm: "tpm-018",
  "android-key": "android-key-001",
  "android-safetynet": "android-safetynet-000",
  apple: "apple-000",
} as const;
type Base = keyof typeof BASES;
const BASE_NAMES = Object.keys(BASES) as readonly Base[];

type Verdict = RpCode | "accepted";

interface Mutation {
  readonly rule: string;
  readonly change: (draft: Draft) => void;
  /** What we say: for every base, or base by base; bases left out are not mutated. */
  readonly verdict: Verdict | Readonly<Partial<Record<Base, Verdict>>>;
  /** Bases on which the oracle says the opposite, and why. */
  readonly differs?: readonly [bases: readonly Base[] | "all", why: string];
}

const FLAGS_OFFSET = 32;
const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
const AT = 0x40;
const COUNTER_END = 36;
const AAGUID_OFFSET = 37;

/** What breaks when anything that a format signs is changed. */
const UNBOUND: Readonly<Record<Base, Verdict>> = {
  none: "accepted",
  "packed self": "RP_ATTESTATION_SIGNATURE",
  packed: "RP_ATTESTATION_SIGNATURE",
  "fido-u2f": "RP_ATTESTATION_SIGNATURE",
  tpm: "RP_ATTESTATION_NONCE",
  "android-key": "RP_ATTESTATION_SIGNATURE",
  "android-safetynet": "RP_ATTESTATION_NONCE",
  apple: "RP_ATTESTATION_NONCE",
};

/** The same for what U2F leaves out of its signed message: counter, flags and aaguid. */
const UNBOUND_BUT_U2F = { ...UNBOUND, "fido-u2f": "accepted" } as const;

const OTHER_CERTIFICATE = (
  (objectOf(attestationCase("packed-034")).attStmt as Map<CborKey, CborValue>).get(
    "x5c",
  ) as readonly Uint8Array[]
)[0] as Uint8Array;

const setFlags = (on: number, off: number) => (draft: Draft) => {
  draft.authData[FLAGS_OFFSET] = ((draft.authData[FLAGS_OFFSET] as number) | on) & ~off;
};

const editClientData = (edit: (fields: Record<string, unknown>) => void) => (draft: Draft) => {
  const fields = { ...clientDataOf(draft.clientDataJSON) } as Record<string, unknown>;
  edit(fields);
  draft.clientDataJSON = utf8(JSON.stringify(fields));
};

const flipIn = (name: string) => (draft: Draft) => {
  const bytes = Uint8Array.from(draft.attStmt.get(name) as Uint8Array);
  bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
  draft.attStmt.set(name, bytes);
};

const expecting = (change: Partial<ExpectedRegistration>) => (draft: Draft) => {
  draft.expected = { ...draft.expected, ...change };
};

const MUTATIONS: readonly Mutation[] = [
  { rule: "nothing is changed", change: () => undefined, verdict: "accepted" },
  {
    rule: "another challenge was issued",
    change: expecting({ challenge: "AAAAAAAAAAAAAAAAAAAAAA" }),
    verdict: "RP_CHALLENGE",
  },
  {
    rule: "another origin is expected",
    change: expecting({ origins: ["https://evil.example"] }),
    verdict: "RP_ORIGIN",
  },
  { rule: "another rp id is expected", change: expecting({ rpId: "evil.example" }), verdict: "RP_ID_HASH" },
  {
    rule: "another algorithm was asked for",
    change: expecting({ allowedAlgorithms: [-36] }),
    verdict: "RP_ALGORITHM",
  },
  {
    rule: "the client data is an assertion's",
    change: editClientData((fields) => (fields["type"] = "webauthn.get")),
    verdict: "RP_TYPE",
  },
  {
    rule: "the client data is no JSON",
    change: (draft) => (draft.clientDataJSON = utf8("{")),
    verdict: "RP_CLIENT_DATA",
  },
  {
    rule: "the client data says the same in other bytes",
    change: (draft) => (draft.clientDataJSON = concat(draft.clientDataJSON, utf8(" "))),
    verdict: UNBOUND,
  },
  {
    rule: "the page ran in a foreign iframe",
    change: editClientData((fields) => (fields["crossOrigin"] = true)),
    verdict: "RP_CROSS_ORIGIN",
    differs: [
      ["none"],
      "it does not look at crossOrigin in registrations; in the others the signature breaks too",
    ],
  },
  {
    rule: "the id and the raw id differ",
    change: (draft) => (draft.id = toBase64url(utf8("another"))),
    verdict: "RP_CREDENTIAL_ID",
  },
  {
    rule: "the response is of another credential than its authenticator data",
    change: (draft) => (draft.id = draft.rawId = toBase64url(utf8("another"))),
    verdict: "RP_CREDENTIAL_ID",
    differs: ["all", "it does not compare the response's id with the attested one"],
  },
  {
    rule: "the response is no public key",
    change: (draft) => (draft.type = "password"),
    verdict: "RP_RESPONSE",
  },
  { rule: "nobody was present", change: setFlags(0, UP), verdict: "RP_USER_PRESENT" },
  {
    rule: "the user was not verified, though that was required",
    change: (draft) => {
      setFlags(0, UV)(draft);
      expecting({ userVerification: "required" })(draft);
    },
    verdict: "RP_USER_VERIFIED",
  },
  {
    rule: "the credential is backed up without being eligible",
    change: setFlags(BS, BE),
    verdict: "RP_BACKUP_STATE",
  },
  {
    rule: "the flag of the credential is cleared",
    change: setFlags(0, AT),
    verdict: "RP_AUTHENTICATOR_DATA",
  },
  {
    rule: "bytes follow the authenticator data",
    change: (draft) => (draft.authDataTail = Uint8Array.of(0)),
    verdict: "RP_AUTHENTICATOR_DATA",
  },
  {
    rule: "bytes follow the attestation object",
    change: (draft) => (draft.objectTail = Uint8Array.of(0)),
    verdict: "RP_ATTESTATION_OBJECT",
    differs: ["all", "it reads the first CBOR item and looks no further"],
  },
  {
    rule: "the counter is changed",
    change: ({ authData }) => (authData[COUNTER_END] = (authData[COUNTER_END] as number) ^ 1),
    verdict: UNBOUND_BUT_U2F,
  },
  {
    rule: "the aaguid is changed",
    change: ({ authData }) => (authData[AAGUID_OFFSET] = (authData[AAGUID_OFFSET] as number) ^ 1),
    verdict: UNBOUND_BUT_U2F,
    differs: [["fido-u2f"], "it wants a zero aaguid of U2F keys; Level 3 §8.6 does not"],
  },
  {
    rule: "the signature is changed",
    change: flipIn("sig"),
    verdict: {
      "packed self": "RP_ATTESTATION_SIGNATURE",
      packed: "RP_ATTESTATION_SIGNATURE",
      "fido-u2f": "RP_ATTESTATION_SIGNATURE",
      tpm: "RP_ATTESTATION_SIGNATURE",
      "android-key": "RP_ATTESTATION_SIGNATURE",
    },
  },
  {
    rule: "the signature is missing",
    change: ({ attStmt }) => attStmt.delete("sig"),
    verdict: {
      "packed self": "RP_ATTESTATION_STATEMENT",
      packed: "RP_ATTESTATION_STATEMENT",
      "fido-u2f": "RP_ATTESTATION_STATEMENT",
      tpm: "RP_ATTESTATION_STATEMENT",
      "android-key": "RP_ATTESTATION_STATEMENT",
    },
  },
  {
    rule: "the statement's algorithm is missing",
    change: ({ attStmt }) => attStmt.delete("alg"),
    verdict: {
      "packed self": "RP_ATTESTATION_STATEMENT",
      packed: "RP_ATTESTATION_STATEMENT",
      tpm: "RP_ATTESTATION_STATEMENT",
      "android-key": "RP_ATTESTATION_STATEMENT",
    },
  },
  {
    rule: "the statement's algorithm is another",
    change: ({ attStmt }) => attStmt.set("alg", -8),
    verdict: {
      "packed self": "RP_ATTESTATION_ALGORITHM",
      packed: "RP_ATTESTATION_ALGORITHM",
      tpm: "RP_ATTESTATION_ALGORITHM",
      "android-key": "RP_ATTESTATION_ALGORITHM",
    },
  },
  {
    rule: "the certificates are missing",
    change: ({ attStmt }) => attStmt.delete("x5c"),
    verdict: {
      // Without certificates a packed statement claims to be the credential's own word.
      packed: "RP_ATTESTATION_SIGNATURE",
      "fido-u2f": "RP_ATTESTATION_STATEMENT",
      tpm: "RP_ATTESTATION_STATEMENT",
      "android-key": "RP_ATTESTATION_STATEMENT",
      apple: "RP_ATTESTATION_STATEMENT",
    },
  },
  {
    rule: "the certificate is another authenticator's",
    change: ({ attStmt }) => attStmt.set("x5c", [OTHER_CERTIFICATE]),
    verdict: {
      packed: "RP_ATTESTATION_SIGNATURE",
      "fido-u2f": "RP_ATTESTATION_SIGNATURE",
      tpm: "RP_ATTESTATION_ALGORITHM",
      "android-key": "RP_ATTESTATION_SIGNATURE",
      apple: "RP_ATTESTATION_CERTIFICATE",
    },
  },
  {
    rule: "the certificate is no certificate",
    change: ({ attStmt }) => attStmt.set("x5c", [Uint8Array.of(0x30, 0x00)]),
    verdict: {
      packed: "RP_ATTESTATION_CERTIFICATE",
      "fido-u2f": "RP_ATTESTATION_CERTIFICATE",
      tpm: "RP_ATTESTATION_CERTIFICATE",
      "android-key": "RP_ATTESTATION_CERTIFICATE",
      apple: "RP_ATTESTATION_CERTIFICATE",
    },
  },
  {
    rule: "the certificate has expired",
    change: (draft) => {
      const [leaf] = (draft.attStmt.get("x5c") as readonly Uint8Array[]).map(readCertificate);
      expecting({ atEpochMs: (leaf?.notAfterMs as number) + 1000 })(draft);
    },
    verdict: {
      packed: "RP_ATTESTATION_EXPIRED",
      "fido-u2f": "RP_ATTESTATION_EXPIRED",
      tpm: "RP_ATTESTATION_EXPIRED",
      apple: "RP_ATTESTATION_EXPIRED",
    },
    differs: [["fido-u2f", "apple"], "it judges dates of these formats only together with a root"],
  },
  {
    rule: "the TPM's version is another",
    change: ({ attStmt }) => attStmt.set("ver", "1.2"),
    verdict: { tpm: "RP_ATTESTATION_STATEMENT" },
  },
  {
    rule: "the TPM's public area is changed",
    change: flipIn("pubArea"),
    verdict: { tpm: "RP_ATTESTATION_KEY" },
  },
  {
    rule: "the TPM's certification is changed",
    change: flipIn("certInfo"),
    verdict: { tpm: "RP_ATTESTATION_SIGNATURE" },
  },
  {
    rule: "the verdict of the integrity service is too old",
    change: (draft) => expecting({ atEpochMs: draft.expected.atEpochMs + 61_000 })(draft),
    verdict: { "android-safetynet": "RP_ATTESTATION_TIME" },
  },
  {
    rule: "the verdict's signature is changed",
    change: (draft) => {
      const parts = new TextDecoder().decode(draft.attStmt.get("response") as Uint8Array).split(".");
      const signature = fromBase64url(parts[2] as string);
      signature[0] = (signature[0] as number) ^ 1;
      draft.attStmt.set("response", utf8([parts[0], parts[1], toBase64url(signature)].join(".")));
    },
    verdict: { "android-safetynet": "RP_ATTESTATION_SIGNATURE" },
  },
  {
    rule: "a statement of no format has a member",
    change: ({ attStmt }) => attStmt.set("sig", Uint8Array.of(1)),
    verdict: { none: "RP_ATTESTATION_STATEMENT" },
  },
  { rule: "the format is unknown", change: (draft) => (draft.fmt = "novel"), verdict: "RP_UNKNOWN_FORMAT" },
];

function draftOf(base: Base): Draft {
  const row = attestationCase(BASES[base]);
  const { fmt, authData, attStmt } = objectOf(row);
  const clientDataJSON = hexOf(row.clientDataJSON);
  const { challenge, origin } = clientDataOf(clientDataJSON);
  const id = toBase64url(hexOf(row.expected.credentialId));
  const statement = new Map(attStmt as Map<CborKey, CborValue>);
  return {
    clientDataJSON,
    fmt,
    authData: Uint8Array.from(authData),
    attStmt: statement,
    authDataTail: new Uint8Array(0),
    objectTail: new Uint8Array(0),
    id,
    rawId: id,
    type: "public-key",
    expected: {
      challenge,
      origins: [origin],
      rpId: rpIdOf(hexOf(row.expected.rpIdHash), origin) ?? "",
      allowedAlgorithms: [row.expected.alg as number],
      atEpochMs: momentOf(statement),
    },
  };
}

function responseOf(draft: Draft) {
  const authData = concat(draft.authData, draft.authDataTail);
  const object = encodeObject({ fmt: draft.fmt, attStmt: draft.attStmt, authData });
  const response = registrationResponse({
    credentialId: utf8(""),
    clientDataJSON: draft.clientDataJSON,
    attestationObject: concat(object, draft.objectTail),
    authData,
    alg: draft.expected.allowedAlgorithms?.[0] ?? 0,
  });
  return { ...response, id: draft.id, rawId: draft.rawId, type: draft.type as "public-key" };
}

const ROWS = MUTATIONS.flatMap((mutation) =>
  BASE_NAMES.flatMap((base) => {
    const verdict = typeof mutation.verdict === "string" ? mutation.verdict : mutation.verdict[base];
    if (verdict === undefined) return [];
    const bases = mutation.differs?.[0] ?? [];
    const differs = bases === "all" || bases.includes(base);
    return [{ rule: mutation.rule, base, verdict, differs, change: mutation.change }];
  }),
);

beforeAll(() => setOracleRoots([]));

describe("one broken rule, both libraries", () => {
  test.each(ROWS)("$base, $rule: $verdict", async ({ base, change, verdict, differs }) => {
    const draft = draftOf(base);
    change(draft);
    const response = responseOf(draft);
    const { expected } = draft;
    const ours = verdictOf(() => verifyRegistration(response, expected));
    expect(ours).toBe(verdict === "accepted" ? "accepted" : `refused: ${verdict}`);
    const theirs = await askRegistration(
      {
        response,
        expectedChallenge: toBase64url(fromBase64url(expected.challenge as string)),
        expectedOrigin: [...expected.origins],
        expectedRPID: expected.rpId,
        requireUserVerification: expected.userVerification === "required",
        supportedAlgorithmIDs: [...(expected.allowedAlgorithms ?? [])],
      },
      expected.atEpochMs,
    );
    const agreed = (ours === "accepted") === (theirs === "accepted");
    expect(agreed, `ours ${ours}, theirs ${theirs}`).toBe(!differs);
  });
});
