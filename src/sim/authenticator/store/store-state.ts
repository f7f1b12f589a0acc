import { concat, utf8 } from "../../../core/bytes.js";
import type { CommandContext } from "../context.js";
import { persistentToken } from "../verification/pin-uv-grant.js";

const STATE_BYTES = 16;
const KEY_BYTES = 16;
const IV_BYTES = 16;
const SALT_BYTES = 32;

/** Called whenever the discoverable credentials are not what they were. @see CTAP 2.3 §6.4 (encCredStoreState) */
export function renewStoreState({ store }: Pick<CommandContext, "store">): void {
  store.remember({ credentialStoreState: undefined });
}

/**
 * Identifies this device, until a reset, to every client that holds the persistent token. @see CTAP 2.3 §6.4
 * (encIdentifier)
 */
export function encryptedIdentifier(context: CommandContext): Uint8Array {
  const { env, store } = context;
  const known = store.memory.deviceIdentifier;
  const identifier = known ?? env.entropy.bytes(STATE_BYTES);
  if (known === undefined) store.remember({ deviceIdentifier: identifier });
  return encrypt(context, identifier, "encIdentifier");
}

/**
 * Reports to every client that holds the persistent token whether the credentials changed. @see CTAP 2.3 §6.4
 * (encCredStoreState)
 */
export function encryptedStoreState(context: CommandContext): Uint8Array {
  const { env, store } = context;
  const known = store.memory.credentialStoreState;
  const state = known ?? env.entropy.bytes(STATE_BYTES);
  if (known === undefined) store.remember({ credentialStoreState: state });
  return encrypt(context, state, "encCredStoreState");
}

/** Encrypts with a fresh IV every time, so that no other party can correlate two answers. */
function encrypt(context: CommandContext, plaintext: Uint8Array, info: string): Uint8Array {
  const { crypto, env } = context;
  const key = crypto.hkdfSha256({
    secret: persistentToken(context),
    salt: new Uint8Array(SALT_BYTES),
    info: utf8(info),
    length: KEY_BYTES,
  });
  const iv = env.entropy.bytes(IV_BYTES);
  return concat(iv, crypto.cbcEncrypt(key, iv, plaintext));
}
