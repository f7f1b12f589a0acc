import { equalBytes } from "../../../core/bytes.js";
import { ExtensionOid, type Certificate } from "../certificate.js";
import { readDer, type DerItem } from "../der.js";
import { DerTag, insideOf, membersOf, oidOf, textOf } from "../der-values.js";
import { reading, VerificationError } from "../verification-error.js";

/** Choices of a GeneralName, by tag. @see RFC 5280 §4.2.1.6 */
export const NameForm = {
  OTHER: 0,
  MAIL: 1,
  DNS: 2,
  X400: 3,
  DIRECTORY: 4,
  EDI: 5,
  URI: 6,
  IP: 7,
  REGISTERED_ID: 8,
} as const;

/** Names one certificate or one subtree list may have. */
const NAMES_MAX = 256;

/** One GeneralName: its choice, and what that choice holds. */
export interface GeneralName {
  /** One of {@link NameForm}. */
  readonly form: number;
  /** Bytes of the value; of a directory name the DER of its Name. */
  readonly value: Uint8Array;
}

/** @throws {DerError} `DER_UNEXPECTED` when the item is no choice of GeneralName. */
export function generalNameOf(item: DerItem): GeneralName {
  if (item.tagClass !== "context" || item.tag > NameForm.REGISTERED_ID) {
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `context ${item.tag} is no kind of name`);
  }
  const value = item.tag === NameForm.DIRECTORY ? insideOf(item).raw : item.content;
  return { form: item.tag, value };
}

/** The names a certificate is for: its subject, when it has one, and its alternative names. */
export function namesOf(certificate: Certificate): readonly GeneralName[] {
  const own = { form: NameForm.DIRECTORY, value: certificate.subjectName.raw };
  const others = alternativeNames(certificate);
  return certificate.subject.length === 0 ? others : [own, ...others];
}

/** The names of the subject's alternative names. @throws {VerificationError} `RP_ATTESTATION_CERTIFICATE` */
export function alternativeNames({ extensions }: Certificate): readonly GeneralName[] {
  const extension = extensions.get(ExtensionOid.SUBJECT_ALT_NAME);
  if (extension === undefined) return [];
  return reading("RP_ATTESTATION_CERTIFICATE", "alternative names", () => {
    const items = membersOf(readDer(extension.value));
    if (items.length > NAMES_MAX) {
      throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `${items.length} alternative names`);
    }
    return items.map(generalNameOf);
  });
}

/** Relative names of a Name, each as one comparable text. @throws {DerError} */
export function relativeNames(name: DerItem): readonly string[] {
  return membersOf(name).map((relative) =>
    membersOf(relative, DerTag.SET).map(attributeText).sort().join("+"),
  );
}

/** Whether two names are one by the rules that compare them. @see RFC 5280 §7.1 */
export function isSameName(a: DerItem, b: DerItem): boolean {
  if (equalBytes(a.raw, b.raw)) return true;
  return reading("RP_ATTESTATION_CERTIFICATE", "name", () => {
    const [left, right] = [relativeNames(a), relativeNames(b)];
    return left.length === right.length && left.every((text, index) => text === right[index]);
  });
}

/** Whether a certificate names one party as issuer and subject. @see RFC 5280 §3.2 (self-issued) */
export function isSelfIssued({ issuerName, subjectName }: Certificate): boolean {
  return isSameName(issuerName, subjectName);
}

/** Strings of several types are one when case and runs of spaces are all that tells them apart. */
function attributeText(attribute: DerItem): string {
  const [type, value] = membersOf(attribute);
  const text = value === undefined ? "" : textOf(value);
  return `${oidOf(type)}=${JSON.stringify(text.normalize("NFKC").toLowerCase().trim().replaceAll(/\s+/g, " "))}`;
}
