import { arg, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { BUSY_PATIENCE_MS, SILENCE_MS } from "../../transports/hid/constants.js";
import { optionRows } from "../knobs/option-rows.js";
import { defaultsOf, fixed, ms, msOrNever, toggle, type OptionsOf } from "../knobs/knob-spec.js";

/** Something that happens to one report on its way. */
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

/** Options of a security key on USB-HID. */
export const HID_KNOBS = {
  keepaliveMs: fixed(
    msOrNever(100, "from one keepalive of the key to the next; never: it sends none", { min: 1 }),
  ),
  /** Seen: 100 to 2 000. */
  reassemblyMs: fixed(ms(500, "longest gap the key accepts inside a message (`hid.reassembly`)")),
  busyMs: fixed(
    ms(0, "how long the key answers CHANNEL_BUSY to all but INIT and CANCEL, from the start of the run"),
  ),
  stallAfterMs: fixed(msOrNever(null, "the key falls silent this long after it received a request")),
  stallForMs: fixed(ms(0, "how long that silence lasts")),
  foreignFrames: fixed(toggle(false, "reports of another program's channel come in between")),
};

/** Options of the computer's end of CTAPHID. */
export const HID_HOST_KNOBS = {
  busyPatienceMs: ms(
    BUSY_PATIENCE_MS,
    "how long the host repeats a request that gets CHANNEL_BUSY (`hid.busy`)",
  ),
  silenceMs: msOrNever(
    SILENCE_MS,
    "longest pause the host accepts between two reports of the key (`hid.silence`)",
  ),
  gapMs: ms(0, "pause of the host between two packets of one message"),
};

/** How a simulated device behaves on USB-HID: what {@link HID_KNOBS} describes, and what no knob sets. */
export interface HidKnobs extends OptionsOf<typeof HID_KNOBS> {
  /** Status bytes sent in turn whatever the firmware says: `[1]`, `[1, 2]`, `[3]`. */
  readonly keepaliveStatuses: readonly number[] | undefined;
  /** Longest message the device takes. */
  readonly messageBytesMax: number;
  /** Channels remembered; the one used least recently is forgotten. */
  readonly channelsMax: number;
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
  /** Reports a handle keeps for a reader that is slow; more are lost. Linux keeps 64. */
  readonly readerReports: number;
  /** Pulled out this long after it was plugged in, in milliseconds; `null`: stays. Timer `hid.unplug`. */
  readonly unplugAtMs: number | null;
  readonly faults: readonly ReportFault[];
}

const FAULT = parameters<ReportFault>({
  id: shape.text,
  direction: shape.oneOf(["to-device", "to-host"]),
  nth: shape.integer,
  effect: shape.oneOf(["drop", "duplicate", "corrupt", "cut"]),
  at: maybe(shape.integer),
});

/** Shape of the options, for arguments. */
export const HID_KNOBS_SHAPE = parameters<Partial<HidKnobs>>({
  ...optionRows(HID_KNOBS),
  keepaliveStatuses: maybe(shape.list(shape.between({ min: 0, max: 255 }))),
  messageBytesMax: maybe(arg.count),
  channelsMax: maybe(arg.count),
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
  readerReports: maybe(arg.count),
  unplugAtMs: maybe({ ...shape.ms, nullable: true }),
  faults: maybe(shape.list(FAULT)),
});

/** A device without faults. */
export const HID_STANDARD: HidKnobs = {
  ...defaultsOf(HID_KNOBS),
  keepaliveStatuses: undefined,
  messageBytesMax: 7609,
  channelsMax: 256,
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
  readerReports: 4096,
  unplugAtMs: null,
  faults: [],
};
