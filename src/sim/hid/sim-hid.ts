import { HID_FIRMWARE } from "./hid-firmware.js";
import { arg, checkArguments, maybe, withMembers } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { Disarm } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { AsyncQueue, QueueFullError } from "../../core/queue.js";
import { TransportError } from "../../ctap/transport-error.js";
import { REPORT_BYTES } from "../../transports/hid/constants.js";
import { toReports } from "../../transports/hid/framing.js";
import type { HidPort } from "../../transports/hid/port.js";
import type { HidFirmware } from "./hid-firmware.js";
import { HID_KNOBS_SHAPE, HID_STANDARD, type HidKnobs, type ReportFault } from "./hid-knobs.js";
import { ReportLine } from "./report-line.js";
import { HidResponder } from "./responder.js";

/** The host's end of a simulated cable, with the hand that holds the other end. */
export interface SimHidPort extends HidPort {
  readonly plugged: boolean;
  /** Ids of faults in the knobs that have not happened yet. */
  readonly unusedFaults: readonly string[];
  /** Another program's handle of the same device: every handle sees every report, as on Linux and macOS. */
  openAgain(): HidPort;
  /** Every handle ends with `DEVICE_GONE`; the running request ends without an answer. */
  unplug(): void;
  /** Power is back. Old handles stay dead, as real ones do. @returns a handle of the device that came back. */
  replug(): SimHidPort;
}

export interface SimHidKnobs extends Partial<HidKnobs> {
  /** For people and traces; `simulated key` by default. */
  readonly label?: string;
}

/**
 * A device on a simulated cable, 64 bytes at a time.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param firmware what answers CTAP and U2F messages, as `firmwareOf(key)` makes it.
 * @param knobs how the device behaves on USB.
 * @returns the host's end of the cable.
 *
 * @example
 * const port = simHidPort(env, { cbor: (request, options) => key.handle(request, options) });
 * const device = await env.clock.run(openHidDevice(env, port));
 */
export function simHidPort(env: Env, firmware: HidFirmware, knobs: SimHidKnobs = {}): SimHidPort {
  checkArguments("simHidPort", {
    env: [arg.env, env],
    firmware: [HID_FIRMWARE, firmware],
    knobs: [withMembers(HID_KNOBS_SHAPE, { label: maybe(shape.text) }), knobs],
  });
  return new SimCable(env, firmware, knobs).open();
}

class SimCable {
  readonly #label: string;
  readonly #knobs: HidKnobs;
  readonly #firmware: HidFirmware;
  readonly #responder: HidResponder;
  readonly #toDevice: ReportLine;
  readonly #toHost: ReportLine;
  readonly #handles = new Set<SimHandle>();
  #disarmUnplug: Disarm = () => {};
  #plugged = true;

  constructor(env: Env, firmware: HidFirmware, { label = "simulated key", ...knobs }: SimHidKnobs) {
    this.#label = label;
    this.#firmware = firmware;
    this.#knobs = { ...HID_STANDARD, ...knobs };
    const { faults, pacingMs, unplugAtMs } = this.#knobs;
    const towards = (direction: ReportFault["direction"]) =>
      faults.filter((fault) => fault.direction === direction);
    this.#responder = new HidResponder(env, firmware, {
      knobs,
      emit: (report, context) => this.#emit(report, context),
    });
    this.#toDevice = new ReportLine(env, {
      faults: towards("to-device"),
      pacingMs,
      deliver: (report, context) => this.#responder.receive(report, context),
    });
    this.#toHost = new ReportLine(env, {
      faults: towards("to-host"),
      pacingMs,
      deliver: (report) => {
        for (const handle of this.#handles) handle.take(report);
      },
    });
    if (unplugAtMs !== null) {
      this.#disarmUnplug = env.clock.arm(unplugAtMs, "hid.unplug", () => this.unplug());
    }
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  get label(): string {
    return this.#label;
  }

  get unusedFaults(): readonly string[] {
    return [...this.#toDevice.unusedFaults, ...this.#toHost.unusedFaults];
  }

  open(): SimHidPort {
    const handle = new SimHandle(this, this.#knobs.readerReports);
    if (this.#plugged) this.#handles.add(handle);
    else handle.end();
    return handle;
  }

  carry(report: Uint8Array, context: TraceContext | undefined): void {
    this.#toDevice.carry(report, context);
  }

  forget(handle: SimHandle): void {
    this.#handles.delete(handle);
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#disarmUnplug();
    this.#toDevice.clear();
    this.#toHost.clear();
    this.#responder.powerOff();
    for (const handle of this.#handles) handle.end();
    this.#handles.clear();
  }

  replug(): SimHidPort {
    this.unplug();
    this.#plugged = true;
    this.#firmware.powerCycle?.();
    return this.open();
  }

  #emit(report: Uint8Array, context: TraceContext | undefined): void {
    if (this.#knobs.foreignFrames) for (const noise of FOREIGN_REPORTS) this.#toHost.carry(noise, context);
    this.#toHost.carry(report, context);
  }
}

/** What another program's transaction looks like from outside: a keepalive, a long answer's middle, an answer. */
const FOREIGN_CHANNEL = 0x0bad_cafe;
const FOREIGN_REPORTS: readonly Uint8Array[] = [
  ...toReports({ channel: FOREIGN_CHANNEL, command: 0x3b, payload: Uint8Array.of(2) }),
  ...[...toReports({ channel: FOREIGN_CHANNEL, command: 0x10, payload: new Uint8Array(100) })].reverse(),
];

class SimHandle implements SimHidPort {
  readonly #cable: SimCable;
  readonly #inbox: AsyncQueue<Uint8Array>;
  #closed = false;

  constructor(cable: SimCable, readerReports: number) {
    this.#cable = cable;
    this.#inbox = new AsyncQueue(readerReports);
  }

  get label(): string {
    return this.#cable.label;
  }

  get plugged(): boolean {
    return this.#cable.plugged;
  }

  get unusedFaults(): readonly string[] {
    return this.#cable.unusedFaults;
  }

  async write(report: Uint8Array, context?: TraceContext): Promise<void> {
    if (report.length !== REPORT_BYTES) {
      throw new RangeError(`a report has ${REPORT_BYTES} bytes, not ${report.length}`);
    }
    if (this.#closed) throw this.#gone();
    this.#cable.carry(report, context);
  }

  reports(): AsyncIterable<Uint8Array> {
    return this.#inbox;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cable.forget(this);
    this.#inbox.close();
  }

  openAgain(): HidPort {
    return this.#cable.open();
  }

  unplug(): void {
    this.#cable.unplug();
  }

  replug(): SimHidPort {
    return this.#cable.replug();
  }

  take(report: Uint8Array): void {
    try {
      this.#inbox.put(report.slice());
    } catch (error) {
      // As the kernel does: a reader too slow for its ring loses what does not fit.
      if (!(error instanceof QueueFullError)) throw error;
    }
  }

  end(): void {
    this.#closed = true;
    this.#inbox.close(this.#gone());
  }

  #gone(): TransportError {
    return new TransportError("DEVICE_GONE", `${this.label} is not there`);
  }
}
