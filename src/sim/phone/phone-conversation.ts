import { decodeCbor } from "../../cbor/decode.js";
import { CborError, type CborMap } from "../../cbor/value.js";
import { onAbort } from "../../core/abort.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { CtapCommand } from "../../ctap/command.js";
import type { CtapHandler } from "../../ctap/device.js";
import { CtapStatus } from "../../ctap/status.js";
import { askPort, closeQuietly } from "../../hybrid/ask-port.js";
import type { Crypter } from "../../hybrid/protocol/crypter.js";
import { encodeFrame, parseFrame, type HybridFrame, type Revision } from "../../hybrid/protocol/frames.js";
import { HybridError } from "../../hybrid/protocol/hybrid-error.js";
import type { Tunnel } from "../../hybrid/ports.js";
import { encodeChromeUpdate } from "../../hybrid/protocol/update.js";
import type { PhoneMessage, PhoneOptions } from "./phone-options.js";
import type { PhoneEnding, PhoneOutcome } from "./phone-outcome.js";
import { replyTo } from "./phone-requests.js";

export interface ConversationDeps {
  readonly tunnel: Tunnel;
  readonly crypter: Crypter;
  readonly options: PhoneOptions;
  readonly handle: CtapHandler;
  readonly show: (text: string, tone?: "success" | "failure") => void;
  /** The client came by a code: Chrome's phone then sends an update, with or without a link. */
  readonly isFirst: boolean;
  /** Linking data for this session; absent when there is none for it. */
  readonly link: (() => CborMap) | undefined;
}

const NO_PASSKEYS = "There are no passkeys for this site on this phone";

/** Why the phone says nothing to its client, with the number Chrome shows. */
function silenceText([command]: Uint8Array, ending: PhoneEnding): string {
  if (ending === "request-unsupported") return "This request cannot be answered (114)";
  if (ending === "request-invalid") return "This request cannot be read (105)";
  return command === CtapCommand.makeCredential
    ? "This phone cannot make a passkey that is found without being named (115)"
    : `${NO_PASSKEYS} (115)`;
}

/** One request under way. */
interface Work {
  readonly abort: AbortController;
  /** Settles with how the session is to end when there is no answer. Never rejects but for bugs. */
  readonly done: Promise<PhoneEnding | undefined>;
}

/** What a phone says and hears once both sides have keys. */
export class PhoneConversation {
  readonly #env: Env;
  readonly #deps: ConversationDeps;
  #work: Work | undefined;
  #answered = false;
  /** Some request but getInfo was answered: Chromium's counts that one for nothing. */
  #served = false;
  #late: Promise<void> | undefined;

  constructor(env: Env, deps: ConversationDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** Settles when nothing is under way any more, a prompt included that outlives the client. */
  async run(signal: AbortSignal): Promise<PhoneOutcome> {
    const { options, isFirst, link } = this.#deps;
    if (options.sendsUpdate && options.protocolRev !== "0" && isFirst) {
      const now = options.linksLateMs === undefined ? link?.() : undefined;
      if (options.updateFrames > 0) this.#update(now);
      for (let more = options.updateFrames; more > 1; more -= 1) this.#update();
      if (now) this.#env.trace.emit({ kind: "link.hybrid", stage: "linked" });
    }
    const stop = onAbort(signal, () => this.#work?.abort.abort());
    try {
      return await this.#converse(signal);
    } catch (error) {
      // The client need not wait for a prompt that outlives its own mistake.
      closeQuietly(this.#deps.tunnel);
      throw error;
    } finally {
      await this.#work?.done;
      stop();
      await this.#late;
    }
  }

  async #converse(signal: AbortSignal): Promise<PhoneOutcome> {
    for (;;) {
      const heard = await this.#next(signal);
      if (typeof heard === "string") return { ending: heard };
      if (heard === undefined || heard.type === "shutdown") return this.#left(heard !== undefined);
      switch (heard.type) {
        case "ctap":
          this.#begin(heard.payload, signal);
          break;
        case "update":
          checkUpdate(heard.payload);
          break;
        case "json":
          throw new HybridError("FRAME_UNEXPECTED", "no digital credentials here");
      }
    }
  }

  /** The next frame; `undefined` when the client is gone; or how the request under way ends the session. */
  async #next(signal: AbortSignal): Promise<HybridFrame | PhoneEnding | undefined> {
    const { tunnel, crypter } = this.#deps;
    const received = askPort("tunnel", () => tunnel.receive(signal), { signal });
    const ended = this.#work?.done.then((ending) => ending ?? new Promise<never>(() => {}));
    const first = await Promise.race(ended ? [received, ended] : [received]);
    if (typeof first === "string") {
      // The tunnel is closed next: nobody will take what it still brings.
      received.catch(() => undefined);
      return first;
    }
    const revision = revisionOf(this.#deps.options);
    return first && parseFrame(crypter.open(first), { from: "client", revision });
  }

  #left(byShutdown: boolean): PhoneOutcome {
    const { options, show } = this.#deps;
    if (byShutdown) this.#env.trace.emit({ kind: "link.hybrid", stage: "shutdown-received" });
    if (this.#served) return { ending: "served" };
    if (this.#work === undefined || this.#answered) {
      show("Nobody asked for anything in time", "failure");
      return { ending: "unexpected-eof" };
    }
    show("The other device disconnected", "failure");
    if (!options.ignoresShutdown) this.#work.abort.abort();
    return { ending: "eof-while-processing" };
  }

  /** @throws {HybridError} `FRAME_UNEXPECTED` while another request is under way. */
  #begin(request: Uint8Array, session: AbortSignal): void {
    if (this.#work && !this.#answered) {
      throw new HybridError("FRAME_UNEXPECTED", "a second request before the first was answered");
    }
    this.#answered = false;
    const abort = new AbortController();
    this.#work = { abort, done: this.#answer(request, { signal: abort.signal, session }) };
  }

  async #answer(
    request: Uint8Array,
    { signal, session }: { readonly signal: AbortSignal; readonly session: AbortSignal },
  ): Promise<PhoneEnding | undefined> {
    const { options, handle, show, tunnel } = this.#deps;
    const reply = await replyTo(this.#env, request, { handle, options, signal }).catch((error: unknown) => {
      if (signal.aborted) return undefined;
      throw error;
    });
    // The client's shutdown reached a prompt that listens, or the phone is off: nobody waits for an answer.
    if (reply === undefined || signal.aborted) return undefined;
    if (reply.answer === undefined) {
      show(silenceText(request, reply.ending), "failure");
      return reply.ending;
    }
    if (reply.foundNothing) show(NO_PASSKEYS, "failure");
    else this.#showResult(request, reply.answer);
    this.#answered = true;
    this.#served ||= request[0] !== CtapCommand.getInfo;
    this.#say("answer", { type: "ctap", payload: reply.answer });
    if (options.linksLateMs !== undefined) this.#late ??= this.#linkLater(options.linksLateMs, session);
    if (options.hangsUpAfterAnswer && this.#served) closeQuietly(tunnel);
    return undefined;
  }

  /** Tells what the platform says, delivered or not. */
  #showResult([command]: Uint8Array, [status]: Uint8Array): void {
    const { show } = this.#deps;
    if (status !== CtapStatus.OK) show("Nothing was done", "failure");
    else if (command === CtapCommand.makeCredential) show("Passkey saved", "success");
    else if (command === CtapCommand.getAssertion) show("Passkey used", "success");
  }

  async #linkLater(delayMs: number, signal: AbortSignal): Promise<void> {
    try {
      await sleep(this.#env.clock, delayMs, "phone.links-late", { signal });
    } catch {
      // The session is over before it: there is nobody to send it to.
      return;
    }
    const { link, options } = this.#deps;
    if (link === undefined || options.protocolRev === "0") return;
    this.#update(link());
    this.#env.trace.emit({ kind: "link.hybrid", stage: "linked" });
  }

  #update(link?: CborMap): void {
    this.#say("update", { type: "update", payload: encodeChromeUpdate(link) });
  }

  #say(what: PhoneMessage, frame: HybridFrame): void {
    const { tunnel, crypter, options } = this.#deps;
    const said = options.tamper(what, encodeFrame(frame, revisionOf(options)));
    if (said && !crypter.ended) tunnel.send(crypter.seal(said));
  }
}

/** Nothing in it is for a phone, but it must be CBOR. Source: Chromium, v2_authenticator.cc */
function checkUpdate(payload: Uint8Array): void {
  try {
    decodeCbor(payload);
  } catch (cause) {
    if (!(cause instanceof CborError)) throw cause;
    throw new HybridError("UPDATE_MALFORMED", "an update that is no CBOR", { cause, aftermath: "none" });
  }
}

function revisionOf({ protocolRev }: PhoneOptions): Revision {
  return protocolRev === "0" ? 0 : 1;
}
