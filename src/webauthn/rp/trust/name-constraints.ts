import { ExtensionOid, nameAttributes, type Certificate } from "../certificate.js";
import { childrenOf, readDer, type DerItem } from "../der.js";
import { isContext, membersOf } from "../der-values.js";
import { reading, VerificationError } from "../verification-error.js";
import { isWithin } from "./name-matching.js";
import { generalNameOf, NameForm, namesOf, type GeneralName } from "./names.js";

/** An attribute that is a mail address where there is no alternative name that is one. @see RFC 5280 §4.2.1.6 */
const EMAIL_ATTRIBUTE = "1.2.840.113549.1.9.1";

/** Subtrees one certificate may state. */
const SUBTREES_MAX = 256;

/** The names that certificates below an authority may have. */
export interface NameConstraints {
  /** Of the forms named here, a name has to be within one. */
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/**
 * What an authority says of the names below it; `undefined` when it says nothing.
 *
 * @throws {VerificationError} `RP_ATTESTATION_CERTIFICATE`; `RP_ATTESTATION_NAME_CONSTRAINTS` for a subtree with
 *   a minimum or maximum, which no profile allows.
 * @see RFC 5280 §4.2.1.10
 */
export function nameConstraintsOf({ extensions }: Certificate): NameConstraints | undefined {
  const extension = extensions.get(ExtensionOid.NAME_CONSTRAINTS);
  if (extension === undefined) return undefined;
  return reading("RP_ATTESTATION_CERTIFICATE", "name constraints", () => {
    const lists = membersOf(readDer(extension.value));
    const subtrees = (tag: number) => {
      const list = lists.find((item) => isContext(item, tag));
      return list === undefined ? [] : childrenOf(list).map(baseOf);
    };
    const constraints = { permitted: subtrees(0), excluded: subtrees(1) };
    const count = constraints.permitted.length + constraints.excluded.length;
    if (count === 0 || count > SUBTREES_MAX) {
      throw new VerificationError("RP_ATTESTATION_CERTIFICATE", `name constraints with ${count} subtrees`);
    }
    return constraints;
  });
}

/**
 * Demands that each name of a certificate is one its authorities allow.
 *
 * @param constraints of every authority above the certificate: each of them has to be kept.
 * @throws {VerificationError} `RP_ATTESTATION_NAME_CONSTRAINTS`
 * @see RFC 5280 §6.1.3 (b), (c)
 */
export function demandNames(certificate: Certificate, constraints: readonly NameConstraints[]): void {
  if (constraints.length === 0) return;
  const names = [...namesOf(certificate), ...mailAddressesOfSubject(certificate)];
  for (const name of names) {
    for (const { permitted, excluded } of constraints) {
      const [allowed, forbidden] = [permitted, excluded].map((list) =>
        list.filter(({ form }) => form === name.form),
      );
      if (forbidden?.some((base) => isWithin(name, base)) === true) refuse(name, "is excluded");
      if (allowed?.length !== 0 && allowed?.some((base) => isWithin(name, base)) !== true) {
        refuse(name, "is outside what is permitted");
      }
    }
  }
}

function baseOf(subtree: DerItem): GeneralName {
  const [base, ...bounds] = membersOf(subtree);
  if (bounds.length > 0) {
    throw new VerificationError("RP_ATTESTATION_NAME_CONSTRAINTS", "a subtree has a minimum or a maximum");
  }
  if (base === undefined)
    throw new VerificationError("RP_ATTESTATION_CERTIFICATE", "a subtree without a base");
  return generalNameOf(base);
}

/** Old certificates write their mail address into the subject. */
function mailAddressesOfSubject(certificate: Certificate): readonly GeneralName[] {
  if (namesOf(certificate).some(({ form }) => form === NameForm.MAIL)) return [];
  return nameAttributes(certificate.subjectName)
    .filter(({ oid }) => oid === EMAIL_ATTRIBUTE)
    .map(({ text }) => ({ form: NameForm.MAIL, value: new TextEncoder().encode(text) }));
}

function refuse({ form }: GeneralName, what: string): never {
  const [word = "a name"] = Object.entries(NameForm).find(([, tag]) => tag === form) ?? [];
  throw new VerificationError("RP_ATTESTATION_NAME_CONSTRAINTS", `a name of form ${word} ${what}`);
}
