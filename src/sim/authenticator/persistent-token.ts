import type { CommandContext } from "./context.js";

const PERSISTENT_TOKEN_BYTES = 32;

/**
 * The token for reading credentials, which survives power cycles; gone after a change of PIN and a reset.
 * Secret.
 *
 * @see CTAP 2.3 §6.5.2.2 (persistentPinUvAuthToken)
 */
export function persistentToken({ env, store }: CommandContext): Uint8Array {
  const known = store.memory.persistentToken;
  if (known !== undefined) return known;
  const fresh = env.entropy.bytes(PERSISTENT_TOKEN_BYTES);
  store.remember({ persistentToken: fresh });
  return fresh;
}
