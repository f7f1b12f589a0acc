import { concat } from "../../core/bytes.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { joinedSignal } from "../../core/abort.js";
import { cleanUp } from "../../core/clean-up.js";
import { AbortedError, type HarnessError, isHarnessError } from "../../core/errors.js";
import type { CtapHandler } from "../../ctap/device.js";
import { encodeAdvertSuffix, encodeAdvert, sealAdvert } from "../../hybrid/protocol/advert.js";
import { CONNECTION_NONCE_BYTES, ROUTING_ID_BYTES, TunnelHeader } from "../../hybrid/protocol/constants.js";
import { Crypter } from "../../hybrid/protocol/crypter.js";
import { askPort, closeQuietly } from "../../hybrid/ask-port.js";
import { limited, traceRefusal } from "../../hybrid/in-stage.js";
import { deriveKey, KeyPurpose } from "../../hybrid/protocol/keys.js";
import { answerHandshake } from "../../hybrid/protocol/noise.js";
import type {
  Advertiser,
  ChannelListener,
  ListeningChannel,
  Tunnel,
  TunnelDialer,
} from "../../hybrid/ports.js";
import { encodePostHandshake, type PostHandshakeForm } from "../../hybrid/protocol/post-handshake.js";
import { tunnelHost } from "../../hybrid/protocol/tunnel-domain.js";
import { TunnelRefusedError } from "../../hybrid/tunnel-refused-error.js";
import { parseRoutingId, tunnelUrl } from "../../hybrid/protocol/tunnel-url.js";
import { firstMessage } from "./first-message.js";
import type { LinkOffer } from "./link-offer.js";
import { PhoneConversation } from "./phone-conversation.js";
import type { PhoneOptions } from "./phone-options.js";
import type { PhoneEnding, PhoneOutcome } from "./phone-outcome.js";
import { askInfo } from "./phone-requests.js";
import type { PhoneRole } from "./phone-role.js";

/** What a phone stands on. */
export interface PhonePorts {
  readonly advertiser: Advertiser;
  readonly dialer: TunnelDialer;
  /** Without it the phone meets its clients in tunnels only. */
  readonly channels?: ChannelListener | undefined;
}

export interface PhoneSessionDeps {
  readonly ports: PhonePorts;
  readonly options: PhoneOptions;
  /** The authenticator in the phone. */
  readonly handle: CtapHandler;
  /** Says something on the phone's screen. */
  readonly show: (text: string, tone?: "success" | "failure") => void;
  /** Makes what a client needs to find this phone again; absent when the phone offers no link. */
  readonly offerLink?: (() => LinkOffer) | undefined;
}

/** Where the client finds the phone's tunnel. */
interface Place {
  readonly routingId: Uint8Array;
  readonly tunnelCode: number;
}

/** For a phone that was told where to come: nobody reads this, and zeros open everywhere. */
const NO_PLACE: Place = { routingId: new Uint8Array(ROUTING_ID_BYTES), tunnelCode: 0 };

/** By its padding a client knows the draft. */
const DRAFT_POST_HANDSHAKE: PostHandshakeForm = { listsFeatures: false, padding: "512" };

const COULD_NOT_CONNECT = "Your devices could not connect";

/**
 * The phone's half of one session, on whatever radio and tunnel: opens its tunnel, makes itself heard, answers the
 * handshake and serves one client. Knows no simulated world, so that a program can be a phone on real ones.
 *
 * @param signal ends the session, as switching the phone off does.
 * @see CTAP 2.2 §11.5
 */
export async function servePhoneSession(
  env: Env,
  role: PhoneRole,
  deps: PhoneSessionDeps,
  signal: AbortSignal,
): Promise<PhoneOutcome> {
  const session = new PhoneSession(env, role, deps);
  const limit = { timer: "phone.session", budgetMs: deps.options.sessionMs };
  try {
    return await limited(env, limit, (ended) => session.run(ended), signal);
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    if (signal.aborted) return switchedOff(env);
    if (session.wasClosed) {
      env.trace.emit({ kind: "link.hybrid", stage: "failed", ending: "closed-by-owner" });
      return { ending: "closed-by-owner" };
    }
    if (error instanceof TunnelRefusedError) traceRefusal(env, error);
    deps.show(COULD_NOT_CONNECT, "failure");
    return failed(env, session.endingOnError, error);
  } finally {
    await session.cleanUp();
  }
}

class PhoneSession {
  /** What a failure means where the session is now. */
  endingOnError: PhoneEnding = "tunnel-connect-failed";
  readonly #env: Env;
  readonly #role: PhoneRole;
  readonly #deps: PhoneSessionDeps;
  #tunnel: Tunnel | undefined;
  #port: ListeningChannel | undefined;
  #broadcast: AsyncDisposable | undefined;
  /** Its owner closed it. */
  wasClosed = false;
  readonly #closing = new AbortController();
  #release: () => void = () => {};

  constructor(env: Env, role: PhoneRole, deps: PhoneSessionDeps) {
    this.#env = env;
    this.#role = role;
    this.#deps = deps;
  }

  async run(off: AbortSignal): Promise<PhoneOutcome> {
    const { options, ports, show } = this.#deps;
    const { signal, release } = joinedSignal(off, this.#closing.signal);
    this.#release = release;
    await sleep(this.#env.clock, options.startDelayMs, "phone.start", { signal });
    show("Connecting to your other device");
    const place = await this.#openTunnel(signal);
    this.endingOnError = "advert-failed";
    if (this.#role.takesChannel && ports.channels) this.#port = await this.#listen(ports.channels, signal);
    const plaintext = await this.#advertise(place, signal);
    this.#closeLater();
    this.endingOnError = "handshake-failed";
    const first = await firstMessage(this.#tunnel, this.#port, signal);
    if (first === undefined) return this.#left();
    this.#tunnel = first.tunnel;
    return this.#serve(first.message, plaintext, signal);
  }

  async cleanUp(): Promise<void> {
    // Nobody asks why, and an error costs more than the rest of this.
    this.#closing.abort("the session is over");
    this.#release();
    closeQuietly(this.#tunnel);
    await this.#takeDown("the advert", this.#broadcast);
    await this.#takeDown("the channel", this.#port);
  }

  /** What the session came to is known: a radio that keeps its advert or its port is a note beside it. */
  async #takeDown(what: string, held: AsyncDisposable | undefined): Promise<void> {
    if (held === undefined) return;
    const failure = await cleanUp(this.#env.clock, "phone.clean-up", () => held[Symbol.asyncDispose]());
    if (failure === undefined) return;
    const code = failure.kind === "late" ? "TIMEOUT" : codeOf(failure.error);
    this.#env.trace.emit({ kind: "link.hybrid", stage: "clean-up-failed", reason: what, code });
  }

  #listen(channels: ChannelListener, signal: AbortSignal): Promise<ListeningChannel> {
    const ask = (ended: AbortSignal) =>
      askPort("channel listener", () => channels.listen(), { signal: ended, onLate: release });
    return limited(this.#env, this.#radioLimit, ask, signal);
  }

  get #radioLimit() {
    return { timer: "phone.radio", budgetMs: this.#deps.options.radioMs };
  }

  #closeLater(): void {
    const { leavesAfterMs } = this.#deps.options;
    if (leavesAfterMs === null) return;
    const { signal } = this.#closing;
    const close = () => {
      this.wasClosed = true;
      this.#closing.abort(new AbortedError("its owner closed it"));
    };
    sleep(this.#env.clock, leavesAfterMs, "user.leave", { signal }).then(close, () => undefined);
  }

  async #openTunnel(signal: AbortSignal): Promise<Place> {
    const { options, ports } = this.#deps;
    const { tunnelCode } = options;
    const canDoWithout = this.#role.takesChannel && ports.channels !== undefined;
    if (!options.usesTunnel && canDoWithout) return { ...NO_PLACE, tunnelCode };
    const host = options.mobileData ? tunnelHost(tunnelCode, this.#env.crypto) : undefined;
    if (host === undefined) throw new TunnelRefusedError("no way to the tunnel service");
    this.#env.trace.emit({ kind: "link.hybrid", stage: "tunnel-opening", host });
    const url = tunnelUrl(options.originFor(host), this.#role.meeting);
    const opening = { context: this.#env.trace.context };
    const dial = (ended: AbortSignal) =>
      askPort("dialer", () => ports.dialer.open(url, opening, ended), {
        signal: ended,
        onLate: ({ tunnel: late }) => late.close(),
      });
    const limit = { timer: "phone.tunnel", budgetMs: options.tunnelMs };
    const { tunnel, header } = await limited(this.#env, limit, dial, signal);
    this.#tunnel = tunnel;
    this.#env.trace.emit({ kind: "link.hybrid", stage: "tunnel-open" });
    if (this.#role.meeting.method === "connect") return NO_PLACE;
    return { routingId: parseRoutingId(header(TunnelHeader.ROUTING_ID)), tunnelCode };
  }

  /** @returns the 16 bytes inside the advert. */
  async #advertise(place: Place, signal: AbortSignal): Promise<Uint8Array> {
    const { options, ports } = this.#deps;
    const fields = { nonce: this.#env.entropy.bytes(CONNECTION_NONCE_BYTES), ...place };
    const suffix = this.#port && encodeAdvertSuffix({ blePsm: this.#port.psm });
    const sealed = concat(
      sealAdvert(this.#role.eidKey, fields, this.#env.crypto),
      options.advertSuffix ?? suffix ?? new Uint8Array(0),
    );
    const said = options.tamper("advert", sealed);
    if (said) {
      const terms = { serviceUuid: options.serviceUuid, connectable: this.#port !== undefined };
      const ask = (ended: AbortSignal) =>
        askPort("advertiser", () => ports.advertiser.advertise(said, terms), {
          signal: ended,
          onLate: release,
        });
      this.#broadcast = await limited(this.#env, this.#radioLimit, ask, signal);
    }
    this.#env.trace.emit({ kind: "link.hybrid", stage: "advert-sent", bytes: said?.length ?? 0 });
    return encodeAdvert(fields);
  }

  #left(): PhoneOutcome {
    this.#deps.show("Nobody connected in time", "failure");
    return { ending: "unexpected-eof" };
  }

  async #serve(message: Uint8Array, plaintext: Uint8Array, signal: AbortSignal): Promise<PhoneOutcome> {
    const { options, handle, show, offerLink } = this.#deps;
    const { secret, known, takesLink } = this.#role;
    const { crypto } = this.#env;
    const tunnel = this.#tunnel as Tunnel;
    const psk = deriveKey(secret, { purpose: KeyPurpose.PSK, salt: plaintext }, crypto);
    const answered = answerHandshake(this.#env.entropy, { ...known, psk }, message, crypto);
    this.endingOnError = "protocol-error";
    const reply = options.tamper("handshake", answered.reply);
    if (reply) await this.#send(tunnel, reply);
    this.#env.trace.emit({ kind: "link.hybrid", stage: "handshake" });
    const crypter = new Crypter(answered.keys, { role: "phone", crypto, construction: options.cipher });
    tunnel.expect?.((candidate) => crypter.opens(candidate));
    const info = await askInfo(this.#env, handle, signal);
    const postHandshake = encodePostHandshake(
      { ...(options.features.includes("ctap") && { info }), features: options.features },
      options.protocolRev === "0" ? DRAFT_POST_HANDSHAKE : {},
    );
    const said = options.tamper("hello", postHandshake);
    if (said) await this.#send(tunnel, crypter.seal(said));
    this.#env.trace.emit({ kind: "link.hybrid", stage: "ready" });
    show("Connected");
    const clientKey = takesLink && known.pattern === "KNpsk0" ? known.clientKey : undefined;
    const conversation = new PhoneConversation(this.#env, {
      tunnel,
      crypter,
      options,
      handle,
      show,
      isFirst: known.pattern === "KNpsk0",
      link:
        clientKey && offerLink ? () => offerLink().sealedFor(clientKey, answered.handshakeHash) : undefined,
    });
    return conversation.run(signal);
  }

  #send(tunnel: Tunnel, message: Uint8Array): Promise<void> {
    return askPort("tunnel", async () => tunnel.send(message));
  }
}

/** Releases what a radio brought after nobody waited for it any more. */
function release(late: AsyncDisposable): void {
  void late[Symbol.asyncDispose]().then(undefined, () => undefined);
}

/** The phone was switched off: an end like any other, whatever the session waited for. */
export function switchedOff(env: Env): PhoneOutcome {
  env.trace.emit({ kind: "link.hybrid", stage: "failed", ending: "switched-off", code: "ABORTED" });
  return { ending: "switched-off", code: "ABORTED" };
}

/** An end that an error brought about. */
export function failed(env: Env, ending: PhoneEnding, error: HarnessError): PhoneOutcome {
  const { code, hint } = error;
  env.trace.emit({ kind: "link.hybrid", stage: "failed", code });
  return { ending, code, ...(hint !== undefined && { hint }) };
}

function codeOf(error: unknown): string {
  return isHarnessError(error) ? error.code : "PORT_FAILED";
}
