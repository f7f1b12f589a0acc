import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { encode } from "uqr";
import { concat } from "../../src/core/bytes.js";
import type { Chance } from "./chance.js";

const PIXELS = 4;
const SIGNATURE_BYTES = 8;

/** Pictures of codes for phones, small and in colour. */
export function picturesOfCodes(): readonly Uint8Array[] {
  return ["FIDO:/123", `FIDO:/${"1234567890".repeat(12)}`].map((text) => {
    const { data } = encode(text, { border: 4 });
    const png = new PNG({ width: data.length * PIXELS, height: data.length * PIXELS });
    for (let y = 0; y < png.height; y += 1) {
      for (let x = 0; x < png.width; x += 1) {
        const dark = data[Math.floor(y / PIXELS)]?.[Math.floor(x / PIXELS)] === true;
        png.data.set(dark ? [0, 0, 0, 255] : [255, 255, 255, 255], (y * png.width + x) * 4);
      }
    }
    return PNG.sync.write(png);
  });
}

/** One chunk of a picture changed, doubled or gone, with its checksum right again; `undefined` when it is no PNG. */
export function mutatePng(chance: Chance, bytes: Uint8Array): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length) break;
    chunks.push(bytes.slice(at, at + 12 + length));
    at += 12 + length;
  }
  if (chunks.length === 0) return undefined;
  const at = chance.below(chunks.length);
  const chunk = chunks[at] as Uint8Array;
  const how = chance.below(6);
  if (how === 0) chunks.splice(at, 1);
  else if (how === 1) chunks.splice(at, 0, chunk);
  else {
    // Inside IHDR the first bytes are the size: those that matter are met often.
    const where = 4 + chance.below(Math.max(1, Math.min(chunk.length - 8, 40)));
    chunk[where] = chance.oneIn(3)
      ? chance.pick([0, 1, 2, 3, 4, 6, 8, 16, 0x7f, 0xff])
      : chance.word() & 0xff;
    new DataView(chunk.buffer).setUint32(chunk.length - 4, crc32(chunk.subarray(4, -4)));
  }
  return concat(bytes.subarray(0, SIGNATURE_BYTES), ...chunks);
}
