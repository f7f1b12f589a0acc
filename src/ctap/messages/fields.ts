import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { MessageError } from "./message-error.js";
import { CtapStatus } from "../status.js";
import { readMap, type UnreadableListener, type Wire } from "./wire.js";

/** One member of a map on the wire: its key, its type, and whether it may be absent. */
export interface Field<T, Required extends boolean = boolean> {
  readonly key: CborKey;
  readonly wire: Wire<T>;
  readonly required: Required;
  /** What an authenticator answers when a required member is absent. */
  readonly statusWhenMissing: number;
  /** See {@link FieldDetail.inAnswers}. */
  readonly inAnswers?: ((read: Readonly<Record<string, unknown>>) => T | undefined) | undefined;
}

/** What a required member may have besides its type. */
export interface FieldDetail<T> {
  /** What an authenticator answers when it is absent; MISSING_PARAMETER unless given. */
  readonly status?: number;
  /**
   * The value that stands for a member that an answer lacks, or has in no readable form.
   *
   * @param read the members before it in the table.
   * @returns `undefined` where nothing can stand for it.
   */
  readonly inAnswers?: (read: Readonly<Record<string, unknown>>) => T | undefined;
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
  { status = CtapStatus.MISSING_PARAMETER, inAnswers }: FieldDetail<T> = {},
): Field<T, true> {
  return { key, wire, required: true, statusWhenMissing: status, inAnswers };
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
 * @param onUnreadable given for answers: an optional member that cannot be read is left out, a required one may have
 *   a value that stands for it, and the listener hears of either.
 * @throws {MessageError} `MESSAGE_MISSING_FIELD`, `MESSAGE_UNEXPECTED_TYPE` and what the members' types add,
 *   for the first offender in the order of the table.
 */
export function fromFields<F extends Fields>(
  fields: F,
  map: CborMap,
  where = "",
  onUnreadable?: UnreadableListener,
): Values<F> {
  const values: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const path = where === "" ? name : `${where}.${name}`;
    const value = readMember(field, map.get(field.key), { path, before: values, onUnreadable });
    if (value !== undefined) values[name] = value;
  }
  return values as Values<F>;
}

/** A map inside a message. */
export function mapWith<F extends Fields>(fields: F): Wire<Values<F>> {
  return {
    read: (value, where, onUnreadable) => fromFields(fields, readMap(value, where), where, onUnreadable),
    write: (values) => toFields(fields, values),
  };
}

interface Reading {
  readonly path: string;
  readonly before: Readonly<Record<string, unknown>>;
  readonly onUnreadable: UnreadableListener | undefined;
}

function readMember(field: Field<unknown>, value: CborValue | undefined, reading: Reading): unknown {
  const { path, before, onUnreadable } = reading;
  try {
    if (value !== undefined) return field.wire.read(value, path, onUnreadable);
    if (!field.required) return undefined;
    throw new MessageError("MESSAGE_MISSING_FIELD", `${path} is missing`, {
      status: field.statusWhenMissing,
    });
  } catch (error) {
    if (onUnreadable === undefined || !(error instanceof MessageError)) throw error;
    const instead = field.inAnswers?.(before);
    if (field.required && instead === undefined) throw error;
    onUnreadable(path, error.code);
    return instead;
  }
}
