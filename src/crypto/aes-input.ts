/** The same memory without Buffer's own methods, some of which (`slice`) mean something else. */
export function asBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Length checks both providers share; a wrong length is a bug of the caller, hence `RangeError`. */

export const BLOCK_BYTES = 16;
export const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const KEY_128_BYTES = 16;
const KEY_256_BYTES = 32;

/** @throws {RangeError} unless the key has 32 bytes and the block 16. */
export function checkBlockInput(key: Uint8Array, block: Uint8Array): void {
  checkKey256(key);
  if (block.length !== BLOCK_BYTES) throw new RangeError(`a block has ${BLOCK_BYTES} bytes`);
}

/** @throws {RangeError} for a key, IV or text of a length CBC cannot use. */
export function checkCbcInput(input: {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly text: Uint8Array;
}): void {
  const { key, iv, text } = input;
  if (key.length !== KEY_128_BYTES && key.length !== KEY_256_BYTES) {
    throw new RangeError(`the key has ${KEY_128_BYTES} or ${KEY_256_BYTES} bytes`);
  }
  if (iv.length !== BLOCK_BYTES) throw new RangeError(`the IV has ${BLOCK_BYTES} bytes`);
  if (text.length % BLOCK_BYTES !== 0)
    throw new RangeError(`the text is no multiple of ${BLOCK_BYTES} bytes`);
}

/** @throws {RangeError} unless the key has 32 bytes and the nonce 12. */
export function checkGcmInput(key: Uint8Array, nonce: Uint8Array): void {
  checkKey256(key);
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`the nonce has ${NONCE_BYTES} bytes`);
}

function checkKey256(key: Uint8Array): void {
  if (key.length !== KEY_256_BYTES) throw new RangeError(`the key has ${KEY_256_BYTES} bytes`);
}
