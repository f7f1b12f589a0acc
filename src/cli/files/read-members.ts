import { fromBase64url } from "../../entry/ctap.js";

/** Members of what should be an object; none of what is not. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/**
 * Reads a member that is base64url.
 *
 * @param length how many bytes it has to be; any number when absent.
 * @param refuse makes the error for what is something else; it may be secret, and is not handed over.
 */
export function bytesIn(value: unknown, length: number | undefined, refuse: () => Error): Uint8Array {
  if (typeof value !== "string") throw refuse();
  let bytes: Uint8Array;
  try {
    bytes = fromBase64url(value);
  } catch {
    throw refuse();
  }
  if (length !== undefined && bytes.length !== length) throw refuse();
  return bytes;
}
