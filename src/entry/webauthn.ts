/** The client and the relying party of WebAuthn: ceremonies, client profiles, verification. */
export { ClientError } from "../webauthn/client-error.js";
export { authenticate } from "../webauthn/client/authenticate.js";
export type { Account, ClientContext, PinAttempt } from "../webauthn/client/client-context.js";
export { type PageError, toPageError } from "../webauthn/client/page-error.js";
export { PlanError } from "../webauthn/client/plan-uv.js";
export { register } from "../webauthn/client/register.js";
export { enterPin, type PinEntry, UserVerificationError } from "../webauthn/client/enter-pin.js";
export {
  type ExtensionInputs,
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
  type PrfInputs,
  type PublicKeyCredentialCreationOptions,
  type PublicKeyCredentialDescriptor,
  type PublicKeyCredentialRequestOptions,
} from "../webauthn/idl/parse-options.js";
export type {
  AuthenticationResponseInput,
  CreationOptionsInput,
  CredentialDescriptorInput,
  ExtensionsInput,
  RegistrationResponseInput,
  RequestOptionsInput,
} from "../webauthn/json-input.js";
export type {
  AttestationFormatJSON,
  AuthenticationResponseJSON,
  AuthenticatorSelectionJSON,
  Base64url,
  ExtensionsJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialDescriptorJSON,
  PublicKeyCredentialHintJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
  RequirementJSON,
} from "../webauthn/json.js";
export { type ClientProfile, effectiveTimeoutMs } from "../webauthn/profiles/client-profile.js";
export { CLIENT_PROFILES, SPEC_L3 } from "../webauthn/profiles/client-profiles.js";
export type { PageErrorName, PageReason } from "../webauthn/profiles/page-error-name.js";
export { playServicesPageError, windowsPageError } from "../webauthn/profiles/platform-error.js";
export type { IsPublicSuffix } from "../webauthn/rp-id.js";
export type { MetadataPolicy } from "../webauthn/rp/metadata/judge-metadata.js";
export type { MetadataEntry, StatusReport } from "../webauthn/rp/metadata/metadata-entry.js";
export { MetadataError } from "../webauthn/rp/metadata/metadata-error.js";
export {
  type MetadataBlob,
  type MetadataBlobOptions,
  verifyMetadataBlob,
} from "../webauthn/rp/metadata/verify-metadata-blob.js";
export type { CredentialRecord } from "../webauthn/rp/stored-credential.js";
export { VerificationError } from "../webauthn/rp/verification-error.js";
export {
  type ExpectedAssertion,
  type VerifiedAssertion,
  verifyAssertion,
} from "../webauthn/rp/verify-assertion.js";
export { type VerifiedAttestation, verifyAttestation } from "../webauthn/rp/verify-attestation.js";
export {
  type ExpectedRegistration,
  type VerifiedCredential,
  verifyRegistration,
} from "../webauthn/rp/verify-registration.js";
export { encodeSpki } from "../webauthn/spki.js";
