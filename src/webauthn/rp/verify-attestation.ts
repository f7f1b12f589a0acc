import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import type { AttestedCredential, AuthenticatorData } from "../../ctap/messages/authenticator-data.js";
import {
  ATTESTATION_POLICY,
  type AttestationResult,
  type AttestationType,
  type AttestationPolicy,
} from "./attestation/attestation-input.js";
import { ATTESTATION_FORMATS } from "./attestation/formats.js";
import { readAttestationObject, type AttestationObject } from "./attestation-object.js";
import type { TrustVerdict } from "./certificate-chain.js";
import type { Finding } from "./finding.js";
import type { MetadataEntry } from "./metadata/metadata-entry.js";
import { judgeModelTrust, MODEL_TRUST, type ModelTrustInput } from "./model-trust.js";
import { readAuthenticatorData } from "./read-authenticator-data.js";
import { VerificationError } from "./verification-error.js";

export interface AttestationRequest extends ModelTrustInput {
  /** The object's bytes, or its members where they came by another way, such as a CTAP response. */
  readonly attestationObject: Uint8Array | AttestationObject;
  /** SHA-256 of the client data's JSON, 32 bytes. */
  readonly clientDataHash: Uint8Array;
  readonly policy?: AttestationPolicy;
}

const REQUEST = parameters<AttestationRequest>({
  attestationObject: arg.object,
  clientDataHash: arg.bytes,
  policy: maybe(ATTESTATION_POLICY),
  ...MODEL_TRUST,
});

export interface VerifiedAttestation {
  readonly fmt: string;
  readonly type: AttestationType;
  readonly authenticatorData: AuthenticatorData;
  readonly credential: AttestedCredential;
  /** DER certificates, leaf first. */
  readonly trustPath: readonly Uint8Array[];
  readonly trust: TrustVerdict;
  /** Entries of the model in the metadata given; empty without metadata, and for a model that is not in it. */
  readonly metadata: readonly MetadataEntry[];
  /** Formats and types of the parts of a compound statement that held. */
  readonly parts?: readonly { readonly fmt: string; readonly type: AttestationType }[];
  readonly findings: readonly Finding[];
}

/**
 * Verifies one attestation statement and its trust path, and nothing else of the ceremony: neither rp id, nor
 * flags, nor client data. {@link verifyRegistration} is the whole of it.
 *
 * @throws {VerificationError} with the first rule broken.
 * @see WebAuthn Level 3 §7.1, steps on the attestation statement
 */
export function verifyAttestation(request: AttestationRequest): VerifiedAttestation {
  checkArguments("verifyAttestation", { request: [REQUEST, request] });
  const { fmt, authData, attStmt, findings: objectFindings } = openObject(request.attestationObject);
  const { parsed, findings: dataFindings } = readAuthenticatorData(authData);
  const credential = parsed.attested;
  if (credential === undefined) {
    throw new VerificationError("RP_AUTHENTICATOR_DATA", "no attested credential in the authenticator data");
  }
  const policy = request.policy ?? {};
  const verify = ATTESTATION_FORMATS.get(fmt);
  if (verify === undefined) throw new VerificationError("RP_UNKNOWN_FORMAT", `format ${JSON.stringify(fmt)}`);
  const { clientDataHash, atEpochMs } = request;
  const result = verify({
    attStmt,
    authData,
    parsed,
    credential,
    clientDataHash,
    policy,
    formats: ATTESTATION_FORMATS,
    ...(atEpochMs !== undefined && { atEpochMs }),
  });
  demandAccepted(policy, { fmt, type: result.type });
  const trust = judgeModelTrust(result, credential.aaguid, request);
  return {
    fmt,
    type: result.type,
    authenticatorData: parsed,
    credential,
    trustPath: result.trustPath.map(({ der }) => der),
    trust: trust.verdict,
    metadata: trust.metadata,
    ...partsOf(result),
    findings: [...objectFindings, ...dataFindings, ...result.findings, ...trust.findings],
  };
}

function openObject(object: Uint8Array | AttestationObject) {
  return object instanceof Uint8Array ? readAttestationObject(object) : { ...object, findings: [] };
}

function demandAccepted(
  { formats, types }: AttestationPolicy,
  { fmt, type }: { readonly fmt: string; readonly type: AttestationType },
): void {
  if (formats !== undefined && !formats.includes(fmt)) {
    throw new VerificationError("RP_ATTESTATION_POLICY", `format ${fmt} is not accepted`);
  }
  if (types !== undefined && !types.includes(type)) {
    throw new VerificationError("RP_ATTESTATION_POLICY", `type ${type} is not accepted`);
  }
}

function partsOf({ parts }: AttestationResult) {
  return parts === undefined ? {} : { parts: parts.map(({ fmt, type }) => ({ fmt, type })) };
}
