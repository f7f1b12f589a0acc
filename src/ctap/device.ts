import type { TraceContext } from "../core/trace.js";

/** What an authenticator says while it works. @see CTAP 2.2 §11.2.9.1.7 (CTAPHID_KEEPALIVE) */
export type KeepaliveStatus = "processing" | "up-needed";

export interface TransactOptions {
  /** Asks the device to give up. The promise still settles with the device's own answer when it has one. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The span that asks. A simulated device records what it does for the request there; a real one never learns of it.
   */
  readonly context?: TraceContext | undefined;
  /** Called once per change of status, never for repeats. */
  readonly onKeepalive?: ((status: KeepaliveStatus) => void) | undefined;
}

/** Bytes in, bytes out: what a client calls and an authenticator answers. */
export type CtapHandler = (request: Uint8Array, options?: TransactOptions) => Promise<Uint8Array>;

/**
 * The authenticator interface of every transport. A USB key, a phone across the tunnel and a simulated authenticator
 * all implement it, and code above this interface cannot distinguish them.
 */
export interface CtapDevice extends AsyncDisposable {
  /** WebAuthn's name for how the authenticator is attached. */
  readonly transport: "usb" | "hybrid";
  /**
   * Transports a client reports for a new credential beside those of getInfo; `transport` alone when absent. A phone's own
   * authenticator, asked by the phone's browser, is reached as `internal` there and by `hybrid` from elsewhere.
   */
  readonly reachableBy?: readonly string[] | undefined;
  /** Label for users and traces; carries no meaning. */
  readonly label: string;
  /**
   * getInfo response body the connection already brought along (hybrid sends it after the handshake).
   * Saves one round trip; absent on USB.
   */
  readonly infoInAdvance?: Uint8Array | undefined;
  /**
   * Waits until the device can be asked, where that is not so from the start: a phone has to be found first.
   * `infoInAdvance` may be absent until then. A request issued earlier waits for the device too.
   *
   * @throws when no device can be reached; aftermath `none`.
   */
  readonly ready?: (options?: TransactOptions) => Promise<void>;
  /** A phone hangs up after one makeCredential or getAssertion; a key does not. */
  readonly oneShot: boolean;
  /**
   * Sends one CTAP2 message and waits for its answer.
   *
   * One at a time: a second call while one is pending waits its turn.
   *
   * @param request command byte followed by canonical CBOR, if any.
   * @returns status byte followed by canonical CBOR, if any. Refusals are data here, not errors.
   * @throws {TransportError} when no answer can come any more; `aftermath` says what may remain.
   */
  transact(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
}
