import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { HID_FIRMWARE } from "../hid/hid-firmware.js";
import { HID_KNOBS_SHAPE } from "../hid/hid-knobs.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { TimeoutError } from "../../core/errors.js";
import { within } from "../../core/within.js";
import { REPORT_BYTES } from "../../transports/hid/constants.js";
import type { HidFirmware } from "../hid/hid-firmware.js";
import type { HidKnobs } from "../hid/hid-knobs.js";
import { simHidPort, type SimHidPort } from "../hid/sim-hid.js";
import { ExposeError } from "./expose-error.js";
import type { ExposedDevice } from "./exposed-device.js";
import { UHID_MESSAGE_BYTES_MAX } from "./fit-for-uhid.js";
import {
  FIDO_REPORT_DESCRIPTOR,
  BUS_USB,
  encodeUhidEvent,
  parseUhidEvent,
  type UhidToKernel,
} from "./uhid-event.js";
import { uhidFailure } from "./uhid-failure.js";
import { openUhidFile, type OpenUhidFile, type UhidFile } from "./uhid-file.js";
import { uhidIdentity, type UhidIdentity } from "./uhid-identity.js";

export interface ExposeUhidOptions {
  readonly identity?: Partial<UhidIdentity>;
  /**
   * Everything a simulated cable can do to reports happens here too. Messages longer than `messageBytesMax`, here
   * {@link UHID_MESSAGE_BYTES_MAX} by default, are refused: a part of them could be lost on the way.
   */
  readonly knobs?: Partial<HidKnobs>;
  /** `/dev/uhid` by default. */
  readonly path?: string;
  readonly open?: OpenUhidFile;
}

const OPTIONS = parameters<ExposeUhidOptions>({
  // What its members hold is judged by uhidIdentity, under codes of its own.
  identity: maybe(
    shape.object({}, { name: arg.any, vendorId: arg.any, productId: arg.any, serial: arg.any }),
  ),
  knobs: maybe(HID_KNOBS_SHAPE),
  path: maybe(shape.text),
  open: maybe(arg.callable),
});

export interface ExposedUhidDevice extends ExposedDevice {
  readonly identity: UhidIdentity;
  readonly plugged: boolean;
  /** A program of this machine has the device open. */
  readonly held: boolean;
  /**
   * Restores power, as a new device of the same name: handles of the old one stay invalid. No effect when plugged in
   * already.
   */
  replug(): Promise<void>;
}

/** Timer `uhid.start`: how long the kernel may take to find a driver for the device, in milliseconds. */
const START_BUDGET_MS = 5_000;

/** Linux keeps 64 reports for a reader and drops what comes then; USB brings one a millisecond. */
const BURST_REPORTS = 8;
const BURST_PAUSE_MS = 4;

/** errno for requests on the control pipe, of which a FIDO key serves none. */
const EIO = 5;

/**
 * Makes a simulated device a HID device of this machine (Linux): every program sees a key on USB.
 *
 * Its firmware should report to hosts what it can take: see {@link fitForUhid}.
 *
 * Resolves once a driver has taken it; its node appears some milliseconds later, as with a real one.
 *
 * @throws {ExposeError} `EXPOSE_UHID_MISSING`, `EXPOSE_UHID_DENIED`, `EXPOSE_IDENTITY_INVALID`, `EXPOSE_FAILED`
 * @see Linux Documentation/hid/uhid.rst
 */
export async function exposeUhid(
  env: Env,
  firmware: HidFirmware,
  options: ExposeUhidOptions = {},
): Promise<ExposedUhidDevice> {
  checkArguments("exposeUhid", {
    env: [arg.env, env],
    firmware: [HID_FIRMWARE, firmware],
    options: [OPTIONS, options],
  });
  const device = new UhidDevice(env, firmware, options);
  await device.plugIn();
  return device;
}

/** A device from being plugged in until it is pulled out. */
interface Plug {
  readonly file: UhidFile;
  readonly port: SimHidPort;
}

class UhidDevice implements ExposedUhidDevice {
  readonly identity: UhidIdentity;
  readonly #env: Env;
  readonly #firmware: HidFirmware;
  readonly #options: ExposeUhidOptions;
  #port: SimHidPort | undefined;
  #plug: Plug | undefined;
  #started: () => void = () => {};
  #held = false;

  constructor(env: Env, firmware: HidFirmware, options: ExposeUhidOptions) {
    this.#env = env;
    this.#firmware = firmware;
    this.#options = options;
    this.identity = uhidIdentity(env.entropy, options.identity);
  }

  get label(): string {
    const { vendorId, productId, serial } = this.identity;
    const hex = (id: number) => id.toString(16).padStart(4, "0");
    return `uhid:${hex(vendorId)}:${hex(productId)}:${serial}`;
  }

  get plugged(): boolean {
    return this.#plug !== undefined;
  }

  get held(): boolean {
    return this.#held;
  }

  async plugIn(): Promise<void> {
    const plug = { file: this.#create(), port: this.#powerUp() };
    this.#plug = plug;
    const started = new Promise<void>((resolve) => (this.#started = resolve));
    void this.#listen(plug);
    void this.#speak(plug);
    try {
      const budget = { timer: "uhid.start", budgetMs: START_BUDGET_MS, aftermath: "none" } as const;
      await within(this.#env, budget, () => started);
    } catch (cause) {
      await this.unplug();
      if (!(cause instanceof TimeoutError)) throw cause;
      throw new ExposeError("EXPOSE_FAILED", `${this.label}: no driver took the device`, {
        cause,
        hint: "as root: modprobe hid-generic",
      });
    }
    this.#env.trace.emit({ kind: "link.opened", link: this.label });
  }

  async replug(): Promise<void> {
    if (!this.#plug) await this.plugIn();
  }

  async powerCycle(): Promise<void> {
    await this.unplug();
    await this.replug();
  }

  unplug(): Promise<void> {
    const plug = this.#plug;
    this.#plug = undefined;
    this.#held = false;
    if (plug) {
      plug.port.unplug();
      this.#sendEvent(plug, { kind: "destroy" });
      plug.file.close();
      this.#env.trace.emit({ kind: "link.closed", link: this.label });
    }
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unplug();
  }

  #create(): UhidFile {
    const { path = "/dev/uhid", open = openUhidFile } = this.#options;
    const { name, vendorId: vendor, productId: product, serial: uniq } = this.identity;
    let file: UhidFile | undefined;
    try {
      file = open(this.#env.clock, path);
      const ids = { bus: BUS_USB, vendor, product, version: 0, country: 0 };
      const about = { name, phys: "", uniq, ...ids, descriptor: FIDO_REPORT_DESCRIPTOR };
      file.write(encodeUhidEvent({ kind: "create2", ...about }));
      return file;
    } catch (cause) {
      file?.close();
      throw uhidFailure(path, cause);
    }
  }

  #powerUp(): SimHidPort {
    const { knobs } = this.#options;
    this.#port =
      this.#port?.replug() ??
      simHidPort(this.#env, this.#firmware, {
        messageBytesMax: UHID_MESSAGE_BYTES_MAX,
        ...knobs,
        label: this.label,
      });
    return this.#port;
  }

  /** Events of the kernel, until the file is closed. */
  async #listen(plug: Plug): Promise<void> {
    try {
      for (let event = await plug.file.read(); event; event = await plug.file.read()) {
        this.#hear(plug, event);
      }
    } catch (error) {
      this.#lose(plug, error);
    }
  }

  #hear(plug: Plug, bytes: Uint8Array): void {
    const event = parseUhidEvent(bytes);
    switch (event?.kind) {
      case "start":
        return this.#started();
      case "stop":
        this.#held = false;
        if (plug === this.#plug) this.#traceLoss("driver-left");
        return;
      case "open":
      case "close":
        this.#held = event.kind === "open";
        return;
      case "output":
        return this.#receive(plug, event.data);
      case "get-report":
        return this.#sendEvent(plug, {
          kind: "get-report-reply",
          id: event.id,
          err: EIO,
          data: new Uint8Array(0),
        });
      case "set-report":
        return this.#sendEvent(plug, { kind: "set-report-reply", id: event.id, err: EIO });
      default: {
        // A newer kernel says more than is known here.
        const ignored = { reason: "wrong-size", bytes: bytes.length } as const;
        return this.#env.trace.emit({ kind: "link.ignored", link: this.label, ...ignored });
      }
    }
  }

  /** Hosts send the report number, 0, along; some drivers strip it. */
  #receive({ port }: Plug, data: Uint8Array): void {
    const report = data.length === REPORT_BYTES + 1 && data[0] === 0 ? data.subarray(1) : data;
    if (report.length !== REPORT_BYTES) {
      const bytes = data.length;
      return this.#env.trace.emit({ kind: "link.ignored", link: this.label, reason: "wrong-size", bytes });
    }
    // Pulled out by its own knob a moment ago: what the host still says goes nowhere.
    port.write(report).catch(() => {});
  }

  /** Reports of the device, until it is pulled out. */
  async #speak(plug: Plug): Promise<void> {
    let burst = 0;
    try {
      for await (const data of plug.port.reports()) {
        if (plug !== this.#plug) return;
        this.#sendEvent(plug, { kind: "input2", data });
        burst += 1;
        if (burst % BURST_REPORTS === 0) await sleep(this.#env.clock, BURST_PAUSE_MS, "uhid.burst");
      }
    } catch {
      // Out of the socket, by hand or by its own knob.
      if (plug === this.#plug) await this.unplug();
    }
  }

  #sendEvent(plug: Plug, event: UhidToKernel): void {
    try {
      plug.file.write(encodeUhidEvent(event));
    } catch (error) {
      this.#lose(plug, error);
    }
  }

  /** Records that the kernel removed the device, or never had it; a plug that was already pulled is ignored. */
  #lose(plug: Plug, error: unknown): void {
    if (plug !== this.#plug) return;
    const { code } = (error ?? {}) as { readonly code?: unknown };
    this.#traceLoss(typeof code === "string" ? code : "unreadable");
    void this.unplug();
  }

  #traceLoss(reason: string): void {
    this.#env.trace.emit({ kind: "link.lost", link: this.label, reason });
  }
}
