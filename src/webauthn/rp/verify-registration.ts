import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { equalBytes, toBase64url, utf8 } from "../../core/bytes.js";
import type { CborValue } from "../../cbor/value.js";
import { defaultCrypto } from "../../crypto/default.js";
import type { AuthenticatorData } from "../../ctap/messages/authenticator-data.js";
import { signatureAlgorithm, type CoseKey } from "../../ctap/messages/cose.js";
import {
  ATTESTATION_POLICY,
  type AttestationType,
  type AttestationPolicy,
} from "./attestation/attestation-input.js";
import type { RegistrationResponseInput } from "../json-input.js";
import { readAttestationObject } from "./attestation-object.js";
import type { TrustVerdict } from "./certificate-chain.js";
import { checkClientData, type ExpectedPage } from "./client-data-check.js";
import { demandCredentialKey } from "./credential-key.js";
import type { Finding } from "./finding.js";
import type { MetadataEntry } from "./metadata/metadata-entry.js";
import { MODEL_TRUST, modelTrustOf, type ModelTrustInput } from "./model-trust.js";
import { readAuthenticatorData } from "./read-authenticator-data.js";
import { paddedMembers, responseBytes, responseCredentialId } from "./response-bytes.js";
import type { CredentialRecord } from "./stored-credential.js";
import { verifyAttestation, type VerifiedAttestation } from "./verify-attestation.js";
import { VerificationError } from "./verification-error.js";
import { encodeSpki } from "../spki.js";

/** Longest credential id. @see WebAuthn Level 3 §7.1 (credentialId is at most 1023 bytes) */
const CREDENTIAL_ID_BYTES_MAX = 1023;

export interface ExpectedRegistration extends ExpectedPage, ModelTrustInput {
  readonly rpId: string;
  /** As asked for; anything but "required" accepts responses without user verification. */
  readonly userVerification?: string;
  /** "conditional" accepts a response without user presence: a passkey upgrade. */
  readonly mediation?: string;
  /** COSE identifiers of pubKeyCredParams; every algorithm this library can verify when absent. */
  readonly allowedAlgorithms?: readonly number[];
  readonly attestationPolicy?: AttestationPolicy;
}

const EXPECTED = parameters<ExpectedRegistration>({
  challenge: arg.bytesOrText,
  origins: shape.list(shape.text),
  topOrigins: maybe(shape.list(shape.text)),
  ...MODEL_TRUST,
  rpId: shape.text,
  userVerification: maybe(shape.text),
  mediation: maybe(shape.text),
  allowedAlgorithms: maybe(shape.list(shape.integer)),
  attestationPolicy: maybe(ATTESTATION_POLICY),
});

/** The record a site stores, and what it may want to know about how it came about. */
export interface VerifiedCredential {
  /** The record to store. */
  readonly credential: CredentialRecord;
  readonly credentialId: Uint8Array;
  /** The COSE key as received. */
  readonly publicKeyCose: Uint8Array;
  readonly alg: number;
  readonly signCount: number;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  /** 16 bytes, all zero for an authenticator that does not say. */
  readonly aaguid: Uint8Array;
  readonly fmt: string;
  readonly attestationType: AttestationType;
  /** DER certificates, leaf first. */
  readonly trustPath: readonly Uint8Array[];
  readonly trust: TrustVerdict;
  /** Entries of the model in the metadata given; empty without metadata, and for a model that is not in it. */
  readonly metadata: readonly MetadataEntry[];
  readonly transports: readonly string[];
  readonly origin: string;
  readonly crossOrigin: boolean;
  readonly topOrigin?: string;
  /** Outputs of authenticator extensions. */
  readonly extensions?: ReadonlyMap<string, CborValue>;
  readonly findings: readonly Finding[];
}

/**
 * Verifies a registration as a site does, from the JSON the page sent to the record to store.
 *
 * Left to the site, because both need its store: whether the challenge is still good, and whether the credential id is
 * already registered.
 *
 * @param response of any page or of `register`.
 * @param expected challenge, origins and rp id.
 * @returns the credential record to store, and how it came about.
 * @throws {VerificationError} with the first rule broken.
 * @see WebAuthn Level 3 §7.1 (registering a new credential)
 *
 * @example
 * const { credential } = verifyRegistration(response, {
 *   challenge,
 *   origins: ["https://example.com"],
 *   rpId: "example.com",
 * });
 */
export function verifyRegistration(
  response: RegistrationResponseInput,
  expected: ExpectedRegistration,
): VerifiedCredential {
  checkArguments("verifyRegistration", { expected: [EXPECTED, expected] });
  const credentialId = responseCredentialId(response);
  const clientDataJson = responseBytes(response.response.clientDataJSON, "clientDataJSON");
  const page = checkClientData(clientDataJson, "webauthn.create", expected);
  const object = readAttestationObject(
    responseBytes(response.response.attestationObject, "attestationObject"),
  );
  const { parsed } = readAuthenticatorData(object.authData);
  demandAuthenticatorData(parsed, expected);
  demandCredential(parsed, { credentialId, allowed: expected.allowedAlgorithms });
  const verified = verifyAttestation({
    attestationObject: object,
    clientDataHash: page.hash,
    ...(expected.attestationPolicy && { policy: expected.attestationPolicy }),
    ...modelTrustOf(expected),
  });
  const { credential, trustPath, trust } = verified;
  const transports = transportsOf(response);
  return {
    credential: newRecord(verified, transports),
    credentialId: credential.credentialId,
    publicKeyCose: credential.publicKeyCose,
    alg: credential.publicKey.alg,
    signCount: parsed.signCount,
    userPresent: parsed.userPresent,
    userVerified: parsed.userVerified,
    backupEligible: parsed.backupEligible,
    backedUp: parsed.backedUp,
    aaguid: credential.aaguid,
    fmt: verified.fmt,
    attestationType: verified.type,
    trustPath,
    trust,
    metadata: verified.metadata,
    transports,
    origin: page.origin,
    crossOrigin: page.crossOrigin,
    ...(page.topOrigin !== undefined && { topOrigin: page.topOrigin }),
    ...(parsed.extensions && { extensions: parsed.extensions }),
    findings: [
      ...paddedMembers(response),
      ...page.findings,
      ...object.findings,
      ...verified.findings,
      ...judgeCopies(response, object.authData, credential.publicKey),
    ],
  };
}

function newRecord(
  { credential, authenticatorData }: VerifiedAttestation,
  transports: readonly string[],
): CredentialRecord {
  return {
    id: toBase64url(credential.credentialId),
    publicKeyCose: credential.publicKeyCose,
    signCount: authenticatorData.signCount,
    backupEligible: authenticatorData.backupEligible,
    backedUp: authenticatorData.backedUp,
    uvInitialized: authenticatorData.userVerified,
    transports,
  };
}

function demandAuthenticatorData(parsed: AuthenticatorData, expected: ExpectedRegistration): void {
  if (!equalBytes(parsed.rpIdHash, defaultCrypto.sha256(utf8(expected.rpId)))) {
    throw new VerificationError("RP_ID_HASH", `the credential was not made for ${expected.rpId}`);
  }
  if (!parsed.userPresent && expected.mediation !== "conditional") {
    throw new VerificationError("RP_USER_PRESENT", "nobody was present");
  }
  if (!parsed.userVerified && expected.userVerification === "required") {
    throw new VerificationError("RP_USER_VERIFIED", "the user was not verified");
  }
}

function demandCredential(
  { attested }: AuthenticatorData,
  {
    credentialId,
    allowed,
  }: { readonly credentialId: Uint8Array; readonly allowed: readonly number[] | undefined },
): void {
  if (attested === undefined) {
    throw new VerificationError("RP_AUTHENTICATOR_DATA", "no attested credential in the authenticator data");
  }
  if (!equalBytes(attested.credentialId, credentialId)) {
    throw new VerificationError("RP_CREDENTIAL_ID", "rawId and authenticator data name two credentials");
  }
  if (attested.credentialId.length > CREDENTIAL_ID_BYTES_MAX) {
    throw new VerificationError("RP_CREDENTIAL_ID", `credential id of ${attested.credentialId.length} bytes`);
  }
  const { alg } = attested.publicKey;
  if (allowed === undefined && signatureAlgorithm(alg) === undefined) {
    throw new VerificationError("RP_ALGORITHM_UNSUPPORTED", `COSE algorithm ${alg}`);
  }
  if (allowed?.includes(alg) === false) {
    throw new VerificationError("RP_ALGORITHM", `algorithm ${alg} is none of ${allowed.join(", ")}`);
  }
  demandCredentialKey(attested);
}

/** Absent in responses of older clients, whatever the type says. */
function transportsOf(response: RegistrationResponseInput): readonly string[] {
  const transports: unknown = response.response.transports;
  return Array.isArray(transports)
    ? transports.filter((entry): entry is string => typeof entry === "string")
    : [];
}

/** The response repeats parts of the attestation object for convenience; nothing signs the copies. */
function judgeCopies(
  { response }: RegistrationResponseInput,
  authData: Uint8Array,
  publicKey: CoseKey,
): readonly Finding[] {
  const findings: Finding[] = [];
  const copy: unknown = response.authenticatorData;
  if (copy !== undefined && !equalBytes(responseBytes(copy, "authenticatorData"), authData)) {
    findings.push({
      code: "COPY_AUTHENTICATOR_DATA",
      detail: "authenticatorData differs from the attestation object's",
    });
  }
  const algorithm: unknown = response.publicKeyAlgorithm;
  if (algorithm !== undefined && algorithm !== publicKey.alg) {
    findings.push({ code: "COPY_ALGORITHM", detail: "publicKeyAlgorithm differs from the credential key's" });
  }
  const key: unknown = response.publicKey;
  if (
    key !== undefined &&
    key !== null &&
    !equalBytes(responseBytes(key, "publicKey"), encodeSpki(publicKey))
  ) {
    findings.push({ code: "COPY_PUBLIC_KEY", detail: "publicKey differs from the credential key" });
  }
  return findings;
}
