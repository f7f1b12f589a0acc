import { HarnessError } from "../../core/errors.js";
import {
  CONTINUATION_HEADER_BYTES,
  INIT_HEADER_BYTES,
  INIT_PACKET_BIT,
  messageBytesMax,
  REPORT_BYTES,
} from "./constants.js";

/** One CTAPHID message, whole. */
export interface HidMessage {
  readonly channel: number;
  /** Without bit 7. */
  readonly command: number;
  readonly payload: Uint8Array;
}

export interface FramingOptions {
  /** 8..64; {@link REPORT_BYTES} unless the report descriptor says otherwise (low speed: 8). */
  readonly reportBytes?: number | undefined;
}

/**
 * A report or message that the framing does not allow.
 *
 * `HID_MESSAGE_TOO_LONG` more than the packets can number; `HID_REPORT_SIZE` not the size agreed on;
 * `HID_UNEXPECTED_CONTINUATION` nothing was begun; `HID_UNEXPECTED_START` before the message begun was
 * complete; `HID_OUT_OF_SEQUENCE` a packet lost or doubled; `HID_FOREIGN_CHANNEL` two channels in one message.
 */
export class HidFramingError extends HarnessError<
  | "HID_MESSAGE_TOO_LONG"
  | "HID_REPORT_SIZE"
  | "HID_UNEXPECTED_CONTINUATION"
  | "HID_UNEXPECTED_START"
  | "HID_OUT_OF_SEQUENCE"
  | "HID_FOREIGN_CHANNEL"
> {}

/**
 * Cuts a message into reports: one initialization packet, then continuations numbered from zero.
 *
 * Pure: no channel state, no time, no device. Each report is an array of its own, padded with zeros.
 *
 * @throws {HidFramingError} `HID_MESSAGE_TOO_LONG` above 7609 payload bytes.
 */
export function* toReports(
  message: HidMessage,
  options: FramingOptions = {},
): Generator<Uint8Array, void, undefined> {
  const reportBytes = checkedReportBytes(options);
  const { channel, payload } = message;
  if (payload.length > messageBytesMax(reportBytes)) {
    throw new HidFramingError(
      "HID_MESSAGE_TOO_LONG",
      `${payload.length} bytes, at most ${messageBytesMax(reportBytes)}`,
    );
  }
  const first = report(channel, { fifth: INIT_PACKET_BIT | message.command, reportBytes });
  first[5] = payload.length >> 8;
  first[6] = payload.length;
  copyPart(payload, 0, first, INIT_HEADER_BYTES);
  yield first;

  const share = reportBytes - CONTINUATION_HEADER_BYTES;
  for (
    let sent = reportBytes - INIT_HEADER_BYTES, sequence = 0;
    sent < payload.length;
    sent += share, sequence++
  ) {
    const next = report(channel, { fifth: sequence, reportBytes });
    copyPart(payload, sent, next, CONTINUATION_HEADER_BYTES);
    yield next;
  }
}

/**
 * Puts the reports of one channel back together.
 *
 * Pure: no time, no device, and no opinion on which channel is ours. A fault drops the half message,
 * so that the next initialization packet starts afresh. What follows the last payload byte is ignored.
 */
export class MessageAssembler {
  readonly #reportBytes: number;
  #message: { readonly channel: number; readonly command: number; readonly payload: Uint8Array } | undefined;
  #filled = 0;
  #nextSequence = 0;

  constructor(options: FramingOptions = {}) {
    this.#reportBytes = checkedReportBytes(options);
  }

  /** A message was begun and is not complete yet. */
  get pending(): boolean {
    return this.#message !== undefined;
  }

  /** Discards a message that has begun. */
  reset(): void {
    this.#message = undefined;
  }

  /**
   * Takes the next report; gives the message it completes.
   *
   * @throws {HidFramingError} naming the rule the report breaks.
   */
  push(report: Uint8Array): HidMessage | undefined {
    if (report.length !== this.#reportBytes) {
      throw this.#fault("HID_REPORT_SIZE", `${report.length} bytes, not ${this.#reportBytes}`);
    }
    return isInitPacket(report) ? this.#start(report) : this.#continue(report);
  }

  #start(report: Uint8Array): HidMessage | undefined {
    if (this.#message) throw this.#fault("HID_UNEXPECTED_START", `${this.#missing()} bytes were missing yet`);
    const length = lengthOf(report);
    const max = messageBytesMax(this.#reportBytes);
    if (length > max) throw this.#fault("HID_MESSAGE_TOO_LONG", `${length} bytes announced, at most ${max}`);
    const command = (report[4] as number) & ~INIT_PACKET_BIT;
    this.#message = { channel: channelOf(report), command, payload: new Uint8Array(length) };
    this.#filled = 0;
    this.#nextSequence = 0;
    return this.#fill(report, INIT_HEADER_BYTES);
  }

  #continue(report: Uint8Array): HidMessage | undefined {
    const sequence = report[4] as number;
    if (!this.#message) throw this.#fault("HID_UNEXPECTED_CONTINUATION", `packet ${sequence} of no message`);
    if (channelOf(report) !== this.#message.channel) {
      throw this.#fault("HID_FOREIGN_CHANNEL", "a continuation of another channel");
    }
    if (sequence !== this.#nextSequence) {
      throw this.#fault("HID_OUT_OF_SEQUENCE", `packet ${sequence} where ${this.#nextSequence} was due`);
    }
    this.#nextSequence++;
    return this.#fill(report, CONTINUATION_HEADER_BYTES);
  }

  #fill(report: Uint8Array, headerBytes: number): HidMessage | undefined {
    const message = this.#message as HidMessage;
    const share = Math.min(this.#missing(), report.length - headerBytes);
    message.payload.set(report.subarray(headerBytes, headerBytes + share), this.#filled);
    this.#filled += share;
    if (this.#missing() > 0) return undefined;
    this.#message = undefined;
    return message;
  }

  #missing(): number {
    return (this.#message?.payload.length ?? 0) - this.#filled;
  }

  #fault(code: HidFramingError["code"], text: string): HidFramingError {
    this.#message = undefined;
    return new HidFramingError(code, text);
  }
}

/** @param report at least 5 bytes. */
export function channelOf(report: Uint8Array): number {
  return (
    (((report[0] ?? 0) << 24) | ((report[1] ?? 0) << 16) | ((report[2] ?? 0) << 8) | (report[3] ?? 0)) >>> 0
  );
}

/** Whether a report begins a message. */
export function isInitPacket(report: Uint8Array): boolean {
  return ((report[4] ?? 0) & INIT_PACKET_BIT) !== 0;
}

/** Length of the whole message, as its initialization packet announces it. */
export function lengthOf(initPacket: Uint8Array): number {
  return ((initPacket[5] ?? 0) << 8) | (initPacket[6] ?? 0);
}

/** Byte by byte: for a part this short, a view for `set` costs more than the copy. */
function copyPart(from: Uint8Array, start: number, to: Uint8Array, at: number): void {
  const shift = at - start;
  const end = Math.min(from.length, start + to.length - at);
  for (let index = start; index < end; index++) to[index + shift] = from[index] as number;
}

function report(
  channel: number,
  shape: { readonly fifth: number; readonly reportBytes: number },
): Uint8Array {
  const bytes = new Uint8Array(shape.reportBytes);
  bytes[0] = channel >>> 24;
  bytes[1] = channel >>> 16;
  bytes[2] = channel >>> 8;
  bytes[3] = channel;
  bytes[4] = shape.fifth;
  return bytes;
}

function checkedReportBytes({ reportBytes = REPORT_BYTES }: FramingOptions): number {
  if (!Number.isInteger(reportBytes) || reportBytes < 8 || reportBytes > REPORT_BYTES) {
    throw new RangeError(`reports have 8..${REPORT_BYTES} bytes, not ${reportBytes}`);
  }
  return reportBytes;
}
