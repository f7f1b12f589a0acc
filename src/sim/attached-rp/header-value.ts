import { asText, type Json } from "./template.js";

/** @see RFC 9110 §5.6.2 (token) */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Headers of the connection itself, which an HTTP client sends as it needs them. @see RFC 9110 §7.6.1, §8.6, §10.1.1 */
const OF_THE_CONNECTION: readonly string[] = [
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Anything but a line of Latin-1 without control characters. @see RFC 9110 §5.5 (field values) */
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/;

/** Says what is wrong with the name of a header; `undefined` for one that can be sent. */
export function faultOfName(name: string): string | undefined {
  if (!NAME.test(name)) return "not the name of a header";
  return OF_THE_CONNECTION.includes(name.toLowerCase()) ? "the connection decides on this header" : undefined;
}

const WHITE_SPACE: readonly string[] = ["\t", "\n", "\r", " "];

/** Returns whether a text can be sent as the value of a header; white space around it is taken off. @see Fetch (normalize a header value) */
export function fitsHeader(text: string): boolean {
  let [start, end] = [0, text.length];
  while (start < end && WHITE_SPACE.includes(text.charAt(start))) start++;
  while (start < end && WHITE_SPACE.includes(text.charAt(end - 1))) end--;
  return !UNFIT.test(text.slice(start, end));
}

/** Half of a character that takes two units: no encoding can send it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Returns whether a value kept from an answer can be sent where the placeholders of its name stand. */
export function fitsPlaces(value: Json, { inHeaders }: { readonly inHeaders: boolean }): boolean {
  const text = asText(value);
  return !LONE_SURROGATE.test(text) && (!inHeaders || fitsHeader(text));
}
