import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImportedSource, IncidentFile } from "../../../src/incident/importer.js";
import { IMPORTERS } from "../../../src/incident/importers.js";
import { headOf, recognise } from "../../../src/incident/recognise.js";

const SAMPLES = join(import.meta.dirname, "../samples");

/** Names of the samples, with the importer that each is for. */
export const SAMPLES_OF: Readonly<Record<string, string>> = {
  "windows-events.xml": "windows-events",
  "libfido2.txt": "libfido2-log",
  "python-fido2.txt": "python-fido2-log",
  "authenticator-rs.txt": "authenticator-rs-log",
  "logcat.txt": "logcat",
  "netlog.json": "netlog",
  "btsnoop_hci.log": "btsnoop",
  "usb.pcapng": "usb-capture",
  "cdp.jsonl": "automation-events",
  "bidi.json": "automation-events",
  "trace.zip": "playwright-trace",
  "unified.ndjson": "unified-log",
};

export function bytesOfSample(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(SAMPLES, name)));
}

/** A file that is handed over in pieces of so many bytes. */
export function fileOf(name: string, bytes: Uint8Array, pieceBytes = 997): IncidentFile {
  return {
    name,
    sizeBytes: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
    },
  };
}

/** Reads a file with whatever importer takes it; nothing where none does. */
export async function importFile(
  file: IncidentFile,
  context: { readonly dateMs?: number } = {},
): Promise<{ readonly id: string | undefined; readonly sources: readonly ImportedSource[] }> {
  const found = recognise(await headOf(file), IMPORTERS);
  if (found === undefined) return { id: undefined, sources: [] };
  return { id: found.importer.id, sources: await found.importer.read(file, context) };
}

/** The one source of a sample. */
export async function importSample(name: string): Promise<ImportedSource> {
  const { sources } = await importFile(fileOf(name, bytesOfSample(name)));
  const [only] = sources;
  if (only === undefined || sources.length > 1) throw new Error(`${name}: ${sources.length} sources`);
  return only;
}

/** What no output may hold: names, ids, keys, cookies and texts of QR codes that the samples have. */
export const SECRETS: readonly string[] = [
  "hanako",
  "HANAKO-PC",
  "S-1-5-21",
  "c0ffee001122",
  "C0FFEE001122",
  "wP_uABEiM0RVZneImaq7zA",
  "wP/uABEiM0RVZneImaq7zA",
  "a challenge that",
  "YSBjaGFsbGVuZ2",
  "privatekey",
  "topsecretcookie",
  "FIDO:/0133",
  "00112233445566778899aabbccddeeff",
  "0f1e2d3c4b5a6978",
  "0011223344556677889900AABBCCDDEE",
  "shop.example",
];
