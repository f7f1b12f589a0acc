import { fromBase64url } from "../../core/bytes.js";
import { ClientError } from "../../webauthn/client-error.js";
import {
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from "../../webauthn/idl/parse-options.js";
import { dictionary, domString, sequence } from "../../webauthn/idl/web-idl.js";
import type { SignalName } from "../protocol.js";
import type { DocumentLink } from "./document-link.js";
import { defineOperation } from "./functions.js";
import type { Interfaces } from "./interfaces.js";
import { faultOfConversion, parseFault } from "./options.js";
import type { Realm } from "./realm.js";

/** Dictionaries of the Signal API, and which of their members are ids. @see WebAuthn Level 3 §5.1.10 */
const SIGNALS = {
  signalUnknownCredential: dictionary({ credentialId: domString, rpId: domString }, {}),
  signalAllAcceptedCredentials: dictionary(
    { allAcceptedCredentialIds: sequence(domString), rpId: domString, userId: domString },
    {},
  ),
  signalCurrentUserDetails: dictionary(
    { displayName: domString, name: domString, rpId: domString, userId: domString },
    {},
  ),
} as const;

const ID_MEMBERS = ["credentialId", "userId", "allAcceptedCredentialIds"];

/** Puts the static methods of `PublicKeyCredential` in the place of the browser's. @see WebAuthn Level 3 §5.1 */
export function installStatics(realm: Realm, interfaces: Interfaces, link: DocumentLink): void {
  const statics = interfaces.of("PublicKeyCredential");
  installQuestions(statics, link);
  for (const [name, members] of Object.entries(SIGNALS)) {
    const signal = async (options: unknown): Promise<void> => {
      const rpId = rpIdOf(realm, { name, members }, options);
      const reply = await link.signal(name as SignalName, rpId);
      if ("fault" in reply) throw new realm.DOMException(reply.fault.message, reply.fault.name);
    };
    defineOperation(statics, name, 1, (_self, [options]) => signal(options));
  }
  // A browser that has them knows better what it makes of options.
  const parse = (name: string, read: (json: unknown) => unknown) => {
    if (name in statics) return;
    defineOperation(statics, name, 1, (_self, [json]) => {
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

function installQuestions(statics: object, link: DocumentLink): void {
  const native = (statics as Record<string, unknown>)["getClientCapabilities"];
  const isPlatform = async () => {
    const reply = await link.ask("platform-authenticator");
    return "value" in reply ? reply.value : false;
  };
  /** The browser's own names and what its scripts can do; what depends on authenticators is the harness's. */
  const capabilities = async (self: unknown) => {
    const own: unknown = typeof native === "function" ? await Reflect.apply(native, self, []) : {};
    const reply = await link.ask("capabilities");
    const ours = "value" in reply && typeof reply.value === "object" ? reply.value : {};
    const all = { ...(own as Record<string, boolean>), ...ours };
    return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  defineOperation(statics, "isUserVerifyingPlatformAuthenticatorAvailable", 0, () => isPlatform());
  defineOperation(statics, "isConditionalMediationAvailable", 0, () => Promise.resolve(true));
  defineOperation(statics, "getClientCapabilities", 0, (self) => capabilities(self));
}

/** Converts what a script signals. @throws {TypeError} of the page's realm, for ids that are not base64url too. */
function rpIdOf(
  realm: Realm,
  { name, members }: { readonly name: string; readonly members: (typeof SIGNALS)[SignalName] },
  options: unknown,
): string {
  const say = (problem: string) => `Failed to execute '${name}' on 'PublicKeyCredential': ${problem}.`;
  try {
    const converted: Readonly<Record<string, unknown>> & { readonly rpId: string } = members.convert(
      options,
      "options",
    );
    for (const member of ID_MEMBERS) {
      for (const id of [converted[member] ?? []].flat()) fromBase64url(id as string);
    }
    return converted.rpId;
  } catch (error) {
    if (error instanceof ClientError) throw faultOfConversion(realm, say(error.message), error);
    if (error instanceof RangeError) throw new realm.TypeError(say("an id is not base64url"));
    throw error;
  }
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
