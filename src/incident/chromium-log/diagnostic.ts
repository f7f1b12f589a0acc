import { fromHex } from "../../core/bytes.js";
import { INCIDENT_LIMITS } from "../limits.js";

/** A value in CBOR's diagnostic notation, as far as Chromium writes it. Maps have their keys as text. */
export type Diagnostic =
  number | string | boolean | null | Uint8Array | readonly Diagnostic[] | DiagnosticMap;
export type DiagnosticMap = ReadonlyMap<string, Diagnostic>;

/**
 * Reads a value in diagnostic notation: integers, texts in quotes, `h'00'`, lists, maps, `true`, `false`, `null`.
 *
 * @returns `undefined` for anything else, text after the value included.
 * @see RFC 8949 §8 (diagnostic notation)
 */
export function parseDiagnostic(text: string): Diagnostic | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value(0);
    return reader.isAtEnd ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Thrown inside this file alone. */
class NotDiagnostic extends Error {}

const NUMBER = /-?\d+(?:\.\d+)?/y;
const WORD = /true|false|null|undefined/y;
const TEXT = /"((?:[^"\\]|\\.)*)"/y;
const BYTES = /h'([0-9A-Fa-f]*)'/y;
const SPACE = /\s*/y;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    this.#take(SPACE);
    return this.#at === this.#text.length;
  }

  value(depth: number): Diagnostic {
    if (depth > INCIDENT_LIMITS.NESTING_MAX) throw new NotDiagnostic();
    this.#take(SPACE);
    const character = this.#text[this.#at];
    if (character === "{") return this.#map(depth);
    if (character === "[") return this.#list(depth);
    const bytes = this.#take(BYTES);
    if (bytes !== undefined) return fromHex(bytes[1] ?? "");
    const text = this.#take(TEXT);
    if (text !== undefined) return (text[1] ?? "").replaceAll(/\\(.)/g, "$1");
    const word = this.#take(WORD)?.[0];
    if (word !== undefined) return word === "true" ? true : word === "false" ? false : null;
    const number = this.#take(NUMBER)?.[0];
    if (number !== undefined) return Number(number);
    throw new NotDiagnostic();
  }

  #map(depth: number): DiagnosticMap {
    const map = new Map<string, Diagnostic>();
    this.#items("}", () => {
      const key = this.value(depth + 1);
      this.#expect(":");
      map.set(typeof key === "string" || typeof key === "number" ? String(key) : "?", this.value(depth + 1));
    });
    return map;
  }

  #list(depth: number): readonly Diagnostic[] {
    const list: Diagnostic[] = [];
    this.#items("]", () => list.push(this.value(depth + 1)));
    return list;
  }

  #items(end: string, item: () => void): void {
    this.#at += 1;
    this.#take(SPACE);
    while (this.#text[this.#at] !== end) {
      item();
      this.#take(SPACE);
      if (this.#text[this.#at] === ",") this.#at += 1;
      else if (this.#text[this.#at] !== end) throw new NotDiagnostic();
      this.#take(SPACE);
    }
    this.#at += 1;
  }

  #expect(character: string): void {
    this.#take(SPACE);
    if (this.#text[this.#at] !== character) throw new NotDiagnostic();
    this.#at += 1;
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }
}
