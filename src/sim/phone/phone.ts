import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { toHex } from "../../core/bytes.js";
import { sleep } from "../../core/clock.js";
import { envIn, type Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { AbortedError } from "../../core/errors.js";
import { notify } from "../../core/notify.js";
import type { CtapHandler } from "../../ctap/device.js";
import type { KeyPair } from "../../core/crypto-provider.js";
import { type ClientPayload, parseClientPayload } from "../../hybrid/protocol/client-payload.js";
import { HybridError } from "../../hybrid/protocol/hybrid-error.js";
import { codeTag, parseQr, type QrContents } from "../../hybrid/protocol/qr.js";
import { DataChannel, LINK_ID_BYTES, LINK_SECRET_BYTES } from "../../hybrid/protocol/constants.js";
import { deriveKey, KeyPurpose } from "../../hybrid/protocol/keys.js";
import type { LinkedPhone, LinkingData } from "../../hybrid/protocol/linking.js";
import type { Push } from "../../hybrid/relay/push-message.js";
import { linkOffer } from "./link-offer.js";
import { PHONE_OPTIONS, PHONE_STANDARD, type PhoneOptions } from "./phone-options.js";
import type { PhoneOutcome } from "./phone-outcome.js";
import type { PhoneRole } from "./phone-role.js";
import { failed, servePhoneSession, switchedOff, type PhonePorts } from "./phone-session.js";

/** Wakes a phone that a linked client calls. {@link TunnelRelay} is one. */
export interface PushService {
  subscribe(contactId: Uint8Array, wake: (push: Push) => void): void;
  revoke(contactId: Uint8Array): void;
}

export interface PhoneDeps extends PhonePorts {
  /** The authenticator in the phone. */
  readonly handle: CtapHandler;
  /** Without it the phone offers no links. */
  readonly push?: PushService | undefined;
  /** What the phone remembers of clients it was linked to before. */
  readonly links?: PhoneLinks | undefined;
  /** Told of every change of that, before a client learns of the link. Throws what keeps the phone from remembering. */
  readonly onLinks?: ((links: PhoneLinks) => void) | undefined;
  /** Told of each session that a linked client's call began. */
  readonly onCalled?: (session: Promise<PhoneOutcome>) => void;
}

/** The clients a phone was linked to, and the key they know it by. Secret: every party that has it can pose as this phone. */
export interface PhoneLinks {
  /** 32 bytes; absent until the first link. */
  readonly identityKey?: Uint8Array;
  readonly links: readonly Link[];
}

const DEPS = parameters<PhoneDeps>({
  advertiser: arg.having("an Advertiser, such as SimAir,", "advertise"),
  dialer: arg.having("a TunnelDialer, such as SimTunnelService,", "open"),
  channels: maybe(arg.having("a ChannelListener, such as SimChannels,", "listen")),
  handle: arg.callable,
  push: maybe(arg.object),
  links: maybe(arg.object),
  onLinks: maybe(arg.callable),
  onCalled: maybe(arg.callable),
});

type Link = Omit<LinkingData, "phoneKey">;

const CONTACT_ID_BYTES = 32;

/**
 * A phone: scans a code or hears a linked client's call, and lets its authenticator answer.
 *
 * Needs an environment of its own (`envFor(env, "phone")`), and no simulated world: its ports may be real ones.
 */
export class SimPhone {
  readonly #env: Env;
  readonly #deps: PhoneDeps;
  #options: PhoneOptions;
  #keys: KeyPair | undefined;
  readonly #links = new Map<string, Link>();
  readonly #off = new AbortController();

  constructor(env: Env, deps: PhoneDeps, options: Partial<PhoneOptions> = {}) {
    checkArguments("SimPhone", {
      env: [arg.env, env],
      deps: [DEPS, deps],
      options: [PHONE_OPTIONS, options],
    });
    this.#env = env;
    this.#deps = deps;
    this.#options = { ...PHONE_STANDARD, ...options };
    const { identityKey, links = [] } = deps.links ?? {};
    if (identityKey !== undefined) {
      this.#keys = { secretKey: identityKey, publicKey: env.crypto.publicKeyOf(identityKey) };
    }
    for (const link of links) this.#keep(link);
  }

  /** Sets options for sessions that begin from now on. */
  setOptions(options: Partial<PhoneOptions>): void {
    this.#options = { ...this.#options, ...options };
  }

  /**
   * Reads the text of a QR code and serves the client that shows it. Settles when nothing of the session is left, a prompt
   * included that outlives the client.
   *
   * @param context the span of the client that shows the code, where both share a trace.
   * @throws {HybridError} `QR_*`, `DIGITS_INVALID` for a text that is no such code.
   */
  async scan(qr: string, context?: TraceContext): Promise<PhoneOutcome> {
    const env = envIn(this.#env, context);
    const { crypto } = env;
    const { reader } = this.#options;
    let contents: QrContents;
    try {
      contents = parseQr(qr, { reader, crypto });
    } catch (error) {
      this.#show(env, "This code cannot be used", "failure");
      throw error;
    }
    env.trace.emit({
      kind: "link.hybrid",
      stage: "qr-scanned",
      hint: contents.hint,
      qr: codeTag(contents),
    });
    const { secret, publicKey, supportsLinking, channels = [] } = contents;
    const role: PhoneRole = {
      secret,
      eidKey: deriveKey(secret, { purpose: KeyPurpose.EID_KEY }, crypto),
      meeting: { method: "new", tunnelId: deriveKey(secret, { purpose: KeyPurpose.TUNNEL_ID }, crypto) },
      known: { pattern: "KNpsk0", clientKey: publicKey },
      takesLink: supportsLinking === true,
      takesChannel: channels.includes(DataChannel.BLE),
    };
    return this.#untilOff(env, () => this.#session(env, role));
  }

  /**
   * Hears of a linked client's call: a notification, and a session once its owner taps it.
   *
   * A call that cannot be read, or of a client that is not linked, is not answered: the outcome has the code
   * `CLIENT_PAYLOAD_MALFORMED` or `LINK_UNKNOWN`.
   */
  async answerPush(push: Push): Promise<PhoneOutcome> {
    const env = envIn(this.#env, push.context);
    const payload = readPayload(push.clientPayload);
    if (payload instanceof HybridError) return failed(env, "handshake-failed", payload);
    return this.#untilOff(env, () => this.#answerCall(env, push, payload));
  }

  async #answerCall(env: Env, push: Push, { linkId, nonce }: ClientPayload): Promise<PhoneOutcome> {
    const { tapDelayMs } = this.#options;
    const link = this.#links.get(toHex(linkId));
    if (link === undefined) return { ending: "handshake-failed", code: "LINK_UNKNOWN" };
    this.#show(env, "Your other device wants to use a passkey");
    if (tapDelayMs === null) return { ending: "unexpected-eof" };
    await sleep(this.#env.clock, tapDelayMs, "phone.tap", { signal: this.#off.signal });
    const { linkSecret } = link;
    return this.#session(env, {
      secret: linkSecret,
      eidKey: deriveKey(linkSecret, { purpose: KeyPurpose.EID_KEY, salt: nonce }, env.crypto),
      meeting: { method: "connect", routingId: push.routingId, tunnelId: push.tunnelId },
      known: { pattern: "NKpsk0", phoneKey: this.#identity },
      takesLink: false,
      takesChannel: false,
    });
  }

  /** A link made some other way than over hybrid: from an account both are signed in to, or in an earlier story. */
  link(): LinkedPhone {
    const { tunnelCode } = this.#options;
    return { ...this.#newLink(), phoneKey: this.#identity.publicKey, tunnelCode };
  }

  /** Forgets its clients and tells the push service never to try again. */
  unlinkAll(): void {
    for (const { contactId } of this.#links.values()) this.#deps.push?.revoke(contactId);
    this.#links.clear();
    this.#remember();
  }

  /** Ends every session at once. */
  switchOff(): void {
    this.#off.abort(new AbortedError("the phone was switched off"));
  }

  /** To be switched off is an end like any other, wherever it meets the phone. */
  async #untilOff(env: Env, work: () => Promise<PhoneOutcome>): Promise<PhoneOutcome> {
    try {
      return await work();
    } catch (error) {
      if (error !== this.#off.signal.reason) throw error;
      return switchedOff(env);
    }
  }

  async #session(env: Env, role: PhoneRole): Promise<PhoneOutcome> {
    const { screenLock, btPermission, bluetoothOn, enablesBluetoothMs, offersLink } = this.#options;
    const signal = this.#off.signal;
    if (!screenLock) {
      return this.#refuse(env, "no-screen-lock", "Set up a screen lock to use passkeys");
    }
    if (!btPermission) {
      return this.#refuse(env, "bluetooth-refused", "Passkeys on other devices need Bluetooth");
    }
    if (!bluetoothOn) {
      this.#show(env, "Turning on Bluetooth");
      await sleep(this.#env.clock, enablesBluetoothMs, "phone.bluetooth", { signal });
    }
    const parts = {
      ports: this.#deps,
      options: this.#options,
      handle: this.#deps.handle,
      show: (text: string, tone?: "success" | "failure") => this.#show(env, text, tone),
      ...(offersLink && { offerLink: () => linkOffer(env, this.#newLink(), this.#identity) }),
    };
    return servePhoneSession(env, role, parts, signal);
  }

  /** Made when first needed; a fork of its own, so that it is the same whenever that is. */
  get #identity(): KeyPair {
    this.#keys ??= this.#env.crypto.generateKeyPair(this.#env.entropy.fork("identity"));
    return this.#keys;
  }

  #newLink(): Link {
    const { entropy } = this.#env;
    const { push } = this.#deps;
    if (push === undefined) throw new RangeError("a phone without a push service cannot be linked");
    const link: Link = {
      contactId: entropy.bytes(CONTACT_ID_BYTES),
      linkId: entropy.bytes(LINK_ID_BYTES),
      linkSecret: entropy.bytes(LINK_SECRET_BYTES),
      name: this.#options.name,
    };
    this.#keep(link);
    this.#remember();
    return link;
  }

  #remember(): void {
    const links = [...this.#links.values()];
    this.#deps.onLinks?.({ identityKey: this.#identity.secretKey, links });
  }

  /** Answers from now on when this client calls. */
  #keep(link: Link): void {
    const { push, onCalled } = this.#deps;
    this.#links.set(toHex(link.linkId), link);
    push?.subscribe(link.contactId, (call) => {
      const session = this.answerPush(call);
      const lost = () => this.#env.trace.emit({ kind: "link.hybrid", stage: "failed", code: "CALL_LOST" });
      if (onCalled) notify(() => onCalled(session), lost);
      // The phone's process outlives a session, whatever ends it.
      else session.catch(lost);
    });
  }

  /** Ends before anything is sent, with a way to the settings on the screen. */
  #refuse(env: Env, ending: "no-screen-lock" | "bluetooth-refused", text: string): PhoneOutcome {
    env.trace.emit({ kind: "link.hybrid", stage: "failed", ending });
    this.#show(env, text, "failure");
    return { ending };
  }

  #show(env: Env, text: string, tone?: "success" | "failure"): void {
    env.trace.emit({ kind: "user.saw", where: "phone", text, ...(tone && { tone }) });
  }
}

function readPayload(text: string): ClientPayload | HybridError {
  try {
    return parseClientPayload(text);
  } catch (error) {
    if (error instanceof HybridError) return error;
    throw error;
  }
}
