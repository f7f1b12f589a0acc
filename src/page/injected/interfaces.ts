import { fromBase64url } from "../../core/bytes.js";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../webauthn/json.js";
import { define, defineAttribute, defineOperation } from "./functions.js";
import { membersOf, type Realm } from "./realm.js";

/** An interface object of the page, such as `PublicKeyCredential`. */
export type Interface = (abstract new () => object) & { readonly prototype: object };

/** What stands behind an object that a page was given. */
type Slots = ReadonlyMap<string, unknown>;

type Answer = RegistrationResponseJSON | AuthenticationResponseJSON;

const NAMES = [
  ["Credential"],
  ["PublicKeyCredential", "Credential"],
  ["AuthenticatorResponse"],
  ["AuthenticatorAttestationResponse", "AuthenticatorResponse"],
  ["AuthenticatorAssertionResponse", "AuthenticatorResponse"],
  ["CredentialsContainer"],
] as const;

type Name = (typeof NAMES)[number][0];

/** Attributes by interface; each reads what stands behind the object. */
const ATTRIBUTES: Readonly<Partial<Record<Name, readonly string[]>>> = {
  Credential: ["id", "type"],
  PublicKeyCredential: ["rawId", "response", "authenticatorAttachment"],
  AuthenticatorResponse: ["clientDataJSON"],
  AuthenticatorAttestationResponse: ["attestationObject"],
  AuthenticatorAssertionResponse: ["authenticatorData", "signature", "userHandle"],
};

/** Methods by interface; what stands behind the object is a function that gives the value. */
const METHODS: Readonly<Partial<Record<Name, readonly string[]>>> = {
  PublicKeyCredential: ["getClientExtensionResults", "toJSON"],
  AuthenticatorAttestationResponse: [
    "getTransports",
    "getAuthenticatorData",
    "getPublicKey",
    "getPublicKeyAlgorithm",
  ],
};

/**
 * The interfaces of WebAuthn in a page: the browser's own where it has them, so that `instanceof` and prototypes are
 * what scripts know; otherwise made here. Objects of the browser itself keep their behaviour.
 *
 * @see WebAuthn Level 3 §5.1, §5.2; WebIDL §3.7 (interfaces)
 */
export class Interfaces {
  readonly #realm: Realm;
  readonly #slots = new WeakMap<object, Slots>();
  readonly #byName = new Map<Name, Interface>();

  constructor(realm: Realm) {
    this.#realm = realm;
    for (const [name, parent] of NAMES) this.#byName.set(name, this.#interface(name, parent));
    for (const [name, attributes] of entriesOf(ATTRIBUTES)) {
      for (const attribute of attributes) this.#defineAttribute(this.of(name).prototype, attribute);
    }
    for (const [name, methods] of entriesOf(METHODS)) {
      for (const method of methods) this.#defineMethod(this.of(name).prototype, method);
    }
  }

  of(name: Name): Interface {
    return this.#byName.get(name) as Interface;
  }

  /** Whether a credential or a response was made here, and not by the browser. */
  isOwn(object: unknown): boolean {
    return this.#slots.has(object as object);
  }

  /** Makes the object that create() or get() resolves with. */
  credential(json: Answer): object {
    const { id, type, rawId, response, authenticatorAttachment = null, clientExtensionResults } = json;
    return this.#object("PublicKeyCredential", {
      id,
      type,
      rawId: this.#buffer(rawId),
      response: "attestationObject" in response ? this.#attestation(response) : this.#assertion(response),
      authenticatorAttachment,
      getClientExtensionResults: () => this.#extensionResults(clientExtensionResults),
      toJSON: () => copyOf(json),
    });
  }

  #attestation(response: RegistrationResponseJSON["response"]): object {
    const {
      clientDataJSON,
      attestationObject,
      transports,
      authenticatorData,
      publicKey,
      publicKeyAlgorithm,
    } = response;
    const data = this.#buffer(authenticatorData);
    const key = publicKey === undefined ? null : this.#buffer(publicKey);
    return this.#object("AuthenticatorAttestationResponse", {
      clientDataJSON: this.#buffer(clientDataJSON),
      attestationObject: this.#buffer(attestationObject),
      getTransports: () => [...transports],
      getAuthenticatorData: () => data,
      getPublicKey: () => key,
      getPublicKeyAlgorithm: () => publicKeyAlgorithm,
    });
  }

  #assertion(response: AuthenticationResponseJSON["response"]): object {
    const { clientDataJSON, authenticatorData, signature, userHandle } = response;
    return this.#object("AuthenticatorAssertionResponse", {
      clientDataJSON: this.#buffer(clientDataJSON),
      authenticatorData: this.#buffer(authenticatorData),
      signature: this.#buffer(signature),
      userHandle: userHandle === undefined ? null : this.#buffer(userHandle),
    });
  }

  /** Binary outputs are buffers for scripts, and base64url in JSON. @see WebAuthn Level 3 §10.1 */
  #extensionResults(json: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const results = copyOf(json) as Record<string, Record<string, unknown> | string | undefined>;
    const { prf, largeBlob, getCredBlob } = results;
    const values =
      typeof prf === "object" ? (prf["results"] as Record<string, string> | undefined) : undefined;
    for (const [name, value] of Object.entries(values ?? {})) {
      (values as Record<string, unknown>)[name] = this.#buffer(value);
    }
    if (typeof largeBlob === "object" && typeof largeBlob["blob"] === "string")
      largeBlob["blob"] = this.#buffer(largeBlob["blob"]);
    if (typeof getCredBlob !== "string") return results;
    return { ...results, getCredBlob: this.#buffer(getCredBlob) };
  }

  /** A buffer of the page's realm, where there is more than one. */
  #buffer(base64url: string): ArrayBuffer {
    const bytes = fromBase64url(base64url);
    const buffer = new this.#realm.ArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return buffer;
  }

  #object(name: Name, slots: Readonly<Record<string, unknown>>): object {
    // What a browser makes cannot be cloned, and neither can this.
    const made = new Proxy(Object.create(this.of(name).prototype) as object, {});
    this.#slots.set(made, new Map(Object.entries(slots)));
    return made;
  }

  #interface(name: Name, parentName: Name | undefined): Interface {
    const members = membersOf(this.#realm);
    const native = members[name];
    if (typeof native === "function") return native as unknown as Interface;
    const { TypeError } = this.#realm;
    const made = {
      [name]: function () {
        throw new TypeError("Illegal constructor");
      },
    }[name] as unknown as Interface;
    const parent = parentName && this.of(parentName);
    if (parent !== undefined) {
      Object.setPrototypeOf(made, parent);
      Object.setPrototypeOf(made.prototype, parent.prototype);
    }
    Object.defineProperty(made.prototype, Symbol.toStringTag, { value: name, configurable: true });
    define(this.#realm, name, made);
    return made;
  }

  #defineAttribute(prototype: object, name: string): void {
    const native: unknown = Reflect.get(Object.getOwnPropertyDescriptor(prototype, name) ?? {}, "get");
    defineAttribute(prototype, name, (self) => this.#read(self, name, native));
  }

  #defineMethod(prototype: object, name: string): void {
    const native: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    defineOperation(prototype, name, 0, (self) => {
      const own = this.#slots.get(self as object)?.get(name);
      return typeof own === "function" ? (own as () => unknown)() : this.#native(self, native);
    });
  }

  #read(self: unknown, name: string, native: unknown): unknown {
    const slots = this.#slots.get(self as object);
    return slots === undefined ? this.#native(self, native) : slots.get(name);
  }

  /** Asks the browser's own getter or method; it refuses objects that are none of its interface. */
  #native(self: unknown, native: unknown): unknown {
    if (typeof native === "function") return Reflect.apply(native, self, []) as unknown;
    throw new this.#realm.TypeError("Illegal invocation");
  }
}

/** Members in the order in which dictionaries are converted to objects. @see WebIDL §3.2.17 */
function copyOf<T>(json: T): T {
  const sorted = (_name: string, value: unknown): unknown =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return JSON.parse(JSON.stringify(json, sorted)) as T;
}

function entriesOf<T>(table: Readonly<Partial<Record<Name, T>>>): readonly [Name, T][] {
  return Object.entries(table) as [Name, T][];
}
