import { sleep } from "../../core/clock.js";
import { envFor, type Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import type { CtapDevice, CtapHandler } from "../../ctap/device.js";
import { isInitPacket } from "../../transports/hid/framing.js";
import { openHidDevice } from "../../transports/hid/channel.js";
import { withU2fFallback } from "../../transports/hid/u2f-fallback.js";
import type { LinkOptions } from "../../transports/hid/link.js";
import type { HidPort } from "../../transports/hid/port.js";
import { optionsIn } from "../knobs/knob-spec.js";
import type { Knobs } from "../knobs/knobs.js";
import { LoopbackDevice } from "../loopback.js";
import { ownTransports, profileFor } from "../profile-for.js";
import { speaksCtap2 } from "../profiles/profile.js";
import type { HidFirmware } from "./hid-firmware.js";
import { HID_KNOBS } from "./hid-knobs.js";
import { simHidPort, type SimHidPort } from "./sim-hid.js";

export interface UsbPortDeps {
  readonly knobs: () => Knobs;
  readonly handler: CtapHandler;
  /** Answers APDUs, where the key speaks U2F alone. */
  readonly apduHandler: NonNullable<HidFirmware["msg"]>;
  /** Power was lost and is back: what lives in the key's memory only is gone. */
  readonly powerCycle: () => void;
  readonly label: string;
  /** How much of a report the trace gets; `headers` when absent. */
  readonly frames?: LinkOptions["frames"];
}

/** The key's socket on the computer: who can reach it now, and who waits for it to come back. */
export class UsbPort {
  readonly #env: Env;
  readonly #deps: UsbPortDeps;
  /** By road, so that a run which changes it comes back to the link it had. */
  readonly #opened = new Map<"loopback" | "hid", Promise<CtapDevice>>();
  #port: SimHidPort | undefined;
  #isIn = true;
  #waiting: ((device: CtapDevice) => void)[] = [];

  constructor(env: Env, deps: UsbPortDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /**
   * Opens the link when a request first needs it, and keeps it open.
   *
   * @param context the span of that request.
   */
  async device(context?: TraceContext): Promise<CtapDevice | undefined> {
    if (!this.#deps.knobs().key.present || !this.#isIn) return undefined;
    const road = this.#deps.knobs().link.road === "loopback" ? "loopback" : "hid";
    const opened = this.#opened.get(road) ?? this.#open(road, context);
    this.#opened.set(road, opened);
    return opened;
  }

  /** Resolves with the next key that is plugged in; never, when none is. */
  nextPlugged(): Promise<CtapDevice> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Pulled out: what runs ends without an answer, and the key forgets what only power kept. */
  unplug(): void {
    if (!this.#isIn) return;
    this.#isIn = false;
    this.#port?.unplug();
    this.#deps.powerCycle();
    for (const gone of this.#opened.values()) {
      void gone.then((device) => device[Symbol.asyncDispose]()).catch(() => undefined);
    }
    this.#opened.clear();
  }

  /** Plugs the key in; every caller that waits for a key gets it. */
  async replug(): Promise<void> {
    this.unplug();
    this.#isIn = true;
    this.#port = this.#port?.replug();
    const waiting = this.#waiting;
    this.#waiting = [];
    const device = await this.device();
    if (device !== undefined) for (const give of waiting) give(device);
  }

  /** The program that held the link is gone without a word; the next one opens a handle of its own. */
  async abandon(): Promise<void> {
    const port = this.#port;
    this.#opened.clear();
    this.#waiting = [];
    if (port === undefined) return;
    // In this order: a device whose last handle is closed must not be lost with it.
    this.#port = port.openAgain() as SimHidPort;
    await port.close();
  }

  async #open(road: "loopback" | "hid", context: TraceContext | undefined): Promise<CtapDevice> {
    const { hid } = this.#deps.knobs();
    const { handler, label } = this.#deps;
    const env = envFor(this.#env, "link");
    if (road === "loopback") {
      const { knobs } = this.#deps;
      const reachableBy = ownTransports(profileFor(knobs(), knobs().key.which));
      return new LoopbackDevice(env, handler, { label, reachableBy });
    }
    this.#port ??= this.#plug();
    const { busyPatienceMs, silenceMs } = hid;
    const device = await openHidDevice(
      env,
      pacedPort(this.#env, this.#port, () => this.#deps.knobs().hid.gapMs),
      { busyPatienceMs, silenceMs, frames: this.#deps.frames, context },
    );
    return this.#speaksOnlyU2f ? withU2fFallback(env, device) : device;
  }

  #plug(): SimHidPort {
    const { handler, apduHandler, knobs } = this.#deps;
    const firmware = this.#speaksOnlyU2f ? { msg: apduHandler } : { cbor: handler };
    return simHidPort(envFor(this.#env, "port"), firmware, optionsIn(HID_KNOBS, knobs().hid));
  }

  get #speaksOnlyU2f(): boolean {
    const { knobs } = this.#deps;
    return !speaksCtap2(profileFor(knobs(), knobs().key.which));
  }
}

/** A host that is slow between the packets of one message, as a busy build machine is. */
function pacedPort(env: Env, port: HidPort, gapMs: () => number): HidPort {
  return {
    label: port.label,
    reports: () => port.reports(),
    close: () => port.close(),
    async write(report, context) {
      const waitMs = isInitPacket(report) ? 0 : gapMs();
      if (waitMs > 0) await sleep(env.clock, waitMs, "host.gap");
      await port.write(report, context);
    },
  };
}
