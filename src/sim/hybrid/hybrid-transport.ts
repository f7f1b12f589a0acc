import { sleep } from "../../core/clock.js";
import { envFor, envIn, type Env } from "../../core/env.js";
import { nullSink, startTrace, type TraceContext } from "../../core/trace.js";
import type { CtapDevice, CtapHandler } from "../../ctap/device.js";
import type { HybridDevice } from "../../hybrid/device.js";
import type { HybridOptions } from "../../hybrid/hybrid-options.js";
import { startQrInitiated } from "../../hybrid/qr-initiated.js";
import { limited } from "../../hybrid/in-stage.js";
import { startStateAssisted } from "../../hybrid/state-assisted.js";
import type { HybridPorts } from "../../hybrid/ports.js";
import { SimAir } from "./air.js";
import type { Background } from "../../core/background.js";
import { ComputerRadio } from "./computer-radio.js";
import { startForeignAdverts } from "./foreign-adverts.js";
import type { WhichKey } from "../authenticator-set.js";
import type { KnobOverrides, Knobs } from "../knobs/knobs.js";
import { LatePhone } from "../phone/late-phone.js";
import { LinkedPhoneWithQrFallback, type AwaitedPhone } from "../phone/linked-or-code.js";
import { PhoneSet } from "../phone/phone-set.js";
import { SimTunnelService } from "./tunnel-service.js";

export interface HybridTransportDeps {
  readonly knobs: () => Knobs;
  /** The authenticator in each of the person's phones. */
  readonly handleOf: (which: WhichKey) => CtapHandler;
  readonly background: Background;
}

/** The world's road to a phone: a code on the screen, a person who scans it, radio, tunnel and phones as knobs have them. */
export class HybridTransport {
  readonly #env: Env;
  readonly #client: Env;
  readonly #deps: HybridTransportDeps;
  readonly #air: SimAir;
  readonly #radio: ComputerRadio;
  readonly #service: SimTunnelService;
  readonly #ports: HybridPorts;
  readonly #phones: PhoneSet;
  /** The code of the request before this one. */
  #earlierCode: string | undefined;

  constructor(env: Env, deps: HybridTransportDeps) {
    this.#env = env;
    this.#deps = deps;
    this.#client = envFor(env, "desktop");
    this.#air = new SimAir(envFor(env, "air"));
    this.#radio = new ComputerRadio(this.#client, this.#air, { isOn: deps.knobs().os.btPowered });
    this.#service = new SimTunnelService(envFor(env, "tunnel-service"));
    this.#ports = { scanner: this.#radio, dialer: this.#service.as("desktop") };
    this.#phones = new PhoneSet(env, { ...deps, air: this.#air, service: this.#service });
  }

  /** A phone for one ceremony, the search for which begins at once; `undefined` where the browser cannot offer one. */
  device(context?: TraceContext): CtapDevice | undefined {
    const { os, adapter } = this.#deps.knobs();
    if (!os.hybridSupported || !adapter.present) return undefined;
    this.#applyKnobs();
    const client = envIn(this.#client, context);
    return this.#radio.isOn ? this.#startQrInitiated(client, this.#linkMs) : this.#whenSwitchedOn(client);
  }

  /** Knobs were turned in the middle of a run: Bluetooth is switched when its own is. */
  knobsChanged({ "os.btPowered": isOn }: KnobOverrides): void {
    if (isOn !== undefined) this.#radio.power(isOn);
  }

  get #linkMs(): number {
    return this.#deps.knobs().client.linkDeadlineMs ?? Infinity;
  }

  #startQrInitiated(client: Env, linkMs: number): AwaitedPhone {
    const { phone, ble } = this.#deps.knobs();
    const options: HybridOptions = {
      adverts: ble.readsSuffix ? "with-suffix" : "exactly-20-bytes",
      // As in Chromium, where the ceremony's own timer is the only one, unless a knob says otherwise.
      budgets: { linkMs },
    };
    const known = phone.linked ? this.#phones.link() : undefined;
    if (known === undefined) return this.#showCode(client, options);
    const called = this.#begin(startStateAssisted(client, this.#ports, known, options).device);
    const device = new LinkedPhoneWithQrFallback(called, () => {
      // Forgotten first: whatever comes of the code, this link is never tried again.
      this.#phones.forgetLink();
      return phone.codeWhenGone ? this.#showCode(client, options) : undefined;
    });
    device.ready().catch(() => undefined);
    return device;
  }

  #showCode(client: Env, options: HybridOptions): HybridDevice {
    const { device, qr } = startQrInitiated(client, this.#ports, options);
    const before = this.#earlierCode;
    this.#earlierCode = qr;
    this.#phones.show({
      qr,
      earlier: () => before ?? this.#otherTabsCode(),
      isShown: () => !device.isOver,
      context: client.trace.context,
    });
    return this.#begin(device);
  }

  #begin(device: HybridDevice): HybridDevice {
    // Whoever asks the device hears why it failed.
    device.ready().catch(() => undefined);
    void this.#deps.background.add(device.ended);
    const { ble } = this.#deps.knobs();
    if (ble.foreignAdverts > 0) {
      const over = new AbortController();
      void device.ended.then(() => over.abort());
      void this.#deps.background.add(startForeignAdverts(this.#env, this.#air, ble, over.signal));
    }
    return device;
  }

  /** The browser's sheet asks for Bluetooth; the code comes behind it. */
  #whenSwitchedOn(client: Env): LatePhone {
    const { clock } = this.#env;
    const linkMs = this.#linkMs;
    const beganMs = clock.nowMs();
    client.trace.emit({ kind: "link.hybrid", stage: "radio-off" });
    const text = "Turn on Bluetooth to use a passkey from your phone";
    client.trace.as("browser").emit({ kind: "user.saw", where: "browser", text });
    const limit = { timer: "hybrid.link", budgetMs: linkMs };
    const late = new LatePhone({
      whenPossible: (signal) => limited(client, limit, (ended) => this.#radio.whenOn(ended), signal),
      start: () => this.#startQrInitiated(client, linkMs - (clock.nowMs() - beganMs)),
    });
    const { btOnMs } = this.#deps.knobs().user;
    const switchOn = () => this.#radio.power(true);
    if (btOnMs !== null) {
      sleep(clock, btOnMs, "user.bluetooth", { signal: late.over }).then(switchOn, () => undefined);
    }
    return late;
  }

  /** Of a request nobody waits for any more, from before the run. */
  #otherTabsCode(): string {
    const { clock } = this.#env;
    const otherTab = { ...envFor(this.#env, "other-tab"), trace: startTrace(clock, nullSink) };
    return startQrInitiated(otherTab, this.#ports).qr;
  }

  /** Hands every actor its options as they are now. */
  #applyKnobs(): void {
    const { ble, tunnel, push, client, adapter } = this.#deps.knobs();
    this.#air.setOptions(ble);
    this.#radio.setBehaviour({ ...client, ...adapter });
    this.#service.setBehaviour({ ...tunnel, pushDelayMs: push.delayMs });
  }
}
