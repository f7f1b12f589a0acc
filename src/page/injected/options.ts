import { ClientError } from "../../webauthn/client-error.js";
import { creationOptionsOfScript, requestOptionsOfScript } from "../../webauthn/idl/options-dictionaries.js";
import { domString } from "../../webauthn/idl/web-idl.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import type { CredentialCall } from "../protocol.js";
import type { Realm } from "./realm.js";

/** What a script hands to create() or get(), after the conversion that a browser makes of it. */
export interface ConvertedCall {
  readonly call: CredentialCall;
  readonly signal: AbortSignal | undefined;
}

const MEDIATIONS = ["silent", "optional", "conditional", "required"];

/** Members that ask for credentials of other kinds. */
const OTHER_KINDS = ["password", "federated", "identity", "digital", "otp"];
const ONE_KIND_ONLY =
  "Only exactly one of 'password', 'federated', and 'publicKey' credential types are currently supported.";

/**
 * Converts the argument of create() or get() as WebIDL has it, buffers to base64url.
 *
 * @returns `undefined` for a request that is not for a public key: it is the browser's own business.
 * @throws {TypeError} of the page's realm.
 * @see WebAuthn Level 3 §5.1.1, §5.1.2; Credential Management Level 1 §2.3.2
 */
export function convertCall(
  realm: Realm,
  method: "create" | "get",
  argument: unknown,
): ConvertedCall | undefined {
  const options = dictionary(realm, method, argument);
  const { publicKey, signal } = options;
  if (publicKey === undefined) return undefined;
  try {
    const mediation = mediationOf(realm, method, options["mediation"]);
    const call = mediation === undefined ? {} : { mediation };
    const converted: CredentialCall =
      method === "create"
        ? {
            ...call,
            method,
            options: toJson(creationOptionsOfScript.convert(publicKey, "publicKey")) as CreationOptionsInput,
          }
        : {
            ...call,
            method,
            options: toJson(requestOptionsOfScript.convert(publicKey, "publicKey")) as RequestOptionsInput,
          };
    const convertedSignal = signalOf(realm, method, signal);
    // get() answers the first kind that it knows; create() makes one thing only.
    if (method === "create" && OTHER_KINDS.some((kind) => options[kind] !== undefined))
      throw new realm.DOMException(ONE_KIND_ONLY, "NotSupportedError");
    return { call: converted, signal: convertedSignal };
  } catch (error) {
    throw error instanceof ClientError
      ? faultOfConversion(realm, messageOf(method, error.message), error)
      : error;
  }
}

/** What a script's own getter or `valueOf` threw reaches the script as it is; anything else is a TypeError. */
export function faultOfConversion(realm: Realm, message: string, { cause }: ClientError): unknown {
  return cause === undefined || cause instanceof realm.TypeError ? new realm.TypeError(message) : cause;
}

/** @see Credential Management Level 1 §2.3.2 (CredentialMediationRequirement) */
function mediationOf(realm: Realm, method: string, given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const mediation = domString.convert(given, "mediation");
  if (MEDIATIONS.includes(mediation)) return mediation;
  const problem = `Failed to read the 'mediation' property: The provided value '${mediation}' is not a valid enum value of type CredentialMediationRequirement`;
  throw new realm.TypeError(messageOf(method, problem));
}

/** Names the error that a page gets for JSON options that cannot be parsed. */
export function parseFault(realm: Realm, method: string, code: ClientError["code"], message: string): Error {
  const text = `Failed to execute '${method}' on 'PublicKeyCredential': ${message}.`;
  return code === "OPTIONS_ENCODING"
    ? new realm.DOMException(text, "EncodingError")
    : new realm.TypeError(text);
}

function dictionary(realm: Realm, method: string, argument: unknown): Readonly<Record<string, unknown>> {
  if (argument === undefined || argument === null) return {};
  if (typeof argument === "object" || typeof argument === "function")
    return argument as Record<string, unknown>;
  throw new realm.TypeError(
    messageOf(method, "The provided value is not of type 'CredentialCreationOptions'"),
  );
}

function signalOf(realm: Realm, method: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const isSignal =
    typeof signal === "object" && signal !== null && "aborted" in signal && "addEventListener" in signal;
  if (isSignal) return signal as AbortSignal;
  throw new realm.TypeError(
    messageOf(method, "Failed to read the 'signal' property: Failed to convert value to 'AbortSignal'"),
  );
}

function messageOf(method: string, problem: string): string {
  return `Failed to execute '${method}' on 'CredentialsContainer': ${problem}.`;
}

/** Turns maps, which the conversion of records gives, into plain objects. */
function toJson(value: unknown): unknown {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]) => [name, toJson(member)]));
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]));
}
