import { concat } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import {
  ClientPinSubcommand,
  encodeClientPinRequest,
  parseClientPinResponse,
  type ClientPinRequest,
  type ClientPinResponse,
} from "../messages/client-pin.js";
import type { TransactOptions } from "../device.js";
import type { CtapExchange } from "./exchange.js";
import type { AuthenticatorInfo } from "../messages/get-info.js";
import { type KeyAgreement, pinProtocol } from "./pin-protocol.js";
import { MessageError } from "../messages/message-error.js";
import { PinError, encodePin, hashPin, padPin } from "./pin.js";
import { CtapError, CtapStatus } from "../status.js";
import type { PinUvAuthToken, TokenRequest } from "./pin-uv-auth-token.js";

export interface ClientPinDeps {
  readonly env: Env;
  readonly exchange: CtapExchange;
  /** What the device said of itself last. */
  readonly info: () => AuthenticatorInfo;
  /** Asks it again. */
  readonly refreshInfo: (options?: TransactOptions) => Promise<AuthenticatorInfo>;
  /** Called when the device has got a PIN, or another one. */
  readonly onNewPin: () => void;
}

/**
 * authenticatorClientPIN from the client's side.
 *
 * Every command that encrypts agrees on a key anew, and lets no other session's command in between: a device makes
 * itself a new key pair after a wrong PIN of any session, and a right PIN encrypted for the old one would cost a
 * retry. Nothing is retried here for the same reason.
 *
 * @see CTAP 2.3 §6.5.5.4 (obtaining the shared secret), §6.5.5.7.2
 */
export class ClientPin {
  readonly #deps: ClientPinDeps;

  constructor(deps: ClientPinDeps) {
    this.#deps = deps;
  }

  /** A fresh one, for extensions that encrypt with it. */
  agreement(options?: TransactOptions): Promise<KeyAgreement> {
    return this.#agree(this.#deps.exchange, options);
  }

  async token(request: TokenRequest, options?: TransactOptions): Promise<PinUvAuthToken> {
    const info = this.#deps.info();
    const way = request.pin === undefined ? uvTokenSubcommand(info) : pinTokenSubcommand(info);
    const pin = request.pin === undefined ? undefined : encodePin(request.pin);
    const withPermissions = way !== ClientPinSubcommand.getPinToken;
    return this.#withKeyAgreement(options, async ({ protocol, keyAgreement, sharedSecret }, ask) => {
      const response = await ask({
        pinUvAuthProtocol: protocol.version,
        subCommand: way,
        keyAgreement,
        ...(pin && { pinHashEnc: this.#encryptHash({ protocol, sharedSecret }, pin) }),
        ...(withPermissions && { permissions: request.permissions }),
        ...(withPermissions && request.rpId !== undefined && { rpId: request.rpId }),
      });
      const encrypted = present(response.pinUvAuthToken, "pinUvAuthToken");
      return openToken({ protocol, sharedSecret }, encrypted);
    });
  }

  async setPin(pin: string, options?: TransactOptions): Promise<void> {
    pinTokenSubcommand(this.#deps.info());
    const padded = padPin(encodePin(pin));
    await this.#unlessPinIs("set", options, () =>
      this.#withKeyAgreement(options, ({ protocol, keyAgreement, sharedSecret }, ask) => {
        const newPinEnc = protocol.encrypt(sharedSecret, padded, this.#deps.env.entropy);
        return ask({
          pinUvAuthProtocol: protocol.version,
          subCommand: ClientPinSubcommand.setPin,
          keyAgreement,
          pinUvAuthParam: protocol.authenticate(sharedSecret, newPinEnc),
          newPinEnc,
        });
      }),
    );
    this.#deps.onNewPin();
  }

  async changePin(
    pins: { readonly from: string; readonly to: string },
    options?: TransactOptions,
  ): Promise<void> {
    pinTokenSubcommand(this.#deps.info());
    const current = encodePin(pins.from);
    const padded = padPin(encodePin(pins.to));
    await this.#unlessPinIs("not set", options, () =>
      this.#withKeyAgreement(options, ({ protocol, keyAgreement, sharedSecret }, ask) => {
        const newPinEnc = protocol.encrypt(sharedSecret, padded, this.#deps.env.entropy);
        const pinHashEnc = this.#encryptHash({ protocol, sharedSecret }, current);
        return ask({
          pinUvAuthProtocol: protocol.version,
          subCommand: ClientPinSubcommand.changePin,
          keyAgreement,
          pinUvAuthParam: protocol.authenticate(sharedSecret, concat(newPinEnc, pinHashEnc)),
          newPinEnc,
          pinHashEnc,
        });
      }),
    );
    this.#deps.onNewPin();
  }

  async pinRetries(options?: TransactOptions): Promise<{ retries: number; powerCycleNeeded: boolean }> {
    // Not mandatory since 2.1, but 2.0 and some current keys refuse to answer without the protocol.
    const response = await this.#ask(
      this.#deps.exchange,
      { pinUvAuthProtocol: this.#version(), subCommand: ClientPinSubcommand.getPinRetries },
      options,
    );
    return {
      retries: present(response.pinRetries, "pinRetries"),
      powerCycleNeeded: response.powerCycleState ?? false,
    };
  }

  async uvRetries(options?: TransactOptions): Promise<number> {
    const response = await this.#ask(
      this.#deps.exchange,
      { pinUvAuthProtocol: this.#version(), subCommand: ClientPinSubcommand.getUvRetries },
      options,
    );
    return present(response.uvRetries, "uvRetries");
  }

  /** Runs `work` with a key agreement of its own, and with the device to itself until it is done. */
  #withKeyAgreement<T>(
    options: TransactOptions | undefined,
    work: (agreement: KeyAgreement, ask: Ask) => Promise<T>,
  ): Promise<T> {
    return this.#deps.exchange.series(async (own) => {
      const agreement = await this.#agree(own, options);
      return work(agreement, (request) => this.#ask(own, request, options));
    }, options);
  }

  /**
   * Runs a change of the PIN, unless a PIN is set, or not set, which would make the device refuse. Since another
   * session may have changed that, the device is asked before it is said.
   *
   * @throws {PinError} `PIN_ALREADY_SET`, `PIN_NOT_SET`.
   */
  async #unlessPinIs(
    state: "set" | "not set",
    options: TransactOptions | undefined,
    change: () => Promise<unknown>,
  ): Promise<void> {
    const isSo = ({ options: said }: AuthenticatorInfo) =>
      (said?.["clientPin"] === true) === (state === "set");
    const { info, refreshInfo } = this.#deps;
    if (isSo(info()) && isSo(await refreshInfo(options))) throw pinIs(state);
    try {
      await change();
    } catch (error) {
      if (!(error instanceof CtapError) || !REFUSED_FOR_PIN_STATE.includes(error.status)) throw error;
      throw isSo(await refreshInfo(options)) ? pinIs(state, error) : error;
    }
  }

  async #agree(exchange: CtapExchange, options: TransactOptions | undefined): Promise<KeyAgreement> {
    const { env } = this.#deps;
    const protocol = pinProtocol(this.#version(), env.crypto);
    const response = await this.#ask(
      exchange,
      { pinUvAuthProtocol: protocol.version, subCommand: ClientPinSubcommand.getKeyAgreement },
      options,
    );
    const peer = present(response.keyAgreement, "keyAgreement");
    return { protocol, ...protocol.encapsulate(env.entropy, peer) };
  }

  /** The device's first choice among the protocols there are. */
  #version(): 1 | 2 {
    const offered = protocolsIn(this.#deps.info());
    const known = offered.find((version) => version === 1 || version === 2);
    if (known !== undefined) return known;
    throw new PinError(
      "PIN_PROTOCOL_UNSUPPORTED",
      `the device offers PIN protocols ${offered.join(", ")} only`,
    );
  }

  #encryptHash({ protocol, sharedSecret }: Pick<KeyAgreement, "protocol" | "sharedSecret">, pin: Uint8Array) {
    const { crypto, entropy } = this.#deps.env;
    return protocol.encrypt(sharedSecret, hashPin(crypto, pin), entropy);
  }

  #ask(
    exchange: CtapExchange,
    request: ClientPinRequest,
    options: TransactOptions | undefined,
  ): Promise<ClientPinResponse> {
    return exchange.ask(encodeClientPinRequest(request), parseClientPinResponse, options);
  }
}

/** Protocols the device offers. Devices of 2.0 may not name the only one; a list may be empty once it is read. */
function protocolsIn({ pinUvAuthProtocols = [] }: AuthenticatorInfo): readonly number[] {
  return pinUvAuthProtocols.length > 0 ? pinUvAuthProtocols : [1];
}

type Ask = (request: ClientPinRequest) => Promise<ClientPinResponse>;

/** Statuses of keys of all makes for setPIN with a PIN, and for changePIN without one. */
const REFUSED_FOR_PIN_STATE: readonly number[] = [
  CtapStatus.PIN_AUTH_INVALID,
  CtapStatus.PIN_NOT_SET,
  CtapStatus.NOT_ALLOWED,
  CtapStatus.OPERATION_DENIED,
  CtapStatus.INVALID_COMMAND,
];

function pinIs(state: "set" | "not set", cause?: CtapError): PinError {
  if (state === "set") {
    return new PinError("PIN_ALREADY_SET", "the device has a PIN already", {
      cause,
      hint: "Change it with changePin; without the old PIN only a reset helps.",
    });
  }
  return new PinError("PIN_NOT_SET", "the device has no PIN that could be changed", {
    cause,
    hint: "Set one with setPin.",
  });
}

function uvTokenSubcommand({ options = {} }: AuthenticatorInfo): number {
  if (options["uv"] === true && options["pinUvAuthToken"] === true) {
    return ClientPinSubcommand.getPinUvAuthTokenUsingUvWithPermissions;
  }
  throw new PinError("UV_UNSUPPORTED", "the device gives no token for built-in user verification", {
    hint: "It needs the options uv and pinUvAuthToken; ask for a PIN instead, or refresh the info after enrolling.",
  });
}

function pinTokenSubcommand({ options = {} }: AuthenticatorInfo): number {
  if (options["clientPin"] === undefined) {
    throw new PinError("PIN_UNSUPPORTED", "the device has no PIN and cannot have one");
  }
  return options["pinUvAuthToken"] === true
    ? ClientPinSubcommand.getPinUvAuthTokenUsingPinWithPermissions
    : ClientPinSubcommand.getPinToken;
}

/** Token lengths of each protocol in bytes. @see CTAP 2.3 §6.5.6, §6.5.7 */
const TOKEN_BYTES: Readonly<Record<1 | 2, readonly number[]>> = { 1: [16, 32], 2: [32] };

function openToken(
  { protocol, sharedSecret }: Pick<KeyAgreement, "protocol" | "sharedSecret">,
  encrypted: Uint8Array,
): PinUvAuthToken {
  const token = protocol.decrypt(sharedSecret, encrypted);
  if (token === undefined || !TOKEN_BYTES[protocol.version].includes(token.length)) {
    throw new PinError(
      "PIN_TOKEN_MALFORMED",
      `a token of ${encrypted.length} encrypted bytes is none of protocol ${protocol.version}`,
    );
  }
  return {
    protocol: protocol.version,
    token,
    authenticate: (message) => protocol.authenticate(token, message),
  };
}

function present<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new MessageError("MESSAGE_MISSING_FIELD", `clientPin answered without a readable ${name}`);
}
