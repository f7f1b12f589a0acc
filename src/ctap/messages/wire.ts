import type { CborMap, CborValue } from "../../cbor/value.js";
import { MessageError } from "./message-error.js";

/** One type of value, both directions: from the wire and onto it. */
export interface Wire<T> {
  /** @param where the field's path, for the error. @throws {MessageError} `MESSAGE_UNEXPECTED_TYPE` and what `T` adds. */
  read(value: CborValue, where: string): T;
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

export function listOf<T>(element: Wire<T>): Wire<readonly T[]> {
  return {
    read(value, where) {
      if (!isList(value)) throw unexpectedType(where, "a list");
      return value.map((item, index) => element.read(item, `${where}[${index}]`));
    },
    write: (values) => values.map((value) => element.write(value)),
  };
}

/** A map whose keys are data, such as extension identifiers. */
export function textMapOf<T>(member: Wire<T>): Wire<ReadonlyMap<string, T>> {
  return {
    read(value, where) {
      const values = new Map<string, T>();
      for (const [key, item] of readMap(value, where)) {
        if (typeof key !== "string") throw unexpectedType(`a key of ${where}`, "text");
        values.set(key, member.read(item, `${where}.${key}`));
      }
      return values;
    },
    write: (values) => new Map([...values].map(([key, value]) => [key, member.write(value)])),
  };
}

/** As {@link textMapOf}, but a plain object. */
export function recordOf<T>(member: Wire<T>): Wire<Readonly<Record<string, T>>> {
  const map = textMapOf(member);
  return {
    read: (value, where) => Object.fromEntries(map.read(value, where)),
    write: (values) => map.write(new Map(Object.entries(values))),
  };
}

/** @throws {MessageError} `MESSAGE_UNEXPECTED_TYPE` */
export function readMap(value: CborValue, where: string): CborMap {
  if (isCborMap(value)) return value;
  throw unexpectedType(where, "a map");
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
