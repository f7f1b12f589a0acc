import type { Counter } from "../tags.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { decoded } from "./decode.js";

export interface LineOptions {
  /** Where lines that are too long are counted. */
  readonly dropped: Counter;
  readonly progress?: ((bytes: number) => void) | undefined;
  /** Characters of the longest line that is read; `LINE_BYTES_MAX` when absent. */
  readonly lineMax?: number;
}

/**
 * Splits a text file into lines, as many at a time as a chunk holds: an iteration for each line would cost more than the
 * line. A line that is too long is left out and counted; the last one need not end.
 *
 * @example
 * for await (const lines of linesOf(file.open(), { dropped })) for (const line of lines) read(line);
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  { dropped, progress, lineMax = INCIDENT_LIMITS.LINE_BYTES_MAX }: LineOptions,
): AsyncGenerator<readonly string[]> {
  let rest = "";
  let isSkipping = false;
  for await (const text of decoded(counted(chunks, progress))) {
    const parts = text.split("\n");
    const last = parts.pop() ?? "";
    const lines: string[] = [];
    for (const [index, part] of parts.entries()) {
      const line = index === 0 ? rest + part : part;
      const isCut = index === 0 && isSkipping;
      if (isCut || line.length > lineMax) dropped.add("line that is too long");
      else lines.push(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
    if (parts.length > 0) {
      rest = "";
      isSkipping = false;
    }
    rest = isSkipping ? "" : rest + last;
    if (rest.length > lineMax) {
      isSkipping = true;
      rest = "";
    }
    if (lines.length > 0) yield lines;
  }
  if (isSkipping) dropped.add("line that is too long");
  else if (rest !== "") yield [rest];
}

/** Tells of how many bytes have been read. */
export async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  progress: ((bytes: number) => void) | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    progress?.(bytes);
    yield chunk;
  }
}
