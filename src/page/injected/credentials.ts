import type { CredentialCall, PageReply } from "../protocol.js";
import type { DocumentLink } from "./document-link.js";
import { define, defineOperation } from "./functions.js";
import type { Interfaces } from "./interfaces.js";
import { convertCall } from "./options.js";
import type { Realm } from "./realm.js";

type Method = "create" | "get";

/**
 * Puts `navigator.credentials` in the place of the browser's.
 *
 * @see WebAuthn Level 3 §5.1; Credential Management Level 1 §2.3
 */
export function installCredentials(realm: Realm, interfaces: Interfaces, link: DocumentLink): void {
  const container = interfaces.of("CredentialsContainer").prototype;
  for (const method of ["create", "get"] as const)
    installMethod(realm, interfaces, { link, container, method });
  installStore(realm, interfaces, container);
  if (realm.navigator.credentials !== undefined) return;
  define(realm.navigator, "credentials", Object.create(container));
  defineOperation(container, "preventSilentAccess", 0, () => Promise.resolve());
}

interface MethodDeps {
  readonly link: DocumentLink;
  readonly container: object;
  readonly method: Method;
}

function installMethod(realm: Realm, interfaces: Interfaces, { link, container, method }: MethodDeps): void {
  const native = (container as Record<string, unknown>)[method];
  // A window loses its interfaces when its frame is removed.
  const { DOMException } = realm;
  const request = async (self: unknown, argument: unknown): Promise<unknown> => {
    if (realm.document.defaultView === null)
      throw new DOMException("The document is not fully active.", "InvalidStateError");
    if (self !== realm.navigator.credentials) throw new realm.TypeError("Illegal invocation");
    const converted = convertCall(realm, method, argument);
    if (converted === undefined)
      return typeof native === "function" ? (Reflect.apply(native, self, [argument]) as unknown) : null;
    const { call, signal } = converted;
    throwIfAborted(signal);
    const reply = await asked(link, call, signal);
    if ("credential" in reply) return interfaces.credential(reply.credential);
    const { name, message } = "fault" in reply ? reply.fault : { name: "UnknownError", message: "" };
    if (name === "AbortError") throwIfAborted(signal);
    throw name === "TypeError" ? new realm.TypeError(message) : new realm.DOMException(message, name);
  };
  defineOperation(container, method, 0, (self, [argument]) => request(self, argument));
}

/** A passkey is not stored by a page, and a browser says so of its own. */
function installStore(realm: Realm, interfaces: Interfaces, container: object): void {
  const native = (container as Record<string, unknown>)["store"];
  const store = async (self: unknown, args: readonly unknown[]): Promise<unknown> => {
    if (interfaces.isOwn(args[0]))
      throw new realm.DOMException(
        "Store operation not permitted for PublicKey credentials.",
        "NotSupportedError",
      );
    return typeof native === "function" ? (Reflect.apply(native, self, args) as unknown) : undefined;
  };
  defineOperation(container, "store", 1, store);
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
