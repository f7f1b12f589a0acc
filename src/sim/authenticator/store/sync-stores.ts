import { arg, checkArguments, parameters } from "../../../core/argument.js";
import { shape } from "../../../core/shape.js";
import type { Disarm } from "../../../core/clock.js";
import { credentialTag } from "../../../core/credential-tag.js";
import type { Env } from "../../../core/env.js";
import type { CredentialStore, StoreChange, CredentialSource } from "./credential-store.js";

export interface SyncRoute {
  readonly from: CredentialStore;
  readonly to: CredentialStore;
  /** From a change on one device to the same change on the other. */
  readonly delayMs: number;
}

const ROUTE = parameters<SyncRoute>({
  from: arg.having("a CredentialStore", "watch", "adopt"),
  to: arg.having("a CredentialStore", "watch", "adopt"),
  delayMs: shape.ms,
});

export interface StoreSync {
  /** Changes under way. */
  readonly pending: number;
  /** Ends it; what is under way never arrives, as when an account is signed out. */
  stop(): void;
}

const TIMER = "sync.delay";

/**
 * Lets the discoverable credentials of one device appear on another, as passkey providers do: new ones,
 * changed names and deletions, each `delayMs` after it happened, in that order. What is there at the start
 * sets out at once.
 *
 * One direction; two calls make both. What arrived by sync is not passed on, so three devices need three
 * pairs. Sign counters stay each device's own. From its arrival on a credential counts as backed up on both
 * devices (the flag BS where the profile says `backup: "eligible"`).
 *
 * @param env of the device that receives: its trace records credentials that come and go.
 */
export function syncStores(env: Env, route: SyncRoute): StoreSync {
  checkArguments("syncStores", { env: [arg.env, env], route: [ROUTE, route] });
  const { from, to, delayMs } = route;
  const underWay = new Set<Disarm>();

  const send = (deliver: () => void) => {
    const disarm = env.clock.arm(delayMs, TIMER, () => {
      underWay.delete(disarm);
      deliver();
    });
    underWay.add(disarm);
  };

  const deliver = (credential: CredentialSource) => {
    const there = to.find(credential.id);
    if (!to.adopt({ ...credential, signCount: there?.signCount ?? credential.signCount, backedUp: true }))
      return;
    if (from.find(credential.id) && credential.backedUp !== true)
      from.adopt({ ...latest(from, credential), backedUp: true });
    if (there === undefined) trace(env, "created", credential);
  };

  const onChange = ({ kind, credential, synced }: StoreChange) => {
    if (synced || !credential.discoverable) return;
    if (kind === "deleted") {
      send(() => {
        if (to.forget(credential.id)) trace(env, "deleted", credential);
      });
    } else if (kind === "added" || !isOnlyCounted(to.find(credential.id), credential)) {
      send(() => deliver(credential));
    }
  };

  for (const credential of from.credentials) onChange({ kind: "added", credential, synced: false });
  const unwatch = from.watch(onChange);
  return {
    get pending() {
      return underWay.size;
    },
    stop() {
      unwatch();
      for (const disarm of underWay) disarm();
      underWay.clear();
    },
  };
}

function latest(store: CredentialStore, credential: CredentialSource): CredentialSource {
  return store.find(credential.id) ?? credential;
}

/** Returns whether only the signature counter differs, which is local to each device and not synchronised. */
function isOnlyCounted(there: CredentialSource | undefined, here: CredentialSource): boolean {
  return (
    there?.userName === here.userName &&
    there?.userDisplayName === here.userDisplayName &&
    there?.rpName === here.rpName &&
    there?.extensions === here.extensions
  );
}

function trace(env: Env, change: "created" | "deleted", { id, rpId, userId }: CredentialSource): void {
  env.trace.emit({
    kind: "ctap.credential",
    change,
    credential: credentialTag(id),
    rpId,
    user: credentialTag(userId),
  });
}
