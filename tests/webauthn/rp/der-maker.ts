import { concat, utf8 } from "../../../src/core/bytes.js";

/** DER for tests, and whatever a test wants to be wrong: nothing is checked. */
export function der(tag: number | readonly number[], ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(...contents);
  const head = typeof tag === "number" ? [tag] : tag;
  return concat(Uint8Array.from([...head, ...lengthOf(content.length)]), content);
}

export const sequence = (...items: readonly Uint8Array[]) => der(0x30, ...items);
export const set = (...items: readonly Uint8Array[]) => der(0x31, ...items);
export const octets = (bytes: Uint8Array) => der(0x04, bytes);
export const text = (value: string) => der(0x0c, utf8(value));
export const boolean = (value: boolean) => der(0x01, Uint8Array.of(value ? 0xff : 0));
export const bits = (bytes: Uint8Array) => der(0x03, Uint8Array.of(0), bytes);
export const explicit = (tag: number, item: Uint8Array) => der(contextTag(tag), item);

export function integer(value: number): Uint8Array {
  const digits: number[] = [];
  for (let rest = value; digits.length === 0 || rest > 0; rest = Math.floor(rest / 256))
    digits.unshift(rest % 256);
  if ((digits[0] as number) >= 0x80) digits.unshift(0);
  return der(0x02, Uint8Array.from(digits));
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

/** GeneralizedTime. */
export function time(epochMs: number): Uint8Array {
  const digits = new Date(epochMs).toISOString().replace(/\D/g, "").slice(0, 14);
  return der(0x18, utf8(`${digits}Z`));
}

function contextTag(tag: number): readonly number[] {
  return tag < 31 ? [0xa0 | tag] : [0xbf, ...base128(tag)];
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest & 0x7f) | 0x80);
  }
  return digits;
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
