/** Which byte of a message changes: from the end when `offset` is negative; `xor` is 0xff when absent. */
export interface Corruption {
  readonly offset: number;
  readonly xor?: number | undefined;
}

/** Says whether an effect can be applied to a message: a corruption needs the byte that it changes. */
export function isApplicable(
  effect: { readonly do: string } & Partial<Corruption>,
  message: Uint8Array,
): boolean {
  return effect.do !== "corrupt" || message.at(effect.offset ?? 0) !== undefined;
}

/** Returns the message with one byte changed; unchanged where the message has no such byte. */
export function corrupted(message: Uint8Array, { offset, xor = 0xff }: Corruption): Uint8Array {
  const at = offset < 0 ? message.length + offset : offset;
  return message.map((byte, index) => (index === at ? byte ^ xor : byte));
}
