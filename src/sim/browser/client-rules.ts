import type { ClientProfile } from "../../webauthn/profiles/client-profile.js";
import type {
  PublicKeyCredentialCreationOptions,
  PublicKeyCredentialRequestOptions,
} from "../../webauthn/idl/parse-options.js";
import { PageRejection } from "./page-rejection.js";

/** Words for `credentialProtectionPolicy`. @see CTAP 2.3 §12.1 (credProtect) */
const POLICIES: readonly (string | undefined)[] = [
  undefined,
  "userVerificationOptional",
  "userVerificationOptionalWithCredentialIDList",
  "userVerificationRequired",
];

/**
 * Refuses options of create() that a client refuses beyond the specification.
 *
 * @throws {PageRejection} RangeError, NotSupportedError.
 */
export function applyCreationRules(
  {
    excludeCredentials,
    extensions = {},
    authenticatorSelection,
    pubKeyCredParams,
  }: PublicKeyCredentialCreationOptions,
  { credentialListMax, judgesExtensions }: ClientProfile,
): void {
  refuseLongList(excludeCredentials, credentialListMax);
  if (!judgesExtensions) return;
  if (pubKeyCredParams.length > 0 && pubKeyCredParams.every(({ type }) => type !== "public-key"))
    throw new PageRejection("NotSupportedError", "unknown-credential-types");
  const { credentialProtectionPolicy: policy, enforceCredentialProtectionPolicy: isEnforced } = extensions;
  const { residentKey, requireResidentKey, userVerification } = authenticatorSelection ?? {};
  const isOptional = policy === undefined || policy === "userVerificationOptional";
  const keeps = residentKey === "required" || residentKey === "preferred" || requireResidentKey === true;
  const isOdd =
    !POLICIES.includes(policy) ||
    (isEnforced === true && isOptional) ||
    (policy === "userVerificationOptional" && !keeps) ||
    (policy === "userVerificationRequired" && userVerification !== "required");
  if (isOdd) throw new PageRejection("NotSupportedError", "extension-misused");
}

/** Refuses options of get() that a client refuses beyond the specification. @throws {PageRejection} */
export function applyRequestRules(
  { allowCredentials, extensions = {} }: PublicKeyCredentialRequestOptions,
  { credentialListMax, judgesExtensions }: ClientProfile,
): void {
  refuseLongList(allowCredentials, credentialListMax);
  if (judgesExtensions && extensions.credProps === true)
    throw new PageRejection("NotSupportedError", "extension-misused");
}

function refuseLongList({ length }: readonly unknown[], max: number | null): void {
  if (length > (max ?? Infinity)) throw new PageRejection("RangeError", "list-too-long");
}
