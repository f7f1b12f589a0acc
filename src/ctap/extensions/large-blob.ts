import type { CborMap } from "../../cbor/value.js";
import { fromFields, mapWith, optional, required, type Fields } from "../messages/fields.js";
import { MessageError } from "../messages/message-error.js";
import { CtapStatus } from "../status.js";
import { bool, bytes, readMap, text, uint, type Wire } from "../messages/wire.js";

/** A site's data as it is stored: compressed by the client. */
export interface CompressedBlob {
  /** Raw DEFLATE. */
  readonly blob: Uint8Array;
  /** Bytes before compression. */
  readonly originalSize: number;
}

/** What the extension takes at creation. */
export type LargeBlobSupport = "required" | "preferred";

/** What it takes at assertion: one of the two. */
export type LargeBlobAction = { readonly read: true } | { readonly write: CompressedBlob };

/** Stands among the unsigned outputs. */
export interface LargeBlobOutput {
  /** At creation. */
  readonly supported?: boolean;
  /** After a read that found something. */
  readonly blob?: Uint8Array;
  readonly originalSize?: number;
  /** After a write. */
  readonly written?: boolean;
}

const SUPPORT = { support: required("support", text, { status: CtapStatus.INVALID_OPTION }) };

const ACTION = {
  read: optional("read", bool),
  write: optional("write", bytes),
  originalSize: optional("originalSize", uint),
};

/**
 * The extension `largeBlob`, which keeps one blob with each credential, at creation.
 *
 * @see CTAP 2.3 §12 (largeBlob); Chromium, ctap_make_credential_request.cc
 */
export const largeBlobSupport: Wire<LargeBlobSupport> = {
  read(value, where) {
    const { support } = fromFields(SUPPORT, readMap(value, where), where);
    if (support === "required" || support === "preferred") return support;
    throw badOption(`${where}.support is neither required nor preferred`);
  },
  write: (support) => new Map([["support", support]]),
};

/** The same at assertion. Reading and writing at once, or neither, is refused. */
export const largeBlobAction: Wire<LargeBlobAction> = {
  read(value, where) {
    const { read, write, originalSize } = fromFields(ACTION, readMap(value, where), where);
    if (read === true && write === undefined && originalSize === undefined) return { read };
    if (read === undefined && write !== undefined && originalSize !== undefined) {
      return { write: { blob: write, originalSize } };
    }
    throw badOption(`${where} asks neither to read nor to write, or both`);
  },
  write(action): CborMap {
    if ("read" in action) return new Map([["read", true]]);
    const { blob, originalSize } = action.write;
    return new Map<string, Uint8Array | number>([
      ["write", blob],
      ["originalSize", originalSize],
    ]);
  },
};

export const largeBlobOutput: Wire<LargeBlobOutput> = mapWith({
  supported: optional("supported", bool),
  blob: optional("blob", bytes),
  originalSize: optional("originalSize", uint),
  written: optional("written", bool),
} satisfies Fields);

function badOption(problem: string): MessageError {
  return new MessageError("MESSAGE_INVALID_VALUE", problem, { status: CtapStatus.INVALID_OPTION });
}
