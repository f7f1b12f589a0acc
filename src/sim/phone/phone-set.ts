import { concat } from "../../core/bytes.js";
import { sleep } from "../../core/clock.js";
import { envFor, type Env } from "../../core/env.js";
import { HarnessError } from "../../core/errors.js";
import type { TraceContext } from "../../core/trace.js";
import { CtapCommand } from "../../ctap/command.js";
import type { CtapHandler } from "../../ctap/device.js";
import { CtapStatus } from "../../ctap/status.js";
import type { LinkedPhone } from "../../hybrid/protocol/linking.js";
import type { SimAir } from "../hybrid/air.js";
import type { Background } from "../../core/background.js";
import type { WhichKey } from "../authenticator-set.js";
import type { Knobs } from "../knobs/knobs.js";
import { SimPhone } from "./phone.js";
import { phoneMannersOf } from "./phone-manners.js";
import { filledAnswer } from "./filled-answer.js";
import type { PhoneOptions } from "./phone-options.js";
import type { PhoneEnding, PhoneOutcome } from "./phone-outcome.js";
import type { SimTunnelService } from "../hybrid/tunnel-service.js";

export interface PhoneSetDeps {
  readonly knobs: () => Knobs;
  /** The authenticator in each of the user's phones. */
  readonly handleOf: (which: WhichKey) => CtapHandler;
  readonly background: Background;
  readonly air: SimAir;
  readonly service: SimTunnelService;
}

/** A QR code as the user sees it. */
export interface DisplayedQr {
  readonly qr: string;
  /** The one of the request before, which a photo or another tab still shows. */
  readonly earlier: () => string;
  /** Whether it is still on the screen. */
  readonly isShown: () => boolean;
  /** The span of the request that shows it. */
  readonly context: TraceContext;
}

/** First bytes of a map, as in the one public report of such adverts; zeros behind them. */
const SUFFIX_HEAD = Uint8Array.of(0xa1, 0x01);
/** In a story a phone waits as long as Chromium's: the story's own knobs end every wait. */
const WITHOUT_LIMITS: Partial<PhoneOptions> = {
  tunnelMs: Infinity,
  radioMs: Infinity,
  sessionMs: Infinity,
};
/** Of the FIDO GATT service, which has nothing to do with hybrid. */
const OTHER_UUID = 0xfffd;

/** After these there is something to see to on the phone, and then the code is scanned again. */
const MENDABLE: readonly PhoneEnding[] = ["no-screen-lock", "bluetooth-refused", "tunnel-connect-failed"];
/** Nobody raises a phone to a screen again in less, in milliseconds. */
const RESCAN_MIN_MS = 1_000;

/** The user's phone, and its link to the browser where there is one. */
interface OwnPhone {
  readonly phone: SimPhone;
  known?: LinkedPhone;
  /** The browser threw the link away. */
  forgotten?: boolean;
}

/** The user with their phones, of which `key.which` says the one in the hand: who scans what, when, and again. */
export class PhoneSet {
  readonly #env: Env;
  readonly #deps: PhoneSetDeps;
  readonly #phones = new Map<WhichKey, OwnPhone>();

  constructor(env: Env, deps: PhoneSetDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** How the browser finds the phone in the hand without a code; the link is of an earlier story. */
  link(): LinkedPhone | undefined {
    const own = this.#configured(this.#knobs.key.which);
    return own.forgotten ? undefined : (own.known ??= own.phone.link());
  }

  /** The browser was told that the phone in the hand is gone for good. */
  forgetLink(): void {
    this.#configured(this.#knobs.key.which).forgotten = true;
  }

  /** Lets the user scan the code on the screen, as the knobs set it. */
  show(code: DisplayedQr): void {
    void this.#scan(code);
    void this.#scanWithOther(code);
  }

  get #knobs(): Knobs {
    return this.#deps.knobs();
  }

  /** Nobody scans a code that is gone. */
  async #scan({ qr, earlier, isShown, context }: DisplayedQr): Promise<void> {
    const { scanDelayMs } = this.#knobs.phone;
    if (scanDelayMs === null) return;
    await sleep(this.#env.clock, scanDelayMs, "user.scan");
    while (isShown()) {
      const isOther = this.#knobs.qr.scanned === "previous";
      const { phone } = this.#configured(this.#knobs.key.which);
      const outcome = await this.#watch(phone.scan(isOther ? earlier() : qr, context));
      const { rescanMs } = this.#knobs.phone;
      if (rescanMs === null || outcome === undefined || !MENDABLE.includes(outcome.ending)) return;
      await sleep(this.#env.clock, Math.max(rescanMs, RESCAN_MIN_MS), "user.scan");
    }
  }

  /** The other phone took a picture of the code, so that it need not be on the screen any more. */
  async #scanWithOther({ qr, context }: DisplayedQr): Promise<void> {
    const { background } = this.#deps;
    const { secondScanMs } = this.#knobs.phone;
    if (secondScanMs === null) return;
    await background.add(sleep(this.#env.clock, secondScanMs, "user.second-scan"));
    const { phone } = this.#configured(this.#knobs.key.which === "first" ? "second" : "first", {
      stays: true,
    });
    await this.#watch(phone.scan(qr, context));
  }

  /** How it ended for the phone is in the trace. */
  #watch(session: Promise<PhoneOutcome>): Promise<PhoneOutcome | undefined> {
    return this.#deps.background.add(
      session.catch((error: unknown) => {
        if (!(error instanceof HarnessError)) throw error;
        return undefined;
      }),
    );
  }

  /** One of the phones, with its habits of now. @param stays its owner does not close it, whatever the knob says. */
  #configured(which: WhichKey, { stays = false }: { readonly stays?: boolean } = {}): OwnPhone {
    const { ble, phone } = this.#knobs;
    const own = this.#phones.get(which) ?? this.#newPhone(which);
    own.phone.setOptions({
      ...phone,
      advertSuffix: suffixOf(ble.suffixBytes),
      ...(stays && { leavesAfterMs: null }),
    });
    return own;
  }

  #newPhone(which: WhichKey): OwnPhone {
    const { background, handleOf, air, service } = this.#deps;
    const handle = handleOf(which);
    const isOther = which === "second" && this.#knobs.phone.second === "iphone";
    const phone = new SimPhone(
      envFor(this.#env, which === "first" ? "phone" : "phone-2"),
      {
        advertiser: {
          advertise: (bytes, terms) =>
            air.advertise(bytes, {
              ...terms,
              ...(this.#knobs.ble.wrongServiceUuid && { serviceUuid: OTHER_UUID }),
            }),
        },
        dialer: service.as("phone"),
        push: service.relay,
        handle: (request, options) => background.add(this.#created(request, handle(request, options))),
        onCalled: (session) => void this.#watch(session),
      },
      { ...WITHOUT_LIMITS, ...phoneMannersOf(isOther ? "iphone" : "phone") },
    );
    const own: OwnPhone = { phone };
    this.#phones.set(which, own);
    return own;
  }

  /** The authenticator's answer, and the time a new passkey takes to be made and escrowed. */
  async #created(request: Uint8Array, answer: Promise<Uint8Array>): Promise<Uint8Array> {
    const response = await answer;
    const { key, phone } = this.#knobs;
    const isNew = request[0] === CtapCommand.makeCredential && response[0] === CtapStatus.OK;
    if (isNew) await sleep(this.#env.clock, key.createMs, "key.create");
    return filledAnswer(request, response, phone.responseBytes);
  }
}

function suffixOf(bytes: number): Uint8Array | undefined {
  return bytes === 0 ? undefined : concat(SUFFIX_HEAD, new Uint8Array(bytes)).subarray(0, bytes);
}
