import { arg, maybe } from "../../core/argument.js";
import { toHex } from "../../core/bytes.js";
import { shape } from "../../core/shape.js";
import type { AttestationResult } from "./attestation/attestation-input.js";
import { judgeTrust, type TrustInput, type TrustVerdict } from "./certificate-chain.js";
import type { Finding } from "./finding.js";
import { judgeMetadata, METADATA_POLICY, type MetadataPolicy } from "./metadata/judge-metadata.js";
import type { MetadataEntry } from "./metadata/metadata-entry.js";
import type { MetadataBlob } from "./metadata/verify-metadata-blob.js";
import { VerificationError } from "./verification-error.js";

/** Whom a site trusts to attest, for all models and for single ones. */
export interface ModelTrustInput extends TrustInput {
  /**
   * DER certificates trusted for one model, by its aaguid in text form. A model that is named here, or has roots in the
   * metadata, is held against these alone; all others against `trustAnchors`.
   */
  readonly trustAnchorsByAaguid?: Readonly<Record<string, readonly Uint8Array[]>>;
  /** A BLOB that `verifyMetadataBlob` has verified. */
  readonly metadata?: MetadataBlob;
  /** What refuses and what is a finding, of what the metadata says. */
  readonly metadataPolicy?: MetadataPolicy;
}

/** Rows of the shape of a parameter object with these members. */
export const MODEL_TRUST = {
  trustAnchors: maybe(shape.list(arg.bytes)),
  trustAnchorsByAaguid: maybe(arg.object),
  metadata: maybe(arg.with("a BLOB of verifyMetadataBlob", "entries", "outdatedAtMs", "findings")),
  metadataPolicy: maybe(METADATA_POLICY),
  revocationLists: maybe(shape.list(arg.bytes)),
  revocationPolicy: maybe(shape.oneOf(["if-listed", "required"])),
  atEpochMs: maybe(arg.number),
} as const;

/** The members that say whom to trust, and no others. */
export function modelTrustOf(input: ModelTrustInput): ModelTrustInput {
  const names = Object.keys(MODEL_TRUST).filter((name) => input[name as keyof ModelTrustInput] !== undefined);
  return Object.fromEntries(names.map((name) => [name, input[name as keyof ModelTrustInput]]));
}

/**
 * Judges a statement's model by the metadata, and its path by the anchors of that model.
 *
 * @throws {VerificationError} `RP_METADATA_STATUS`, `RP_METADATA_UNLISTED`, `RP_METADATA_TYPE`, `RP_METADATA_OUTDATED`, and
 *   what {@link judgeTrust} throws.
 */
export function judgeModelTrust(
  { type, trustPath }: AttestationResult,
  aaguidBytes: Uint8Array,
  input: ModelTrustInput,
): {
  readonly verdict: TrustVerdict;
  readonly metadata: readonly MetadataEntry[];
  readonly findings: readonly Finding[];
} {
  const aaguid = aaguidText(aaguidBytes);
  const { metadata, metadataPolicy: policy = {}, atEpochMs } = input;
  const model =
    metadata === undefined
      ? { entries: [], findings: [] }
      : judgeMetadata(metadata, { aaguid, type, path: trustPath, policy, atEpochMs });
  const own = [
    ...anchorsByAaguid(input, aaguid),
    ...model.entries.flatMap(({ attestationRootCertificates }) => attestationRootCertificates),
  ];
  const findings = [...model.findings];
  const isUnlisted = own.length === 0 && model.entries.length === 0 && trustPath.length > 0;
  if (metadata !== undefined && isUnlisted) {
    const detail = `no entry for model ${aaguid}`;
    if (policy.unlisted !== "warn") throw new VerificationError("RP_METADATA_UNLISTED", detail);
    findings.push({ code: "METADATA_UNLISTED", detail });
  }
  const { trustAnchors: general, ...rest } = input;
  const trustAnchors = own.length > 0 ? own : (general ?? (hasModels(input, isUnlisted) ? [] : undefined));
  const { verdict, findings: trust } = judgeTrust(trustPath, {
    ...rest,
    ...(trustAnchors && { trustAnchors }),
  });
  return { verdict, metadata: model.entries, findings: [...findings, ...trust] };
}

/** Whether trust is asked for by model, so that a model without any is not trusted. */
function hasModels({ trustAnchorsByAaguid, metadata }: ModelTrustInput, isUnlisted: boolean): boolean {
  return trustAnchorsByAaguid !== undefined || (metadata !== undefined && !isUnlisted);
}

function anchorsByAaguid(
  { trustAnchorsByAaguid = {} }: ModelTrustInput,
  aaguid: string,
): readonly Uint8Array[] {
  const [, anchors = []] =
    Object.entries(trustAnchorsByAaguid).find(([name]) => name.toLowerCase() === aaguid) ?? [];
  return anchors;
}

function aaguidText(bytes: Uint8Array): string {
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
