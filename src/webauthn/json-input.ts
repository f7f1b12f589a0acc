/**
 * The JSON forms this library accepts: options from any site, answers from any page.
 *
 * Enumerations are open, as the specification has them (`DOMString`), lists may be read-only and members of
 * answers that older clients leave out are optional: the types of the same purpose in TypeScript's lib.dom
 * and in SimpleWebAuthn are assignable to these, and so is everything in `json.ts`.
 *
 * @see WebAuthn Level 3 §5.1.8 to §5.1.10
 */
import type { Base64url } from "./json.js";

/** Identifiers of the client extensions this library processes. */
type KnownExtensionId =
  | "appid"
  | "credBlob"
  | "credentialProtectionPolicy"
  | "credProps"
  | "enforceCredentialProtectionPolicy"
  | "getCredBlob"
  | "largeBlob"
  | "minPinLength"
  | "payment"
  | "pinComplexityPolicy"
  | "prf"
  | "uvm";

/**
 * Extension inputs or outputs by identifier. Unknown identifiers are ignored, as a client has to.
 *
 * The first form lets editors complete the known identifiers and accepts declared interfaces, which have no
 * index signature; the second accepts everything else.
 */
export type ExtensionsInput =
  Readonly<Partial<Record<KnownExtensionId, unknown>>> | Readonly<Record<string, unknown>>;

/** A credential named by a site; types other than `public-key` are ignored. */
export interface CredentialDescriptorInput {
  readonly type: string;
  readonly id: Base64url;
  readonly transports?: readonly string[];
}

/** Options `register` accepts. Unknown enumeration values count as absent. @see WebAuthn Level 3 §5.1.8 */
export interface CreationOptionsInput {
  readonly rp: { readonly id?: string; readonly name: string };
  readonly user: { readonly id: Base64url; readonly name: string; readonly displayName: string };
  readonly challenge: Base64url;
  readonly pubKeyCredParams: readonly { readonly type: string; readonly alg: number }[];
  /** Milliseconds the site asks for; the client decides (client profiles). */
  readonly timeout?: number;
  readonly excludeCredentials?: readonly CredentialDescriptorInput[];
  readonly authenticatorSelection?: {
    readonly authenticatorAttachment?: string;
    readonly residentKey?: string;
    readonly requireResidentKey?: boolean;
    readonly userVerification?: string;
  };
  readonly hints?: readonly string[];
  readonly attestation?: string;
  readonly attestationFormats?: readonly string[];
  readonly extensions?: ExtensionsInput;
}

/** Options `authenticate` accepts. Unknown enumeration values count as absent. @see WebAuthn Level 3 §5.1.9 */
export interface RequestOptionsInput {
  readonly challenge: Base64url;
  /** Milliseconds the site asks for; the client decides (client profiles). */
  readonly timeout?: number;
  readonly rpId?: string;
  readonly allowCredentials?: readonly CredentialDescriptorInput[];
  readonly userVerification?: string;
  readonly hints?: readonly string[];
  readonly extensions?: ExtensionsInput;
}

/** Answers `verifyRegistration` accepts. @see WebAuthn Level 3 §5.1 (toJSON) */
export interface RegistrationResponseInput {
  readonly id: Base64url;
  readonly rawId: Base64url;
  readonly type: string;
  readonly authenticatorAttachment?: string;
  readonly clientExtensionResults: ExtensionsInput;
  readonly response: {
    readonly clientDataJSON: Base64url;
    readonly attestationObject: Base64url;
    readonly authenticatorData?: Base64url;
    readonly transports?: readonly string[];
    readonly publicKey?: Base64url;
    readonly publicKeyAlgorithm?: number;
  };
}

/** Answers `verifyAssertion` accepts. @see WebAuthn Level 3 §5.1 (toJSON) */
export interface AuthenticationResponseInput {
  readonly id: Base64url;
  readonly rawId: Base64url;
  readonly type: string;
  readonly authenticatorAttachment?: string;
  readonly clientExtensionResults: ExtensionsInput;
  readonly response: {
    readonly clientDataJSON: Base64url;
    readonly authenticatorData: Base64url;
    readonly signature: Base64url;
    readonly userHandle?: Base64url;
  };
}
