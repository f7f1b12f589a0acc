import { equalBytes } from "../../../core/bytes.js";
import { readDer } from "../der.js";
import { VerificationError } from "../verification-error.js";
import { NameForm, relativeNames, type GeneralName } from "./names.js";

/**
 * Whether a name is in the subtree that `base`, a name of the same form, stands for.
 *
 * @throws {VerificationError} `RP_ATTESTATION_NAME_CONSTRAINTS` for a form whose subtrees nothing defines: a
 *   constraint that cannot be processed forbids.
 * @see RFC 5280 §4.2.1.10
 */
export function isWithin(name: GeneralName, base: GeneralName): boolean {
  switch (name.form) {
    case NameForm.DIRECTORY:
      return isBelow(name.value, base.value);
    case NameForm.DNS:
      return isHostWithin(textOf(name.value), textOf(base.value));
    case NameForm.MAIL:
      return isMailAddressWithin(textOf(name.value), textOf(base.value));
    case NameForm.URI:
      return isUriWithin(textOf(name.value), textOf(base.value));
    case NameForm.IP:
      return isAddressWithin(name.value, base.value);
    default:
      throw new VerificationError(
        "RP_ATTESTATION_NAME_CONSTRAINTS",
        `constraints on names of kind ${name.form} are not processed here`,
      );
  }
}

function isBelow(name: Uint8Array, base: Uint8Array): boolean {
  const [own, wanted] = [relativeNames(readDer(name)), relativeNames(readDer(base))];
  return wanted.every((relative, index) => relative === own[index]);
}

/** The host itself and everything to the left of it; the empty base is every host. */
function isHostWithin(host: string, base: string): boolean {
  const [own, wanted] = [host.toLowerCase(), base.toLowerCase()];
  if (wanted === "" || own === wanted) return true;
  return own.endsWith(wanted.startsWith(".") ? wanted : `.${wanted}`);
}

/** A mail address, every one of a host, or of all hosts below a domain, by the base's form. */
function isMailAddressWithin(address: string, base: string): boolean {
  const at = address.lastIndexOf("@");
  const host = address.slice(at + 1).toLowerCase();
  const baseAt = base.lastIndexOf("@");
  if (baseAt !== -1) {
    return address.slice(0, at) === base.slice(0, baseAt) && host === base.slice(baseAt + 1).toLowerCase();
  }
  return isHostOrBelow(host, base);
}

/** By the host of the URI; one without a host, or with an address for it, is in no subtree. */
function isUriWithin(uri: string, base: string): boolean {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?([^:/?#[\]]+)(?::\d*)?(?:[/?#]|$)/i.exec(uri);
  const host = authority?.[1]?.toLowerCase();
  if (host === undefined || /^[\d.]+$/.test(host)) {
    throw new VerificationError("RP_ATTESTATION_NAME_CONSTRAINTS", "a URI under constraints names no host");
  }
  return isHostOrBelow(host, base);
}

/** That host alone, or, for a base with a leading dot, any host below it. */
function isHostOrBelow(host: string, base: string): boolean {
  const wanted = base.toLowerCase();
  return wanted.startsWith(".") ? host.endsWith(wanted) && host.length > wanted.length : host === wanted;
}

/** `base` is a network: an address and a mask of its length. */
function isAddressWithin(address: Uint8Array, base: Uint8Array): boolean {
  const { length } = address;
  if (base.length !== 2 * length) return false;
  const mask = base.subarray(length);
  const masked = (bytes: Uint8Array) => bytes.map((byte, index) => byte & (mask[index] ?? 0));
  return equalBytes(masked(address), masked(base.subarray(0, length)));
}

function textOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
