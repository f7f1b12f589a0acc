import { decodeCbor } from "../../../cbor/decode.js";
import { encodeCbor } from "../../../cbor/encode.js";
import { CborError, type CborMap, type CborValue } from "../../../cbor/value.js";
import { concat } from "../../../core/bytes.js";
import type { CommandContext } from "../context.js";

const WRAPPING_KEY_BYTES = 32;
const NONCE_BYTES = 12;

const KEY = { alg: 1, secretKey: 2, extensions: 3 } as const;

/** What a non-discoverable credential carries in its own id. */
export interface WrappedCredential {
  readonly alg: number;
  readonly secretKey: Uint8Array;
  readonly extensions: ReadonlyMap<string, CborValue>;
}

/** Whose credential it is: U2F knows a site by the hash of its name alone. */
export interface CredentialScope {
  readonly rpIdHash: Uint8Array;
}

/**
 * A credential id that only this store can open, and only for this site.
 *
 * AES-256-GCM under the store's wrapping key, the hash of the rp id as associated data; a reset makes a
 * new wrapping key and every id handed out before worthless.
 */
export function wrapCredential(
  context: CommandContext,
  credential: WrappedCredential,
  { rpIdHash }: CredentialScope,
): Uint8Array {
  const { crypto, env } = context;
  const plaintext = encodeCbor(
    new Map<number, CborValue>([
      [KEY.alg, credential.alg],
      [KEY.secretKey, credential.secretKey],
      [KEY.extensions, credential.extensions],
    ]),
  );
  const nonce = env.entropy.bytes(NONCE_BYTES);
  const sealed = crypto.gcmSeal(wrappingKey(context), nonce, plaintext, rpIdHash);
  return concat(nonce, sealed);
}

/** `undefined` for an id that is not ours, or of another site: an everyday event, not an error. */
export function unwrapCredential(
  context: CommandContext,
  id: Uint8Array,
  { rpIdHash }: CredentialScope,
): WrappedCredential | undefined {
  if (id.length <= NONCE_BYTES) return undefined;
  const plaintext = context.crypto.gcmOpen(
    wrappingKey(context),
    id.subarray(0, NONCE_BYTES),
    id.subarray(NONCE_BYTES),
    rpIdHash,
  );
  if (plaintext === undefined) return undefined;
  try {
    const map = decodeCbor(plaintext) as CborMap;
    return {
      alg: map.get(KEY.alg) as number,
      secretKey: map.get(KEY.secretKey) as Uint8Array,
      extensions: map.get(KEY.extensions) as ReadonlyMap<string, CborValue>,
    };
  } catch (error) {
    // Authentic but of another make: a store file that came from somewhere else.
    if (error instanceof CborError) return undefined;
    throw error;
  }
}

function wrappingKey({ store, env }: CommandContext): Uint8Array {
  const known = store.memory.wrappingKey;
  if (known !== undefined) return known;
  const fresh = env.entropy.bytes(WRAPPING_KEY_BYTES);
  store.remember({ wrappingKey: fresh });
  return fresh;
}
