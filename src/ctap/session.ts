import type { Env } from "../core/env.js";
import type { CtapDevice, TransactOptions } from "./device.js";
import type { GetAssertionRequest, GetAssertionResponse } from "./get-assertion.js";
import type { AuthenticatorInfo } from "./get-info.js";
import type { MakeCredentialRequest, MakeCredentialResponse } from "./make-credential.js";

/** A pinUvAuthToken and the protocol it belongs to. Secret: never traced. */
export interface PinUvAuthToken {
  readonly protocol: 1 | 2;
  readonly token: Uint8Array;
  /** pinUvAuthParam over `message`. */
  authenticate(message: Uint8Array): Uint8Array;
}

export interface TokenRequest {
  /** PIN when given, built-in user verification otherwise. */
  readonly pin?: string;
  /** Sum of {@link Permission} bits. */
  readonly permissions: number;
  readonly rpId?: string;
}

/** Drives one device. The one place where a status byte becomes a {@link CtapError}. */
export interface Ctap2Session {
  readonly device: CtapDevice;
  readonly info: AuthenticatorInfo;
  /** Asks again; options such as `clientPin` change. */
  refreshInfo(options?: TransactOptions): Promise<AuthenticatorInfo>;
  makeCredential(request: MakeCredentialRequest, options?: TransactOptions): Promise<MakeCredentialResponse>;
  getAssertion(request: GetAssertionRequest, options?: TransactOptions): Promise<GetAssertionResponse>;
  getNextAssertion(options?: TransactOptions): Promise<GetAssertionResponse>;
  /** Chooses subcommand 05, 06 or 09 by what the device supports; key agreement is kept per session. */
  pinUvAuthToken(request: TokenRequest, options?: TransactOptions): Promise<PinUvAuthToken>;
  setPin(pin: string, options?: TransactOptions): Promise<void>;
  changePin(pins: { readonly from: string; readonly to: string }, options?: TransactOptions): Promise<void>;
  pinRetries(options?: TransactOptions): Promise<{ retries: number; powerCycleNeeded: boolean }>;
  uvRetries(options?: TransactOptions): Promise<number>;
  /** Waits for a touch. */
  selection(options?: TransactOptions): Promise<void>;
  /** Deletes every credential and the PIN. */
  reset(options?: TransactOptions): Promise<void>;
}

/** getInfo first, unless the device brought it along. */
export function openSession(env: Env, device: CtapDevice): Promise<Ctap2Session> {
  throw new TypeError(`not built yet: ${env.clock.nowMs()} ${device.label}`);
}
