import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { Disarm } from "../../core/clock.js";
import { toHex } from "../../core/bytes.js";
import { drawFraction } from "../../core/entropy.js";
import type { Env } from "../../core/env.js";
import { AdvertInbox } from "../../hybrid/adapters/advert-inbox.js";
import { ADVERT_BYTES, ServiceUuid } from "../../hybrid/protocol/constants.js";
import { defaultsOf, type OptionsOf } from "../knobs/knob-spec.js";
import { optionRows } from "../knobs/option-rows.js";
import { AIR_KNOBS } from "./air-knobs.js";
import type { Advertiser, AdvertScanner, AdvertTerms, ReceivedAdvert } from "../../hybrid/ports.js";

/** The radio's options: those of {@link AIR_KNOBS}, and what no knob sets. */
export interface AirOptions extends OptionsOf<typeof AIR_KNOBS> {
  /** Between two chances, in milliseconds. Source: webauthn-rs, whose phone advertises every 100 to 500 ms. */
  readonly intervalMs: number;
  /** The listening radio sleeps most of the time: heard is only what falls into a window. Both in milliseconds. */
  readonly dutyCycle?: { readonly everyMs: number; readonly listensMs: number } | undefined;
  /** From switching the listening radio on to listening, in milliseconds. Source: Chromium, fido_cable_discovery.cc */
  readonly powerOnMs: number;
}

const OPTIONS = parameters<Partial<AirOptions>>({
  ...optionRows(AIR_KNOBS),
  intervalMs: maybe(shape.ms),
  dutyCycle: maybe(shape.object({ everyMs: shape.ms, listensMs: shape.ms }, {})),
  powerOnMs: maybe(shape.ms),
});

const STANDARD: AirOptions = { ...defaultsOf(AIR_KNOBS), intervalMs: 250, powerOnMs: 500 };

interface Broadcast {
  readonly heard: ReceivedAdvert & { readonly serviceUuid: number };
}

interface Listener {
  readonly inbox: AdvertInbox;
  readonly sinceMs: number;
  readonly disarms: Map<Broadcast, Disarm>;
}

/** What clients scan for. */
const KNOWN_UUIDS: readonly number[] = Object.values(ServiceUuid);
const ADDRESS_BYTES = 6;
const NEVER_PCT = 100;

/**
 * The radio between phones and computers of one room: an advert reaches every scanner after a while.
 *
 * Nothing repeats by itself: a chance that is lost moves the hearing to the next one, so a run with a phone that
 * is never heard still comes to an end.
 */
export class SimAir implements AdvertScanner, Advertiser {
  readonly #env: Env;
  readonly #broadcasts = new Set<Broadcast>();
  readonly #listeners = new Set<Listener>();
  #options: AirOptions;
  #powered = true;

  constructor(env: Env, options: Partial<AirOptions> = {}) {
    checkArguments("SimAir", { env: [arg.env, env], options: [OPTIONS, options] });
    this.#env = env;
    this.#options = { ...STANDARD, ...options };
  }

  /** Sets options for adverts and scans that begin from now on. */
  setOptions(options: Partial<AirOptions>): void {
    this.#options = { ...this.#options, ...options };
  }

  async *listen(signal: AbortSignal): AsyncIterable<ReceivedAdvert> {
    const listener: Listener = {
      inbox: new AdvertInbox(),
      sinceMs: this.#env.clock.nowMs(),
      disarms: new Map(),
    };
    this.#listeners.add(listener);
    if (this.#powered) this.#tuneIn(listener, 0);
    try {
      for (;;) {
        const heard = await listener.inbox.next(signal);
        if (heard === undefined) return;
        yield heard;
      }
    } finally {
      this.#listeners.delete(listener);
      stopAdvert(listener);
    }
  }

  /** Scanners pass over what is sent under a UUID that is not in `ServiceUuid`. */
  async advertise(serviceData: Uint8Array, terms: AdvertTerms = {}): Promise<AsyncDisposable> {
    const { serviceUuid = ServiceUuid.FIDO } = terms;
    const address = toHex(this.#env.entropy.bytes(ADDRESS_BYTES));
    const broadcast: Broadcast = { heard: { serviceData: serviceData.slice(), serviceUuid, address } };
    this.#broadcasts.add(broadcast);
    if (this.#powered) for (const listener of this.#listeners) this.#schedule(listener, broadcast, 0);
    return {
      [Symbol.asyncDispose]: async () => {
        this.#broadcasts.delete(broadcast);
        for (const { disarms } of this.#listeners) disarms.get(broadcast)?.();
      },
    };
  }

  /** Broadcasts a foreign advert, which no computer here can open. */
  async foreignAdvert(serviceData?: Uint8Array): Promise<AsyncDisposable> {
    return this.advertise(serviceData ?? this.#env.entropy.bytes(ADVERT_BYTES));
  }

  /** Switches the listening radios; those who listen go on listening, to nothing while it is off. */
  power(on: boolean): void {
    if (on === this.#powered) return;
    this.#powered = on;
    for (const listener of this.#listeners) {
      if (on) this.#tuneIn(listener, this.#options.powerOnMs);
      else stopAdvert(listener);
    }
  }

  /** The listening radios are gone: everybody's scan ends. */
  unplug(): void {
    for (const { inbox } of this.#listeners) inbox.close();
  }

  #tuneIn(listener: Listener, delayMs: number): void {
    for (const broadcast of this.#broadcasts) this.#schedule(listener, broadcast, delayMs);
  }

  #schedule(listener: Listener, broadcast: Broadcast, delayMs: number): void {
    const { advertLossPct, advertDelayMs } = this.#options;
    if (!KNOWN_UUIDS.includes(broadcast.heard.serviceUuid) || advertLossPct >= NEVER_PCT) return;
    this.#hearIn(delayMs + advertDelayMs, { listener, broadcast, times: 1 + this.#options.repeats });
  }

  #hearIn(
    delayMs: number,
    hearing: { readonly listener: Listener; readonly broadcast: Broadcast; readonly times: number },
  ): void {
    const { listener, broadcast, times } = hearing;
    const { intervalMs } = this.#options;
    const lostMs = this.#draws() * intervalMs;
    const waitMs = this.#untilAwake(listener, delayMs + lostMs);
    const disarm = this.#env.clock.arm(waitMs, "air.advert", () => {
      listener.disarms.delete(broadcast);
      listener.inbox.put(broadcast.heard);
      if (times > 1) this.#hearIn(intervalMs, { listener, broadcast, times: times - 1 });
    });
    listener.disarms.set(broadcast, disarm);
  }

  /** How many chances come to nothing before one does not. */
  #draws(): number {
    const { advertLossPct } = this.#options;
    if (advertLossPct === 0) return 0;
    let lost = 0;
    while (drawFraction(this.#env.entropy) * NEVER_PCT < advertLossPct) lost++;
    return lost;
  }

  /** Moves a chance that meets a sleeping radio to the beginning of its next window. */
  #untilAwake({ sinceMs }: Listener, delayMs: number): number {
    const { dutyCycle } = this.#options;
    if (dutyCycle === undefined) return delayMs;
    const intoCycleMs = (this.#env.clock.nowMs() + delayMs - sinceMs) % dutyCycle.everyMs;
    return intoCycleMs < dutyCycle.listensMs ? delayMs : delayMs + dutyCycle.everyMs - intoCycleMs;
  }
}

function stopAdvert({ disarms }: Listener): void {
  for (const disarm of disarms.values()) disarm();
  disarms.clear();
}
