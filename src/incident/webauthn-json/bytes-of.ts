import { fromBase64, fromBase64url } from "../../core/bytes.js";

/** More bytes than these have no place in a member of options or of an answer. */
const BYTES_MAX = 256 * 1024;

/**
 * Reads bytes in the forms that sites put them into JSON: base64url, base64, a list of numbers, Node's bytes as JSON (a list in `data`),
 * an object with indices for names.
 *
 * @returns `undefined` for what is none of these.
 */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return fromText(value);
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return fromNumbers(value);
  const { data } = value as { readonly data?: unknown };
  if (Array.isArray(data)) return fromNumbers(data);
  const numbers = Object.entries(value);
  return numbers.length > 0 && numbers.every(([name], index) => name === String(index))
    ? fromNumbers(numbers.map(([, one]) => one as unknown))
    : undefined;
}

function fromText(text: string): Uint8Array | undefined {
  if (text === "" || text.length > BYTES_MAX) return undefined;
  const bare = text.replace(/=+$/, "");
  try {
    if (/^[\w-]+$/.test(bare)) return fromBase64url(bare);
    if (/^[A-Za-z0-9+/]+$/.test(bare)) return fromBase64(bare.padEnd(Math.ceil(bare.length / 4) * 4, "="));
  } catch {
    // A text of these letters that is no base64.
  }
  return undefined;
}

function fromNumbers(list: readonly unknown[]): Uint8Array | undefined {
  if (list.length === 0 || list.length > BYTES_MAX) return undefined;
  const isByte = (one: unknown): one is number =>
    typeof one === "number" && Number.isInteger(one) && one >= -128 && one <= 255;
  return list.every(isByte) ? Uint8Array.from(list) : undefined;
}
