import { createReadStream, statSync } from "node:fs";
import type { IncidentFile } from "../../entry/incident.js";
import { cannotRead } from "./file-error.js";

/**
 * A file of an incident, read as a stream: it may be larger than memory.
 *
 * @throws {UsageError} ENVIRONMENT where it is not there, or is no file.
 */
export function incidentFile(path: string): IncidentFile {
  const sizeBytes = sizeOf(path);
  return {
    name: path,
    sizeBytes,
    async *open() {
      try {
        // Chunks of a stream without an encoding are bytes.
        for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 }))
          yield chunk as Uint8Array;
      } catch (error) {
        throw cannotRead(path, "file", error);
      }
    },
  };
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw cannotRead(path, "file", error);
  }
}
