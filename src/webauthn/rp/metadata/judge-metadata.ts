import { equalBytes, toHex } from "../../../core/bytes.js";
import { maybe, parameters } from "../../../core/argument.js";
import { shape } from "../../../core/shape.js";
import { defaultCrypto } from "../../../crypto/default.js";
import type { AttestationType } from "../attestation/attestation-input.js";
import type { Certificate } from "../certificate.js";
import type { Finding } from "../finding.js";
import { VerificationError } from "../verification-error.js";
import type { MetadataEntry, StatusReport } from "./metadata-entry.js";
import type { MetadataBlob } from "./verify-metadata-blob.js";

/** Reports that refuse a registration where the site says nothing else. */
const REFUSED = [
  "REVOKED",
  "ATTESTATION_KEY_COMPROMISE",
  "USER_KEY_REMOTE_COMPROMISE",
  "USER_KEY_PHYSICAL_COMPROMISE",
  "USER_VERIFICATION_BYPASS",
];

/** Reports that are told as a finding besides. */
const TOLD = [...REFUSED, "UPDATE_AVAILABLE", "RETIRED", "NOT_FIDO_CERTIFIED"];

/** What an update can mend. */
const MENDED_BY_UPDATE = new Set([
  "USER_KEY_REMOTE_COMPROMISE",
  "USER_KEY_PHYSICAL_COMPROMISE",
  "USER_VERIFICATION_BYPASS",
]);

/** Types of metadata that an attestation type may be. Packed and U2F statements do not say whether theirs is attca. */
const TYPES: Readonly<Record<AttestationType, readonly string[]>> = {
  none: [],
  self: ["basic_surrogate"],
  basic: ["basic_full", "attca"],
  attca: ["attca", "basic_full"],
  anonca: ["anonca"],
};

/** What a site makes of a model's metadata. */
export interface MetadataPolicy {
  /**
   * Statuses that refuse, among those in force at the date: by default REVOKED and the four compromises. Others that are
   * no certification are findings `METADATA_STATUS`.
   */
  readonly refuse?: readonly string[];
  /** A certified key of a model without an entry and without roots of its own: refused (default), or a finding. */
  readonly unlisted?: "refuse" | "warn";
  /** A BLOB whose next one is overdue: a finding (default), or no registration. */
  readonly outdated?: "refuse" | "warn";
}

export const METADATA_POLICY = parameters<MetadataPolicy>({
  refuse: maybe(shape.list(shape.text)),
  unlisted: maybe(shape.oneOf(["refuse", "warn"])),
  outdated: maybe(shape.oneOf(["refuse", "warn"])),
});

export interface JudgedModel {
  /** With hyphens; what the authenticator says. */
  readonly aaguid: string;
  readonly type: AttestationType;
  readonly path: readonly Certificate[];
  readonly policy: MetadataPolicy;
  readonly atEpochMs: number | undefined;
}

/**
 * The entries of the model that made a statement, held against the statement.
 *
 * Without a certificate, nothing proves the model; a status that refuses does so all the same.
 *
 * @throws {VerificationError} `RP_METADATA_OUTDATED`, `RP_METADATA_TYPE`, `RP_METADATA_STATUS`.
 * @see FIDO Metadata Service 3.1 §3.1.3 (status reports), §3.1.4 (their meaning)
 */
export function judgeMetadata(
  blob: MetadataBlob,
  model: JudgedModel,
): { readonly entries: readonly MetadataEntry[]; readonly findings: readonly Finding[] } {
  const findings: Finding[] = judgeAge(blob, model);
  const entries = entriesOf(blob, model);
  const types = entries.flatMap(({ attestationTypes }) => attestationTypes);
  const own = TYPES[model.type];
  if (types.length > 0 && own.length > 0 && !own.some((type) => types.includes(type))) {
    throw new VerificationError(
      "RP_METADATA_TYPE",
      `the model attests as ${types.join(", ")}, the statement is of type ${model.type}`,
    );
  }
  const refused = model.policy.refuse ?? REFUSED;
  for (const report of reportsInForce(entries, model)) {
    const since = report.effectiveMs === undefined ? "" : ` since ${dateText(report.effectiveMs)}`;
    const version =
      report.authenticatorVersion === undefined ? "" : `, version ${report.authenticatorVersion}`;
    const detail = `${report.status}${since}${version}`;
    if (refused.includes(report.status)) throw new VerificationError("RP_METADATA_STATUS", detail);
    if (TOLD.includes(report.status)) findings.push({ code: "METADATA_STATUS", detail });
  }
  return { entries, findings };
}

function judgeAge({ outdatedAtMs, nextUpdate }: MetadataBlob, { policy, atEpochMs }: JudgedModel): Finding[] {
  if (atEpochMs === undefined || atEpochMs < outdatedAtMs) return [];
  const detail = `the next BLOB was due by ${nextUpdate}`;
  if (policy.outdated === "refuse") throw new VerificationError("RP_METADATA_OUTDATED", detail);
  return [{ code: "METADATA_OUTDATED", detail }];
}

function entriesOf({ entries }: MetadataBlob, { aaguid, path }: JudgedModel): readonly MetadataEntry[] {
  const isZero = /^[0-]*$/.test(aaguid);
  if (!isZero) return entries.filter((entry) => entry.aaguid === aaguid);
  // U2F keys have no aaguid: their certificates' keys name them.
  const ids = path.map(({ publicKey }) => toHex(defaultCrypto.hash("sha1", publicKey.bits)));
  return entries.filter((entry) => entry.attestationCertificateKeyIdentifiers.some((id) => ids.includes(id)));
}

/** Those of the date and of this certificate, less what a later update has mended. */
function reportsInForce(
  entries: readonly MetadataEntry[],
  { path, atEpochMs }: JudgedModel,
): readonly StatusReport[] {
  return entries.flatMap(({ statusReports }) => {
    const begun = statusReports
      .filter(({ effectiveMs = 0 }) => atEpochMs === undefined || effectiveMs <= atEpochMs)
      .filter((report) => concerns(report, path))
      // Without a date it holds while it is listed: it is put before the dated ones.
      .sort((a, b) => (a.effectiveMs ?? 0) - (b.effectiveMs ?? 0));
    const update = begun.findLastIndex(({ status }) => status === "UPDATE_AVAILABLE");
    return begun.filter(({ status }, index) => index >= update || !MENDED_BY_UPDATE.has(status));
  });
}

function concerns({ certificate }: StatusReport, path: readonly Certificate[]): boolean {
  return (
    certificate === undefined || path.length === 0 || path.some(({ der }) => equalBytes(der, certificate))
  );
}

function dateText(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
