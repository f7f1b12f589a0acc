import type { CborMap } from "../cbor/value.js";
import type { Env } from "../core/env.js";
import { CLEAN_UP_MS } from "../core/clean-up.js";
import { isHarnessError, type Aftermath } from "../core/errors.js";
import { notify } from "../core/notify.js";
import { nameOfCommand } from "../ctap/command.js";
import { nameOfStatus } from "../ctap/status.js";
import { TransportError } from "../ctap/transport-error.js";
import { askPort, closeQuietly, portFailure } from "./ask-port.js";
import { encodeFrame, parseFrame, type HybridFrame } from "./protocol/frames.js";
import { HybridError } from "./protocol/hybrid-error.js";
import type { HybridSettings } from "./hybrid-options.js";
import { limited } from "./in-stage.js";
import { openLink } from "./protocol/linking.js";
import type { HandshakeComplete } from "./stages.js";
import { parseUpdate } from "./protocol/update.js";

interface Pending {
  readonly command: string;
  readonly resolve: (answer: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

/** Code, in the trace, of a link that the listener of `onLinked` did not keep. */
const LINK_NOT_KEPT = "LINK_NOT_KEPT";

/** WebSocket close codes. @see RFC 6455 §7.4.1 */
const CLOSE = { NORMAL: 1000, PROTOCOL_ERROR: 1002 } as const;

/**
 * Carries requests to a phone over an established tunnel: one request at a time, updates whenever the phone sends one,
 * and a shutdown that still receives for a while. There is no cancel: the phone may carry out a request although its
 * caller stopped waiting.
 */
export class HybridConnection {
  /** getInfo response body, as the phone sent it along. */
  readonly info: Uint8Array;
  /** Settles when the tunnel is over, the time after a shutdown included. Never rejects. */
  readonly ended: Promise<void>;
  readonly #env: Env;
  readonly #handshake: HandshakeComplete;
  readonly #settings: HybridSettings;
  #pending: Pending | undefined;
  /** What was asked and is waited for no longer. */
  #abandoned: string | undefined;
  #asked = false;
  #shutDown = false;
  #over: Error | undefined;
  readonly #gaveUp = new AbortController();
  #stopGoodbye: () => void = () => {};

  constructor(env: Env, handshake: HandshakeComplete, settings: HybridSettings) {
    this.#env = env;
    this.#handshake = handshake;
    this.#settings = settings;
    this.info = handshake.postHandshakeMessage.info;
    this.ended = this.#pump();
  }

  /**
   * Sends a request and waits for its answer.
   *
   * @throws {TransportError} `LINK_CLOSED`. @throws {HybridError} when the phone breaks the rules.
   *   Aftermath `none` until the request left, `unknown` from then on.
   */
  async ask(request: Uint8Array): Promise<Uint8Array> {
    if (this.#over) throw reworded(this.#over, "none");
    if (this.#shutDown) throw new TransportError("LINK_CLOSED", "this connection was shut down");
    const { crypter, tunnel } = this.#handshake;
    const sealed = this.#seal(crypter.seal.bind(crypter), { type: "ctap", payload: request });
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.#pending = { command: nameOfCommand(request[0] ?? 0), resolve, reject };
    });
    this.#asked = true;
    try {
      tunnel.send(sealed);
    } catch (error) {
      this.#pending = undefined;
      throw isHarnessError(error) ? error : portFailure("tunnel", error, "unknown");
    }
    return answer;
  }

  /**
   * Sends the phone the shutdown message, and receives on for `hybrid.linger`. An answer that still comes is traced as
   * discarded. A caller that waits for an answer has to stop waiting first.
   */
  shutDown(): void {
    if (this.#shutDown || this.#over) return;
    this.#shutDown = true;
    this.#abandoned = this.#pending?.command;
    this.#pending = undefined;
    const { crypter, tunnel, postHandshakeMessage: postHandshake } = this.#handshake;
    // Revision 0 has no such frame: to close is all there is.
    if (postHandshake.revision === 0 || crypter.ended) return this.#close(CLOSE.NORMAL);
    try {
      tunnel.send(crypter.seal(encodeFrame({ type: "shutdown" })));
    } catch {
      // A tunnel that cannot send is over: what it brings or not shows at the pump.
      return this.#close(CLOSE.NORMAL);
    }
    this.#env.trace.emit({ kind: "link.hybrid", stage: "shutdown-sent" });
    void this.#linger();
  }

  /** Ends the tunnel without another word. */
  hangUp(): void {
    this.#shutDown = true;
    this.#close(CLOSE.NORMAL);
  }

  /** A tunnel that does not end when it is closed is left behind after {@link CLEAN_UP_MS}. */
  #close(code: number): void {
    closeQuietly(this.#handshake.tunnel, code);
    if (this.#over) return;
    this.#stopGoodbye();
    this.#stopGoodbye = this.#env.clock.arm(CLEAN_UP_MS, "hybrid.goodbye", () =>
      this.#gaveUp.abort(new TransportError("LINK_CLOSED", "the tunnel did not end when it was closed")),
    );
  }

  async #linger(): Promise<void> {
    const limit = { timer: "hybrid.linger", budgetMs: this.#settings.budgets.lingerMs };
    const never = new AbortController().signal;
    try {
      await limited(this.#env, limit, () => this.ended, never);
    } catch {
      // The time is over, or a virtual clock is not run any more: nobody listens in either case.
      this.#close(CLOSE.NORMAL);
    }
  }

  async #pump(): Promise<void> {
    const { tunnel, postHandshakeMessage: postHandshake } = this.#handshake;
    const { signal } = this.#gaveUp;
    try {
      if (postHandshake.linking) this.#linked(postHandshake.linking);
      for (;;) {
        const sealed = await askPort("tunnel", () => tunnel.receive(), { signal });
        if (sealed === undefined || this.#take(sealed) === "hung-up") break;
      }
      this.#close(CLOSE.NORMAL);
      const { code } = await askPort("tunnel", () => tunnel.closed, { signal });
      this.#end("tunnel-closed", new TransportError("LINK_CLOSED", `the tunnel closed with ${code}`), {
        closeCode: code,
      });
    } catch (error) {
      const failure = isHarnessError(error) ? error : portFailure("tunnel", error);
      closeQuietly(tunnel, CLOSE.PROTOCOL_ERROR);
      this.#end("failed", failure, { code: failure.code });
    } finally {
      this.#stopGoodbye();
    }
  }

  #end(
    stage: "tunnel-closed" | "failed",
    error: Error,
    why: { readonly closeCode: number } | { readonly code: string },
  ): void {
    this.#env.trace.emit({ kind: "link.hybrid", stage, ...why });
    this.#over = error;
    this.#pending?.reject(reworded(error, this.#asked ? "unknown" : "none"));
    this.#pending = undefined;
  }

  #take(sealed: Uint8Array): "hung-up" | "goes-on" {
    const { crypter, postHandshakeMessage: postHandshake } = this.#handshake;
    const { frameQuirks: quirks } = this.#settings;
    const frame = parseFrame(crypter.open(sealed), {
      from: "phone",
      revision: postHandshake.revision,
      quirks,
    });
    switch (frame.type) {
      case "shutdown":
        this.#env.trace.emit({ kind: "link.hybrid", stage: "shutdown-received" });
        return "hung-up";
      case "ctap":
        this.#answered(frame.payload);
        return "goes-on";
      case "update":
        this.#updated(frame.payload);
        return "goes-on";
      case "json":
        throw new HybridError("FRAME_UNEXPECTED", "a digital credential that nobody asked for");
    }
  }

  #answered(answer: Uint8Array): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) return pending.resolve(answer);
    if (!this.#shutDown) throw new HybridError("FRAME_UNEXPECTED", "an answer that nobody asked for");
    const command = this.#abandoned ?? "unknown";
    this.#env.trace.emit({ kind: "ctap.discarded", command, status: nameOfStatus(answer[0] ?? 0) });
  }

  #updated(payload: Uint8Array): void {
    try {
      const { linking } = parseUpdate(payload, (fault, offset, member) => {
        this.#env.trace.emit({
          kind: "ctap.finding",
          command: "update",
          fault,
          offset,
          ...(member !== undefined && { member }),
        });
      });
      this.#env.trace.emit({ kind: "link.hybrid", stage: "update" });
      if (linking) this.#linked(linking);
    } catch (error) {
      if (!(error instanceof HybridError) || error.code !== "UPDATE_MALFORMED") throw error;
      this.#tolerate(error, this.#settings.frameQuirks.malformedUpdate);
    }
  }

  /** Only a session that began with our code can check who signed the link; others have one already. */
  #linked(map: CborMap): void {
    const { known, handshakeHash, advert } = this.#handshake;
    if (known.pattern !== "KNpsk0") return;
    const { frameQuirks: quirks, onLinked } = this.#settings;
    try {
      const link = openLink(map, { ownKey: known.clientKey, handshakeHash }, this.#env.crypto);
      this.#env.trace.emit({ kind: "link.hybrid", stage: "linked" });
      notify(
        () => onLinked?.({ ...link, tunnelCode: advert.tunnelCode }),
        () => this.#env.trace.emit({ kind: "link.hybrid", stage: "update", code: LINK_NOT_KEPT }),
      );
    } catch (error) {
      if (!(error instanceof HybridError)) throw error;
      this.#tolerate(error, quirks.wrongLink);
    }
  }

  #tolerate(error: HybridError, quirk: "ends" | "skipped"): void {
    if (quirk === "ends") throw error;
    this.#env.trace.emit({ kind: "link.hybrid", stage: "update", code: error.code });
  }

  #seal(seal: (message: Uint8Array) => Uint8Array, frame: HybridFrame): Uint8Array {
    try {
      return seal(encodeFrame(frame, this.#handshake.postHandshakeMessage.revision));
    } catch (error) {
      // What cannot be sealed was not sent.
      throw isHarnessError(error) ? reworded(error, "none") : error;
    }
  }
}

/** Returns the same error with the aftermath that fits whether a request was out. */
function reworded(error: Error, aftermath: Aftermath): Error {
  if (!isHarnessError(error) || error.aftermath === aftermath) return error;
  const detail = { aftermath, cause: error, ...(error.hint !== undefined && { hint: error.hint }) };
  if (error instanceof HybridError) return new HybridError(error.code, error.message, detail);
  return new TransportError("LINK_CLOSED", error.message, detail);
}
