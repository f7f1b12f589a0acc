/** How the bytes of a text file are to be read, by its byte order mark. */
function encodingOf(head: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  return "utf-8";
}

/** Decodes the beginning of a file; a character that is cut off at its end is left out. */
export function decodeHead(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes, { stream: true });
}

/**
 * Decodes the chunks of a text file: UTF-8, or UTF-16 where a byte order mark says so, as PowerShell writes it. Bytes that
 * are neither become U+FFFD.
 */
export async function* decoded(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    yield decoder.decode(chunk, { stream: true });
  }
  const rest = decoder?.decode() ?? "";
  if (rest !== "") yield rest;
}

/** Gives the chunks of a file as UTF-8, whatever it was written in. */
export async function* asUtf8(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && encodingOf(chunk) !== "utf-8") decoder = new TextDecoder(encodingOf(chunk));
    isFirst = false;
    yield decoder === undefined ? chunk : new TextEncoder().encode(decoder.decode(chunk, { stream: true }));
  }
}
