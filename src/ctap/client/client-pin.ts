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
import type { PinUvAuthToken, TokenRequest } from "./pin-uv-auth-token.js";

export interface ClientPinDeps {
  readonly env: Env;
  readonly exchange: CtapExchange;
  /** What the device says of itself now. */
  readonly info: () => AuthenticatorInfo;
}

/**
 * authenticatorClientPIN from the client's side.
 *
 * One key agreement serves until something fails: a device makes itself a new key pair after a wrong PIN,
 * and a PIN encrypted for the old one would cost a retry. Nothing is retried here for the same reason.
 */
export class ClientPin {
  readonly #deps: ClientPinDeps;
  #agreement: KeyAgreement | undefined;

  constructor(deps: ClientPinDeps) {
    this.#deps = deps;
  }

  /** Makes the next command agree on a key anew. */
  discardKeyAgreement(): void {
    this.#agreement = undefined;
  }

  /** The session's, for extensions that encrypt with it. */
  agreement(options?: TransactOptions): Promise<KeyAgreement> {
    return this.#withKeyAgreement(options, (agreement) => Promise.resolve(agreement));
  }

  async token(request: TokenRequest, options?: TransactOptions): Promise<PinUvAuthToken> {
    const info = this.#deps.info();
    const way = request.pin === undefined ? uvTokenSubcommand(info) : pinTokenSubcommand(info);
    const pin = request.pin === undefined ? undefined : encodePin(request.pin);
    const withPermissions = way !== ClientPinSubcommand.getPinToken;
    return this.#withKeyAgreement(options, async ({ protocol, keyAgreement, sharedSecret }) => {
      const response = await this.#ask(
        {
          pinUvAuthProtocol: protocol.version,
          subCommand: way,
          keyAgreement,
          ...(pin && { pinHashEnc: this.#encryptHash({ protocol, sharedSecret }, pin) }),
          ...(withPermissions && { permissions: request.permissions }),
          ...(withPermissions && request.rpId !== undefined && { rpId: request.rpId }),
        },
        options,
      );
      const encrypted = present(response.pinUvAuthToken, "pinUvAuthToken");
      return openToken({ protocol, sharedSecret }, encrypted);
    });
  }

  async setPin(pin: string, options?: TransactOptions): Promise<void> {
    pinTokenSubcommand(this.#deps.info());
    const padded = padPin(encodePin(pin));
    await this.#withKeyAgreement(options, async ({ protocol, keyAgreement, sharedSecret }) => {
      const newPinEnc = protocol.encrypt(sharedSecret, padded, this.#deps.env.entropy);
      await this.#ask(
        {
          pinUvAuthProtocol: protocol.version,
          subCommand: ClientPinSubcommand.setPin,
          keyAgreement,
          pinUvAuthParam: protocol.authenticate(sharedSecret, newPinEnc),
          newPinEnc,
        },
        options,
      );
    });
  }

  async changePin(
    pins: { readonly from: string; readonly to: string },
    options?: TransactOptions,
  ): Promise<void> {
    pinTokenSubcommand(this.#deps.info());
    const current = encodePin(pins.from);
    const padded = padPin(encodePin(pins.to));
    await this.#withKeyAgreement(options, async ({ protocol, keyAgreement, sharedSecret }) => {
      const newPinEnc = protocol.encrypt(sharedSecret, padded, this.#deps.env.entropy);
      const pinHashEnc = this.#encryptHash({ protocol, sharedSecret }, current);
      await this.#ask(
        {
          pinUvAuthProtocol: protocol.version,
          subCommand: ClientPinSubcommand.changePin,
          keyAgreement,
          pinUvAuthParam: protocol.authenticate(sharedSecret, concat(newPinEnc, pinHashEnc)),
          newPinEnc,
          pinHashEnc,
        },
        options,
      );
    });
  }

  async pinRetries(options?: TransactOptions): Promise<{ retries: number; powerCycleNeeded: boolean }> {
    // Not mandatory since 2.1, but 2.0 and some current keys refuse to answer without the protocol.
    const response = await this.#ask(
      { pinUvAuthProtocol: this.#version(), subCommand: ClientPinSubcommand.getPinRetries },
      options,
    );
    return {
      retries: present(response.pinRetries, "pinRetries"),
      powerCycleNeeded: response.powerCycleState ?? false,
    };
  }

  async uvRetries(options?: TransactOptions): Promise<number> {
    const response = await this.#ask({ subCommand: ClientPinSubcommand.getUvRetries }, options);
    return present(response.uvRetries, "uvRetries");
  }

  /** Runs `work` with the session's key agreement, which does not outlive a failure. */
  async #withKeyAgreement<T>(
    options: TransactOptions | undefined,
    work: (agreement: KeyAgreement) => Promise<T>,
  ): Promise<T> {
    try {
      this.#agreement ??= await this.#agree(options);
      return await work(this.#agreement);
    } catch (error) {
      this.discardKeyAgreement();
      throw error;
    }
  }

  async #agree(options: TransactOptions | undefined): Promise<KeyAgreement> {
    const { env } = this.#deps;
    const protocol = pinProtocol(this.#version(), env.crypto);
    const response = await this.#ask(
      { pinUvAuthProtocol: protocol.version, subCommand: ClientPinSubcommand.getKeyAgreement },
      options,
    );
    const peer = present(response.keyAgreement, "keyAgreement");
    return { protocol, ...protocol.encapsulate(env.entropy, peer) };
  }

  /** The device's first choice among the protocols there are; devices of 2.0 may not name the only one. */
  #version(): 1 | 2 {
    const offered = this.#deps.info().pinUvAuthProtocols ?? [1];
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

  #ask(request: ClientPinRequest, options: TransactOptions | undefined): Promise<ClientPinResponse> {
    return this.#deps.exchange.ask(encodeClientPinRequest(request), parseClientPinResponse, options);
  }
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
  throw new MessageError("MESSAGE_MISSING_FIELD", `clientPin answered without ${name}`);
}
