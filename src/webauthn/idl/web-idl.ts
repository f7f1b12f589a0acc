import webIdl from "webidl-conversions";
import { toBase64url } from "../../core/bytes.js";
import { ClientError } from "../client-error.js";

/**
 * Converts JavaScript values to WebIDL types, as a browser does with what a page passes to it.
 *
 * Primitive types are those of the package webidl-conversions; dictionaries, sequences and records, which it leaves
 * to its users, are here.
 *
 * @see WebIDL §3.2 (JavaScript type mapping)
 */
export interface Conversion<T> {
  /** @param at where the value is, such as `options.user.id`. @throws {ClientError} `OPTIONS_MALFORMED`. */
  readonly convert: (value: unknown, at: string) => T;
  /** The value of a dictionary member that is absent; without it the member is absent from the result as well. */
  readonly byDefault?: T;
}

/** What a conversion gives. */
export type ConvertedBy<C> = C extends Conversion<infer T> ? T : never;

type Members = Readonly<Record<string, Conversion<unknown>>>;

/** What a dictionary holds once it is converted: its own members, without those it does not know. */
export type Dictionary<Present extends Members, Optional extends Members> = {
  readonly [Name in keyof Present]: ConvertedBy<Present[Name]>;
} & { readonly [Name in keyof Optional]?: ConvertedBy<Optional[Name]> };

export const domString = primitive("DOMString");
/** Text without lone surrogates. */
export const usvString = primitive("USVString");
export const boolean = primitive("boolean");
export const long = primitive("long");
export const unsignedLong = primitive("unsigned long");

/**
 * The bytes of an ArrayBuffer or of a view on one, as base64url text without padding. Buffers that can grow or are
 * shared are none; a detached one is empty.
 *
 * @see WebIDL §3.2.26
 */
export const bufferSource: Conversion<string> = {
  convert(value, at) {
    const bytes = bytesOf(value);
    if (bytes === undefined) throw malformed(at, "is not an ArrayBuffer or a view on one");
    return toBase64url(bytes);
  },
};

/** A dictionary member that has a value even when the page gives none. */
export function withDefault<T>({ convert }: Conversion<T>, byDefault: T): Conversion<T> {
  return { convert, byDefault };
}

/**
 * @param present members that are required, or have a default value.
 * @param optional members that may be absent.
 * @see WebIDL §3.2.17 (dictionary types)
 */
export function dictionary<Present extends Members, Optional extends Members>(
  present: Present,
  optional: Optional,
): Conversion<Dictionary<Present, Optional>> {
  // The specification's order, which decides the member that an error names.
  const members = Object.entries({ ...present, ...optional }).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    convert(value, at) {
      if (value !== undefined && value !== null && !isObject(value)) throw malformed(at, "is not an object");
      const result: Record<string, unknown> = {};
      for (const [name, { convert, byDefault }] of members) {
        const given = value === undefined || value === null ? undefined : memberOf(value, name);
        const where = `${at}.${name}`;
        if (given !== undefined) result[name] = convert(given, where);
        else if (byDefault !== undefined) result[name] = byDefault;
        else if (Object.hasOwn(present, name)) throw malformed(where, "is missing");
      }
      // The rows are those of the type.
      return result as Dictionary<Present, Optional>;
    },
  };
}

/** @see WebIDL §3.2.21 (sequences) */
export function sequence<T>(of: Conversion<T>): Conversion<readonly T[]> {
  return {
    convert(value, at) {
      if (!isObject(value) || !isIterable(value)) throw malformed(at, "is not a list");
      return Array.from(value, (element, index) => of.convert(element, `${at}[${index}]`));
    },
  };
}

/** A map from any names to one type of value, in the page's order. @see WebIDL §3.2.23 (records) */
export function record<T>(of: Conversion<T>): Conversion<ReadonlyMap<string, T>> {
  return {
    convert(value, at) {
      if (!isObject(value)) throw malformed(at, "is not an object");
      return new Map(
        Object.keys(value).map((name) => {
          const key = usvString.convert(name, at);
          return [key, of.convert(memberOf(value, name), `${at}[${key}]`)];
        }),
      );
    },
  };
}

type Primitive = "DOMString" | "USVString" | "boolean" | "long" | "unsigned long";

function primitive<Name extends Primitive>(name: Name): Conversion<ReturnType<(typeof webIdl)[Name]>> {
  return {
    convert(value, at) {
      try {
        const converted = webIdl[name](value);
        // The package gives -0 for multiples of 2^32; CBOR has no such integer.
        return (converted === 0 ? 0 : converted) as ReturnType<(typeof webIdl)[Name]>;
      } catch (cause) {
        // A page may pass objects whose own methods throw; JSON has none.
        throw malformed(at, `cannot be converted to ${name}`, cause);
      }
    },
  };
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Buffers may come from another realm, where `instanceof` does not hold. */
function bytesOf(value: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return bytesIn(value.buffer, value.byteOffset, value.byteLength);
  if (tagOf(value) !== "[object ArrayBuffer]") return undefined;
  const buffer = value as ArrayBuffer;
  return bytesIn(buffer, 0, buffer.byteLength);
}

function bytesIn(buffer: ArrayBufferLike, offset: number, length: number): Uint8Array | undefined {
  if (tagOf(buffer) === "[object SharedArrayBuffer]") return undefined;
  if ((buffer as { readonly resizable?: boolean }).resizable === true) return undefined;
  // No view can be had of a detached buffer.
  return length === 0 ? new Uint8Array(0) : new Uint8Array(buffer, offset, length);
}

function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value);
}

function isIterable(value: object): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === "function";
}

function memberOf(value: object, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name];
}

function malformed(at: string, problem: string, cause?: unknown): ClientError {
  return new ClientError("OPTIONS_MALFORMED", `${at} ${problem}`, {
    ...(cause !== undefined && { cause }),
    hint: "a browser refuses such options with a TypeError before it asks any authenticator",
  });
}
