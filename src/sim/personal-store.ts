import type { StoredCredential } from "./credential-store.js";
import { LaggingStore } from "./lagging-store.js";

/** What one of a person's devices keeps: an index that may lag, and a picker that need not begin with the newest. */
export class PersonalStore extends LaggingStore {
  /** The device's picker lists what was made first on top. */
  oldestFirst = false;

  override discoverable(rpId: string): readonly StoredCredential[] {
    const newestFirst = super.discoverable(rpId);
    return this.oldestFirst ? newestFirst.toReversed() : newestFirst;
  }
}
