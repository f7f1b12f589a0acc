import { concat } from "../core/bytes.js";
import { sleep } from "../core/clock.js";
import { envFor, type Env } from "../core/env.js";
import { HarnessError } from "../core/errors.js";
import { CtapCommand } from "../ctap/command.js";
import type { CtapDevice, CtapHandler } from "../ctap/device.js";
import { CtapStatus } from "../ctap/status.js";
import type { HybridDevice } from "../hybrid/device.js";
import type { HybridOptions } from "../hybrid/hybrid-options.js";
import { invitePhone } from "../hybrid/invitation.js";
import type { KnownPhone } from "../hybrid/known-phone.js";
import { contactPhone } from "../hybrid/pairing.js";
import { SimAir } from "./air.js";
import type { Background } from "./background.js";
import type { WhichKey } from "./keys-at-hand.js";
import type { Knobs } from "./knobs.js";
import { SimPhone } from "./phone.js";
import { filledAnswer } from "./phone/filled-answer.js";
import type { PhoneOptions } from "./phone/phone-options.js";
import type { PhoneOutcome } from "./phone/phone-outcome.js";
import { SimTunnelService } from "./tunnel-service.js";

export interface HybridRoadParts {
  readonly knobs: () => Knobs;
  /** The authenticator in each of the person's phones. */
  readonly handleOf: (which: WhichKey) => CtapHandler;
  readonly background: Background;
}

/** First bytes of a map, as in the one public report of such adverts; zeros behind them. */
const SUFFIX_HEAD = Uint8Array.of(0xa1, 0x01);
/** Of the FIDO GATT service, which has nothing to do with hybrid. */
const OTHER_UUID = 0xfffd;

/** What an iPhone does otherwise. Source: webauthn-rs, which met one: Apple's tunnel service, and it hangs up first. */
const IPHONE: Partial<PhoneOptions> = {
  name: "iPhone",
  tunnelCode: 1,
  hangsUpAfterAnswer: true,
  sendsUpdate: false,
};

/** The person's phone, and its link to the browser where there is one. */
interface OwnPhone {
  readonly phone: SimPhone;
  known?: KnownPhone;
}

/** The world's road to a phone: a code on the screen, a person who scans it, radio, tunnel and phones as knobs have them. */
export class HybridRoad {
  readonly #env: Env;
  readonly #client: Env;
  readonly #parts: HybridRoadParts;
  readonly #air: SimAir;
  readonly #service: SimTunnelService;
  readonly #phones = new Map<WhichKey, OwnPhone>();

  constructor(env: Env, parts: HybridRoadParts) {
    this.#env = env;
    this.#parts = parts;
    this.#client = envFor(env, "desktop");
    this.#air = new SimAir(envFor(env, "air"));
    this.#service = new SimTunnelService(envFor(env, "tunnel-service"));
  }

  /** A phone for one ceremony; the search begins at once. */
  device(): CtapDevice {
    this.#turn();
    const { phone, ble } = this.#parts.knobs();
    const options: HybridOptions = {
      adverts: ble.readsSuffix ? "with-suffix" : "exactly-20-bytes",
      // As in Chromium, where the ceremony's own timer is the only one.
      budgets: { linkMs: Infinity },
    };
    const ports = { scanner: this.#air, dialer: this.#service.as("desktop") };
    if (phone.linked) {
      const own = this.#phoneAtHand();
      own.known ??= own.phone.link();
      return this.#begin(contactPhone(this.#client, ports, own.known, options).device);
    }
    const { device, qr } = invitePhone(this.#client, ports, options);
    void this.#scanLater(device, qr);
    return this.#begin(device);
  }

  #begin(device: HybridDevice): HybridDevice {
    // Whoever asks the device hears why it failed.
    device.ready().catch(() => undefined);
    void this.#parts.background.add(device.ended);
    return device;
  }

  /** The person, who cannot scan a code that is gone. */
  async #scanLater(device: HybridDevice, qr: string): Promise<void> {
    const { scanDelayMs } = this.#parts.knobs().phone;
    if (scanDelayMs === null) return;
    await sleep(this.#env.clock, scanDelayMs, "user.scan");
    if (!device.isOver) this.#watch(this.#phoneAtHand().phone.scan(qr));
  }

  /** How it ended for the phone is in the trace. */
  #watch(session: Promise<PhoneOutcome>): void {
    void this.#parts.background.add(
      session.catch((error: unknown) => {
        if (!(error instanceof HarnessError)) throw error;
      }),
    );
  }

  #turn(): void {
    const { ble, tunnel, push, link } = this.#parts.knobs();
    this.#air.turn({ advertDelayMs: ble.advertDelayMs, lossPct: ble.advertLossPct });
    this.#service.turn({
      connectDelayMs: tunnel.connectDelayMs,
      latencyMs: tunnel.latencyMs,
      turnsAway: tunnel.refuse,
      httpStatus: tunnel.httpStatus ?? undefined,
      ttlMs: tunnel.ttlMs ?? Infinity,
      breaksAfter: tunnel.dropAfter ?? Infinity,
      breakChance: link.failP,
      garbles: tunnel.garble ?? Infinity,
      messagesMax: tunnel.maxMessages,
      messageBytesMax: tunnel.maxBytes,
      pushDelayMs: push.delayMs ?? Infinity,
    });
  }

  /** The one the person has in the hand now, with its habits of now. */
  #phoneAtHand(): OwnPhone {
    const { key, ble, phone } = this.#parts.knobs();
    const own = this.#phones.get(key.which) ?? this.#newPhone(key.which);
    own.phone.turn({
      opensTunnelAfterMs: phone.startDelayMs,
      platformTimeoutMs: phone.platformTimeoutMs ?? Infinity,
      ignoresShutdown: phone.ignoresShutdown,
      screenLock: phone.screenLock,
      bluetooth: phone.bluetoothOn ? "on" : "off",
      mobileData: phone.mobileData,
      revision: phone.protocolRev === "0" ? 0 : 1,
      updateFrames: phone.updateFrames,
      tapsAfterMs: phone.tapDelayMs ?? undefined,
      advertSuffix: suffixOf(ble.suffixBytes),
      discoverable: phone.discoverable,
      nothingFound: phone.nothingFound === "0x2e" ? "as-such" : "as-denied",
    });
    return own;
  }

  #newPhone(which: WhichKey): OwnPhone {
    const { background, handleOf, knobs } = this.#parts;
    const handle = handleOf(which);
    const isOther = which === "second" && knobs().phone.second === "iphone";
    const phone = new SimPhone(
      envFor(this.#env, which === "first" ? "phone" : "phone-2"),
      {
        advertiser: {
          advertise: (bytes) =>
            this.#air.advertise(bytes, ...(knobs().ble.wrongServiceUuid ? [OTHER_UUID] : [])),
        },
        dialer: this.#service.as("phone"),
        push: this.#service.relay,
        handle: (request, options) => background.add(this.#created(request, handle(request, options))),
        onCalled: (session) => this.#watch(session),
      },
      isOther ? IPHONE : {},
    );
    const own = { phone };
    this.#phones.set(which, own);
    return own;
  }

  /** The authenticator's answer, and the time a new passkey takes to be made and escrowed. */
  async #created(request: Uint8Array, answer: Promise<Uint8Array>): Promise<Uint8Array> {
    const response = await answer;
    const { key, phone } = this.#parts.knobs();
    const isNew = request[0] === CtapCommand.makeCredential && response[0] === CtapStatus.OK;
    if (isNew) await sleep(this.#env.clock, key.createMs, "key.create");
    return filledAnswer(request, response, phone.responseBytes);
  }
}

function suffixOf(bytes: number): Uint8Array | undefined {
  return bytes === 0 ? undefined : concat(SUFFIX_HEAD, new Uint8Array(bytes)).subarray(0, bytes);
}
