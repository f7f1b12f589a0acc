import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { concat } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import type { LeftBehind } from "../../core/errors.js";
import type { CtapDevice, TransactOptions } from "../device.js";
import { bareRequest, CtapExchange } from "./exchange.js";
import {
  encodeGetAssertionRequest,
  parseGetAssertionResponse,
  type GetAssertionRequest,
  type GetAssertionResponse,
} from "../messages/get-assertion.js";
import { parseInfo, type AuthenticatorInfo } from "../messages/get-info.js";
import type { KeyAgreement } from "./pin-protocol.js";
import {
  encodeMakeCredentialRequest,
  parseMakeCredentialResponse,
  type MakeCredentialRequest,
  type MakeCredentialResponse,
} from "../messages/make-credential.js";
import type { ResponseParser } from "../messages/message.js";
import { ClientPin } from "./client-pin.js";
import type { PinUvAuthToken, TokenRequest } from "./pin-uv-auth-token.js";

/** Drives one device. The one place where a status byte becomes a {@link CtapError}. */
export interface Ctap2Session {
  readonly device: CtapDevice;
  readonly info: AuthenticatorInfo;
  /** Longest request the device takes, in bytes, command byte included; `Infinity` for a phone that names none. */
  readonly requestBytesMax: number;
  /** What the commands so far may have left on the device: `none` again only after a refusal, never after an OK. */
  readonly leftBehind: LeftBehind;
  /** Asks again; options such as `clientPin` change. */
  refreshInfo(options?: TransactOptions): Promise<AuthenticatorInfo>;
  /**
   * Any command, known or not.
   *
   * @param body canonical CBOR of the parameters.
   * @returns the response body, without the status byte.
   */
  send(command: number, body?: Uint8Array, options?: TransactOptions): Promise<Uint8Array>;
  /** A request, command byte included, and how to read its answer; what further command families build on. */
  ask<T>(request: Uint8Array, parse: ResponseParser<T>, options?: TransactOptions): Promise<T>;
  makeCredential(request: MakeCredentialRequest, options?: TransactOptions): Promise<MakeCredentialResponse>;
  getAssertion(request: GetAssertionRequest, options?: TransactOptions): Promise<GetAssertionResponse>;
  getNextAssertion(options?: TransactOptions): Promise<GetAssertionResponse>;
  /** Chooses subcommand 05, 06 or 09 by what the device supports; agrees on a key first, each time. */
  pinUvAuthToken(request: TokenRequest, options?: TransactOptions): Promise<PinUvAuthToken>;
  /**
   * A key shared with the device, agreed on anew. A wrong PIN, of whatever session, makes it worthless: ask for it
   * right before use, in one {@link series} with the command that is encrypted with it.
   */
  keyAgreement(options?: TransactOptions): Promise<KeyAgreement>;
  /** @throws {PinError} `PIN_ALREADY_SET`, and what is wrong with the PIN. */
  setPin(pin: string, options?: TransactOptions): Promise<void>;
  /** @throws {PinError} `PIN_NOT_SET`, and what is wrong with the PIN. */
  changePin(pins: { readonly from: string; readonly to: string }, options?: TransactOptions): Promise<void>;
  pinRetries(options?: TransactOptions): Promise<{ retries: number; powerCycleNeeded: boolean }>;
  uvRetries(options?: TransactOptions): Promise<number>;
  /** Waits for a touch. */
  selection(options?: TransactOptions): Promise<void>;
  /** Deletes every credential and the PIN. */
  reset(options?: TransactOptions): Promise<void>;
  /**
   * Runs commands that belong together: those of every other session on the same device object wait until `work` has
   * settled.
   *
   * @param work uses the session it is given, and no other one on this device, which would wait for its own end.
   * @throws what `work` throws; an error with aftermath `none` when the signal aborts before its turn.
   *
   * @example
   * const both = await session.series(async (own) => {
   *   const first = await own.getAssertion(request);
   *   return [first, await own.getNextAssertion()];
   * });
   */
  series<T>(work: (session: Ctap2Session) => Promise<T>, options?: TransactOptions): Promise<T>;
}

const OPTIONS = parameters<TransactOptions>({
  context: maybe(arg.object),
  signal: maybe(arg.signal),
  onKeepalive: maybe(arg.callable),
});

/**
 * Starts talking to a device, once it is there: getInfo first, unless the device brought its info along.
 *
 * @param env what the call lives in: clock, randomness, cryptography and trace.
 * @param device the authenticator, over any transport.
 * @param options signal, keepalive listener.
 * @returns a session whose `info` is what the authenticator says of itself.
 * @throws as any command does; {@link MessageError} when the info cannot be read.
 *
 * @example
 * const session = await env.clock.run(openSession(env, device));
 * console.log(session.info.versions);
 */
export async function openSession(
  env: Env,
  device: CtapDevice,
  options: TransactOptions = {},
): Promise<Ctap2Session> {
  checkArguments("openSession", {
    env: [arg.env, env],
    device: [arg.having("a device (CtapDevice)", "transact"), device],
    options: [OPTIONS, options],
  });
  await device.ready?.(options);
  const exchange = new CtapExchange(env, device);
  const info =
    device.infoInAdvance === undefined
      ? await exchange.ask(bareRequest("getInfo"), parseInfo, options)
      : exchange.read("getInfo", device.infoInAdvance, parseInfo);
  return new DeviceSession({ env, device, exchange, known: { info } });
}

interface SessionDeps {
  readonly env: Env;
  readonly device: CtapDevice;
  readonly exchange: CtapExchange;
  /** What the device said of itself last: one for a session and its series. */
  readonly known: { info: AuthenticatorInfo };
}

/** Longest request of a device that names no limit, command byte included. @see CTAP 2.3 §6.4 (maxMsgSize) */
const REQUEST_BYTES_DEFAULT = 1024;

class DeviceSession implements Ctap2Session {
  readonly device: CtapDevice;
  readonly #deps: SessionDeps;
  readonly #exchange: CtapExchange;
  readonly #clientPin: ClientPin;

  constructor(deps: SessionDeps) {
    const { env, device, exchange, known } = deps;
    this.device = device;
    this.#deps = deps;
    this.#exchange = exchange;
    this.#clientPin = new ClientPin({
      env,
      exchange,
      info: () => known.info,
      refreshInfo: (options) => this.refreshInfo(options),
      onNewPin: () => this.#adopt(withPin(known.info)),
    });
    this.#adopt(known.info);
  }

  get info(): AuthenticatorInfo {
    return this.#deps.known.info;
  }

  get requestBytesMax(): number {
    return this.#exchange.limit.bytes;
  }

  get leftBehind(): LeftBehind {
    return this.#exchange.leftBehind;
  }

  async refreshInfo(options?: TransactOptions): Promise<AuthenticatorInfo> {
    return this.#adopt(await this.ask(bareRequest("getInfo"), parseInfo, options));
  }

  series<T>(work: (session: Ctap2Session) => Promise<T>, options?: TransactOptions): Promise<T> {
    return this.#exchange.series(
      (exchange) => work(exchange === this.#exchange ? this : new DeviceSession({ ...this.#deps, exchange })),
      options,
    );
  }

  send(command: number, body: Uint8Array = NOTHING, options?: TransactOptions): Promise<Uint8Array> {
    return this.#exchange.send(concat(Uint8Array.of(command), body), options);
  }

  ask<T>(request: Uint8Array, parse: ResponseParser<T>, options?: TransactOptions): Promise<T> {
    return this.#exchange.ask(request, parse, options);
  }

  makeCredential(request: MakeCredentialRequest, options?: TransactOptions): Promise<MakeCredentialResponse> {
    return this.ask(encodeMakeCredentialRequest(request), parseMakeCredentialResponse, options);
  }

  getAssertion(request: GetAssertionRequest, options?: TransactOptions): Promise<GetAssertionResponse> {
    return this.ask(encodeGetAssertionRequest(request), parseGetAssertionResponse, options);
  }

  getNextAssertion(options?: TransactOptions): Promise<GetAssertionResponse> {
    return this.ask(bareRequest("getNextAssertion"), parseGetAssertionResponse, options);
  }

  pinUvAuthToken(request: TokenRequest, options?: TransactOptions): Promise<PinUvAuthToken> {
    return this.#clientPin.token(request, options);
  }

  keyAgreement(options?: TransactOptions): Promise<KeyAgreement> {
    return this.#clientPin.agreement(options);
  }

  setPin(pin: string, options?: TransactOptions): Promise<void> {
    return this.#clientPin.setPin(pin, options);
  }

  changePin(pins: { readonly from: string; readonly to: string }, options?: TransactOptions): Promise<void> {
    return this.#clientPin.changePin(pins, options);
  }

  pinRetries(options?: TransactOptions): Promise<{ retries: number; powerCycleNeeded: boolean }> {
    return this.#clientPin.pinRetries(options);
  }

  uvRetries(options?: TransactOptions): Promise<number> {
    return this.#clientPin.uvRetries(options);
  }

  async selection(options?: TransactOptions): Promise<void> {
    await this.#exchange.send(bareRequest("selection"), options);
  }

  async reset(options?: TransactOptions): Promise<void> {
    await this.#exchange.send(bareRequest("reset"), options);
  }

  /** Phones name no limit and take long lists all the same, so the default binds only those that answer getInfo. */
  #adopt(info: AuthenticatorInfo): AuthenticatorInfo {
    const byDefault = this.device.infoInAdvance === undefined ? REQUEST_BYTES_DEFAULT : Infinity;
    this.#exchange.limit.bytes = info.maxMsgSize ?? byDefault;
    this.#deps.known.info = info;
    return info;
  }
}

/** What getInfo says once a PIN was set or changed. */
function withPin(info: AuthenticatorInfo): AuthenticatorInfo {
  return {
    ...info,
    options: { ...info.options, clientPin: true },
    ...(info.forcePinChange !== undefined && { forcePinChange: false }),
  };
}

const NOTHING = new Uint8Array(0);
