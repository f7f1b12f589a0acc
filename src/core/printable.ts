/**
 * Characters that steer the program that shows a text: control characters with escape sequences and line breaks, separators of
 * lines, marks that turn the direction, halves of pairs, and what XML forbids.
 */
const STEERING = /\p{Cc}|\p{Bidi_Control}|[\u2028\u2029\uFFFE\uFFFF]|\p{Surrogate}/gu;

/** The same, but for the tabs and line feeds that a text of several lines is made of. */
const STEERING_BUT_SPACE = /[^\t\n\P{Cc}]|\p{Bidi_Control}|[\u2028\u2029\uFFFE\uFFFF]|\p{Surrogate}/gu;

/** Stands in for a character that must not be shown. */
const REPLACEMENT = "\uFFFD";

/**
 * Escapes a text from outside for one line of a terminal, a log, markup or an annotation: what would steer the
 * reader becomes a visible U+FFFD.
 *
 * Names of keys, close reasons of relays, traces and scenario files come from anywhere. Errors and `describeRecord`
 * call this function; other code that prints such texts has to.
 *
 * @example
 * printable("\u001b[31mred\n::error::mine"); // "�[31mred�::error::mine"
 */
export function printable(text: string): string {
  return text.replace(STEERING, REPLACEMENT);
}

/** {@link printable} for a text that may have several lines. */
export function printableLines(text: string): string {
  return text.replace(STEERING_BUT_SPACE, REPLACEMENT);
}

/**
 * Returns a copy of plain data with {@link printable} applied to every text in it, names of members included: nothing
 * that is made of the copy can bypass it.
 *
 * @param data arrays and plain objects; anything else is taken over as it is.
 */
export function printableData<T>(data: T): T {
  return copyOf(data) as T;
}

function copyOf(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== "object" || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [printable(name), copyOf(inner)]));
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Writes JSON whose text is safe to print: characters that steer a terminal are written as escapes, and mean the same.
 *
 * @param indent spaces a level; one line when absent.
 */
export function printableJson(data: unknown, indent?: number): string {
  // Nothing to say is no JSON.
  const text = JSON.stringify(data, null, indent) as string | undefined;
  return (text ?? "").replace(STEERING_BUT_SPACE, escapeUnit);
}

function escapeUnit(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
