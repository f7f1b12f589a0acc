import { equalBytes, toBase64url } from "../core/bytes.js";
import { credentialTag } from "../core/credential-tag.js";
import { envFor, envIn, type Env } from "../core/env.js";
import type { TraceContext } from "../core/trace.js";
import type { CtapHandler } from "../ctap/device.js";
import { SimAuthenticator } from "./authenticator/authenticator.js";
import type { CredentialSource } from "./authenticator/store/credential-store.js";
import type { KnobOverrides, Knobs } from "./knobs/knobs.js";
import type { LedgerKey } from "../diagnosis/ledger.js";
import { OrderedCredentialStore } from "./authenticator/store/lagging-store.js";
import { ownTransports, profileFor, withLiveBackup } from "./profile-for.js";
import { syncStores } from "./authenticator/store/sync-stores.js";
import type { SimUser } from "./user.js";

export interface AuthenticatorSetDeps {
  readonly knobs: () => Knobs;
  readonly user: SimUser;
  /** The first authenticator and its memory. */
  readonly key: SimAuthenticator;
  readonly store: OrderedCredentialStore;
  /** Its name in the trace; the others are called after it. */
  readonly name: string;
}

/** Names one of the user's two devices. */
export type WhichKey = Knobs["key"]["which"];

/** Names an authenticator that is no device of its own: the computer's, a password manager's, a test tool's. */
export type WithoutDevice = "computer" | "vault" | "virtual";

/** One of the two devices, or one without a device of its own. */
export type WhichDevice = WhichKey | WithoutDevice;

/** Confirms everything at once, as a virtual authenticator with automatic presence simulation does. */
const ALWAYS_PRESENT: SimUser = { answer: async () => ({ answer: "approved" }) };

/** One place where passkeys are: a device, or one of the providers on it. */
interface CredentialProvider {
  readonly name: string;
  readonly store: OrderedCredentialStore;
  readonly authenticator: SimAuthenticator;
}

/**
 * Models the user's two devices, of which `key.which` selects the one at hand, each with two passkey providers, of
 * which `phone.provider` selects the one in use. Passkeys of the first device may reach the second by synchronisation.
 */
export class AuthenticatorSet {
  readonly #env: Env;
  readonly #deps: AuthenticatorSetDeps;
  readonly #providers = new Map<string, CredentialProvider>();
  /** Names and ids of credentials in order of arrival, for ledgers that do not depend on the device. */
  readonly #arrivals: { readonly name: string; readonly id: Uint8Array }[] = [];
  /** Ceremonies whose records say which account the second device's provider is signed in to. */
  readonly #toldIn = new Set<string>();
  #syncs = false;

  constructor(env: Env, deps: AuthenticatorSetDeps) {
    this.#env = env;
    this.#deps = deps;
    const { name, store, key: authenticator } = deps;
    this.#addProvider({ name, store, authenticator });
  }

  /** The one at hand when the request comes. */
  readonly handle: CtapHandler = (request, options) =>
    this.#providerFor(this.#knobs.key.which, options?.context).authenticator.handle(request, options);

  /** The same for APDUs of U2F. */
  readonly handleU2f: SimAuthenticator["handleU2f"] = (apdu, options) =>
    this.#providerFor(this.#knobs.key.which, options?.context).authenticator.handleU2f(apdu, options);

  handleOf(which: WhichDevice): CtapHandler {
    return (request, options) =>
      this.#providerFor(which, options?.context).authenticator.handle(request, options);
  }

  /** Whether an authenticator has one of these passkeys, or, where none is named, any of the site's. */
  holds(which: WithoutDevice, rpId: string, allowed: readonly { readonly id?: string }[]): boolean {
    const own = this.#providers.get(which)?.store.discoverable(rpId) ?? [];
    const named = allowed.flatMap(({ id }) => (id === undefined ? [] : [id]));
    return own.some(({ id }) => named.length === 0 || named.includes(toBase64url(id)));
  }

  /** Applies knobs that were set in the middle of a run: a virtual authenticator ends with its passkeys. */
  knobsChanged({ "client.virtualAuthenticator": attached }: KnobOverrides): void {
    const virtual = this.#providers.get("virtual");
    if (attached !== false || virtual === undefined) return;
    const { name, store } = virtual;
    for (const credential of [...store.credentials]) {
      if (!store.forget(credential.id)) continue;
      const { credential: tag, rpId, user } = ledgerKey(name, credential);
      const { trace } = envFor(this.#env, name);
      trace.emit({ kind: "ctap.credential", change: "deleted", credential: tag, rpId, user });
    }
  }

  /** Lists, for the ledger, the credentials on all devices in order of arrival. */
  get ledgerKeys(): readonly LedgerKey[] {
    const arrivalOf = (name: string, id: Uint8Array) =>
      this.#arrivals.findLastIndex((arrival) => arrival.name === name && equalBytes(arrival.id, id));
    return [...this.#providers.values()]
      .flatMap(({ name, store }) => store.credentials.map((credential) => ({ name, credential })))
      .sort((a, b) => arrivalOf(a.name, a.credential.id) - arrivalOf(b.name, b.credential.id))
      .map(({ name, credential }) => ledgerKey(name, credential));
  }

  get #knobs(): Knobs {
    return this.#deps.knobs();
  }

  #providerFor(which: WhichDevice, context?: TraceContext): CredentialProvider {
    const { key, link, phone } = this.#knobs;
    if (which !== "first" && which !== "second")
      return this.#providers.get(which) ?? this.#another(which, which);
    if (key.second === "synced" && phone.account === "same") this.#synchronise();
    if (key.second === "imported") this.#import();
    const device = this.#nameOf(which);
    // A security key is a provider by itself, and has no other.
    const hasProviders =
      link.road === "hybrid" || ownTransports(profileFor(this.#knobs, which)) !== undefined;
    const isSecond = phone.provider === "second" && hasProviders;
    const name = isSecond ? `${device}-provider-2` : device;
    const provider = this.#providers.get(name) ?? this.#another(name, which);
    provider.store.lagMs = key.indexLagMs;
    provider.store.oldestFirst = key.listOrder === "oldest-first";
    if (which === "second" && phone.account === "other") this.#tellOfAccount(provider, context);
    return provider;
  }

  #nameOf(which: WhichKey): string {
    return which === "first" ? this.#deps.name : `${this.#deps.name}-2`;
  }

  #another(name: string, which: WhichDevice): CredentialProvider {
    const { knobs } = this.#deps;
    const user = which === "virtual" ? ALWAYS_PRESENT : this.#deps.user;
    const store = new OrderedCredentialStore(this.#env.clock, 0);
    const own = profileFor(this.#knobs, which);
    const profile = which === "second" ? withLiveBackup(own, knobs) : own;
    const authenticator = new SimAuthenticator(envFor(this.#env, name), { profile, store, user });
    return this.#addProvider({ name, store, authenticator });
  }

  #addProvider(provider: CredentialProvider): CredentialProvider {
    const { name, store } = provider;
    store.watch(({ kind, credential: { id } }) => {
      if (kind === "added") this.#arrivals.push({ name, id });
    });
    this.#providers.set(name, provider);
    return provider;
  }

  /** Records, once for every ceremony, that a provider belongs to another account. */
  #tellOfAccount({ name, store }: CredentialProvider, context: TraceContext | undefined): void {
    const ceremony = context?.ceremony ?? "";
    if (this.#toldIn.has(ceremony)) return;
    this.#toldIn.add(ceremony);
    const { trace } = envIn(envFor(this.#env, name), context);
    trace.emit({ kind: "ctap.provider", account: "other", credentials: store.credentials.length });
  }

  /** An export of the first device's passkeys is read in at the second, whatever its make. */
  #import(): void {
    const name = this.#nameOf("second");
    const to = (this.#providers.get(name) ?? this.#another(name, "second")).store;
    this.#copy(this.#deps.store, { name, to, via: "import" });
  }

  /** Only within one make: no provider of one system writes into the other's. */
  #synchronise(): void {
    const { key, phone } = this.#knobs;
    if (phone.second !== "same-make") return;
    const name = this.#nameOf("second");
    const from = this.#deps.store;
    const to = (this.#providers.get(name) ?? this.#another(name, "second")).store;
    if (key.syncMs === 0) return this.#copy(from, { name, to });
    if (this.#syncs) return;
    this.#syncs = true;
    syncStores(envFor(this.#env, name), { from, to, delayMs: key.syncMs });
  }

  /**
   * Copies the credentials that the first store has and the second lacks; every copy keeps its own signature counter.
   */
  #copy(
    from: OrderedCredentialStore,
    {
      name,
      to,
      via,
    }: { readonly name: string; readonly to: OrderedCredentialStore; readonly via?: "import" },
  ): void {
    const trace = this.#env.trace.as(name);
    for (const credential of from.credentials) {
      if (to.credentials.some(({ id }) => equalBytes(id, credential.id))) continue;
      if (!to.adopt({ ...credential, signCount: 0 })) continue;
      const { credential: tag, rpId, user } = ledgerKey(name, credential);
      const created = { kind: "ctap.credential", change: "created", credential: tag, rpId, user } as const;
      trace.emit(via === undefined ? created : { ...created, via });
    }
  }
}

function ledgerKey(authenticator: string, { id, rpId, userId }: CredentialSource): LedgerKey {
  return { authenticator, credential: credentialTag(id), rpId, user: credentialTag(userId) };
}
