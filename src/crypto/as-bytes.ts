/** The same memory without Buffer's own methods, some of which (`slice`) mean something else. */
export function asBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
