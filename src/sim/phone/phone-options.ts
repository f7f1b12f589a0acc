import { arg, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { CryptoProvider } from "../../crypto/provider.js";
import { PHONE_OPENS_TUNNEL_AFTER_MS, PHONE_REQUEST_MS } from "../../hybrid/protocol/constants.js";
import type { Revision } from "../../hybrid/protocol/frames.js";
import type { PhoneFeature } from "../../hybrid/protocol/post-handshake.js";
import type { QrReading } from "../../hybrid/protocol/qr.js";
import { originOf } from "../../hybrid/protocol/tunnel-url.js";

/** What a phone says on its own account, as its owner might change it on its way out. */
export type PhoneMessage =
  /** Service data, 20 bytes or more. */
  | "advert"
  /** Message 2, 81 bytes. */
  | "handshake"
  /** The map that follows it, before it is sealed; updates and answers likewise, with their type byte. */
  | "hello"
  | "update"
  | "answer";

/** How a phone behaves; times in milliseconds. */
export interface PhoneOptions {
  /** For its owner and the picker of a linked client. */
  readonly name: string;
  /** Tunnel service the phone uses: its 16-bit number. */
  readonly tunnelCode: number;
  readonly originFor: (host: string) => string;
  /** Rules QR codes are read by. */
  readonly reader: NonNullable<QrReading["reader"]>;
  /** `phone.start`: from the scan to opening the tunnel. Source: Chromium, v2_authenticator.cc */
  readonly opensTunnelAfterMs: number;
  /** `phone.platform`: how long the phone's own request may take; `Infinity` for ever. Source: Chromium, v2_authenticator.cc */
  readonly platformTimeoutMs: number;
  /** A prompt that stands on the screen outlives the client's shutdown, and the tunnel. */
  readonly ignoresShutdown: boolean;
  /** Closes the tunnel after its one answer, as iOS and Play services do; Chrome waits for the client. */
  readonly hangsUpAfterAnswer: boolean;
  /** Which commands it looks at: those Chrome knows, or all, as an authenticator would. */
  readonly requests: "as-chrome" | "as-authenticator";
  /** The platform makes passkeys that sign without being named; without that it ends such a request in silence. */
  readonly discoverable: boolean;
  /** What a site hears whose passkeys are not there. Chrome's older way told it, its newer one says denied to any failure. */
  readonly nothingFound: "as-such" | "as-denied";
  /** Sends an update after the post-handshake message, with or without linking data, as Chrome for Android does. */
  readonly sendsUpdate: boolean;
  /** How many of them, the first one counted; only that one holds linking data. */
  readonly updateFrames: number;
  /** 0: the draft, in which everything is CTAP; such a phone sends no updates and takes a close for a shutdown. */
  readonly revision: Revision;
  /** Offers linking to clients that can remember it; needs a push service. */
  readonly offersLink: boolean;
  /** Sends the linking data this long after the answer instead of before the request. */
  readonly linksLateMs: number | undefined;
  /** From the notification of a linked client's call to the owner's tap; `undefined`: it stays unread. */
  readonly tapsAfterMs: number | undefined;
  /** Without a screen lock the phone ends before it does anything. */
  readonly screenLock: boolean;
  /** Switched on by the phone itself if need be, which takes `enablesBluetoothMs`. */
  readonly bluetooth: "on" | "off" | "not-permitted";
  /** The screen that says so stands this long. Source: Chromium, CableAuthenticatorUI.java */
  readonly enablesBluetoothMs: number;
  /** Without it the phone cannot reach its tunnel service. */
  readonly mobileData: boolean;
  /** From the first broadcast to its owner closing the sheet, or the app with it; `undefined`: they stay. */
  readonly leavesAfterMs: number | undefined;
  /** Bytes behind the 20 of the advert. */
  readonly advertSuffix: Uint8Array | undefined;
  readonly features: readonly PhoneFeature[];
  /** Says something else, or, with `undefined`, nothing. */
  readonly tamper: (what: PhoneMessage, bytes: Uint8Array) => Uint8Array | undefined;
  readonly crypto: CryptoProvider | undefined;
}

export const PHONE_OPTIONS = parameters<Partial<PhoneOptions>>({
  name: maybe(shape.text),
  tunnelCode: maybe(shape.between({ min: 0, max: 65_535 })),
  originFor: maybe(arg.callable),
  reader: maybe(shape.oneOf(["chromium", "firefox", "play-services"])),
  opensTunnelAfterMs: maybe(shape.ms),
  platformTimeoutMs: maybe(shape.ms),
  ignoresShutdown: maybe(shape.flag),
  hangsUpAfterAnswer: maybe(shape.flag),
  requests: maybe(shape.oneOf(["as-chrome", "as-authenticator"])),
  discoverable: maybe(shape.flag),
  nothingFound: maybe(shape.oneOf(["as-such", "as-denied"])),
  sendsUpdate: maybe(shape.flag),
  updateFrames: maybe(arg.count),
  revision: maybe(shape.oneOf([0, 1])),
  offersLink: maybe(shape.flag),
  linksLateMs: maybe(shape.ms),
  tapsAfterMs: maybe(shape.ms),
  screenLock: maybe(shape.flag),
  bluetooth: maybe(shape.oneOf(["on", "off", "not-permitted"])),
  enablesBluetoothMs: maybe(shape.ms),
  mobileData: maybe(shape.flag),
  leavesAfterMs: maybe(shape.ms),
  advertSuffix: maybe(arg.bytes),
  features: maybe(shape.list(shape.oneOf(["ctap", "dc"]))),
  tamper: maybe(arg.callable),
  crypto: maybe(arg.crypto),
});

/** A phone with Chrome for Android, to which nothing is in the way. */
export const PHONE_STANDARD: PhoneOptions = {
  name: "Phone",
  tunnelCode: 0,
  originFor: originOf,
  reader: "chromium",
  opensTunnelAfterMs: PHONE_OPENS_TUNNEL_AFTER_MS,
  platformTimeoutMs: PHONE_REQUEST_MS,
  ignoresShutdown: true,
  hangsUpAfterAnswer: false,
  requests: "as-chrome",
  discoverable: true,
  nothingFound: "as-such",
  sendsUpdate: true,
  updateFrames: 1,
  revision: 1,
  offersLink: false,
  linksLateMs: undefined,
  tapsAfterMs: 1_500,
  screenLock: true,
  bluetooth: "on",
  enablesBluetoothMs: 2_000,
  mobileData: true,
  leavesAfterMs: undefined,
  advertSuffix: undefined,
  features: ["ctap"],
  tamper: (_, bytes) => bytes,
  crypto: undefined,
};
