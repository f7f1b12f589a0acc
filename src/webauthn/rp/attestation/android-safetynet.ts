import { fromBase64, fromBase64url, toBase64, utf8 } from "../../../core/bytes.js";
import { defaultCrypto } from "../../../crypto/default.js";
import { readCertificate, subjectTexts, type Certificate } from "../certificate.js";
import type { Finding } from "../finding.js";
import { reading, VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationResult } from "./attestation-input.js";
import { signedBytes } from "./signed-by.js";
import { Statement } from "./statement.js";

const COMMON_NAME_OID = "2.5.4.3";
const SERVICE_HOST = "attest.android.com";

/** Certificates a JWS header may carry. */
const CERTIFICATES_MAX = 10;

/** How far a verdict's time may be from the date judged by. Source: FIDO2 server requirements, SafetyNet. */
const AGE_MS_MAX = 60_000;

interface Verdict {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  /** What the JWS signature covers. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * A verdict of Google's SafetyNet service, signed as a JWS by the service's certificate.
 *
 * The service was shut down in 2025: such statements exist only in old registrations. The certificates are the
 * JWS header's; whether they chain to a root is judged like every other trust path.
 *
 * @see WebAuthn Level 3 §8.5
 */
export function verifyAndroidSafetyNet(input: AttestationInput): AttestationResult {
  const statement = new Statement("android-safetynet", input.attStmt);
  if (statement.text("ver") === "") refuse("RP_ATTESTATION_STATEMENT", "ver is empty");
  const verdict = readVerdict(statement.bytes("response"));
  const nonce = toBase64(defaultCrypto.sha256(signedBytes(input)));
  if (verdict.payload["nonce"] !== nonce)
    refuse("RP_ATTESTATION_NONCE", "the verdict is of another ceremony");
  const trustPath = certificatesOf(verdict);
  const [leaf] = trustPath;
  demandJwsSignature(leaf, verdict);
  if (!subjectTexts(leaf, COMMON_NAME_OID).includes(SERVICE_HOST)) {
    refuse("RP_ATTESTATION_SAFETYNET", `the certificate is not of ${SERVICE_HOST}`);
  }
  if (verdict.payload["ctsProfileMatch"] !== true && input.policy.safetyNetWithoutCts !== true) {
    refuse("RP_ATTESTATION_SAFETYNET", "ctsProfileMatch is not true");
  }
  return { type: "basic", trustPath, findings: judgeTime(verdict.payload["timestampMs"], input.atEpochMs) };
}

function judgeTime(timestampMs: unknown, atEpochMs: number | undefined): readonly Finding[] {
  if (typeof timestampMs !== "number") return refuse("RP_ATTESTATION_SAFETYNET", "timestampMs is missing");
  if (atEpochMs === undefined) {
    return [{ code: "SAFETYNET_TIME_NOT_JUDGED", detail: `verdict of ${timestampMs} ms since 1970` }];
  }
  if (Math.abs(atEpochMs - timestampMs) > AGE_MS_MAX) {
    refuse("RP_ATTESTATION_TIME", `verdict of ${timestampMs}, judged at ${atEpochMs} ms since 1970`);
  }
  return [];
}

function readVerdict(response: Uint8Array): Verdict {
  return reading("RP_ATTESTATION_STATEMENT", "android-safetynet: response", () => {
    const parts = new TextDecoder().decode(response).split(".");
    const [header, payload, signature] = parts;
    if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
      return refuse("RP_ATTESTATION_STATEMENT", "response is no JWS in compact form");
    }
    return {
      header: jsonObject(header),
      payload: jsonObject(payload),
      signed: utf8(`${header}.${payload}`),
      signature: fromBase64url(signature),
    };
  });
}

function jsonObject(part: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64url(part)));
  } catch (cause) {
    throw new VerificationError(
      "RP_ATTESTATION_STATEMENT",
      "android-safetynet: a part of the JWS is no JSON",
      {
        cause,
      },
    );
  }
  if (typeof value !== "object" || value === null) {
    return refuse("RP_ATTESTATION_STATEMENT", "a part of the JWS is no object");
  }
  return value as Readonly<Record<string, unknown>>;
}

function certificatesOf({ header }: Verdict): readonly [Certificate, ...Certificate[]] {
  const x5c: unknown = header["x5c"];
  if (
    !Array.isArray(x5c) ||
    x5c.length > CERTIFICATES_MAX ||
    !x5c.every((entry) => typeof entry === "string")
  ) {
    return refuse("RP_ATTESTATION_STATEMENT", "the JWS header has no certificates");
  }
  const [leaf, ...others] = x5c.map((entry) => readCertificate(certificateBytes(entry)));
  if (leaf === undefined) return refuse("RP_ATTESTATION_STATEMENT", "the JWS header has no certificates");
  return [leaf, ...others];
}

function certificateBytes(entry: string): Uint8Array {
  try {
    return fromBase64(entry);
  } catch (cause) {
    throw new VerificationError("RP_ATTESTATION_STATEMENT", "android-safetynet: x5c is no base64", { cause });
  }
}

function demandJwsSignature(leaf: Certificate, { header, signed, signature }: Verdict): void {
  const { alg } = header;
  const holds =
    alg === "RS256" || alg === "ES256" ? leaf.x509.verifiesJose(alg, signed, signature) : undefined;
  if (holds === undefined) {
    refuse("RP_ATTESTATION_ALGORITHM", "the JWS algorithm is not RS256 or ES256 with a key of that kind");
  }
  if (!holds) refuse("RP_ATTESTATION_SIGNATURE", `the ${String(alg)} signature does not hold`);
}

function refuse(code: VerificationError["code"], what: string): never {
  throw new VerificationError(code, `android-safetynet: ${what}`);
}
