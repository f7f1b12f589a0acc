import { ByteReader, concat } from "../../core/bytes.js";
import { HarnessError } from "../../core/errors.js";

/** A command as smart cards, and U2F after them, write it. @see ISO/IEC 7816-4 §5.1 (command-response pairs) */
export interface CommandApdu {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  readonly data: Uint8Array;
  /** How many bytes the answer may have, status word apart; 0 when none are wanted. */
  readonly le: number;
}

export interface ResponseApdu {
  readonly data: Uint8Array;
  /** Two bytes as one number, such as 0x9000. */
  readonly statusWord: number;
}

/** How lengths are written: extended on USB, either on NFC. */
export type ApduForm = "extended" | "short";

/** Bytes of data that each form can announce, and of an answer. */
export const APDU_DATA_MAX = { extended: 65_535, short: 255 } as const;
export const APDU_ANSWER_MAX = { extended: 65_536, short: 256 } as const;

const HEADER_BYTES = 4;
const STATUS_WORD_BYTES = 2;

/** Not an APDU: lengths that do not fit, or more than the form can say. */
export class ApduError extends HarnessError<"APDU_MALFORMED" | "APDU_TOO_LONG"> {}

/** @throws {ApduError} `APDU_TOO_LONG` for more data, or a longer answer, than the form can announce. */
export function encodeApdu(apdu: CommandApdu, form: ApduForm = "extended"): Uint8Array {
  const { cla, ins, p1, p2, data, le } = apdu;
  if (data.length > APDU_DATA_MAX[form] || le > APDU_ANSWER_MAX[form]) {
    throw new ApduError("APDU_TOO_LONG", `${data.length} bytes, ${le} wanted: not in ${form} form`);
  }
  // The longest answer there is, is written as nought: the number needs one bit more than there is room for.
  const extended = form === "extended";
  const length = (value: number) => (extended ? Uint8Array.of(value >> 8, value) : Uint8Array.of(value));
  const sent = data.length > 0;
  const marker = extended && (sent || le > 0) ? Uint8Array.of(0) : new Uint8Array(0);
  return concat(
    Uint8Array.of(cla, ins, p1, p2),
    marker,
    sent ? concat(length(data.length), data) : new Uint8Array(0),
    le > 0 ? length(le) : new Uint8Array(0),
  );
}

/**
 * Reads either form. Data of no bytes may be announced in extended form, as some clients do.
 *
 * @throws {ApduError} `APDU_MALFORMED` unless header and lengths add up to exactly these bytes.
 */
export function parseApdu(bytes: Uint8Array): CommandApdu {
  if (bytes.length < HEADER_BYTES) throw malformed(bytes);
  const reader = new ByteReader(bytes);
  const header = { cla: reader.uint(1), ins: reader.uint(1), p1: reader.uint(1), p2: reader.uint(1) };
  if (reader.left === 0) return { ...header, data: reader.rest(), le: 0 };
  const first = reader.uint(1);
  if (reader.left === 0) return { ...header, data: reader.rest(), le: first || APDU_ANSWER_MAX.short };
  if (first !== 0) return { ...header, ...readBody(reader, { lc: first, form: "short" }) };
  if (reader.left < 2) throw malformed(bytes);
  const second = reader.uint(2);
  if (reader.left === 0) return { ...header, data: reader.rest(), le: second || APDU_ANSWER_MAX.extended };
  return { ...header, ...readBody(reader, { lc: second, form: "extended" }) };
}

export function encodeResponseApdu({ data, statusWord }: ResponseApdu): Uint8Array {
  return concat(data, Uint8Array.of(statusWord >> 8, statusWord));
}

/** @throws {ApduError} `APDU_MALFORMED` for less than a status word. */
export function parseResponseApdu(bytes: Uint8Array): ResponseApdu {
  const end = bytes.length - STATUS_WORD_BYTES;
  if (end < 0) throw malformed(bytes);
  return { data: bytes.subarray(0, end), statusWord: new ByteReader(bytes.subarray(end)).uint(2) };
}

function readBody(
  reader: ByteReader,
  { lc, form }: { readonly lc: number; readonly form: ApduForm },
): Pick<CommandApdu, "data" | "le"> {
  const leBytes = form === "extended" ? 2 : 1;
  if (reader.left !== lc && reader.left !== lc + leBytes) {
    throw new ApduError("APDU_MALFORMED", `an APDU announces ${lc} bytes and brings ${reader.left}`);
  }
  const data = reader.take(lc);
  if (reader.left === 0) return { data, le: 0 };
  return { data, le: reader.uint(leBytes) || APDU_ANSWER_MAX[form] };
}

function malformed(bytes: Uint8Array): ApduError {
  return new ApduError("APDU_MALFORMED", `${bytes.length} bytes are no APDU`);
}
