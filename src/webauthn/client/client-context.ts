import { arg, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { PinError } from "../../ctap/client/pin.js";
import type { KeepaliveStatus } from "../../ctap/device.js";
import type { ClientProfile } from "../profiles/client-profile.js";
import { CLIENT_PROFILE } from "../profiles/client-profile-shape.js";
import type { IsPublicSuffix } from "../rp-id.js";

/** Holds what the client shows the user when asking for the PIN. */
export interface PinAttempt {
  /** Counted from 1 within this ceremony. */
  readonly attempt: number;
  /** Attempts the authenticator still allows; known once a PIN was wrong, because asking costs a message. */
  readonly retriesLeft?: number;
  /** Why the PIN before was not sent at all: no authenticator takes it, and it cost no attempt. */
  readonly problem?: PinError["code"];
}

/** Describes a line of the account list from which a user picks. */
export interface Account {
  /** The account's user handle; absent when the authenticator gave none. */
  readonly id?: Uint8Array;
  readonly name?: string;
  readonly displayName?: string;
  readonly credentialId: Uint8Array;
}

/** Describes the page, the browser around it and the user in front of it, as far as a ceremony needs them. */
export interface ClientContext {
  /** Serialised origin of the calling page, such as `https://example.com`. */
  readonly origin: string;
  /** `spec-l3` when absent. */
  readonly profile?: ClientProfile | undefined;
  /** The page's own AbortSignal. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Asks for the authenticator's PIN; `undefined` means the user gave up. Without this callback a PIN is never offered,
   * and requests that cannot do without one fail with `PIN_REQUIRED`.
   */
  readonly pin?: ((attempt: PinAttempt) => Promise<string | undefined>) | undefined;
  /** `up-needed`: time to say "touch your key". */
  readonly onKeepalive?: ((status: KeepaliveStatus) => void) | undefined;
  /**
   * Picks one of several discoverable credentials, by index; `undefined` means the user gave up. Without this callback
   * the first one is taken, which is the one created last.
   */
  readonly chooseAccount?: ((accounts: readonly Account[]) => Promise<number | undefined>) | undefined;
  /** The page runs in a frame of another origin. */
  readonly crossOrigin?: boolean | undefined;
  readonly topOrigin?: string | undefined;
  /** Origin in the client data of a client that makes its own, and states another one than the page's. */
  readonly statedOrigin?: string | undefined;
  readonly mediation?: "conditional" | undefined;
  /** A WebDriver virtual authenticator is attached: some clients then skip their bounds. */
  readonly virtualAuthenticator?: boolean | undefined;
  readonly isPublicSuffix?: IsPublicSuffix | undefined;
  /** Rp ids this client's administrator allows enterprise attestation for. */
  readonly enterpriseRpIds?: readonly string[] | undefined;
}

export const CLIENT_CONTEXT = parameters<ClientContext>({
  origin: shape.text,
  profile: maybe(CLIENT_PROFILE),
  signal: maybe(arg.signal),
  pin: maybe(arg.callable),
  onKeepalive: maybe(arg.callable),
  chooseAccount: maybe(arg.callable),
  crossOrigin: maybe(shape.flag),
  topOrigin: maybe(shape.text),
  statedOrigin: maybe(shape.text),
  mediation: maybe(shape.oneOf(["conditional"])),
  virtualAuthenticator: maybe(shape.flag),
  isPublicSuffix: maybe(arg.callable),
  enterpriseRpIds: maybe(shape.list(shape.text)),
});
