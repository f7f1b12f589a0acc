/**
 * The JSON forms this library gives out: options of a simulated site, and answers of `register` and
 * `authenticate`. Binary members are base64url without padding.
 *
 * Lists are mutable and enumerations closed, so that every form here is assignable to the type of the same
 * name in TypeScript's lib.dom and in SimpleWebAuthn. What this library accepts is wider: `json-input.ts`.
 *
 * @see WebAuthn Level 3 §5.1.8 to §5.1.10
 */

/** Bytes as base64url text without padding. */
export type Base64url = string;

/** A credential named by a site. @see WebAuthn Level 3 §5.1.8 */
export interface PublicKeyCredentialDescriptorJSON {
  readonly type: "public-key";
  readonly id: Base64url;
  readonly transports?: string[];
}

/** How strongly a site insists on user verification or on a discoverable credential. */
export type RequirementJSON = "required" | "preferred" | "discouraged";

/** What a site demands of the authenticator. @see WebAuthn Level 3 §5.4.4 */
export interface AuthenticatorSelectionJSON {
  readonly authenticatorAttachment?: "platform" | "cross-platform";
  readonly residentKey?: RequirementJSON;
  readonly requireResidentKey?: boolean;
  readonly userVerification?: RequirementJSON;
}

/** Client extension inputs or outputs by extension identifier; binary values are base64url. */
export type ExtensionsJSON = Readonly<Record<string, unknown>>;

/** The kind of authenticator a site expects the user to choose. @see WebAuthn Level 3 §5.8.7 */
export type PublicKeyCredentialHintJSON = "security-key" | "client-device" | "hybrid";

/** Attestation statement formats of the IANA registry that both lib.dom and SimpleWebAuthn know. */
export type AttestationFormatJSON =
  "packed" | "tpm" | "android-key" | "android-safetynet" | "fido-u2f" | "apple" | "none";

/** Options of a registration. @see WebAuthn Level 3 §5.1.8 */
export interface PublicKeyCredentialCreationOptionsJSON {
  readonly rp: { readonly id?: string; readonly name: string };
  readonly user: { readonly id: Base64url; readonly name: string; readonly displayName: string };
  readonly challenge: Base64url;
  readonly pubKeyCredParams: { readonly type: "public-key"; readonly alg: number }[];
  /** Milliseconds the site asks for; the client decides (client profiles). */
  readonly timeout?: number;
  readonly excludeCredentials?: PublicKeyCredentialDescriptorJSON[];
  readonly authenticatorSelection?: AuthenticatorSelectionJSON;
  readonly hints?: PublicKeyCredentialHintJSON[];
  readonly attestation?: "none" | "indirect" | "direct" | "enterprise";
  readonly attestationFormats?: AttestationFormatJSON[];
  readonly extensions?: ExtensionsJSON;
}

/** Options of a login. @see WebAuthn Level 3 §5.1.9 */
export interface PublicKeyCredentialRequestOptionsJSON {
  readonly challenge: Base64url;
  /** Milliseconds the site asks for; the client decides (client profiles). */
  readonly timeout?: number;
  readonly rpId?: string;
  readonly allowCredentials?: PublicKeyCredentialDescriptorJSON[];
  readonly userVerification?: RequirementJSON;
  readonly hints?: PublicKeyCredentialHintJSON[];
  readonly extensions?: ExtensionsJSON;
}

/** What a page sends to its site after a registration. @see WebAuthn Level 3 §5.1 (toJSON) */
export interface RegistrationResponseJSON {
  readonly id: Base64url;
  readonly rawId: Base64url;
  readonly type: "public-key";
  readonly authenticatorAttachment?: "platform" | "cross-platform";
  readonly clientExtensionResults: ExtensionsJSON;
  readonly response: {
    readonly clientDataJSON: Base64url;
    readonly authenticatorData: Base64url;
    readonly attestationObject: Base64url;
    readonly transports: string[];
    /** SubjectPublicKeyInfo in DER. */
    readonly publicKey?: Base64url;
    /** COSE algorithm identifier. */
    readonly publicKeyAlgorithm: number;
  };
}

/** What a page sends to its site after a login. @see WebAuthn Level 3 §5.1 (toJSON) */
export interface AuthenticationResponseJSON {
  readonly id: Base64url;
  readonly rawId: Base64url;
  readonly type: "public-key";
  readonly authenticatorAttachment?: "platform" | "cross-platform";
  readonly clientExtensionResults: ExtensionsJSON;
  readonly response: {
    readonly clientDataJSON: Base64url;
    readonly authenticatorData: Base64url;
    readonly signature: Base64url;
    readonly userHandle?: Base64url;
  };
}
