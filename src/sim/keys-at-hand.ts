import { credentialTag } from "../core/credential-tag.js";
import { envFor, type Env } from "../core/env.js";
import { CtapCommand } from "../ctap/command.js";
import type { CtapHandler } from "../ctap/device.js";
import { SimAuthenticator } from "./authenticator.js";
import { CredentialStore } from "./credential-store.js";
import type { Knobs } from "./knobs.js";
import type { LedgerKey } from "./ledger.js";
import { profileFor } from "./profile-for.js";
import type { SimUser } from "./user.js";

export interface KeysAtHandParts {
  readonly knobs: () => Knobs;
  readonly user: SimUser;
  /** The first authenticator and its memory. */
  readonly key: SimAuthenticator;
  readonly store: CredentialStore;
  /** Its name in the trace; the second one is called after it. */
  readonly name: string;
}

/** The person's two authenticators, of which `key.which` says the one at hand; the second may hold copies. */
export class KeysAtHand {
  readonly #env: Env;
  readonly #parts: KeysAtHandParts;
  readonly #secondName: string;
  readonly #secondStore = new CredentialStore();
  #second: SimAuthenticator | undefined;
  #forgetful: SimAuthenticator | undefined;

  constructor(env: Env, parts: KeysAtHandParts) {
    this.#env = env;
    this.#parts = parts;
    this.#secondName = `${parts.name}-2`;
  }

  readonly handle: CtapHandler = (request, options) => this.#atHand(request).handle(request, options);

  /** For the books: the keys on both. */
  get ledgerKeys(): readonly LedgerKey[] {
    const { store, name } = this.#parts;
    return [...keysIn(store, name), ...keysIn(this.#secondStore, this.#secondName)];
  }

  #atHand(request: Uint8Array): SimAuthenticator {
    const { knobs, key } = this.#parts;
    if (knobs().key.which === "second") return this.#secondOne();
    return this.#cannotFindYet(request) ? this.#forgetfulOne() : key;
  }

  /** A passkey that was just made may not be in the index yet. */
  #cannotFindYet(request: Uint8Array): boolean {
    const { knobs, store } = this.#parts;
    const { indexLagMs } = knobs().key;
    const newest = store.credentials.at(-1);
    if (indexLagMs === 0 || newest === undefined || request[0] !== CtapCommand.getAssertion) return false;
    return this.#env.clock.epochMs() < newest.createdAtEpochMs + indexLagMs;
  }

  #secondOne(): SimAuthenticator {
    if (this.#parts.knobs().key.second === "synced") this.#synchronise();
    return (this.#second ??= this.#another(this.#secondName, this.#secondStore));
  }

  /** The first one, looking into an index that has nothing. */
  #forgetfulOne(): SimAuthenticator {
    return (this.#forgetful ??= this.#another(this.#parts.name, new CredentialStore()));
  }

  #another(name: string, store: CredentialStore): SimAuthenticator {
    const { knobs, user } = this.#parts;
    return new SimAuthenticator(envFor(this.#env, name), { profile: profileFor(knobs()), store, user });
  }

  /** Copies what the first has and the second has not; every copy counts its signatures by itself. */
  #synchronise(): void {
    const { credentials, memory } = this.#secondStore.snapshot();
    const missing = this.#parts.store.credentials.filter(({ id }) => !this.#secondStore.find(id));
    if (missing.length === 0) return;
    const copies = missing.map((credential) => ({ ...credential, signCount: 0 }));
    this.#secondStore.restore({ credentials: [...credentials, ...copies], memory });
    const trace = this.#env.trace.as(this.#secondName);
    for (const { credential, rpId, user } of keysIn(
      new CredentialStore({ credentials: missing, memory }),
      "",
    )) {
      trace.emit({ kind: "ctap.credential", change: "created", credential, rpId, user });
    }
  }
}

function keysIn(store: CredentialStore, authenticator: string): readonly LedgerKey[] {
  return store.credentials.map(({ id, rpId, userId }) => ({
    authenticator,
    credential: credentialTag(id),
    rpId,
    user: credentialTag(userId),
  }));
}
