import { equalBytes } from "../../../core/bytes.js";
import type { Clock } from "../../../core/clock.js";
import { CredentialStore, type CredentialSource, type StoreSnapshot } from "./credential-store.js";

/**
 * A store whose index falls behind: a credential is there at once and found only later, as with password managers
 * that sync. Public report: a passkey that took 7 s to be offered.
 */
export class LaggingStore extends CredentialStore {
  /** From creation to being found, in milliseconds; `Infinity` for never. */
  lagMs: number;
  readonly #clock: Clock;

  constructor(clock: Clock, lagMs: number, snapshot?: StoreSnapshot) {
    super(snapshot);
    this.#clock = clock;
    this.lagMs = lagMs;
  }

  override find(id: Uint8Array): CredentialSource | undefined {
    const found = super.find(id);
    return found && this.#isIndexed(found) ? found : undefined;
  }

  override discoverable(rpId: string): readonly CredentialSource[] {
    return super.discoverable(rpId).filter((credential) => this.#isIndexed(credential));
  }

  /** Storing goes by the storage, not by the index. */
  override sameAccount(account: {
    readonly rpId: string;
    readonly userId: Uint8Array;
  }): CredentialSource | undefined {
    return super.discoverable(account.rpId).find(({ userId }) => equalBytes(userId, account.userId));
  }

  #isIndexed({ createdAtEpochMs }: CredentialSource): boolean {
    return this.#clock.epochMs() - createdAtEpochMs >= this.lagMs;
  }
}

/**
 * Stores the credentials of one of a user's devices: its index may lag, and its picker need not begin with the newest.
 */
export class OrderedCredentialStore extends LaggingStore {
  /** The device's picker lists what was made first on top. */
  oldestFirst = false;

  override discoverable(rpId: string): readonly CredentialSource[] {
    const newestFirst = super.discoverable(rpId);
    return this.oldestFirst ? newestFirst.toReversed() : newestFirst;
  }
}
