import { INCIDENT_LIMITS } from "./limits.js";
import type { FileHead, Importer, IncidentFile, Recognition } from "./importer.js";
import { decodeHead } from "./text/decode.js";

/** A file with the importer that will read it. */
export interface Recognised {
  readonly importer: Importer;
  readonly recognition: Recognition;
}

/** Below this score nobody reads a file: a guess is worse than no answer. */
const SCORE_MIN = 0.5;

/** Reads the first bytes of a file, however small its chunks are. */
export async function headOf(file: IncidentFile): Promise<FileHead> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.open()) {
    pieces.push(chunk);
    length += chunk.length;
    if (length >= INCIDENT_LIMITS.HEAD_BYTES) break;
  }
  const bytes = new Uint8Array(Math.min(length, INCIDENT_LIMITS.HEAD_BYTES));
  let at = 0;
  for (const piece of pieces) {
    const part = piece.subarray(0, bytes.length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return { name: file.name, bytes, text: decodeHead(bytes) };
}

/** Finds the importer that is surest of a file; `undefined` where none is sure enough. */
export function recognise(head: FileHead, importers: readonly Importer[]): Recognised | undefined {
  let best: Recognised | undefined;
  for (const importer of importers) {
    const recognition = importer.recognise(head);
    if (recognition === undefined || recognition.score < SCORE_MIN) continue;
    if (recognition.score > (best?.recognition.score ?? 0)) best = { importer, recognition };
  }
  return best;
}
