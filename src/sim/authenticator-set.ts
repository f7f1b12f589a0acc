import { equalBytes, toBase64url } from "../core/bytes.js";
import { credentialTag } from "../core/credential-tag.js";
import { envFor, type Env } from "../core/env.js";
import type { CtapHandler } from "../ctap/device.js";
import { SimAuthenticator } from "./authenticator/authenticator.js";
import type { CredentialSource } from "./authenticator/store/credential-store.js";
import type { Knobs } from "./knobs/knobs.js";
import type { LedgerKey } from "../diagnosis/ledger.js";
import { OrderedCredentialStore } from "./authenticator/store/lagging-store.js";
import { profileFor } from "./profile-for.js";
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

/** One of the two, or the authenticator in the computer itself. */
export type WhichDevice = WhichKey | "computer";

const COMPUTER = "computer";

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
  #syncs = false;

  constructor(env: Env, deps: AuthenticatorSetDeps) {
    this.#env = env;
    this.#deps = deps;
    const { name, store, key: authenticator } = deps;
    this.#addProvider({ name, store, authenticator });
  }

  /** The one at hand when the request comes. */
  readonly handle: CtapHandler = (request, options) =>
    this.#providerFor(this.#knobs.key.which).authenticator.handle(request, options);

  handleOf(which: WhichDevice): CtapHandler {
    return (request, options) => this.#providerFor(which).authenticator.handle(request, options);
  }

  /** Whether the computer itself has one of these passkeys, or, where none is named, any of the site's. */
  computerHolds(rpId: string, allowed: readonly { readonly id?: string }[]): boolean {
    const own = this.#providers.get(COMPUTER)?.store.discoverable(rpId) ?? [];
    const named = allowed.flatMap(({ id }) => (id === undefined ? [] : [id]));
    return own.some(({ id }) => named.length === 0 || named.includes(toBase64url(id)));
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

  #providerFor(which: WhichDevice): CredentialProvider {
    const { key, phone } = this.#knobs;
    if (which === COMPUTER) return this.#providers.get(COMPUTER) ?? this.#another(COMPUTER, which);
    if (key.second === "synced") this.#synchronise();
    const device = this.#nameOf(which);
    const name = phone.provider === "second" ? `${device}-provider-2` : device;
    const provider = this.#providers.get(name) ?? this.#another(name, which);
    provider.store.lagMs = key.indexLagMs;
    provider.store.oldestFirst = key.listOrder === "oldest-first";
    return provider;
  }

  #nameOf(which: WhichKey): string {
    return which === "first" ? this.#deps.name : `${this.#deps.name}-2`;
  }

  #another(name: string, which: WhichDevice): CredentialProvider {
    const { user } = this.#deps;
    const store = new OrderedCredentialStore(this.#env.clock, 0);
    const profile = profileFor(this.#knobs, which);
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
    { name, to }: { readonly name: string; readonly to: OrderedCredentialStore },
  ): void {
    const trace = this.#env.trace.as(name);
    for (const credential of from.credentials) {
      if (to.credentials.some(({ id }) => equalBytes(id, credential.id))) continue;
      if (!to.adopt({ ...credential, signCount: 0 })) continue;
      const { credential: tag, rpId, user } = ledgerKey(name, credential);
      trace.emit({ kind: "ctap.credential", change: "created", credential: tag, rpId, user });
    }
  }
}

function ledgerKey(authenticator: string, { id, rpId, userId }: CredentialSource): LedgerKey {
  return { authenticator, credential: credentialTag(id), rpId, user: credentialTag(userId) };
}
