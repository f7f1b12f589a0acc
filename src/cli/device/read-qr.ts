import { type Invocation, UsageError } from "../command.js";
import { readBytesFile, readStdin } from "../files/read-file.js";
import { textOption } from "../options.js";

/**
 * The text of the code the phone is to scan.
 *
 * @throws {UsageError} USAGE unless exactly one place was named, ENVIRONMENT when there is no code in it.
 */
export async function qrFrom(invocation: Invocation): Promise<string> {
  const text = textOption(invocation, "qr");
  const image = textOption(invocation, "qr-image");
  if ((text === undefined) === (image === undefined)) {
    throw new UsageError("USAGE", "phone takes --qr TEXT or --qr-image FILE, one of the two");
  }
  if (image !== undefined)
    return readQrImage(readBytesFile(image, { what: "picture", limit: "PICTURE_BYTES_MAX" }), image);
  // Other users of the machine can read a command line, and with it the code.
  return text === "-" ? firstCode(readStdin()) : (text as string);
}

/** @throws {UsageError} ENVIRONMENT for anything but a PNG file with a QR code on it. */
export async function readQrImage(bytes: Uint8Array, name: string): Promise<string> {
  const [{ PNG }, { default: decode }] = await Promise.all([import("pngjs"), import("qr/decode.js")]);
  checkSize(bytes, name);
  let picture: { readonly data: Uint8Array; readonly width: number; readonly height: number };
  try {
    picture = PNG.sync.read(Buffer.from(bytes));
  } catch (cause) {
    throw new UsageError("ENVIRONMENT", `${name} is no PNG picture`, { cause });
  }
  try {
    return decode(picture);
  } catch (cause) {
    throw new UsageError("ENVIRONMENT", `no QR code can be made out in ${name}`, {
      cause,
      hint: "cut the picture to the code, leave some white around it, and do not scale it down",
    });
  }
}

/** Limit of a picture: the largest screens have half as many pixels, and a photo of a code needs fewer. */
const PIXELS_MAX = 2 ** 25;

/** Where a PNG says how large it is. @see PNG (ISO/IEC 15948) §11.2.2 (IHDR) */
const IHDR = { width: 16, height: 20, interlace: 28, end: 29 } as const;

/**
 * Looks at what a picture claims to be before any of it is unpacked.
 *
 * @throws {UsageError} ENVIRONMENT for more than {@link PIXELS_MAX} pixels.
 */
function checkSize(bytes: Uint8Array, name: string): void {
  if (bytes.length < IHDR.end) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const width = view.getUint32(IHDR.width);
  const height = view.getUint32(IHDR.height);
  if (width * height > PIXELS_MAX) {
    throw tooLarge(name, `${width} x ${height} pixels`, `${PIXELS_MAX} pixels`);
  }
  if (bytes[IHDR.interlace] !== 0) {
    // The package unpacks these without a limit.
    throw new UsageError("ENVIRONMENT", `${name} is an interlaced PNG`, {
      hint: "save it without interlacing",
    });
  }
}

function tooLarge(name: string, size: string, limit: string): UsageError {
  return new UsageError("ENVIRONMENT", `${name} has ${size}, more than the limit of ${limit}`, {
    hint: "cut the picture to the code",
  });
}

function firstCode(text: string): string {
  const found = /FIDO:\/\d+/i.exec(text);
  if (found) return found[0];
  throw new UsageError("ENVIRONMENT", "there is no FIDO:/ code on stdin");
}
