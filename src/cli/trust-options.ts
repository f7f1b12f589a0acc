import { namingFile } from "./files/file-error.js";
import { readBytesFile, readTextFile } from "./files/read-file.js";
import { type ExpectedRegistration, verifyMetadataBlob } from "../entry/webauthn.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { choiceOption, textOption, textsOf } from "./options.js";

/** Whom the site trusts to attest, and what it makes of models. */
export type Trust = Pick<
  ExpectedRegistration,
  | "attestationPolicy"
  | "metadata"
  | "metadataPolicy"
  | "revocationLists"
  | "revocationPolicy"
  | "trustAnchors"
  | "trustAnchorsByAaguid"
>;

export const TRUST_OPTIONS = {
  "trust-anchor": { type: "string", multiple: true },
  metadata: { type: "string" },
  "metadata-anchor": { type: "string", multiple: true },
  "metadata-signer": { type: "string" },
  unlisted: { type: "string" },
  crl: { type: "string", multiple: true },
  revocation: { type: "string" },
  "attestation-types": { type: "string" },
} as const satisfies OptionTable;

const UNLISTED = ["refuse", "warn"] as const;
const REVOCATION = ["if-listed", "required"] as const;
const TYPES = ["none", "self", "basic", "attca", "anonca"] as const;

export const TRUST_HELP = `  --trust-anchor FILE  hold the attestation against certificates of this file (PEM or DER), as often as you like;
                       AAGUID=FILE is for one model alone. What they mean: docs/trust.md
  --metadata FILE      hold the model against this BLOB of the FIDO Metadata Service; with --metadata-anchor
  --metadata-anchor FILE  root of that service; --metadata-signer NAME where it is not mds.fidoalliance.org
  --unlisted CHOICE    a model that the BLOB does not list: ${UNLISTED.join(", ")} (refuse)
  --crl FILE           certificate revocation list of an issuer (PEM or DER), as often as you like
  --revocation CHOICE  ${REVOCATION.join(", ")} (if-listed): whether each certificate needs a list that says it is good
  --attestation-types LIST  accept these alone, such as basic,attca: ${TYPES.join(", ")}`;

/**
 * Reads whom the site trusts, before any device is asked.
 *
 * @param atEpochMs the date that the BLOB's certificates and its next update are judged by.
 * @throws {UsageError} USAGE, ENVIRONMENT. @throws {FileError} FILE_TOO_LARGE. @throws {MetadataError} for a BLOB that must not be used.
 */
export function trustOf(invocation: Invocation, atEpochMs: number): Trust {
  const anchors = textsOf(invocation, "trust-anchor").map(anchorIn);
  const forAll = anchors.flatMap(({ aaguid, ders }) => (aaguid === undefined ? ders : []));
  const byAaguid: Record<string, readonly Uint8Array[]> = {};
  for (const { aaguid, ders } of anchors) {
    if (aaguid !== undefined) byAaguid[aaguid] = [...(byAaguid[aaguid] ?? []), ...ders];
  }
  const lists = textsOf(invocation, "crl").flatMap((path) => dersIn(path, CRL));
  const unlisted = choiceOption(invocation, "unlisted", UNLISTED);
  const revocationPolicy = choiceOption(invocation, "revocation", REVOCATION);
  const metadata = metadataIn(invocation, atEpochMs);
  const types = typesIn(invocation);
  return {
    ...(forAll.length > 0 && { trustAnchors: forAll }),
    ...(Object.keys(byAaguid).length > 0 && { trustAnchorsByAaguid: byAaguid }),
    ...(metadata && { metadata }),
    ...(unlisted && { metadataPolicy: { unlisted } }),
    ...(lists.length > 0 && { revocationLists: lists }),
    ...(revocationPolicy && { revocationPolicy }),
    ...(types && { attestationPolicy: { types } }),
  };
}

const AAGUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function anchorIn(text: string): { readonly aaguid?: string; readonly ders: readonly Uint8Array[] } {
  const [before = "", ...rest] = text.split("=");
  const aaguid = before.toLowerCase();
  if (rest.length === 0 || !AAGUID.test(aaguid)) return { ders: dersIn(text, CERTIFICATE) };
  return { aaguid, ders: dersIn(rest.join("="), CERTIFICATE) };
}

function metadataIn(invocation: Invocation, atEpochMs: number): Trust["metadata"] {
  const path = textOption(invocation, "metadata");
  const anchors = textsOf(invocation, "metadata-anchor");
  const signerName = textOption(invocation, "metadata-signer");
  if (path === undefined) {
    const stray = ["metadata-signer", "unlisted"].find((name) => textOption(invocation, name) !== undefined);
    const without = anchors.length > 0 ? "metadata-anchor" : stray;
    if (without === undefined) return undefined;
    throw new UsageError("USAGE", `--${without} goes with --metadata FILE`);
  }
  if (anchors.length === 0) {
    throw new UsageError("USAGE", "--metadata goes with --metadata-anchor FILE", {
      hint: "a BLOB is worth what its signer is: for the FIDO Alliance's service the root is GlobalSign Root CA - R3",
    });
  }
  const trustAnchors = anchors.flatMap((anchor) => dersIn(anchor, CERTIFICATE));
  const text = readTextFile(path, { what: "metadata BLOB", limit: "METADATA_BYTES_MAX" }).trim();
  return namingFile(path, () =>
    verifyMetadataBlob(text, { trustAnchors, atEpochMs, ...(signerName !== undefined && { signerName }) }),
  );
}

function typesIn(invocation: Invocation): readonly (typeof TYPES)[number][] | undefined {
  const words = textOption(invocation, "attestation-types")?.split(",");
  return words?.map((word) => {
    const type = TYPES.find((one) => one === word.trim());
    if (type !== undefined) return type;
    throw new UsageError("USAGE", `--attestation-types takes ${TYPES.join(", ")}, not "${word}"`);
  });
}

/** What a file holds, as a message calls it, and between which lines PEM has it. */
interface DerKind {
  readonly what: string;
  readonly label: string;
}

const CERTIFICATE: DerKind = { what: "certificate", label: "CERTIFICATE" };
const CRL: DerKind = { what: "revocation list", label: "X509 CRL" };

const SEQUENCE = 0x30;

/** One DER structure, or any number of them as PEM. @throws {UsageError} ENVIRONMENT where neither is there. */
function dersIn(path: string, { what, label }: DerKind): readonly Uint8Array[] {
  const bytes = readBytesFile(path, { what, limit: "CERTIFICATE_BYTES_MAX" });
  if (bytes[0] === SEQUENCE) return [bytes];
  const text = new TextDecoder().decode(bytes);
  const parts = text.split(`-----BEGIN ${label}-----`).slice(1);
  const ders = parts.map((part) =>
    Uint8Array.from(Buffer.from(part.split(`-----END ${label}-----`)[0] ?? "", "base64")),
  );
  if (ders.length > 0 && ders.every((der) => der[0] === SEQUENCE)) return ders;
  throw new UsageError("ENVIRONMENT", `${path} holds no ${what}`, {
    hint: `it is read as PEM (-----BEGIN ${label}-----) or as DER`,
  });
}
