import type { Env } from "../../../core/env.js";
import { HidCommand, INIT_PACKET_BIT, REPORT_BYTES } from "../../../transports/hid/constants.js";
import { channelOf } from "../../../transports/hid/framing.js";
import type { HidPort } from "../../../transports/hid/port.js";
import { ControlPipe } from "./control-pipe.js";
import { PolledEndpoint } from "./polled-endpoint.js";
import { ENDPOINT_IN, ENDPOINT_OUT, type UsbDevice } from "./usb-descriptors.js";
import { UsbipError } from "./usbip-error.js";
import { DEVICE_ID, type UrbResult, UrbStatus, submitAnswer, unlinkAnswer } from "./wire-answers.js";
import type { HostMessage, SubmitMessage } from "./wire-reader.js";

/** Transfers of one host that may wait at once; Linux has one or two for a key. */
const WAITING_MAX = 64;
/** Reports kept for a host that does not look: two of the longest messages. */
const REPORTS_MAX = 258;

const INTERRUPT_ENDPOINT = 1;

export interface AttachmentSetup {
  readonly device: UsbDevice;
  /** The device's end of the cable, from now on this host's. */
  readonly port: HidPort;
  readonly label: string;
  /** Sends an answer to the host. @throws {UsbipError} */
  readonly send: (bytes: Uint8Array) => void;
}

/** The device while one host has it: transfers that wait, and reports that wait for one. */
export class UsbAttachment {
  readonly #env: Env;
  readonly #setup: AttachmentSetup;
  readonly #control: ControlPipe;
  /** By sequence number, in the order in which the host sent them. */
  readonly #reads = new Map<number, SubmitMessage>();
  readonly #writes = new Map<number, SubmitMessage>();
  readonly #reports: Uint8Array[] = [];
  readonly #in: PolledEndpoint;
  readonly #out: PolledEndpoint;

  constructor(env: Env, setup: AttachmentSetup) {
    this.#env = env;
    this.#setup = setup;
    this.#control = new ControlPipe(setup.device);
    const { intervalMs } = setup.device;
    this.#in = new PolledEndpoint(env.clock, intervalMs, () => this.#read());
    this.#out = new PolledEndpoint(env.clock, intervalMs, () => this.#write());
  }

  /** Takes one request of the host. @throws {UsbipError} that ends the connection. */
  hear(message: Extract<HostMessage, { readonly kind: "submit" | "unlink" }>): void {
    if (message.deviceId !== DEVICE_ID) {
      throw new UsbipError(
        "USBIP_DEVICE",
        `a transfer of device ${message.deviceId}, which was not imported`,
      );
    }
    if (message.kind === "unlink") return this.#unlink(message.sequence, message.wanted);
    if (this.#reads.has(message.sequence) || this.#writes.has(message.sequence)) {
      throw new UsbipError("USBIP_SEQUENCE_REUSED", `transfer ${message.sequence} still waits`);
    }
    if (message.endpoint === 0) return this.#answerControl(message);
    const address = message.direction === "in" ? ENDPOINT_IN : ENDPOINT_OUT;
    const absent = message.endpoint !== INTERRUPT_ENDPOINT || !this.#control.configured;
    if (absent || this.#control.isHalted(address)) return this.#finish(message, { status: UrbStatus.STALL });
    if (message.direction === "in") this.#submitRead(message);
    else this.#submitWrite(message);
  }

  /** Takes a report of the device, for the next transfer that asks for one. */
  speak(report: Uint8Array): void {
    if (this.#reads.size === 0 && isKeepalive(report)) {
      // A device does not collect them: a host that looks again finds the latest.
      const last = this.#reports.at(-1);
      if (last && isKeepalive(last) && channelOf(last) === channelOf(report)) this.#reports.pop();
    }
    if (this.#reports.length >= REPORTS_MAX) {
      const about = { reason: "reader-too-slow", bytes: report.length } as const;
      return this.#env.trace.emit({ kind: "link.ignored", link: this.#setup.label, ...about });
    }
    this.#reports.push(report);
    this.#in.kick();
  }

  /** Ends it; what waits is not answered. */
  stop(): void {
    this.#in.stop();
    this.#out.stop();
    this.#reads.clear();
    this.#writes.clear();
    this.#reports.length = 0;
  }

  #submitRead(message: SubmitMessage): void {
    if (message.length < REPORT_BYTES) return this.#finish(message, { status: UrbStatus.OVERFLOW });
    this.#wait(this.#reads, message);
    this.#in.kick();
  }

  #submitWrite(message: SubmitMessage): void {
    this.#wait(this.#writes, message);
    this.#out.kick();
  }

  #wait(where: Map<number, SubmitMessage>, message: SubmitMessage): void {
    if (where.size >= WAITING_MAX) {
      throw new UsbipError("USBIP_TOO_MANY_TRANSFERS", `more than ${WAITING_MAX} transfers wait`);
    }
    where.set(message.sequence, message);
  }

  #read(): boolean {
    const [message] = this.#reads.values();
    if (message === undefined) return false;
    const data = this.#reports.shift();
    if (data === undefined) return false;
    this.#reads.delete(message.sequence);
    this.#finish(message, { status: UrbStatus.OK, data });
    return true;
  }

  #write(): boolean {
    const [message] = this.#writes.values();
    if (message === undefined) return false;
    this.#writes.delete(message.sequence);
    const { data } = message;
    this.#finish(message, { status: UrbStatus.OK, length: data.length });
    if (data.length === REPORT_BYTES) {
      // Pulled out by its own knob a moment ago: what the host still says goes nowhere.
      this.#setup.port.write(data).catch(() => {});
    } else {
      const about = { reason: "wrong-size", bytes: data.length } as const;
      this.#env.trace.emit({ kind: "link.ignored", link: this.#setup.label, ...about });
    }
    return true;
  }

  #answerControl(message: SubmitMessage): void {
    const answer = this.#control.answer(message.setup);
    if (answer === undefined) return this.#finish(message, { status: UrbStatus.STALL });
    const data = answer.subarray(0, message.direction === "in" ? message.length : 0);
    this.#finish(message, { status: UrbStatus.OK, data, length: message.data.length });
    if (this.#control.isHalted(ENDPOINT_IN)) this.#stallReads();
  }

  #stallReads(): void {
    for (const message of this.#reads.values()) this.#finish(message, { status: UrbStatus.STALL });
    this.#reads.clear();
  }

  /** A transfer that still waits is never answered; one that is over was. */
  #unlink(sequence: number, wanted: number): void {
    const waited = this.#reads.delete(wanted) || this.#writes.delete(wanted);
    this.#setup.send(unlinkAnswer(sequence, waited ? UrbStatus.UNLINKED : UrbStatus.OK));
  }

  #finish({ sequence }: SubmitMessage, result: UrbResult): void {
    this.#setup.send(submitAnswer(sequence, result));
  }
}

function isKeepalive(report: Uint8Array): boolean {
  return report[4] === (INIT_PACKET_BIT | HidCommand.KEEPALIVE);
}
