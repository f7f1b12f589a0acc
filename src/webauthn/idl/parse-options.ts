import { fromBase64url } from "../../core/bytes.js";
import { ClientError } from "../client-error.js";
import {
  creationOptionsJson,
  requestOptionsJson,
  type ConvertedCreationOptions,
  type ConvertedDescriptor,
  type ConvertedExtensions,
  type ConvertedPrfValues,
  type ConvertedRequestOptions,
} from "./options-dictionaries.js";

/** A credential that a site names. @see WebAuthn Level 3 §5.8.3 */
export interface PublicKeyCredentialDescriptor extends Omit<ConvertedDescriptor, "id"> {
  readonly id: Uint8Array;
}

/** Inputs of one PRF evaluation, not yet hashed. @see WebAuthn Level 3 §10.1.4 */
export interface PrfInputs {
  readonly first: Uint8Array;
  readonly second?: Uint8Array;
}

/** Inputs of the extensions this library processes; members that the page did not give are absent. */
export interface ExtensionInputs extends Omit<ConvertedExtensions, "credBlob" | "largeBlob" | "prf"> {
  readonly credBlob?: Uint8Array;
  readonly largeBlob?: { readonly support?: string; readonly read?: boolean; readonly write?: Uint8Array };
  readonly prf?: {
    readonly eval?: PrfInputs;
    /** By the text the page wrote, which need not be a credential id. */
    readonly evalByCredential?: ReadonlyMap<string, PrfInputs>;
  };
}

/** Options of create() as a browser understands them. @see WebAuthn Level 3 §5.4 */
export interface PublicKeyCredentialCreationOptions extends Omit<
  ConvertedCreationOptions,
  "user" | "challenge" | "excludeCredentials" | "extensions"
> {
  readonly user: { readonly id: Uint8Array; readonly name: string; readonly displayName: string };
  readonly challenge: Uint8Array;
  readonly excludeCredentials: readonly PublicKeyCredentialDescriptor[];
  readonly extensions?: ExtensionInputs;
}

/** Options of get() as a browser understands them. @see WebAuthn Level 3 §5.5 */
export interface PublicKeyCredentialRequestOptions extends Omit<
  ConvertedRequestOptions,
  "challenge" | "allowCredentials" | "extensions"
> {
  readonly challenge: Uint8Array;
  readonly allowCredentials: readonly PublicKeyCredentialDescriptor[];
  readonly extensions?: ExtensionInputs;
}

/**
 * Converts a site's JSON to options of create(), as `PublicKeyCredential.parseCreationOptionsFromJSON` does.
 *
 * Types are converted as WebIDL has it (`null` to the text "null", `"-7"` to -7, timeouts modulo 2^32), members the
 * specification does not know are dropped, and binary members are decoded from base64url without padding.
 *
 * @param json what the site sent; anything at all.
 * @throws {ClientError} `OPTIONS_MALFORMED` where a browser throws TypeError, `OPTIONS_ENCODING` where it throws
 *   EncodingError.
 * @see WebAuthn Level 3 §5.1.8
 *
 * @example
 * parseCreationOptionsFromJSON({ ...options, user: { ...options.user, displayName: null } }).user.displayName; // "null"
 */
export function parseCreationOptionsFromJSON(json: unknown): PublicKeyCredentialCreationOptions {
  const { user, challenge, excludeCredentials, extensions, ...rest } = creationOptionsJson.convert(
    json,
    "options",
  );
  return {
    ...rest,
    user: { ...user, id: decode("options.user.id", user.id) },
    challenge: decode("options.challenge", challenge),
    excludeCredentials: decodeDescriptors("options.excludeCredentials", excludeCredentials),
    ...(extensions && { extensions: decodeExtensions(extensions) }),
  };
}

/**
 * The same for options of get(), as `PublicKeyCredential.parseRequestOptionsFromJSON` does.
 *
 * @param json what the site sent; anything at all.
 * @throws {ClientError} `OPTIONS_MALFORMED`, `OPTIONS_ENCODING`.
 * @see WebAuthn Level 3 §5.1.9
 *
 * @example
 * parseRequestOptionsFromJSON({ challenge: "AQI", timeout: "60000" }).timeout; // 60000
 */
export function parseRequestOptionsFromJSON(json: unknown): PublicKeyCredentialRequestOptions {
  const { challenge, allowCredentials, extensions, ...rest } = requestOptionsJson.convert(json, "options");
  return {
    ...rest,
    challenge: decode("options.challenge", challenge),
    allowCredentials: decodeDescriptors("options.allowCredentials", allowCredentials),
    ...(extensions && { extensions: decodeExtensions(extensions) }),
  };
}

function decodeDescriptors(
  at: string,
  list: readonly ConvertedDescriptor[],
): readonly PublicKeyCredentialDescriptor[] {
  return list.map(({ id, ...rest }, index) => ({ ...rest, id: decode(`${at}[${index}].id`, id) }));
}

function decodeExtensions({ credBlob, largeBlob, prf, ...rest }: ConvertedExtensions): ExtensionInputs {
  const at = "options.extensions";
  return {
    ...rest,
    ...(credBlob !== undefined && { credBlob: decode(`${at}.credBlob`, credBlob) }),
    ...(largeBlob && { largeBlob: decodeLargeBlob(`${at}.largeBlob`, largeBlob) }),
    ...(prf && { prf: decodePrf(`${at}.prf`, prf) }),
  };
}

function decodeLargeBlob(
  at: string,
  { write, ...rest }: NonNullable<ConvertedExtensions["largeBlob"]>,
): NonNullable<ExtensionInputs["largeBlob"]> {
  return { ...rest, ...(write !== undefined && { write: decode(`${at}.write`, write) }) };
}

function decodePrf(
  at: string,
  { eval: everyone, evalByCredential }: NonNullable<ConvertedExtensions["prf"]>,
): NonNullable<ExtensionInputs["prf"]> {
  return {
    ...(everyone && { eval: decodePrfValues(`${at}.eval`, everyone) }),
    ...(evalByCredential && {
      evalByCredential: new Map(
        [...evalByCredential].map(([id, values]) => [
          id,
          decodePrfValues(`${at}.evalByCredential[${id}]`, values),
        ]),
      ),
    }),
  };
}

function decodePrfValues(at: string, { first, second }: ConvertedPrfValues): PrfInputs {
  return {
    first: decode(`${at}.first`, first),
    ...(second !== undefined && { second: decode(`${at}.second`, second) }),
  };
}

/** Padding is no base64url to WebAuthn; bits left over at the end are passed over, as browsers do. */
function decode(at: string, text: string): Uint8Array {
  try {
    if (!text.includes("=")) return fromBase64url(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new ClientError("OPTIONS_ENCODING", `${at} is not base64url`, {
    hint: "send binary members as base64url without padding, as toJSON() does; a browser throws EncodingError",
  });
}
