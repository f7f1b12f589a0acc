import { encodeCbor } from "../../cbor/encode.js";
import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { credentialTag } from "../../core/credential-tag.js";
import type { Entropy } from "../../core/entropy.js";
import { PointError } from "../../crypto/algorithms.js";
import { defaultCrypto } from "../../crypto/default.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { optional, required, toFields } from "../../ctap/messages/fields.js";
import { bool, bytesOf, text as textWire, uint } from "../../ctap/messages/wire.js";
import { COMPRESSED_KEY_BYTES, QR_SECRET_BYTES } from "./constants.js";
import { fromDigits, toDigits } from "./digits.js";
import { HybridError } from "./hybrid-error.js";
import { decodeMap, type FaultNames, readFields } from "./wire-map.js";

/** What the client is going to ask for: make, get, credential presentation, credential issuance. A hint, no limit. */
export type RequestHint = "mc" | "ga" | "dcp" | "dci";

/** Holds the contents of the QR code that the phone scans. */
export interface QrContents {
  /** The client's key for this one session: 65 bytes, uncompressed, although the code carries 33. */
  readonly publicKey: Uint8Array;
  /** 16 bytes, fresh for each code. Everything else is derived from it: never show or log it elsewhere. */
  readonly secret: Uint8Array;
  /** How many assigned tunnel domains the client knows; 2 are assigned today. */
  readonly knownDomains: number;
  /** When the code was made, in seconds since the Unix epoch. No reader is known to enforce an age. */
  readonly madeAtSeconds?: number;
  /** Whether the client can remember the phone. Absent is not false: it makes some phones speak revision 2.0. */
  readonly supportsLinking?: boolean;
  readonly hint: RequestHint;
  /** Numbers of `DataChannel` on offer; absent means the WebSocket alone. Older Play services refuse the list. */
  readonly channels?: readonly number[];
  /** In drafts before the list of channels: the client can make credentials that are not discoverable. */
  readonly supportsNonDiscoverable?: boolean;
}

export interface QrWriting {
  /** Members no reader knows, such as {@link drawGrease} makes. */
  readonly unknown?: CborMap;
  readonly crypto?: CryptoProvider;
}

export interface QrReading {
  /**
   * Whose rules to read by: `chromium` needs key and secret only, `firefox` also the number of domains and the
   * hint, `play-services` is one from before CTAP 2.3 and takes a list of channels for an error.
   */
  readonly reader?: "chromium" | "firefox" | "play-services";
  readonly crypto?: CryptoProvider;
}

const KEY = { MADE_AT: 3, CHANNELS: 6 } as const;

const FIELDS = {
  publicKey: required(0, bytesOf(COMPRESSED_KEY_BYTES)),
  secret: required(1, bytesOf(QR_SECRET_BYTES)),
  knownDomains: optional(2, uint),
  supportsLinking: optional(4, bool),
  hint: optional(5, textWire),
};

const NAMES: FaultNames = {
  malformed: "QR_MALFORMED",
  missing: "QR_MISSING_FIELD",
  invalid: "QR_INVALID_FIELD",
};

/** Upper case, so that a QR code can use its alphanumeric mode. */
const SCHEME = "FIDO:/";

const HINTS: readonly string[] = ["mc", "ga", "dcp", "dci"] satisfies readonly RequestHint[];

/** The text to show as a QR code. @throws {PointError} when `publicKey` is none. */
export function encodeQr(contents: QrContents, options: QrWriting = {}): string {
  const { crypto = defaultCrypto, unknown = new Map<CborKey, CborValue>() } = options;
  const { publicKey, channels, supportsNonDiscoverable, madeAtSeconds, ...rest } = contents;
  const known = toFields(FIELDS, { ...rest, publicKey: crypto.compressPoint(publicKey) });
  const map = new Map<CborKey, CborValue>([...unknown, ...known]);
  const sixth = channels ?? supportsNonDiscoverable;
  if (sixth !== undefined) map.set(KEY.CHANNELS, sixth);
  if (madeAtSeconds !== undefined) map.set(KEY.MADE_AT, madeAtSeconds);
  return `${SCHEME}${toDigits(encodeCbor(map))}`;
}

/**
 * Reads the text of a scanned code. Members it does not know are left out: clients add some on purpose.
 *
 * @throws {HybridError} `QR_NOT_FIDO`, `DIGITS_INVALID`, `QR_MALFORMED`, `QR_MISSING_FIELD`, `QR_INVALID_FIELD`.
 */
export function parseQr(text: string, options: QrReading = {}): QrContents {
  const { crypto = defaultCrypto, reader = "chromium" } = options;
  if (text.slice(0, SCHEME.length).toUpperCase() !== SCHEME) {
    throw new HybridError("QR_NOT_FIDO", "the text does not start with FIDO:/");
  }
  const map = decodeMap(NAMES, fromDigits(text.slice(SCHEME.length)));
  const { publicKey, secret, knownDomains, supportsLinking, hint } = readFields(NAMES, FIELDS, map);
  if (reader === "firefox" && (knownDomains === undefined || hint === undefined)) {
    throw new HybridError("QR_MISSING_FIELD", "this reader needs knownDomains and hint");
  }
  const madeAtSeconds = map.get(KEY.MADE_AT);
  return {
    publicKey: uncompress(publicKey, crypto),
    secret,
    knownDomains: knownDomains ?? 0,
    ...(typeof madeAtSeconds === "number" && madeAtSeconds >= 0 && { madeAtSeconds }),
    ...(supportsLinking !== undefined && { supportsLinking }),
    hint: isHint(hint) ? hint : "ga",
    ...readSixth(map.get(KEY.CHANNELS), reader),
  };
}

/** Draws a random member that no reader knows (grease), to test that readers ignore unknown members. */
export function drawGrease(entropy: Entropy): CborMap {
  const [low = 0, high = 0, value = 0] = entropy.bytes(3);
  return new Map([[GREASE_KEY_MIN + ((high << 8) | low), value]]);
}

/** Far above what specifications will assign. */
const GREASE_KEY_MIN = 0x8000;

function uncompress(publicKey: Uint8Array, crypto: CryptoProvider): Uint8Array {
  try {
    return crypto.uncompressPoint(publicKey);
  } catch (error) {
    if (!(error instanceof PointError)) throw error;
    throw new HybridError("QR_INVALID_FIELD", "publicKey is no point of P-256", { cause: error });
  }
}

function isHint(text: string | undefined): text is RequestHint {
  return text !== undefined && HINTS.includes(text);
}

/** The member that changed its meaning: once a boolean, now a list. Of any other type it says nothing. */
function readSixth(
  value: CborValue | undefined,
  reader: NonNullable<QrReading["reader"]>,
): Pick<QrContents, "channels" | "supportsNonDiscoverable"> {
  if (typeof value === "boolean") return { supportsNonDiscoverable: value };
  if (!Array.isArray(value)) return {};
  if (reader === "play-services") {
    throw new HybridError("QR_INVALID_FIELD", "member 6 is a list, to this reader it is a boolean");
  }
  const channels = (value as readonly CborValue[]).filter((item) => typeof item === "number" && item >= 0);
  return { channels: channels as readonly number[] };
}

/**
 * Short name of a QR code for traces: the same for who shows it and who scans it.
 *
 * Made of the public key in the code and never of the secret beside it, so that a trace gives nothing away.
 */
export function codeTag({ publicKey }: Pick<QrContents, "publicKey">): string {
  return credentialTag(publicKey);
}
