import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { MessageError } from "./message-error.js";
import { CtapStatus } from "../status.js";
import { readMap, type Wire } from "./wire.js";

/** One member of a map on the wire: its key, its type, and whether it may be absent. */
export interface Field<T, Required extends boolean = boolean> {
  readonly key: CborKey;
  readonly wire: Wire<T>;
  readonly required: Required;
  /** What an authenticator answers when a required member is absent. */
  readonly statusWhenMissing: number;
}

/** The members of a map by the names this library gives them; both directions read the same table. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The object a table of fields describes. */
export type Values<F extends Fields> = {
  readonly [Name in keyof F as F[Name]["required"] extends true ? Name : never]: ValueOf<F[Name]>;
} & {
  readonly [Name in keyof F as F[Name]["required"] extends true ? never : Name]?: ValueOf<F[Name]>;
};

export function required<T>(
  key: CborKey,
  wire: Wire<T>,
  statusWhenMissing: number = CtapStatus.MISSING_PARAMETER,
): Field<T, true> {
  return { key, wire, required: true, statusWhenMissing };
}

export function optional<T>(key: CborKey, wire: Wire<T>): Field<T, false> {
  return { key, wire, required: false, statusWhenMissing: CtapStatus.MISSING_PARAMETER };
}

/** Encodes named values as a map. Omits absent and `undefined` members, as the encoding requires. */
export function toFields<F extends Fields>(fields: F, values: Values<F>): CborMap {
  const given = values as Readonly<Record<string, unknown>>;
  const map = new Map<CborKey, CborValue>();
  for (const [name, { key, wire }] of Object.entries(fields)) {
    const value = given[name];
    if (value !== undefined) map.set(key, wire.write(value));
  }
  return map;
}

/**
 * A map to named values. Members the table does not know are left out: newer versions add some.
 *
 * @param where path of the map itself, for errors; empty at the top.
 * @throws {MessageError} `MESSAGE_MISSING_FIELD`, `MESSAGE_UNEXPECTED_TYPE` and what the members' types add,
 *   for the first offender in the order of the table.
 */
export function fromFields<F extends Fields>(fields: F, map: CborMap, where = ""): Values<F> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const value = map.get(field.key);
    const path = where === "" ? name : `${where}.${name}`;
    if (value !== undefined) values[name] = field.wire.read(value, path);
    else if (field.required) {
      throw new MessageError("MESSAGE_MISSING_FIELD", `${path} is missing`, {
        status: field.statusWhenMissing,
      });
    }
  }
  return values as Values<F>;
}

/** A map inside a message. */
export function mapWith<F extends Fields>(fields: F): Wire<Values<F>> {
  return {
    read: (value, where) => fromFields(fields, readMap(value, where), where),
    write: (values) => toFields(fields, values),
  };
}
