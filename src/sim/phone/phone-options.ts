import { arg, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { ServiceUuid } from "../../hybrid/protocol/constants.js";
import type { PhoneFeature } from "../../hybrid/protocol/post-handshake.js";
import type { QrReading } from "../../hybrid/protocol/qr.js";
import { originOf } from "../../hybrid/protocol/tunnel-url.js";
import { defaultsOf, type OptionsOf } from "../knobs/knob-spec.js";
import { optionRows } from "../knobs/option-rows.js";
import { PHONE_KNOBS } from "./phone-knobs.js";

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

/** How a phone behaves: what {@link PHONE_KNOBS} describes, and what no knob sets; times in milliseconds. */
export interface PhoneOptions extends OptionsOf<typeof PHONE_KNOBS> {
  /** For its owner and the picker of a linked client. */
  readonly name: string;
  /** Tunnel service the phone uses: its 16-bit number. */
  readonly tunnelCode: number;
  readonly originFor: (host: string) => string;
  /** Rules QR codes are read by. */
  readonly reader: NonNullable<QrReading["reader"]>;
  /** Closes the tunnel after its one answer, as iOS and Play services do; Chrome waits for the client. */
  readonly hangsUpAfterAnswer: boolean;
  /** Which commands it looks at: those Chrome knows, or all, as an authenticator would. */
  readonly requests: "as-chrome" | "as-authenticator";
  /** Sends an update after the post-handshake message, with or without linking data, as Chrome for Android does. */
  readonly sendsUpdate: boolean;
  /** Meets its clients in a tunnel; otherwise over its own L2CAP channel alone, where the client offered to. */
  readonly usesTunnel: boolean;
  /** Offers linking to clients that can remember it; needs a push service. */
  readonly offersLink: boolean;
  /** Sends the linking data this long after the answer instead of before the request. */
  readonly linksLateMs: number | undefined;
  /** The screen that says that the phone switches Bluetooth on stands this long. Source: Chromium, CableAuthenticatorUI.java */
  readonly enablesBluetoothMs: number;
  /** UUID of the service data, 16 bits: of the FIDO Alliance, or 0xFDE2, which iOS 16 used. */
  readonly serviceUuid: number;
  /** Bytes behind the 20 of the advert. */
  readonly advertSuffix: Uint8Array | undefined;
  readonly features: readonly PhoneFeature[];
  /**
   * How the phone seals its messages: as every phone does today, or as those of the first releases of revision 2.0.
   * Either way it reads what its client sends.
   */
  readonly cipher: "either" | "old";
  /** `phone.tunnel`: for the tunnel service to let the phone in, in milliseconds; `Infinity`: no limit. */
  readonly tunnelMs: number;
  /** `phone.radio`: for the radio to take an advert, and to open a port, in milliseconds; `Infinity`: no limit. */
  readonly radioMs: number;
  /** `phone.session`: for a session as a whole, in milliseconds; `Infinity`: no limit. */
  readonly sessionMs: number;
  /** Says something else, or, with `undefined`, nothing. */
  readonly tamper: (what: PhoneMessage, bytes: Uint8Array) => Uint8Array | undefined;
}

export const PHONE_OPTIONS = parameters<Partial<PhoneOptions>>({
  ...optionRows(PHONE_KNOBS),
  name: maybe(shape.text),
  tunnelCode: maybe(shape.between({ min: 0, max: 65_535 })),
  originFor: maybe(arg.callable),
  reader: maybe(shape.oneOf(["chromium", "firefox", "play-services"])),
  hangsUpAfterAnswer: maybe(shape.flag),
  requests: maybe(shape.oneOf(["as-chrome", "as-authenticator"])),
  sendsUpdate: maybe(shape.flag),
  usesTunnel: maybe(shape.flag),
  offersLink: maybe(shape.flag),
  linksLateMs: maybe(shape.ms),
  enablesBluetoothMs: maybe(shape.ms),
  serviceUuid: maybe(shape.between({ min: 0, max: 65_535 })),
  advertSuffix: maybe(arg.bytes),
  features: maybe(shape.list(shape.oneOf(["ctap", "dc"]))),
  cipher: maybe(shape.oneOf(["either", "old"])),
  tunnelMs: maybe(shape.ms),
  radioMs: maybe(shape.ms),
  sessionMs: maybe(shape.ms),
  tamper: maybe(arg.callable),
});

/** A phone with Chrome for Android, to which nothing is in the way. */
export const PHONE_STANDARD: PhoneOptions = {
  ...defaultsOf(PHONE_KNOBS),
  name: "Phone",
  tunnelCode: 0,
  originFor: originOf,
  reader: "chromium",
  hangsUpAfterAnswer: false,
  requests: "as-chrome",
  sendsUpdate: true,
  usesTunnel: true,
  offersLink: false,
  linksLateMs: undefined,
  enablesBluetoothMs: 2_000,
  serviceUuid: ServiceUuid.FIDO,
  advertSuffix: undefined,
  features: ["ctap"],
  cipher: "either",
  tunnelMs: 30_000,
  // BlueZ may take ten seconds.
  radioMs: 15_000,
  // Twice the longest ceremony that the guidance for sites allows.
  sessionMs: 600_000,
  tamper: (_, bytes) => bytes,
};
