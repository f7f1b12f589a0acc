import { readFileSync } from "node:fs";
import { fromHex } from "../../src/core/bytes.js";

interface Vectors {
  readonly cases: readonly Readonly<Record<string, unknown>>[];
}

function casesOf(name: string): Vectors["cases"] {
  const path = new URL(`../vectors/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as Vectors).cases;
}

/** What is hexadecimal in some member of each case. */
function bytesOf(name: string, ...members: readonly string[]): readonly Uint8Array[] {
  return casesOf(name)
    .flatMap((one) => members.map((member) => one[member]))
    .flatMap((value) => (Array.isArray(value) ? (value as readonly unknown[]) : [value]))
    .filter((value): value is string => typeof value === "string" && /^([0-9a-f]{2})+$/.test(value))
    .map((text) => fromHex(text));
}

/** Published CBOR, good and bad: items, getInfo answers, attestation objects. */
export const CBOR_VECTORS: readonly Uint8Array[] = [
  ...bytesOf("cbor", "hex"),
  ...bytesOf("getinfo", "cbor"),
  ...bytesOf("attestation", "attestationObject").filter(({ length }) => length < 1500),
];

/** Published CTAPHID reports. */
export const FRAME_VECTORS: readonly Uint8Array[] = bytesOf("ctaphid", "frames").filter(
  ({ length }) => length === 64,
);

/** getInfo bodies of real keys. */
export const INFO_VECTORS: readonly Uint8Array[] = bytesOf("getinfo", "cbor");
