/**
 * The JSON forms any site speaks: what `PublicKeyCredential.parseCreationOptionsFromJSON` takes and
 * `toJSON()` gives. Binary members are base64url without padding.
 *
 * @see WebAuthn Level 3 §5.1.8 to §5.1.10
 */

export type Base64url = string;

export interface PublicKeyCredentialDescriptorJSON {
  readonly type: string;
  readonly id: Base64url;
  readonly transports?: readonly string[];
}

export interface AuthenticatorSelectionJSON {
  readonly authenticatorAttachment?: string;
  readonly residentKey?: string;
  readonly requireResidentKey?: boolean;
  readonly userVerification?: string;
}

/** Client extension inputs or outputs; each extension's file knows its own shape. */
export type ExtensionsJSON = Readonly<Record<string, unknown>>;

export interface PublicKeyCredentialCreationOptionsJSON {
  readonly rp: { readonly id?: string; readonly name: string };
  readonly user: { readonly id: Base64url; readonly name: string; readonly displayName: string };
  readonly challenge: Base64url;
  readonly pubKeyCredParams: readonly { readonly type: string; readonly alg: number }[];
  /** Milliseconds the site wishes for; the client decides (client profiles). */
  readonly timeout?: number;
  readonly excludeCredentials?: readonly PublicKeyCredentialDescriptorJSON[];
  readonly authenticatorSelection?: AuthenticatorSelectionJSON;
  readonly hints?: readonly string[];
  readonly attestation?: string;
  readonly attestationFormats?: readonly string[];
  readonly extensions?: ExtensionsJSON;
}

export interface PublicKeyCredentialRequestOptionsJSON {
  readonly challenge: Base64url;
  readonly timeout?: number;
  readonly rpId?: string;
  readonly allowCredentials?: readonly PublicKeyCredentialDescriptorJSON[];
  readonly userVerification?: string;
  readonly hints?: readonly string[];
  readonly extensions?: ExtensionsJSON;
}

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
    readonly transports: readonly string[];
    readonly publicKey?: Base64url;
    readonly publicKeyAlgorithm: number;
  };
}

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
