import { concat, utf8 } from "../../core/bytes.js";
import { FrameType } from "./constants.js";
import { HybridError, type HybridFault } from "./hybrid-error.js";

/** One message of an open connection, once decrypted. */
export type HybridFrame =
  /** The client is done. There is no answer, and nothing else can be cancelled. */
  | { readonly type: "shutdown" }
  /** A request: command byte and CBOR. Or its answer: status byte and CBOR. */
  | { readonly type: "ctap"; readonly payload: Uint8Array }
  /** Comes at any time, also between a request and its answer; `parseUpdate` reads the payload. */
  | { readonly type: "update"; readonly payload: Uint8Array }
  /** A digital credential request or its answer, CTAP 2.3. */
  | { readonly type: "json"; readonly text: string };

/** What implementations make of frames that are not quite right. */
export interface FrameQuirks {
  /** Only a client sends shutdown; webauthn-rs's phone does, too. */
  readonly shutdownFromPhone: "refused" | "accepted";
  /** A shutdown frame has no payload; one parser refuses every frame without. */
  readonly emptyShutdown: "accepted" | "refused";
  /** Whether an update that cannot be read ends the connection. For who calls `parseUpdate`. */
  readonly malformedUpdate: "ends" | "skipped";
  /** Whether linking data with a wrong signature ends the connection. For who calls `openLink`. */
  readonly wrongLink: "ends" | "skipped";
}

/** Lists the known framing quirks of implementations, by name. */
export const FRAME_QUIRKS = {
  chromium: {
    shutdownFromPhone: "refused",
    emptyShutdown: "accepted",
    malformedUpdate: "ends",
    wrongLink: "ends",
  },
  libwebauthn: {
    shutdownFromPhone: "accepted",
    emptyShutdown: "refused",
    malformedUpdate: "skipped",
    wrongLink: "skipped",
  },
  /** Ours: what can be understood is. */
  tolerant: {
    shutdownFromPhone: "accepted",
    emptyShutdown: "accepted",
    malformedUpdate: "skipped",
    wrongLink: "skipped",
  },
} as const satisfies Readonly<Record<string, FrameQuirks>>;

/** 0 is CTAP 2.1's draft without type bytes, where everything is CTAP; 1 is everything since. */
export type Revision = 0 | 1;

export interface FrameReading {
  readonly from: "client" | "phone";
  readonly revision?: Revision;
  /** Chromium's when absent. */
  readonly quirks?: FrameQuirks;
}

/** The plaintext of a frame. @throws {RangeError} when revision 0 has no such frame. */
export function encodeFrame(frame: HybridFrame, revision: Revision = 1): Uint8Array {
  if (revision === 0) {
    if (frame.type === "ctap") return frame.payload;
    throw new RangeError(`revision 0 has no ${frame.type} frame`);
  }
  switch (frame.type) {
    case "shutdown":
      return Uint8Array.of(FrameType.SHUTDOWN);
    case "ctap":
      return concat(Uint8Array.of(FrameType.CTAP), frame.payload);
    case "update":
      return concat(Uint8Array.of(FrameType.UPDATE), frame.payload);
    case "json":
      return concat(Uint8Array.of(FrameType.JSON), utf8(frame.text));
  }
}

/**
 * The inverse of {@link encodeFrame}.
 *
 * @throws {HybridError} `FRAME_MALFORMED`, `FRAME_UNKNOWN_TYPE`, `FRAME_UNEXPECTED`: each ends the connection.
 */
export function parseFrame(plaintext: Uint8Array, reading: FrameReading): HybridFrame {
  const { from, revision = 1, quirks = FRAME_QUIRKS.chromium } = reading;
  const payload = revision === 0 ? plaintext : plaintext.subarray(1);
  const type = revision === 0 ? FrameType.CTAP : plaintext[0];
  switch (type) {
    case undefined:
      throw fault(from, "FRAME_MALFORMED", "an empty message");
    case FrameType.SHUTDOWN:
      return readShutdown(payload, from, quirks);
    case FrameType.CTAP:
      if (payload.length === 0) throw fault(from, "FRAME_MALFORMED", "a CTAP frame with nothing in it");
      return { type: "ctap", payload };
    case FrameType.UPDATE:
      return { type: "update", payload };
    case FrameType.JSON:
      return { type: "json", text: readText(payload, from) };
    default:
      throw fault(from, "FRAME_UNKNOWN_TYPE", `frame type ${type}`);
  }
}

function readShutdown(payload: Uint8Array, from: "client" | "phone", quirks: FrameQuirks): HybridFrame {
  if (from === "phone" && quirks.shutdownFromPhone === "refused") {
    throw fault(from, "FRAME_UNEXPECTED", "a shutdown frame from the phone");
  }
  // Chromium's phone looks at the type alone.
  if (payload.length > 0 && from === "phone") {
    throw fault(from, "FRAME_MALFORMED", `shutdown with ${payload.length} bytes`);
  }
  if (quirks.emptyShutdown === "refused") throw fault(from, "FRAME_MALFORMED", "a frame without payload");
  return { type: "shutdown" };
}

function readText(payload: Uint8Array, from: "client" | "phone"): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload);
  } catch (cause) {
    throw fault(from, "FRAME_MALFORMED", "a JSON frame that is not UTF-8", cause);
  }
}

/** A phone that sends nonsense may be at work on our request; a client that does asks for nothing. */
function fault(from: "client" | "phone", code: HybridFault, message: string, cause?: unknown): HybridError {
  return new HybridError(code, message, { aftermath: from === "phone" ? "unknown" : "none", cause });
}
