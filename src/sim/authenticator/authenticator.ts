import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { concat } from "../../core/bytes.js";
import { envIn, type Env } from "../../core/env.js";
import { Mutex } from "../../core/queue.js";
import type { CtapHandler, TransactOptions } from "../../ctap/device.js";
import { MessageError } from "../../ctap/messages/message-error.js";
import { CtapStatus } from "../../ctap/status.js";
import { AttestationKeys } from "./attestation/attestation.js";
import { COMMANDS } from "./commands/commands.js";
import type { CommandContext } from "./context.js";
import { gesturesFor } from "./verification/gestures.js";
import { workingTimeMs } from "./latency.js";
import { Refusal, refuse } from "./refusal.js";
import { forfeitsReset } from "./commands/reset.js";
import { powerUp, type AuthenticatorState } from "./store/state.js";
import { U2fPresence } from "./commands/u2f-presence.js";
import { answerU2f } from "./commands/u2f.js";
import type { CredentialStore } from "./store/credential-store.js";
import { speaksCtap2, type AuthenticatorProfile } from "../profiles/profile.js";
import type { SimUser } from "../user.js";

export interface AuthenticatorDeps {
  readonly profile: AuthenticatorProfile;
  /** Outlives this object: hand it to the next one and the credentials are still there. */
  readonly store: CredentialStore;
  readonly user: SimUser;
  /** Where requests come from: "usb" on devices that have it, else the first transport of the profile. */
  readonly transport?: string;
}

const DEPS = parameters<AuthenticatorDeps>({
  profile: arg.with(
    "an authenticator profile, as profileNamed(name) gives one,",
    "versions",
    "options",
    "limits",
  ),
  store: arg.having("a CredentialStore", "discoverable", "snapshot"),
  user: arg.having("a user, as simulatedUser(env) makes one,", "answer"),
  transport: maybe(shape.text),
});

/**
 * An authenticator in software: CTAP2 bytes to CTAP2 bytes, step by step as the specification has it.
 *
 * Give it an environment of its own (`envFor(env, "key")`): the seed decides its keys and certificates.
 *
 * @example
 * const key = new SimAuthenticator(envFor(env, "key"), {
 *   profile: profileNamed("yubikey5"),
 *   store: new CredentialStore(),
 *   user: simulatedUser(env, { touchMs: 4_000 }),
 * });
 */
export class SimAuthenticator {
  readonly profile: AuthenticatorProfile;
  readonly store: CredentialStore;
  readonly #env: Env;
  readonly #user: SimUser;
  readonly #attestation: AttestationKeys;
  readonly #transport: string;
  readonly #mutex = new Mutex();
  readonly #presence: U2fPresence;
  #state: AuthenticatorState;
  #power = new AbortController();

  constructor(env: Env, deps: AuthenticatorDeps) {
    checkArguments("SimAuthenticator", { env: [arg.env, env], deps: [DEPS, deps] });
    const { profile, store, user, transport } = deps;
    this.profile = profile;
    this.store = store;
    this.#env = env;
    this.#user = user;
    this.#attestation = new AttestationKeys(env.entropy.fork("attestation"), profile, env.crypto);
    this.#transport =
      transport ?? profile.transports.find((name) => name === "usb") ?? profile.transports[0] ?? "usb";
    this.#presence = new U2fPresence(env, user);
    this.#state = powerUp(env, profile);
  }

  /** DER of the root certificate that the model's attestation leads to: a site's trust anchor. */
  get attestationRoot(): Uint8Array {
    return this.#attestation.root;
  }

  /**
   * Answers one message; overlapping ones take turns. Whatever the bytes, there is a status.
   *
   * @returns status byte followed by canonical CBOR, if any.
   */
  readonly handle: CtapHandler = (request, options = {}) => {
    const power = this.#power.signal;
    return this.#mutex.run(() => this.#answer(request, options, power));
  };

  /**
   * Answers one U2F APDU, without ever waiting for the user; overlapping ones are queued.
   *
   * @returns data and status word, whatever the bytes.
   */
  readonly handleU2f: CtapHandler = (apdu, options = {}) => {
    const power = this.#power.signal;
    return this.#mutex.run(() => {
      discardContinuation(this.#state);
      return answerU2f({ ...this.#context(options, power), presence: this.#presence }, apdu);
    });
  };

  /**
   * Unplugged and plugged in again: tokens, PIN mismatch count and half-done series are gone, the store is not.
   *
   * Ends the command under way without effect, with status OTHER for a caller that still waits.
   */
  powerCycle(): void {
    this.#power.abort();
    this.#power = new AbortController();
    this.#presence.end();
    discardContinuation(this.#state);
    this.#state.tokens.reset();
    this.#state = powerUp(this.#env, this.profile);
  }

  async #answer(request: Uint8Array, options: TransactOptions, power: AbortSignal): Promise<Uint8Array> {
    try {
      const body = await this.#run(request, options, power);
      return concat(Uint8Array.of(CtapStatus.OK), body);
    } catch (error) {
      if (error instanceof Refusal || error instanceof MessageError) return Uint8Array.of(error.status);
      throw error;
    }
  }

  async #run(request: Uint8Array, options: TransactOptions, power: AbortSignal): Promise<Uint8Array> {
    const { profile } = this;
    const state = this.#state;
    const command = request[0] ?? refuse("INVALID_LENGTH");
    // Before any refusal: an unknown command interrupts a continuation as well.
    if (!mayContinue(state, command)) discardContinuation(state);
    if (request.length > profile.limits.maxMsgSize) refuse("REQUEST_TOO_LARGE");
    const entry = speaksCtap2(profile) ? COMMANDS.get(command) : undefined;
    if (entry === undefined) refuse("INVALID_COMMAND");
    if (!entry.hasParameters && request.length > 1) refuse("INVALID_LENGTH");

    if (forfeitsReset(command)) state.resetForfeited = true;
    // A touch that was asked for by U2F polling is now asked for by CTAP2, or not at all.
    if (entry.takesTime) this.#presence.end();
    const context = this.#context(options, power);
    const usualMs = entry.takesTime ? profile.timeouts.processingMs : 0;
    await context.gestures.work(workingTimeMs(context, command, usualMs));
    return entry.run(context, request.subarray(1));
  }

  #context(options: TransactOptions, power: AbortSignal): CommandContext {
    const { profile, store } = this;
    const env = envIn(this.#env, options.context);
    return {
      env,
      profile,
      crypto: this.#env.crypto,
      store,
      state: this.#state,
      gestures: gesturesFor(env, { profile, user: this.#user, power, options }),
      attestation: this.#attestation,
      transport: this.#transport,
    };
  }
}

/** Returns whether the command goes on with what is left, and the token that earned it is still in use. */
function mayContinue({ continuation, tokens }: AuthenticatorState, command: number): boolean {
  if (continuation?.command !== command) return false;
  return continuation.token === undefined || continuation.token === tokens.inUse;
}

function discardContinuation(state: AuthenticatorState): void {
  state.continuation?.discard?.();
  state.continuation = undefined;
}
