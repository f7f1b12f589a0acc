/** Something that happens to one report on its way. */
import { arg, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
export interface ReportFault {
  /** Names the fault in the trace. */
  readonly id: string;
  readonly direction: "to-device" | "to-host";
  /** Which report in that direction, counted from 1 since the device was plugged in. */
  readonly nth: number;
  /** `corrupt` turns the bits of one byte over; `cut` loses the last byte. */
  readonly effect: "drop" | "duplicate" | "corrupt" | "cut";
  /** Which byte `corrupt` turns over; the first payload byte of an initialization packet by default. */
  readonly at?: number;
}

const FAULT = parameters<ReportFault>({
  id: shape.text,
  direction: shape.oneOf(["to-device", "to-host"]),
  nth: shape.integer,
  effect: shape.oneOf(["drop", "duplicate", "corrupt", "cut"]),
  at: maybe(shape.integer),
});

/** How a simulated device behaves on USB-HID. The defaults are a good device. */
export interface HidKnobs {
  /** Between two keepalives, in milliseconds; `null`: none at all. */
  readonly keepaliveMs: number | null;
  /** Status bytes sent in turn whatever the firmware says: `[1]`, `[1, 2]`, `[3]`. */
  readonly keepaliveStatuses: readonly number[] | undefined;
  /** Silence from this long after a request was received, in milliseconds. */
  readonly stallAfterMs: number;
  readonly stallForMs: number;
  /** Timer `hid.reassembly`: longest gap inside a message, in milliseconds. Seen: 100 to 2 000. */
  readonly reassemblyMs: number;
  /** Longest message the device takes. */
  readonly messageBytesMax: number;
  /** Channels remembered; the one used least recently is forgotten. */
  readonly channelsMax: number;
  /** CHANNEL_BUSY to everything but INIT and CANCEL for this long from the start, in milliseconds. */
  readonly busyMs: number;
  /** CHANNEL_BUSY to this many requests. */
  readonly busyTimes: number;
  readonly initDelayMs: number;
  /** An answer to somebody else's nonce comes first. */
  readonly initWrongNonceFirst: boolean;
  /** Bytes appended to the INIT response, as a later version of the protocol might. */
  readonly initExtraBytes: number;
  /** The capability byte, true or not. */
  readonly capabilities: number | undefined;
  /**
   * `obeyed`; `ignored`; `answered-twice`: a second 0x2D follows `staleAnswerMs` later;
   * `answered-as-error`: CTAPHID_ERROR 0x2D instead of a CBOR response, as old firmware does.
   */
  readonly cancel: "obeyed" | "ignored" | "answered-twice" | "answered-as-error";
  /** Before CANCEL takes effect, in milliseconds. */
  readonly cancelDelayMs: number;
  readonly staleAnswerMs: number;
  /** A lock runs from the last message of its channel rather than from the LOCK; devices differ. */
  readonly lockRenewedByTraffic: boolean;
  /** Between two reports to the host, in milliseconds; USB full speed manages one a millisecond. */
  readonly pacingMs: number;
  /** Reports of a channel nobody has are sent before each report to the host. */
  readonly foreignFrames: boolean;
  /** Reports a handle keeps for a reader that is slow; more are lost. Linux keeps 64. */
  readonly readerReports: number;
  /** Pulled out this long after it was plugged in, in milliseconds; `null`: stays. Timer `hid.unplug`. */
  readonly unplugAtMs: number | null;
  readonly faults: readonly ReportFault[];
}

/** Shape of the knobs, for arguments. */
export const HID_KNOBS_SHAPE = parameters<Partial<HidKnobs>>({
  keepaliveMs: maybe({ ...shape.ms, nullable: true }),
  keepaliveStatuses: maybe(shape.list(shape.between({ min: 0, max: 255 }))),
  stallAfterMs: maybe(shape.ms),
  stallForMs: maybe(shape.ms),
  reassemblyMs: maybe(shape.ms),
  messageBytesMax: maybe(arg.count),
  channelsMax: maybe(arg.count),
  busyMs: maybe(shape.ms),
  busyTimes: maybe(arg.number),
  initDelayMs: maybe(shape.ms),
  initWrongNonceFirst: maybe(shape.flag),
  initExtraBytes: maybe(arg.count),
  capabilities: maybe(shape.between({ min: 0, max: 255 })),
  cancel: maybe(shape.oneOf(["obeyed", "ignored", "answered-twice", "answered-as-error"])),
  cancelDelayMs: maybe(shape.ms),
  staleAnswerMs: maybe(shape.ms),
  lockRenewedByTraffic: maybe(shape.flag),
  pacingMs: maybe(shape.ms),
  foreignFrames: maybe(shape.flag),
  readerReports: maybe(arg.count),
  unplugAtMs: maybe({ ...shape.ms, nullable: true }),
  faults: maybe(shape.list(FAULT)),
});

export const HID_KNOBS: HidKnobs = {
  keepaliveMs: 100,
  keepaliveStatuses: undefined,
  stallAfterMs: Infinity,
  stallForMs: 0,
  reassemblyMs: 500,
  messageBytesMax: 7609,
  channelsMax: 256,
  busyMs: 0,
  busyTimes: 0,
  initDelayMs: 0,
  initWrongNonceFirst: false,
  initExtraBytes: 0,
  capabilities: undefined,
  cancel: "obeyed",
  cancelDelayMs: 0,
  staleAnswerMs: 50,
  lockRenewedByTraffic: false,
  pacingMs: 0,
  foreignFrames: false,
  readerReports: 4096,
  unplugAtMs: null,
  faults: [],
};
