import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { MessageError, type MessageFault } from "./message-error.js";

/**
 * Hears what an answer is read without: each member or list element that is not as specified, by its path, and what
 * is wrong with it. Requests are read without such a listener: an authenticator refuses them as a whole.
 */
export type UnreadableListener = (path: string, fault: MessageFault) => void;

/** One type of value, both directions: from the wire and onto it. */
export interface Wire<T> {
  /**
   * @param where the field's path, for the error.
   * @param onUnreadable hears which of its parts are left out because they cannot be read; when absent, each of them
   *   is an error of the whole.
   * @throws {MessageError} `MESSAGE_UNEXPECTED_TYPE` and what `T` adds.
   */
  read(value: CborValue, where: string, onUnreadable?: UnreadableListener): T;
  write(value: T): CborValue;
}

export const text = primitive("text", (value) => typeof value === "string");

export const bool = primitive("a boolean", (value) => typeof value === "boolean");

export const bytes = primitive("bytes", (value) => value instanceof Uint8Array);

/** An integer JavaScript holds exactly, such as a COSE identifier. */
export const int = primitive("an integer", (value) => typeof value === "number");

export const uint = primitive<number>(
  "an unsigned integer",
  (value) => typeof value === "number" && value >= 0,
);

/** Any unsigned integer of 64 bits; beyond 2^53 a bigint. */
export const uint64 = primitive<number | bigint>(
  "an unsigned integer",
  (value) => (typeof value === "number" || typeof value === "bigint") && value >= 0,
);

/** Whatever stands there, for members whose shape others know. */
export const anything = primitive<CborValue>("a value", () => true);

/** An attestation statement: a map, or for "compound" a list. */
export const mapOrList = primitive<CborValue>(
  "a map or a list",
  (value) => isCborMap(value) || isList(value),
);

/** Bytes of one length. @throws {MessageError} `MESSAGE_INVALID_VALUE` for any other. */
export function bytesOf(length: number): Wire<Uint8Array> {
  return {
    read(value, where) {
      const read = bytes.read(value, where);
      if (read.length === length) return read;
      throw new MessageError("MESSAGE_INVALID_VALUE", `${where} has ${read.length} bytes, not ${length}`);
    },
    write: (value) => value,
  };
}

/** A list. Answers are read without the elements that cannot be read. */
export function listOf<T>(element: Wire<T>): Wire<readonly T[]> {
  return {
    read(value, where, onUnreadable) {
      if (!isList(value)) throw unexpectedType(where, "a list");
      return value.flatMap((item, index) =>
        readUnlessUnreadable(`${where}[${index}]`, onUnreadable, (path) =>
          element.read(item, path, onUnreadable),
        ),
      );
    },
    write: (values) => values.map((value) => element.write(value)),
  };
}

/**
 * A list that says something as a whole, such as all that an authenticator supports: with one element that cannot be
 * read it says nothing, and counts as unreadable itself.
 */
export function wholeListOf<T>(element: Wire<T>): Wire<readonly T[]> {
  return {
    read(value, where, onUnreadable) {
      if (!isList(value)) throw unexpectedType(where, "a list");
      return value.map((item, index) => element.read(item, `${where}[${index}]`, onUnreadable));
    },
    write: (values) => values.map((value) => element.write(value)),
  };
}

/** A map whose keys are data, such as extension identifiers. Answers are read without what cannot be read in it. */
export function textMapOf<T>(member: Wire<T>): Wire<ReadonlyMap<string, T>> {
  return {
    read(value, where, onUnreadable) {
      const entries = [...readMap(value, where)].flatMap(([key, item]) =>
        readUnlessUnreadable(pathOf(where, key), onUnreadable, (path): [string, T] => {
          if (typeof key !== "string") throw unexpectedType(`a key of ${where}`, "text");
          return [key, member.read(item, path, onUnreadable)];
        }),
      );
      return new Map(entries);
    },
    write: (values) => new Map([...values].map(([key, value]) => [key, member.write(value)])),
  };
}

/** As {@link textMapOf}, but a plain object. */
export function recordOf<T>(member: Wire<T>): Wire<Readonly<Record<string, T>>> {
  const map = textMapOf(member);
  return {
    read: (value, where, onUnreadable) => Object.fromEntries(map.read(value, where, onUnreadable)),
    write: (values) => map.write(new Map(Object.entries(values))),
  };
}

/** A map whose members others know. */
export const wholeMap: Wire<CborMap> = { read: (value, where) => readMap(value, where), write: (map) => map };

/** @throws {MessageError} `MESSAGE_UNEXPECTED_TYPE` */
export function readMap(value: CborValue, where: string): CborMap {
  if (isCborMap(value)) return value;
  throw unexpectedType(where, "a map");
}

/** One value, or none where a listener hears that it cannot be read. @throws {MessageError} without a listener. */
export function readUnlessUnreadable<T>(
  path: string,
  onUnreadable: UnreadableListener | undefined,
  read: (path: string) => T,
): readonly T[] {
  try {
    return [read(path)];
  } catch (error) {
    if (onUnreadable === undefined || !(error instanceof MessageError)) throw error;
    onUnreadable(path, error.code);
    return [];
  }
}

/** A key of bytes is not shown. */
function pathOf(where: string, key: CborKey): string {
  return typeof key === "object" ? `${where}[]` : `${where}.${key}`;
}

function primitive<T extends CborValue>(
  name: string,
  is: ((value: CborValue) => value is T) | ((value: CborValue) => boolean),
): Wire<T> {
  return {
    read(value, where) {
      if (is(value)) return value as T;
      throw unexpectedType(where, name);
    },
    write: (value) => value,
  };
}

function isCborMap(value: CborValue): value is CborMap {
  return value instanceof Map;
}

function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}

function unexpectedType(where: string, wanted: string): MessageError {
  return new MessageError("MESSAGE_UNEXPECTED_TYPE", `${where} is not ${wanted}`);
}
