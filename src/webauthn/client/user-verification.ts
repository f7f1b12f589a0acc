import type { Ctap2Session } from "../../ctap/client/session.js";
import type { PinUvAuthToken } from "../../ctap/client/pin-uv-auth-token.js";
import type { TransactOptions } from "../../ctap/device.js";
import { CtapError, CtapStatus } from "../../ctap/status.js";
import type { ClientContext } from "./client-context.js";
import { enterPin, UserVerificationError } from "./enter-pin.js";
import type { UvMethod, UvPlan } from "./plan-uv.js";

/** What a command carries to show that its user was verified; neither member when the user was not. */
export interface Proof {
  /** Ask the authenticator to verify within the command itself. */
  readonly uvOption: boolean;
  readonly token?: PinUvAuthToken;
}

export interface UserVerificationOptions {
  readonly rpId: string;
  /** Token permissions beyond the plan's, for extensions. */
  readonly extraPermissions: number;
  readonly pin: ClientContext["pin"];
  readonly renewsExpiredToken: boolean;
  readonly transact: TransactOptions;
}

const NO_PROOF: Proof = { uvOption: false };

/** Verifies the user as planned, once per ceremony, and better when the authenticator insists. */
export class UserVerification {
  readonly #session: Ctap2Session;
  readonly #plan: UvPlan;
  readonly #options: UserVerificationOptions;
  #proof: Proof | undefined;
  /** Kept for one ceremony, so that a renewed token does not ask the user again. Secret. */
  #pin: string | undefined;
  #renewed = false;
  #fellBack = false;

  constructor(session: Ctap2Session, plan: UvPlan, options: UserVerificationOptions) {
    this.#session = session;
    this.#plan = plan;
    this.#options = options;
  }

  get isTokenInUse(): boolean {
    return this.#proof?.token !== undefined;
  }

  get token(): PinUvAuthToken | undefined {
    return this.#proof?.token;
  }

  /** @throws {UserVerificationError} @throws {CtapError} when verification itself is refused. */
  async proof(): Promise<Proof> {
    this.#proof ??= await this.#prove(this.#plan.method);
    return this.#proof;
  }

  /**
   * Sends a command with proof; once more with better proof, when the refusal says that better is wanted.
   *
   * @throws {CtapError} the last refusal.
   */
  async prove<T>(send: (proof: Proof) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await send(await this.proof());
      } catch (error) {
        this.#options.transact.signal?.throwIfAborted();
        if (!(error instanceof CtapError) || !this.#discardProof(error.status)) throw error;
        this.#proof = await this.#prove(this.#fellBack ? this.#fallback() : this.#plan.method);
      }
    }
  }

  /** True when another proof is worth a try. */
  #discardProof(status: number): boolean {
    if (this.isTokenInUse) {
      const isStale = status === CtapStatus.PIN_AUTH_INVALID || status === CtapStatus.PIN_TOKEN_EXPIRED;
      if (!isStale || this.#renewed || !this.#options.renewsExpiredToken) return false;
      this.#renewed = true;
      return true;
    }
    const wantsPin =
      status === CtapStatus.PUAT_REQUIRED ||
      (this.#proof?.uvOption === true &&
        (status === CtapStatus.UV_BLOCKED || status === CtapStatus.UV_INVALID));
    if (!wantsPin || this.#fellBack || this.#plan.fallback === undefined) return false;
    this.#fellBack = true;
    return true;
  }

  #fallback(): UvMethod {
    return this.#plan.fallback ?? this.#plan.method;
  }

  async #prove(method: UvMethod): Promise<Proof> {
    switch (method) {
      case "none":
        return NO_PROOF;
      case "uv-option":
        return { uvOption: true };
      case "builtin-token":
        return this.#proveBuiltIn();
      case "pin-token":
      case "pin-token-legacy":
        return { uvOption: false, token: await this.#tokenByPin() };
    }
  }

  /** As many tries as the authenticator leaves to the platform, then the PIN. @see CTAP 2.3 §6.5.5.7.3 */
  async #proveBuiltIn(): Promise<Proof> {
    const attempts = this.#session.info.preferredPlatformUvAttempts ?? 1;
    for (let attempt = 1; ; attempt++) {
      try {
        return { uvOption: false, token: await this.#token(undefined) };
      } catch (error) {
        this.#options.transact.signal?.throwIfAborted();
        if (!(error instanceof CtapError)) throw error;
        if (error.status === CtapStatus.UV_INVALID && attempt < attempts) continue;
        if (!isUsedUp(error.status)) throw error;
        if (this.#plan.fallback === undefined) throw blockedWithoutPin(error);
        this.#fellBack = true;
        return this.#prove(this.#plan.fallback);
      }
    }
  }

  async #tokenByPin(): Promise<PinUvAuthToken> {
    if (this.#pin !== undefined) return this.#token(this.#pin);
    const { pin: ask, transact } = this.#options;
    const entry = { ask, transact, use: (pin: string) => this.#token(pin) };
    const { pin, result } = await enterPin(this.#session, entry);
    this.#pin = pin;
    return result;
  }

  #token(pin: string | undefined): Promise<PinUvAuthToken> {
    const { rpId, extraPermissions, transact } = this.#options;
    transact.signal?.throwIfAborted();
    const permissions = this.#plan.permissions | extraPermissions;
    return this.#session.pinUvAuthToken({ ...(pin !== undefined && { pin }), permissions, rpId }, transact);
  }
}

function isUsedUp(status: number): boolean {
  return (
    status === CtapStatus.UV_BLOCKED ||
    status === CtapStatus.UV_INVALID ||
    status === CtapStatus.PUAT_REQUIRED
  );
}

function blockedWithoutPin(cause: CtapError): UserVerificationError {
  return new UserVerificationError(
    "UV_BLOCKED",
    "built-in user verification is used up and no PIN can be asked for",
    {
      cause,
      hint: "set a PIN and pass a pin callback: a right PIN unlocks built-in verification again",
    },
  );
}
