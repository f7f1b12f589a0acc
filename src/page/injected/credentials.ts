import { ClientError } from "../../webauthn/client-error.js";
import {
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from "../../webauthn/idl/parse-options.js";
import type { CredentialCall, PageReply, SignalName } from "../protocol.js";
import type { DocumentLink } from "./document-link.js";
import { define, type Interfaces } from "./interfaces.js";
import { convertCall, parseFault } from "./options.js";
import type { Realm } from "./realm.js";

type Method = "create" | "get";
type Native = ((options: unknown) => Promise<unknown>) | undefined;

const SIGNALS: readonly SignalName[] = [
  "signalUnknownCredential",
  "signalAllAcceptedCredentials",
  "signalCurrentUserDetails",
];

/**
 * Puts `navigator.credentials` and the statics of `PublicKeyCredential` in the place of the browser's.
 *
 * @see WebAuthn Level 3 §5.1; Credential Management Level 1 §2.3
 */
export function installCredentials(realm: Realm, interfaces: Interfaces, link: DocumentLink): void {
  const container = interfaces.of("CredentialsContainer").prototype;
  for (const method of ["create", "get"] as const)
    installMethod(realm, interfaces, { link, container, method });
  if (realm.navigator.credentials === undefined) {
    define(realm.navigator, "credentials", Object.create(container));
    for (const name of ["store", "preventSilentAccess"]) define(container, name, () => Promise.resolve());
  }
  installStatics(realm, interfaces, link);
}

interface MethodDeps {
  readonly link: DocumentLink;
  readonly container: object;
  readonly method: Method;
}

function installMethod(realm: Realm, interfaces: Interfaces, { link, container, method }: MethodDeps): void {
  const native = (container as Record<string, unknown>)[method] as Native;
  const request = async (self: unknown, argument: unknown): Promise<unknown> => {
    if (self !== realm.navigator.credentials) throw new realm.TypeError("Illegal invocation");
    const converted = convertCall(realm, method, argument);
    if (converted === undefined) return native === undefined ? null : Reflect.apply(native, self, [argument]);
    const { call, signal } = converted;
    throwIfAborted(signal);
    const reply = await asked(link, call, signal);
    if ("credential" in reply) return interfaces.credential(reply.credential);
    const { name, message } = "fault" in reply ? reply.fault : { name: "UnknownError", message: "" };
    if (name === "AbortError") throwIfAborted(signal);
    throw name === "TypeError" ? new realm.TypeError(message) : new realm.DOMException(message, name);
  };
  const holder = {
    [method](this: unknown, options?: unknown) {
      return request(this, options);
    },
  };
  Object.defineProperty(holder[method], "length", { value: 0, configurable: true });
  Object.defineProperty(container, method, {
    value: holder[method],
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw signal.reason;
}

/** Sends the call, and the page's abort while it is pending. */
async function asked(
  link: DocumentLink,
  call: CredentialCall,
  signal: AbortSignal | undefined,
): Promise<PageReply> {
  const { request, reply } = link.call(call);
  const abort = () => link.abort(request);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await reply;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

function installStatics(realm: Realm, interfaces: Interfaces, link: DocumentLink): void {
  const statics = interfaces.of("PublicKeyCredential");
  const ask = async (about: "capabilities" | "platform-authenticator") => {
    const reply = await link.ask(about);
    return "value" in reply ? reply.value : false;
  };
  define(statics, "isUserVerifyingPlatformAuthenticatorAvailable", () => ask("platform-authenticator"));
  define(statics, "isConditionalMediationAvailable", () => Promise.resolve(true));
  define(statics, "getClientCapabilities", () => ask("capabilities"));
  for (const signal of SIGNALS) {
    define(statics, signal, async (options: { readonly rpId?: string } | undefined) => {
      if (options?.rpId === undefined)
        throw new realm.TypeError(`Failed to execute '${signal}' on 'PublicKeyCredential'`);
      const reply = await link.signal(signal, options.rpId);
      if ("fault" in reply) throw new realm.DOMException(reply.fault.message, reply.fault.name);
    });
  }
  // A browser that has them knows better what it makes of options.
  const parse = (name: string, read: (json: unknown) => unknown) => {
    if (name in statics) return;
    define(statics, name, (json: unknown) => {
      try {
        return withBuffers(realm, read(json));
      } catch (error) {
        throw error instanceof ClientError ? parseFault(realm, name, error.code, error.message) : error;
      }
    });
  };
  parse("parseCreationOptionsFromJSON", parseCreationOptionsFromJSON);
  parse("parseRequestOptionsFromJSON", parseRequestOptionsFromJSON);
}

/** Gives scripts buffers where this library has bytes, and objects where it has maps. */
function withBuffers(realm: Realm, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    const buffer = new realm.ArrayBuffer(value.length);
    new Uint8Array(buffer).set(value);
    return buffer;
  }
  if (Array.isArray(value)) return value.map((element) => withBuffers(realm, element));
  if (typeof value !== "object" || value === null) return value;
  const members = value instanceof Map ? [...(value as Map<string, unknown>)] : Object.entries(value);
  return Object.fromEntries(members.map(([name, member]) => [name, withBuffers(realm, member)]));
}
