import { arg, checkArguments, maybe, parameters } from "../../../core/argument.js";
import { fromBase64, fromBase64url, toBase64url, utf8 } from "../../../core/bytes.js";
import { isHarnessError } from "../../../core/errors.js";
import { shape } from "../../../core/shape.js";
import { judgeTrust } from "../certificate-chain.js";
import { readCertificate, subjectTexts, type Certificate } from "../certificate.js";
import type { Finding } from "../finding.js";
import type { RevocationInput } from "../trust/judge-revocation.js";
import { alternativeNames, NameForm } from "../trust/names.js";
import { MetadataError } from "./metadata-error.js";
import { dayOf, readMetadataEntry, type MetadataEntry } from "./metadata-entry.js";

/** Characters of the largest BLOB read; the service's has about 8 million. */
const TEXT_MAX = 64 * 1024 * 1024;

const CERTIFICATES_MAX = 10;
const DAY_MS = 86_400_000;
const COMMON_NAME_OID = "2.5.4.3";

/** Whose certificate signs the BLOBs of the FIDO Alliance's own service. */
const FIDO_SIGNER = "mds.fidoalliance.org";

export interface MetadataBlobOptions extends RevocationInput {
  /** DER of the roots of the metadata service; for the FIDO Alliance's, GlobalSign Root CA - R3. */
  readonly trustAnchors: readonly Uint8Array[];
  /**
   * The host name that the signer's certificate must be for, `mds.fidoalliance.org` when absent: its root issues
   * certificates for everyone. `null` accepts every certificate below the anchors.
   */
  readonly signerName?: string | null;
  /** DER of the signer's certificates, leaf first, where the BLOB only says where to fetch them (x5u). */
  readonly certificates?: readonly Uint8Array[];
  /** Number of the BLOB known so far: an older one is refused. */
  readonly previousNo?: number;
}

/** A BLOB whose signature holds. */
export interface MetadataBlob {
  /** Serial number: rises with each BLOB. */
  readonly no: number;
  /** Day by which the next one is due, such as `2026-12-31`. */
  readonly nextUpdate: string;
  /** First moment after that day, in milliseconds since 1970. */
  readonly outdatedAtMs: number;
  /** The terms under which the metadata may be used. */
  readonly legalHeader?: string;
  readonly entries: readonly MetadataEntry[];
  /** `METADATA_ENTRY` and `METADATA_MEMBER` for what could not be read, `METADATA_LEGAL_HEADER`, `METADATA_OUTDATED`. */
  readonly findings: readonly Finding[];
}

const OPTIONS = parameters<MetadataBlobOptions>({
  trustAnchors: shape.list(arg.bytes),
  signerName: { ...maybe(shape.text), nullable: true },
  certificates: maybe(shape.list(arg.bytes)),
  previousNo: maybe(arg.count),
  revocationLists: maybe(shape.list(arg.bytes)),
  revocationPolicy: maybe(shape.oneOf(["if-listed", "required"])),
  atEpochMs: maybe(arg.number),
});

/**
 * Verifies a BLOB of the FIDO Metadata Service, as it came from a file, and reads its entries. An entry that cannot be
 * read is a finding and costs no other one.
 *
 * @param jwt the BLOB: a JWS in compact form.
 * @param options roots of the service, and the date to judge by.
 * @returns the entries, for `metadata` of `verifyRegistration`.
 * @throws {MetadataError} for a BLOB that must not be used.
 * @see FIDO Metadata Service 3.1 §3.1.7 (metadata BLOB), §3.2 (processing rules)
 *
 * @example
 * const metadata = verifyMetadataBlob(readFileSync("blob.jwt", "utf8"), {
 *   trustAnchors: [globalSignRootR3],
 *   atEpochMs: Date.now(),
 * });
 * verifyRegistration(response, { challenge, origins, rpId, metadata, atEpochMs: Date.now() });
 */
export function verifyMetadataBlob(jwt: string, options: MetadataBlobOptions): MetadataBlob {
  checkArguments("verifyMetadataBlob", { jwt: [shape.text, jwt], options: [OPTIONS, options] });
  const { header, payload, signed, signature } = readJws(jwt);
  const path = signerPath(header, options);
  const trust = demandTrusted(path, options);
  demandSigner(path[0], options.signerName === undefined ? FIDO_SIGNER : options.signerName);
  demandSignature(path[0], { alg: header["alg"], signed, signature });
  const { no, nextUpdate, legalHeader, entries } = payload;
  const dueMs = typeof nextUpdate === "string" ? dayOf(nextUpdate) : undefined;
  if (
    typeof no !== "number" ||
    typeof nextUpdate !== "string" ||
    dueMs === undefined ||
    !Array.isArray(entries)
  ) {
    throw new MetadataError("METADATA_FORMAT", "the BLOB lacks no, nextUpdate or entries");
  }
  if (options.previousNo !== undefined && no < options.previousNo) {
    throw new MetadataError("METADATA_ROLLBACK", `number ${no} after ${options.previousNo}`);
  }
  const read = entries.map(readMetadataEntry);
  const outdatedAtMs = dueMs + DAY_MS;
  const findings: Finding[] = [...trust];
  for (const [index, one] of read.entries()) {
    if ("fault" in one) findings.push({ code: "METADATA_ENTRY", detail: `entry ${index} ${one.fault}` });
    else findings.push(...one.findings);
  }
  if (typeof legalHeader !== "string" || legalHeader === "") {
    findings.push({ code: "METADATA_LEGAL_HEADER", detail: "the BLOB states no terms of use" });
  }
  if (options.atEpochMs !== undefined && options.atEpochMs >= outdatedAtMs) {
    findings.push({ code: "METADATA_OUTDATED", detail: `the next BLOB was due by ${nextUpdate}` });
  }
  return {
    no,
    nextUpdate,
    outdatedAtMs,
    ...(typeof legalHeader === "string" && { legalHeader }),
    entries: read.flatMap((one) => ("entry" in one ? [one.entry] : [])),
    findings,
  };
}

type Json = Readonly<Record<string, unknown>>;

function readJws(jwt: string) {
  if (jwt.length > TEXT_MAX) throw new MetadataError("METADATA_TOO_LARGE", `${jwt.length} characters`);
  // A file ends in a line break as often as not.
  const parts = jwt.trim().split(".");
  const [header, payload, signature] = parts;
  if (parts.length !== 3 || header === undefined || payload === undefined || signature === undefined) {
    throw new MetadataError("METADATA_FORMAT", "no JWS in compact form");
  }
  return {
    header: jsonPart(header),
    payload: jsonPart(payload),
    signed: utf8(`${header}.${payload}`),
    signature: exactBytes(signature),
  };
}

function jsonPart(part: string): Json {
  const bytes = exactBytes(part);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new MetadataError("METADATA_FORMAT", "a part of the JWS is no JSON", { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new MetadataError("METADATA_FORMAT", "a part of the JWS is no object");
}

/** Base64url as JWS writes it: no padding. @see RFC 7515 §2 */
function exactBytes(part: string): Uint8Array {
  try {
    const bytes = fromBase64url(part);
    if (toBase64url(bytes) === part) return bytes;
  } catch (cause) {
    throw new MetadataError("METADATA_FORMAT", "a part of the JWS is no base64url", { cause });
  }
  throw new MetadataError("METADATA_FORMAT", "a part of the JWS is padded or ends in odd bits");
}

function signerPath(header: Json, options: MetadataBlobOptions): readonly [Certificate, ...Certificate[]] {
  const { x5c } = header;
  // Without either, an anchor itself is the signer.
  const ders =
    x5c === undefined ? (options.certificates ?? options.trustAnchors.slice(0, 1)) : certificatesOf(x5c);
  const path = inCertificates(() => ders.map(readCertificate));
  const [leaf, ...others] = path;
  if (leaf === undefined) throw new MetadataError("METADATA_CERTIFICATES", "no certificate of the signer");
  return [leaf, ...others];
}

function certificatesOf(x5c: unknown): readonly Uint8Array[] {
  if (
    !Array.isArray(x5c) ||
    x5c.length > CERTIFICATES_MAX ||
    x5c.some((entry) => typeof entry !== "string")
  ) {
    throw new MetadataError(
      "METADATA_CERTIFICATES",
      `x5c is no list of 1 to ${CERTIFICATES_MAX} certificates`,
    );
  }
  try {
    return (x5c as readonly string[]).map(fromBase64);
  } catch (cause) {
    throw new MetadataError("METADATA_CERTIFICATES", "x5c is no base64", { cause });
  }
}

function demandTrusted(path: readonly Certificate[], options: MetadataBlobOptions): readonly Finding[] {
  const { trustAnchors, revocationLists, revocationPolicy, atEpochMs } = options;
  return inCertificates(
    () =>
      judgeTrust(path, {
        trustAnchors,
        ...(revocationLists && { revocationLists }),
        ...(revocationPolicy && { revocationPolicy }),
        ...(atEpochMs !== undefined && { atEpochMs }),
      }).findings,
  );
}

/** Gives a refusal of certificates the name of the BLOB; what they broke is in the message and the cause. */
function inCertificates<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!isHarnessError(cause) || cause.code === "RP_ATTESTATION_NEEDS_NODE") throw cause;
    throw new MetadataError("METADATA_CERTIFICATES", `${cause.code}: ${cause.message}`, { cause });
  }
}

function demandSigner(leaf: Certificate, name: string | null): void {
  if (name === null) return;
  const hosts = inCertificates(() =>
    alternativeNames(leaf)
      .filter(({ form }) => form === NameForm.DNS)
      .map(({ value }) => new TextDecoder().decode(value)),
  );
  const names = hosts.length > 0 ? hosts : subjectTexts(leaf, COMMON_NAME_OID);
  if (names.some((own) => own.toLowerCase() === name.toLowerCase())) return;
  throw new MetadataError("METADATA_SIGNER", `signed by ${JSON.stringify(names.join(", "))}, not by ${name}`);
}

function demandSignature(
  leaf: Certificate,
  jws: { readonly alg: unknown; readonly signed: Uint8Array; readonly signature: Uint8Array },
): void {
  const alg = typeof jws.alg === "string" ? jws.alg : "";
  const holds = leaf.x509.verifiesJose(alg, jws.signed, jws.signature);
  if (holds === undefined) {
    throw new MetadataError(
      "METADATA_ALGORITHM",
      `alg ${JSON.stringify(jws.alg)} with a key of kind ${leaf.x509.keyKind()}`,
    );
  }
  if (!holds) throw new MetadataError("METADATA_SIGNATURE", `the ${alg} signature does not hold`);
}
