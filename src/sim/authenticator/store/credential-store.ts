import type { CborValue } from "../../../cbor/value.js";
import { compareBytes, equalBytes, toHex } from "../../../core/bytes.js";

/** A credential as the authenticator keeps it. Holds a private key: never traced. */
export interface CredentialSource {
  readonly id: Uint8Array;
  readonly rpId: string;
  readonly rpName?: string;
  readonly userId: Uint8Array;
  readonly userName?: string;
  readonly userDisplayName?: string;
  /** COSE identifier. */
  readonly alg: number;
  /** As {@link CryptoProvider} takes it. */
  readonly secretKey: Uint8Array;
  /** False for one whose id wraps its own key: kept only so that a ledger can list it. */
  readonly discoverable: boolean;
  readonly createdAtEpochMs: number;
  /** Later creations have higher numbers: newest first is the order of assertions. */
  readonly serial: number;
  readonly signCount: number;
  /** A copy exists elsewhere; counts on devices whose profile says `backup: "eligible"`. */
  readonly backedUp?: boolean;
  /** What extensions keep with the credential, by extension id. */
  readonly extensions: ReadonlyMap<string, CborValue>;
}

/** What the device remembers besides credentials; gone after a reset. Holds secrets: never traced. */
export interface DeviceMemory {
  /** Encrypts what non-discoverable credential ids carry. */
  readonly wrappingKey?: Uint8Array;
  /** First 16 bytes of the PIN's SHA-256; absent while no PIN is set. */
  readonly pinHash?: Uint8Array;
  readonly pinCodePoints?: number;
  /** Absent while it is at its maximum. */
  readonly pinRetries?: number;
  /** Absent while it is at its maximum. */
  readonly uvRetries?: number;
  /** Whether a user is enrolled; the profile's value while absent. */
  readonly uvConfigured?: boolean;
  readonly forcePinChange?: boolean;
  /** The profile's word while absent. */
  readonly minPinLength?: number;
  readonly alwaysUv?: boolean;
  readonly enterpriseAttestation?: boolean;
  /** Sites that may learn the minimum PIN length; none while absent. */
  readonly minPinLengthRpIds?: readonly string[];
  /** The profile's word while absent. */
  readonly pinComplexityPolicy?: boolean;
  /** Whether the PIN that is set would pass the complexity policy; known since it was set. */
  readonly pinIsComplex?: boolean;
  /** The profile's word while absent. */
  readonly longTouchForReset?: boolean;
  /** Built-in verifications since the PIN was last entered. */
  readonly uvCountSincePin?: number;
  /** 16 random bytes that name the device to holders of the persistent token. */
  readonly deviceIdentifier?: Uint8Array;
  /** 16 random bytes, others whenever the discoverable credentials change; made when asked for. */
  readonly credentialStoreState?: Uint8Array;
  readonly persistentToken?: Uint8Array;
  readonly signCounter?: number;
  readonly nextSerial?: number;
  /** State of further commands, by a name of their own. */
  readonly more?: ReadonlyMap<string, CborValue>;
}

/** Everything a store holds at one moment; safe to keep, nothing changes it later. */
export interface StoreSnapshot {
  readonly credentials: readonly CredentialSource[];
  readonly memory: DeviceMemory;
}

/** What happened to one credential of a store. */
export interface StoreChange {
  readonly kind: "added" | "changed" | "deleted";
  /** As it is now; a deleted one as it was. */
  readonly credential: CredentialSource;
  /** Taken over from another store, not done on this device. */
  readonly synced: boolean;
}

export type NewCredentialSource = Omit<CredentialSource, "serial" | "signCount">;

/**
 * The memory of one authenticator, apart from the authenticator: it survives unplugging, and one that
 * was exported yesterday can be plugged in today.
 *
 * @example
 * const store = new CredentialStore();
 * // ... another authenticator later, with the same credentials:
 * new SimAuthenticator(env, { profile, store, user });
 */
export class CredentialStore {
  #credentials: readonly CredentialSource[];
  #memory: DeviceMemory;
  /** Ids that are answered for no more, in hexadecimal. */
  readonly #revoked = new Set<string>();
  readonly #watchers = new Set<(change: StoreChange) => void>();

  constructor(snapshot: StoreSnapshot = { credentials: [], memory: {} }) {
    this.#credentials = [...snapshot.credentials];
    this.#memory = snapshot.memory;
  }

  /** All of them, oldest first, non-discoverable ones included. */
  get credentials(): readonly CredentialSource[] {
    return this.#credentials;
  }

  get memory(): DeviceMemory {
    return this.#memory;
  }

  /** Changes the members named; `undefined` removes one. */
  remember(changes: { readonly [Member in keyof DeviceMemory]?: DeviceMemory[Member] | undefined }): void {
    const merged = { ...this.#memory, ...changes };
    this.#memory = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  }

  get discoverableCount(): number {
    return this.#credentials.filter(({ discoverable }) => discoverable).length;
  }

  find(id: Uint8Array): CredentialSource | undefined {
    return this.#credentials.find((credential) => equalBytes(credential.id, id));
  }

  /** Discoverable credentials of a site, newest first. */
  discoverable(rpId: string): readonly CredentialSource[] {
    return this.#credentials
      .filter((credential) => credential.discoverable && credential.rpId === rpId)
      .sort((a, b) => b.serial - a.serial);
  }

  /** The discoverable credential that a new one for this account would replace. */
  sameAccount(account: { readonly rpId: string; readonly userId: Uint8Array }): CredentialSource | undefined {
    return this.discoverable(account.rpId).find(({ userId }) => equalBytes(userId, account.userId));
  }

  /** Adds a credential; a discoverable one takes the place of that of the same site and user handle. */
  add(credential: NewCredentialSource): {
    readonly added: CredentialSource;
    readonly overwritten?: CredentialSource;
  } {
    const overwritten = credential.discoverable ? this.sameAccount(credential) : undefined;
    const serial = this.#memory.nextSerial ?? 0;
    const added: CredentialSource = { ...credential, serial, signCount: 0 };
    this.remember({ nextSerial: serial + 1 });
    this.#become([...this.#credentials.filter((other) => other !== overwritten), added]);
    return { added, ...(overwritten && { overwritten }) };
  }

  /** Replaces members of one credential. Returns false when there is none of that id. */
  update(id: Uint8Array, changes: Partial<Omit<CredentialSource, "id" | "serial">>): boolean {
    const known = this.find(id);
    if (known === undefined) return false;
    this.#become(this.#credentials.map((other) => (other === known ? { ...known, ...changes } : other)));
    return true;
  }

  /** Puts a credential in the place of the one of the same id. Returns false when there is none. */
  replace(credential: CredentialSource): boolean {
    const known = this.find(credential.id);
    this.#become(this.#credentials.map((other) => (other === known ? credential : other)));
    return known !== undefined;
  }

  delete(id: Uint8Array): CredentialSource | undefined {
    const known = this.find(id);
    this.#become(this.#credentials.filter((other) => other !== known));
    return known;
  }

  /**
   * Deletes a credential for good, also one that its id carries and that no real key can forget.
   *
   * @returns whether it was here.
   * @see WebAuthn Level 3 §11.7 (Remove Credential)
   */
  revoke(id: Uint8Array): boolean {
    this.#revoked.add(toHex(id));
    return this.delete(id) !== undefined;
  }

  isRevoked(id: Uint8Array): boolean {
    return this.#revoked.has(toHex(id));
  }

  /**
   * Takes over a credential of another store, key, id, counter and all; one of the same id or account gives
   * way, unless it was created later.
   *
   * @returns whether it is here now as given.
   */
  adopt(credential: CredentialSource): boolean {
    const twin = this.find(credential.id);
    const rival = twin ?? (credential.discoverable ? this.sameAccount(credential) : undefined);
    if (twin === undefined && rival !== undefined && isLater(rival, credential)) return false;
    const serial = twin?.serial ?? this.#memory.nextSerial ?? 0;
    if (twin === undefined) this.remember({ nextSerial: serial + 1 });
    this.remember({ credentialStoreState: undefined });
    const others = this.#credentials.filter((other) => other !== rival);
    this.#become([...others, { ...credential, serial }], { synced: true });
    return true;
  }

  /** Deletes what was deleted elsewhere. Returns it, `undefined` when it was not here. */
  forget(id: Uint8Array): CredentialSource | undefined {
    const known = this.find(id);
    if (known === undefined) return undefined;
    this.remember({ credentialStoreState: undefined });
    this.#become(
      this.#credentials.filter((other) => other !== known),
      { synced: true },
    );
    return known;
  }

  /**
   * Reports every change to a credential from now on; resets and restored snapshots are not reported.
   *
   * @returns what ends it.
   */
  watch(listener: (change: StoreChange) => void): () => void {
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  /** Advances and returns the counter of the whole device. */
  countGlobally(): number {
    const next = (this.#memory.signCounter ?? 0) + 1;
    this.remember({ signCounter: next });
    return next;
  }

  /** Advances and returns the counter of one credential; `undefined` when the store does not list it. */
  countFor(id: Uint8Array): number | undefined {
    const known = this.find(id);
    if (known === undefined) return undefined;
    this.update(id, { signCount: known.signCount + 1 });
    return known.signCount + 1;
  }

  /** Back to the factory: no credential, no PIN, no wrapping key. Returns what was deleted. */
  reset(): readonly CredentialSource[] {
    const deleted = this.#credentials;
    this.#credentials = [];
    this.#memory = {};
    return deleted;
  }

  snapshot(): StoreSnapshot {
    return { credentials: [...this.#credentials], memory: this.#memory };
  }

  #become(next: readonly CredentialSource[], { synced } = { synced: false }): void {
    const before = this.#credentials;
    this.#credentials = next;
    if (this.#watchers.size === 0) return;
    const notify = (kind: StoreChange["kind"], credential: CredentialSource) => {
      for (const listener of [...this.#watchers]) listener({ kind, credential, synced });
    };
    for (const gone of before) if (!next.some(({ id }) => equalBytes(id, gone.id))) notify("deleted", gone);
    for (const credential of next) {
      if (before.includes(credential)) continue;
      notify(before.some(({ id }) => equalBytes(id, credential.id)) ? "changed" : "added", credential);
    }
  }

  /** Makes this store what the snapshot was. */
  restore(snapshot: StoreSnapshot): void {
    this.#credentials = [...snapshot.credentials];
    this.#memory = snapshot.memory;
  }
}

/** Of two credentials for one account; the id decides where the clocks do not. */
function isLater(one: CredentialSource, other: CredentialSource): boolean {
  if (one.createdAtEpochMs !== other.createdAtEpochMs) return one.createdAtEpochMs > other.createdAtEpochMs;
  return compareBytes(one.id, other.id) > 0;
}
