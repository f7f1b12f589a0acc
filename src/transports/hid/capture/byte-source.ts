/** Bytes of a file that come in chunks, taken in the lengths that its format has; keeps no more than is asked for. */
export class ByteSource {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  #offset = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** How many bytes were taken so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The next `length` bytes, which stay. @returns undefined when fewer are left. */
  async peek(length: number): Promise<DataView | undefined> {
    if (this.#held.length < length && !(await this.#fill(length))) return undefined;
    return new DataView(this.#held.buffer, this.#held.byteOffset, length);
  }

  /** The next `length` bytes. @returns undefined when fewer are left; those are then gone. */
  async take(length: number): Promise<DataView | undefined> {
    const view = await this.peek(length);
    this.#drop(view === undefined ? this.#held.length : length);
    return view;
  }

  /** Leaves out `length` bytes without keeping them. @returns whether there were so many. */
  async skip(length: number): Promise<boolean> {
    let left = length;
    while (left > this.#held.length) {
      left -= this.#held.length;
      this.#drop(this.#held.length);
      if (!(await this.#fill(1))) return false;
    }
    this.#drop(left);
    return true;
  }

  /** Whether nothing is left. */
  async ended(): Promise<boolean> {
    return this.#held.length === 0 && !(await this.#fill(1));
  }

  /** Lets go of the file before its end. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #drop(length: number): void {
    this.#held = this.#held.subarray(length);
    this.#offset += length;
  }

  async #fill(length: number): Promise<boolean> {
    const parts = [this.#held];
    let total = this.#held.length;
    while (total < length) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      parts.push(next.value);
      total += next.value.length;
    }
    const joined = new Uint8Array(total);
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    this.#held = joined;
    return total >= length;
  }
}
