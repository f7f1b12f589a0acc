import { SiteError } from "./site-error.js";

/** Largest answer of a site that is read, in bytes after decompression: options and lists take a few thousand. */
export const SITE_ANSWER_BYTES_MAX = 4 * 2 ** 20;

/** Deepest nesting of an answer that is read. */
export const SITE_ANSWER_DEPTH_MAX = 64;

/**
 * Reads the body of an answer as JSON, and stops at the limits.
 *
 * @returns `undefined` for a body that is not JSON.
 * @throws {SiteError} `SITE_ANSWER_TOO_LARGE`, aftermath unknown: the site has acted by then.
 */
export async function jsonOf(response: Response, call: string): Promise<unknown> {
  const text = await textOf(response, call);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (isDeeper(value, SITE_ANSWER_DEPTH_MAX)) {
    throw tooLarge(call, `is nested deeper than SITE_ANSWER_DEPTH_MAX, ${SITE_ANSWER_DEPTH_MAX} levels`);
  }
  return value;
}

async function textOf(response: Response, call: string): Promise<string> {
  const larger = `has more than SITE_ANSWER_BYTES_MAX, ${SITE_ANSWER_BYTES_MAX} bytes`;
  const { body } = response;
  if (body === null) return "";
  if (Number(response.headers.get("content-length") ?? 0) > SITE_ANSWER_BYTES_MAX) {
    await body.cancel();
    throw tooLarge(call, larger);
  }
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  // Leaving the loop ends the transfer.
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > SITE_ANSWER_BYTES_MAX) throw tooLarge(call, larger);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function tooLarge(call: string, text: string): SiteError {
  return new SiteError("SITE_ANSWER_TOO_LARGE", `${call}: the answer ${text}`, {
    call,
    aftermath: "unknown",
    hint: "see what the site sends there; what it did before it answered stays done",
  });
}
