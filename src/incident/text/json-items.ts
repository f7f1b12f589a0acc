import { INCIDENT_LIMITS } from "../limits.js";
import type { Counter } from "../tags.js";
import { asUtf8 } from "./decode.js";
import { JsonScanner, type JsonItem } from "./json-scanner.js";
import { counted } from "./lines.js";

export type { JsonItem };

export interface JsonItemOptions {
  /** Paths of the objects and lists that are wanted: `log.entries[]`, `constants`. */
  readonly paths: readonly string[];
  /** Where parts that cannot be given are counted. */
  readonly dropped: Counter;
  readonly progress?: ((bytes: number) => void) | undefined;
}

const WHY = {
  "too-large": "part of the document that is too large",
  "not-json": "part of the document that is not JSON",
  "cut-off": "part of the document that the end of the file cuts off",
} as const;

/**
 * Reads the wanted parts of a JSON document of any size, or of several documents one after the other, in the memory of
 * one part.
 *
 * @example
 * for await (const items of jsonItems(file.open(), { paths: ["log.creator", "log.entries[]"], dropped }))
 *   for (const { path, value } of items) take(path, value);
 */
export async function* jsonItems(
  chunks: AsyncIterable<Uint8Array>,
  { paths, dropped, progress }: JsonItemOptions,
): AsyncGenerator<readonly JsonItem[]> {
  const wanted = new Set(paths);
  const scanner = new JsonScanner({
    wants: (path) => wanted.has(path),
    itemBytesMax: INCIDENT_LIMITS.ITEM_BYTES_MAX,
    onDrop: (why) => dropped.add(WHY[why]),
  });
  for await (const chunk of asUtf8(counted(chunks, progress))) {
    const items = scanner.push(chunk);
    if (items.length > 0) yield items;
  }
  if (!scanner.isWhole) dropped.add("end of the document");
  scanner.end();
}
