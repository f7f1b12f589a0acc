import { fromBase64 } from "../../../core/bytes.js";
import type { Finding } from "../finding.js";

/** Something that befell a model, or a certification of it. @see FIDO Metadata Service 3.1, StatusReport dictionary */
export interface StatusReport {
  /** Such as `FIDO_CERTIFIED_L1`, `REVOKED` or `USER_KEY_REMOTE_COMPROMISE`. */
  readonly status: string;
  /** First moment of the day since when it holds, in milliseconds since 1970; absent: for as long as it is listed. */
  readonly effectiveMs?: number;
  readonly authenticatorVersion?: number;
  /** DER of the attestation certificate or of its authority that the report is about; absent: the whole model. */
  readonly certificate?: Uint8Array;
  readonly url?: string;
}

/** What the metadata says of one model. */
export interface MetadataEntry {
  /** Lower case, with hyphens; absent for U2F and UAF models. */
  readonly aaguid?: string;
  /** SHA-1 of the attestation certificates' keys, in lower-case hex: how U2F models are found. */
  readonly attestationCertificateKeyIdentifiers: readonly string[];
  readonly description?: string;
  /** DER of roots, authorities, or attestation certificates themselves. */
  readonly attestationRootCertificates: readonly Uint8Array[];
  /** Such as `basic_full`, `basic_surrogate`, `attca`; empty when the entry does not say. */
  readonly attestationTypes: readonly string[];
  /** In the order of the BLOB. */
  readonly statusReports: readonly StatusReport[];
  /** The metadata statement as it stands in the BLOB; empty when there is none. */
  readonly statement: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;

const AAGUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Reads one entry; what it has beyond need is left alone.
 *
 * @returns the entry, or why it cannot be used.
 */
export function readMetadataEntry(
  value: unknown,
): { readonly entry: MetadataEntry; readonly findings: readonly Finding[] } | { readonly fault: string } {
  if (!isJson(value)) return { fault: "is no object" };
  const aaguid = textOf(value["aaguid"])?.toLowerCase();
  if (aaguid !== undefined && !AAGUID.test(aaguid)) return { fault: `has aaguid ${JSON.stringify(aaguid)}` };
  const { statusReports } = value;
  if (!Array.isArray(statusReports)) return { fault: "has no statusReports" };
  const statement = isJson(value["metadataStatement"]) ? value["metadataStatement"] : {};
  const findings: Finding[] = [];
  const odd = (detail: string) =>
    findings.push({ code: "METADATA_MEMBER", detail: `${aaguid ?? "an entry"}: ${detail}` });
  const description = textOf(statement["description"]);
  const entry: MetadataEntry = {
    ...(aaguid !== undefined && { aaguid }),
    attestationCertificateKeyIdentifiers: textsOf(value["attestationCertificateKeyIdentifiers"]).map((text) =>
      text.toLowerCase(),
    ),
    ...(description !== undefined && { description }),
    attestationRootCertificates: textsOf(statement["attestationRootCertificates"]).flatMap((text) => {
      const der = certificateOf(text);
      if (der === undefined) odd("a root certificate is no base64");
      return der ?? [];
    }),
    attestationTypes: textsOf(statement["attestationTypes"]),
    statusReports: statusReports.flatMap((report) => readStatusReport(report, odd)),
    statement,
  };
  return { entry, findings };
}

/**
 * First moment of a day written as in ISO 8601, in UTC; `undefined` for a text that is no day. The services write days
 * without a time.
 */
export function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const epochMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(epochMs) || !new Date(epochMs).toISOString().startsWith(text) ? undefined : epochMs;
}

/** A report that cannot be read in full still counts by its status: it may be the one that revokes. */
function readStatusReport(value: unknown, odd: (detail: string) => void): readonly StatusReport[] {
  const status = isJson(value) ? textOf(value["status"]) : undefined;
  if (!isJson(value) || status === undefined) {
    odd("a status report without a status");
    return [];
  }
  const date = textOf(value["effectiveDate"]);
  const effectiveMs = date === undefined ? undefined : dayOf(date);
  if (date !== undefined && effectiveMs === undefined) odd(`${status} has the date ${JSON.stringify(date)}`);
  const named = textOf(value["batchCertificate"]) ?? textOf(value["certificate"]);
  const certificate = named === undefined ? undefined : certificateOf(named);
  if (named !== undefined && certificate === undefined) odd(`${status} has a certificate that is no base64`);
  const version = value["authenticatorVersion"];
  const url = textOf(value["url"]);
  return [
    {
      status,
      ...(effectiveMs !== undefined && { effectiveMs }),
      ...(typeof version === "number" && { authenticatorVersion: version }),
      ...(certificate && { certificate }),
      ...(url !== undefined && { url }),
    },
  ];
}

/** Base64 of a certificate; services and makers put line breaks into it. */
function certificateOf(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text.replaceAll(/\s/g, ""));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}
