import { toHex } from "../core/bytes.js";
import type { CborOptions } from "./limits.js";
import { scanCbor, type CborItem } from "./scan.js";

/** Bytes of an item shown in hex, and characters of a text: enough to find it again. */
const HEX_BYTES_MAX = 12;
const TEXT_CHARACTERS_MAX = 60;

const OFFSET_WIDTH = 4;
const HEX_WIDTH = 2 * HEX_BYTES_MAX + 1;

const SIMPLE_NAMES: ReadonlyMap<bigint | undefined, string> = new Map([
  [20n, "false"],
  [21n, "true"],
  [22n, "null"],
  [23n, "undefined"],
]);

/** Not fatal: a description shows wrong UTF-8 too. */
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * One line per item: offset, hex, meaning, and the rules it breaks. Never throws on any bytes; says where they break off.
 *
 * For failure messages. Shows what the message holds: keep it away from messages that hold secrets.
 */
export function describeCbor(bytes: Uint8Array, options?: CborOptions): string {
  const { items, faults, end, broken } = scanCbor(bytes, options);
  const complaints = new Map<number, string>();
  for (const { fault, offset } of faults) {
    complaints.set(offset, `${complaints.get(offset) ?? ""}  <- ${fault}`);
  }
  const lines = items.map((item) => {
    const { offset, contentEnd } = item;
    const hex = abbreviated(bytes.subarray(offset, contentEnd));
    return line({ offset, hex, meaning: meaningOf(item, bytes) }) + (complaints.get(offset) ?? "");
  });
  const left = bytes.subarray(broken?.offset ?? end);
  if (broken || left.length > 0) {
    const meaning = broken
      ? `broken: ${broken.fault}, ${broken.message}`
      : `${left.length} bytes after the value  <- TRAILING_BYTES`;
    lines.push(line({ offset: left.byteOffset - bytes.byteOffset, hex: abbreviated(left), meaning }));
  }
  return lines.join("\n");
}

function line({ offset, hex, meaning }: { offset: number; hex: string; meaning: string }): string {
  return `${offset.toString(16).padStart(OFFSET_WIDTH, "0")}  ${hex.padEnd(HEX_WIDTH)}  ${meaning}`;
}

function abbreviated(bytes: Uint8Array): string {
  const hex = toHex(bytes.subarray(0, HEX_BYTES_MAX));
  return bytes.length > HEX_BYTES_MAX ? `${hex}…` : hex;
}

function meaningOf(item: CborItem, bytes: Uint8Array): string {
  const indent = "  ".repeat(item.level);
  const role = item.role === "key" || item.role === "chunk" ? `${item.role} ` : "";
  return `${indent}${role}${contentOf(item, bytes)}`;
}

function quoted(bytes: Uint8Array): string {
  const text = utf8.decode(bytes);
  return JSON.stringify(text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}…` : text);
}

function contentOf({ kind, argument, contentStart, contentEnd }: CborItem, bytes: Uint8Array): string {
  switch (kind) {
    case "unsigned":
      return `${argument}`;
    case "negative":
      return `${-1n - (argument ?? 0n)}`;
    case "bytes":
      return `bytes (${argument ?? "in chunks"})`;
    case "text":
      return argument === undefined ? "text (in chunks)" : quoted(bytes.subarray(contentStart, contentEnd));
    case "array":
    case "map":
      return `${kind} (${argument ?? "until the break"})`;
    case "tag":
      return `tag ${argument}`;
    case "simple":
      return SIMPLE_NAMES.get(argument) ?? `simple value ${argument}`;
    case "float":
      return "float";
    case "break":
      return "break";
  }
}
