import { concat } from "../../core/bytes.js";
import type { Disarm } from "../../core/clock.js";
import { envIn, type Env } from "../../core/env.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import type { TraceContext } from "../../core/trace.js";
import { Mutex } from "../../core/queue.js";
import { nameOfCommand } from "../../ctap/command.js";
import type { CtapHandler, TransactOptions } from "../../ctap/device.js";
import { CtapStatus } from "../../ctap/status.js";
import {
  BROADCAST_CHANNEL,
  HidCapability,
  HidCommand,
  INIT_HEADER_BYTES,
  LOCK_SECONDS_MAX,
  MESSAGE_BYTES_MAX,
  NONCE_BYTES,
  PROTOCOL_VERSION,
  REPORT_BYTES,
} from "../../transports/hid/constants.js";
import {
  channelOf,
  HidFramingError,
  isInitPacket,
  lengthOf,
  MessageAssembler,
  toReports,
  type HidMessage,
} from "../../transports/hid/framing.js";
import { HidErrorCode } from "../../transports/hid/hid-error.js";
import { ChannelTable } from "./channel-table.js";
import type { HidFirmware } from "./hid-firmware.js";
import { HID_STANDARD, type HidKnobs } from "./hid-knobs.js";
import { RunningRequest } from "./running-request.js";

/** Version the simulated device gives in its INIT response: 1.0.0. */
const DEVICE_VERSION = Uint8Array.of(1, 0, 0);

/** CLA, INS, P1, P2. */
const APDU_BYTES_MIN = 4;

type Transaction =
  | { readonly kind: "idle" }
  | {
      readonly kind: "receiving";
      readonly channel: number;
      readonly assembler: MessageAssembler;
      readonly gap: RunningTimer;
    }
  | { readonly kind: "running"; readonly channel: number; readonly run: RunningRequest };

const IDLE: Transaction = { kind: "idle" };

/**
 * The device side of CTAPHID: takes one report at a time, gives reports through a callback.
 *
 * Knows no transport, so that a simulated port, sockets and `/dev/uhid` share it. Whatever arrives on
 * whatever channel gets the answer of the specification, or none where it wants silence; nothing throws.
 *
 * @see CTAP 2.2 §11.2.5 (protocol and transactions)
 */
export class HidResponder {
  readonly #env: Env;
  readonly #firmware: HidFirmware;
  readonly #knobs: HidKnobs;
  readonly #emit: ResponderSetup["emit"];
  readonly #channels: ChannelTable;
  /** Firmware does one thing at a time, also when its host stopped waiting for it. */
  readonly #firmwareMutex = new Mutex();
  #transaction: Transaction = IDLE;
  #lock: { readonly channel: number; readonly forMs: number; untilMs: number } | undefined;
  /** Spans that the channels' requests came from, where host and device share a trace. */
  readonly #contexts = new Map<number, TraceContext>();
  /** Answers under way, and whose they are. */
  readonly #delayed = new Map<Disarm, number>();
  #busyUntilMs: number;
  #busyTimes: number;

  constructor(env: Env, firmware: HidFirmware, setup: ResponderSetup) {
    this.#env = env;
    this.#firmware = firmware;
    this.#knobs = { ...HID_STANDARD, ...firmware.usb, ...setup.knobs };
    this.#emit = setup.emit;
    this.#channels = new ChannelTable(env.entropy, this.#knobs.channelsMax);
    this.#busyUntilMs = env.clock.nowMs() + this.#knobs.busyMs;
    this.#busyTimes = this.#knobs.busyTimes;
  }

  /**
   * Takes a report from the host; one of the wrong size is ignored, as USB would not have carried it.
   *
   * @param context the span that sent it; unknown where the host is another program.
   */
  receive(report: Uint8Array, context?: TraceContext): void {
    if (report.length !== REPORT_BYTES) return;
    if (context !== undefined) this.#contexts.set(channelOf(report), context);
    if (isInitPacket(report)) this.#begin(report);
    else this.#continue(report);
  }

  /** Power lost: no answer to anything, no channel remembered. */
  powerOff(): void {
    this.#drop();
    for (const channel of new Set(this.#delayed.values())) this.#forgetDelayed(channel);
    this.#channels.clear();
    this.#contexts.clear();
    this.#lock = undefined;
  }

  /** Power lost and back. */
  powerCycle(): void {
    this.powerOff();
    this.#firmware.powerCycle?.();
  }

  #begin(report: Uint8Array): void {
    const channel = channelOf(report);
    const command = (report[4] as number) & 0x7f;
    const length = lengthOf(report);
    const refusal = this.#refusalOf({ channel, command, length });
    if (refusal !== undefined) {
      // Half a message is worth nothing once its channel says something else.
      if (refusal === HidErrorCode.INVALID_SEQ) this.#drop();
      return this.#error(channel, refusal);
    }
    if (command === HidCommand.INIT) return this.#onInit(channel, report);
    if (command === HidCommand.CANCEL) return this.#onCancel(channel);
    const assembler = new MessageAssembler();
    const message = assembler.push(report);
    if (message) return this.#onMessage(message);
    this.#transaction = { kind: "receiving", channel, assembler, gap: this.#startReassembly(channel) };
  }

  #continue(report: Uint8Array): void {
    const transaction = this.#transaction;
    const channel = channelOf(report);
    if (transaction.kind !== "receiving" || transaction.channel !== channel) return;
    try {
      const message = transaction.assembler.push(report);
      if (!message) return transaction.gap.restart();
      this.#drop();
      this.#onMessage(message);
    } catch (error) {
      if (!(error instanceof HidFramingError)) throw error;
      this.#drop();
      this.#error(channel, HidErrorCode.INVALID_SEQ);
    }
  }

  /** The rules in the order a device checks them; `undefined`: go on. */
  #refusalOf(start: PacketStart): number | undefined {
    const { channel, command } = start;
    if (channel === BROADCAST_CHANNEL) {
      if (command !== HidCommand.INIT) return HidErrorCode.INVALID_CHANNEL;
    } else if (!this.#channels.use(channel)) return HidErrorCode.INVALID_CHANNEL;
    if (command !== HidCommand.CANCEL && this.#lockedAgainst(channel)) return HidErrorCode.CHANNEL_BUSY;
    const wrongLength = this.#wrongLength(start);
    if (command === HidCommand.INIT || command === HidCommand.CANCEL) return wrongLength;
    const transaction = this.#transaction;
    if (transaction.kind !== "idle" && transaction.channel !== channel) return HidErrorCode.CHANNEL_BUSY;
    if (transaction.kind === "receiving") return HidErrorCode.INVALID_SEQ;
    if (transaction.kind === "running" || this.#pretendsBusy()) return HidErrorCode.CHANNEL_BUSY;
    if (!this.#implements(command)) return HidErrorCode.INVALID_CMD;
    return wrongLength;
  }

  #wrongLength({ command, length }: PacketStart): number | undefined {
    const wrong =
      length > this.#knobs.messageBytesMax ||
      length > MESSAGE_BYTES_MAX ||
      (command === HidCommand.INIT && length !== NONCE_BYTES) ||
      (command === HidCommand.CANCEL && length !== 0) ||
      (command === HidCommand.WINK && length !== 0) ||
      (command === HidCommand.LOCK && length !== 1) ||
      (command === HidCommand.CBOR && length === 0) ||
      (command === HidCommand.MSG && length < APDU_BYTES_MIN);
    return wrong ? HidErrorCode.INVALID_LEN : undefined;
  }

  #implements(command: number): boolean {
    switch (command) {
      case HidCommand.PING:
      case HidCommand.LOCK:
        return true;
      case HidCommand.CBOR:
        return this.#firmware.cbor !== undefined;
      case HidCommand.MSG:
        return this.#firmware.msg !== undefined;
      case HidCommand.WINK:
        return this.#firmware.wink !== undefined;
      default:
        return false;
    }
  }

  #pretendsBusy(): boolean {
    if (this.#env.clock.nowMs() < this.#busyUntilMs) return true;
    return this.#busyTimes > 0 && this.#busyTimes-- > 0;
  }

  #lockedAgainst(channel: number): boolean {
    const lock = this.#lock;
    const nowMs = this.#env.clock.nowMs();
    if (!lock || nowMs >= lock.untilMs) return false;
    if (lock.channel !== channel) return true;
    if (this.#knobs.lockRenewedByTraffic) lock.untilMs = nowMs + lock.forMs;
    return false;
  }

  #onInit(channel: number, report: Uint8Array): void {
    const transaction = this.#transaction;
    if (transaction.kind !== "idle" && transaction.channel === channel) this.#drop();
    const nonce = report.slice(INIT_HEADER_BYTES, INIT_HEADER_BYTES + NONCE_BYTES);
    const given =
      channel === BROADCAST_CHANNEL ? this.#channels.allocate((known) => this.#isBusy(known)) : channel;
    if (given === undefined) return this.#error(channel, HidErrorCode.CHANNEL_BUSY);
    if (channel !== BROADCAST_CHANNEL) this.#forgetDelayed(channel);
    const wrong = nonce.map((byte) => byte ^ 0xff);
    const nonces = this.#knobs.initWrongNonceFirst ? [wrong, nonce] : [nonce];
    const answer = () => {
      for (const one of nonces) this.#answer(channel, HidCommand.INIT, this.#initResponse(one, given));
    };
    if (this.#knobs.initDelayMs === 0) answer();
    else this.#later({ channel, delayMs: this.#knobs.initDelayMs, timer: "hid.init-delay" }, answer);
  }

  #initResponse(nonce: Uint8Array, given: number): Uint8Array {
    const { cbor, wink, msg } = this.#firmware;
    const capabilities =
      this.#knobs.capabilities ??
      (cbor ? HidCapability.CBOR : 0) | (wink ? HidCapability.WINK : 0) | (msg ? 0 : HidCapability.NMSG);
    return concat(
      nonce,
      Uint8Array.of(given >>> 24, given >>> 16, given >>> 8, given, PROTOCOL_VERSION),
      DEVICE_VERSION,
      Uint8Array.of(capabilities),
      new Uint8Array(this.#knobs.initExtraBytes),
    );
  }

  /** Returns whether a channel has a message or an answer under way, or the lock: others cannot push it out. */
  #isBusy(channel: number): boolean {
    const transaction = this.#transaction;
    if (transaction.kind !== "idle" && transaction.channel === channel) return true;
    const lock = this.#lock;
    if (lock?.channel === channel && this.#env.clock.nowMs() < lock.untilMs) return true;
    return [...this.#delayed.values()].includes(channel);
  }

  /** Never answered itself; without a request to cancel, ignored. */
  #onCancel(channel: number): void {
    const transaction = this.#transaction;
    if (transaction.kind === "running" && transaction.channel === channel) transaction.run.cancel();
  }

  #onMessage({ channel, command, payload }: HidMessage): void {
    switch (command) {
      case HidCommand.PING:
        return this.#answer(channel, command, payload);
      case HidCommand.LOCK:
        return this.#onLock(channel, payload[0] as number);
      case HidCommand.WINK:
        return this.#onWink(channel);
      case HidCommand.MSG:
        return this.#run(channel, command, payload);
      default:
        return this.#run(channel, HidCommand.CBOR, payload);
    }
  }

  #onLock(channel: number, seconds: number): void {
    if (seconds > LOCK_SECONDS_MAX) return this.#error(channel, HidErrorCode.INVALID_PAR);
    const forMs = seconds * 1_000;
    this.#lock = seconds === 0 ? undefined : { channel, forMs, untilMs: this.#env.clock.nowMs() + forMs };
    this.#answer(channel, HidCommand.LOCK, new Uint8Array(0));
  }

  #onWink(channel: number): void {
    try {
      this.#firmware.wink?.();
    } catch {
      return this.#error(channel, HidErrorCode.OTHER);
    }
    this.#answer(channel, HidCommand.WINK, new Uint8Array(0));
  }

  #run(channel: number, command: number, payload: Uint8Array): void {
    const { cbor, msg } = this.#firmware;
    const isCbor = command === HidCommand.CBOR;
    const handle = (isCbor ? cbor : msg) as CtapHandler;
    const context = this.#contexts.get(channel);
    const run = new RunningRequest(this.#env, {
      knobs: this.#knobs,
      keepalive: isCbor
        ? (status) => this.#answer(channel, HidCommand.KEEPALIVE, Uint8Array.of(status))
        : undefined,
      work: (options: TransactOptions) =>
        this.#firmwareMutex.run(() => handle(payload, { ...options, context })),
      done: (outcome) => {
        this.#transaction = IDLE;
        this.#onOutcome({ channel, command, payload }, run, outcome);
      },
    });
    this.#transaction = { kind: "running", channel, run };
    run.start();
  }

  #onOutcome(
    { channel, command, payload }: HidMessage,
    run: RunningRequest,
    outcome: Uint8Array | Error,
  ): void {
    const cancelled = command === HidCommand.CBOR && run.cancelled;
    if (outcome instanceof Error && !cancelled) {
      const name = nameOfCommand(payload[0] ?? 0);
      this.#env.trace.in(this.#contexts.get(channel)).emit({
        kind: "ctap.finding",
        command: name,
        fault: `THREW_${outcome.name}`,
        offset: 0,
      });
      return this.#error(channel, HidErrorCode.OTHER);
    }
    const answer = outcome instanceof Error ? Uint8Array.of(CtapStatus.KEEPALIVE_CANCEL) : outcome;
    if (answer.length > MESSAGE_BYTES_MAX) return this.#error(channel, HidErrorCode.OTHER);
    const { cancel, staleAnswerMs } = this.#knobs;
    if (cancelled && cancel === "answered-as-error" && answer[0] === CtapStatus.KEEPALIVE_CANCEL) {
      return this.#error(channel, CtapStatus.KEEPALIVE_CANCEL);
    }
    this.#answer(channel, command, answer);
    if (cancelled && cancel === "answered-twice") {
      const again = () => this.#answer(channel, command, Uint8Array.of(CtapStatus.KEEPALIVE_CANCEL));
      this.#later({ channel, delayMs: staleAnswerMs, timer: "hid.stale-answer" }, again);
    }
  }

  #later(when: DelayedAnswer, fire: () => void): void {
    const disarm = this.#env.clock.arm(when.delayMs, when.timer, () => {
      this.#delayed.delete(disarm);
      fire();
    });
    this.#delayed.set(disarm, when.channel);
  }

  #forgetDelayed(channel: number): void {
    for (const [disarm, whose] of this.#delayed) {
      if (whose !== channel) continue;
      disarm();
      this.#delayed.delete(disarm);
    }
  }

  #startReassembly(channel: number): RunningTimer {
    const limit = { timer: "hid.reassembly", budgetMs: this.#knobs.reassemblyMs };
    return startTimer(envIn(this.#env, this.#contexts.get(channel)), limit, () => {
      this.#drop();
      this.#error(channel, HidErrorCode.MSG_TIMEOUT);
    });
  }

  /** Ends the transaction without an answer. */
  #drop(): void {
    if (this.#transaction.kind === "receiving") this.#transaction.gap.disarm();
    if (this.#transaction.kind === "running") this.#transaction.run.discard();
    this.#transaction = IDLE;
  }

  #error(channel: number, error: number): void {
    this.#answer(channel, HidCommand.ERROR, Uint8Array.of(error));
  }

  #answer(channel: number, command: number, payload: Uint8Array): void {
    const context = this.#contexts.get(channel);
    for (const report of toReports({ channel, command, payload })) this.#emit(report, context);
  }
}

export interface ResponderSetup {
  /** @param context the span of the request that the report answers. */
  readonly emit: (report: Uint8Array, context: TraceContext | undefined) => void;
  readonly knobs?: Partial<HidKnobs> | undefined;
}

interface DelayedAnswer {
  readonly channel: number;
  readonly delayMs: number;
  readonly timer: string;
}

interface PacketStart {
  readonly channel: number;
  readonly command: number;
  readonly length: number;
}
