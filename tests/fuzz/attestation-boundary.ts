import { fromHex } from "../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../src/ctap/messages/authenticator-data.js";
import { readAttestationObject } from "../../src/webauthn/rp/attestation-object.js";
import {
  readCertificate,
  subjectTexts,
  isAuthority,
  pathLengthOf,
} from "../../src/webauthn/rp/certificate.js";
import { nameConstraintsOf } from "../../src/webauthn/rp/trust/name-constraints.js";
import { namesOf } from "../../src/webauthn/rp/trust/names.js";
import { readRevocationList } from "../../src/webauthn/rp/trust/revocation-list.js";
import { readDer, readItems } from "../../src/webauthn/rp/der.js";
import { verifyAssertion } from "../../src/webauthn/rp/verify-assertion.js";
import { verifyAttestation } from "../../src/webauthn/rp/verify-attestation.js";
import { verifyRegistration } from "../../src/webauthn/rp/verify-registration.js";
import { violated } from "./boundary.js";
import { mutateCbor } from "./mutate.js";
import { mutateDer } from "./mutate-der.js";
import { mutateJson } from "./mutate-json.js";
import { targetsBoundary, type FuzzTarget } from "./targets.js";
import { ATTESTATIONS, W3C_ROOT, objectBytes, objectOf } from "../webauthn/rp/vector-case.js";
import { loadVectors } from "../helpers/vectors.js";
import type { JudgedCase } from "../webauthn/rp/judged-case.js";

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Attestation objects that can be read at all, of every format. */
const OBJECTS = ATTESTATIONS.flatMap((row) => {
  try {
    return row.clientDataHash === null
      ? []
      : [{ object: objectBytes(row), hash: fromHex(row.clientDataHash) }];
  } catch {
    return [];
  }
});
const HASHES = new Map(OBJECTS.map(({ object, hash }) => [object.length, hash]));
const anyHash = new Uint8Array(32);

const CERTIFICATES = [
  W3C_ROOT,
  ...ATTESTATIONS.flatMap((row) => {
    const { attStmt } = objectOf(row);
    const chain = attStmt instanceof Map ? (attStmt as ReadonlyMap<unknown, unknown>).get("x5c") : undefined;
    return Array.isArray(chain) ? (chain as unknown[]).filter((one) => one instanceof Uint8Array) : [];
  }),
];

const AUTH_DATA = ATTESTATIONS.map((row) => objectOf(row).authData);
const RESPONSES = loadVectors<JudgedCase>("relying-party");

function verifyObject(attestationObject: Uint8Array): void {
  const clientDataHash = HASHES.get(attestationObject.length) ?? anyHash;
  const { fmt, type } = verifyAttestation({ attestationObject, clientDataHash, trustAnchors: [W3C_ROOT] });
  if (fmt === "" || type.length === 0) violated("accepted, and not told as what");
}

const OBJECT_TARGETS: readonly FuzzTarget[] = [
  {
    name: "attestation object",
    seeds: OBJECTS.map(({ object }) => object),
    spoil: mutateCbor,
    hand: verifyObject,
  },
  {
    name: "read object",
    seeds: OBJECTS.map(({ object }) => object),
    spoil: mutateCbor,
    hand: (bytes) => readAttestationObject(bytes),
  },
  { name: "authenticator data", seeds: AUTH_DATA, hand: (bytes) => parseAuthenticatorData(bytes) },
  {
    name: "response",
    seeds: RESPONSES.map(json),
    spoil: mutateJson,
    hand(bytes) {
      let response: Partial<JudgedCase> | null;
      try {
        response = JSON.parse(textOf(bytes)) as Partial<JudgedCase> | null;
      } catch {
        return;
      }
      const { registrationResponseJSON, authenticationResponseJSON } = response ?? {};
      // What the site itself stores is its own; what came from outside is whatever it is.
      const { challenge, origin, rpId } = RESPONSES[0] as JudgedCase;
      const page = { challenge, origins: [origin], rpId };
      if (registrationResponseJSON !== undefined) verifyRegistration(registrationResponseJSON, page);
      else if (authenticationResponseJSON !== undefined) {
        const credential = { id: "AAAA", publicKeyCose: new Uint8Array(0), signCount: 0 };
        verifyAssertion(authenticationResponseJSON, { ...page, credential });
      }
    },
  },
];

const X509_TARGETS: readonly FuzzTarget[] = [
  { name: "der", seeds: CERTIFICATES, spoil: mutateDer, hand: (bytes) => [readDer(bytes), readItems(bytes)] },
  {
    name: "certificate",
    seeds: CERTIFICATES,
    spoil: mutateDer,
    hand(bytes) {
      const certificate = readCertificate(bytes);
      for (const oid of ["2.5.4.3", "2.5.4.6"]) subjectTexts(certificate, oid);
      isAuthority(certificate);
      pathLengthOf(certificate);
      nameConstraintsOf(certificate);
      namesOf(certificate);
    },
  },
  {
    name: "revocation list",
    seeds: CERTIFICATES,
    spoil: mutateDer,
    hand(bytes) {
      readRevocationList(bytes);
    },
  },
  {
    name: "anchor",
    seeds: CERTIFICATES,
    spoil: mutateDer,
    hand(bytes) {
      const { object, hash } = OBJECTS[bytes.length % OBJECTS.length] as (typeof OBJECTS)[number];
      verifyAttestation({ attestationObject: object, clientDataHash: hash, trustAnchors: [bytes] });
    },
  },
];

export const attestationBoundary = targetsBoundary(
  {
    name: "attestation",
    what: "attestation objects, authenticator data and responses to the relying party",
    share: 0.1,
  },
  OBJECT_TARGETS,
);

export const x509Boundary = targetsBoundary(
  { name: "x509", what: "DER, certificates and trust anchors", share: 0.2 },
  X509_TARGETS,
);
