import { utf8 } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { pinProtocol, type PinProtocol } from "../../ctap/client/pin-protocol.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import type { CredentialStore } from "./store/credential-store.js";
import { hasQuirk, type AuthenticatorProfile } from "../profiles/profile.js";
import type { UserPrompt } from "../user.js";
import type { AttestationKeys } from "./attestation/attestation.js";
import type { GestureAnswer, Gestures } from "./verification/gestures.js";
import { Refusal, refuse } from "./refusal.js";
import type { AuthenticatorState } from "./store/state.js";
import { CtapStatus, type CtapStatusName } from "../../ctap/status.js";

/** What every command works with. */
export interface CommandContext {
  readonly env: Env;
  readonly profile: AuthenticatorProfile;
  readonly crypto: CryptoProvider;
  readonly store: CredentialStore;
  readonly state: AuthenticatorState;
  readonly gestures: Gestures;
  readonly attestation: AttestationKeys;
  /** Where requests come from. @see WebAuthn Level 3 §5.8.4 (AuthenticatorTransport) */
  readonly transport: string;
}

/** One command: parameters without the command byte in, response body without the status byte out. */
export type SimCommand = (
  context: CommandContext,
  parameters: Uint8Array,
) => Uint8Array | Promise<Uint8Array>;

export const EMPTY_BODY = new Uint8Array(0);

export function hashOfRpId({ crypto }: CommandContext, rpId: string): Uint8Array {
  return crypto.sha256(utf8(rpId));
}

export function pinIsSet({ store }: CommandContext): boolean {
  return store.memory.pinHash !== undefined;
}

/** Returns whether built-in user verification exists and is configured for a user. */
export function builtInUvConfigured({ profile, store }: CommandContext): boolean {
  return profile.builtInUv !== undefined && (store.memory.uvConfigured ?? profile.builtInUv.configured);
}

/** A PIN is set or built-in user verification is set up. */
export function isProtected(context: CommandContext): boolean {
  return pinIsSet(context) || builtInUvConfigured(context);
}

/** PINs exist here and may lead to a token for credentials. */
export function pinUsable({ profile: { options } }: CommandContext): boolean {
  return options.clientPin && !options.noMcGaPermissionsWithClientPin;
}

export function alwaysUv({ profile, store }: CommandContext): boolean {
  return store.memory.alwaysUv ?? profile.options.alwaysUv ?? false;
}

/**
 * Returns whether U2F is disabled: U2F knows no verification, so a device that always verifies, but has no built-in
 * verification configured, does not speak it.
 */
export function u2fDisabled(context: CommandContext): boolean {
  return alwaysUv(context) && !builtInUvConfigured(context);
}

/** Returns whether a reset requires a long touch. */
export function longTouchForReset({ profile, store }: CommandContext): boolean {
  return store.memory.longTouchForReset ?? profile.options.longTouchForReset ?? false;
}

/** @throws {Refusal} MISSING_PARAMETER without a number, INVALID_PARAMETER for one this device does not speak. */
export function supportedProtocol(
  { profile, crypto }: CommandContext,
  version: number | undefined,
): PinProtocol {
  if (version === undefined) refuse("MISSING_PARAMETER");
  const known = profile.pinUvAuthProtocols.find((candidate) => candidate === version);
  if (known === undefined) refuse("INVALID_PARAMETER");
  return pinProtocol(known, crypto);
}

/** Builds the refusal with which a device answers when its wait for the user ran out. */
export function touchTimeout({ profile }: CommandContext, specified: CtapStatusName): Refusal {
  if (hasQuirk(profile, "answers3aOnTouchTimeout")) return new Refusal(CtapStatus.ACTION_TIMEOUT);
  if (hasQuirk(profile, "answers2fOnTouchTimeout")) return new Refusal(CtapStatus.USER_ACTION_TIMEOUT);
  if (hasQuirk(profile, "answers36OnTouchTimeout")) return new Refusal(CtapStatus.PUAT_REQUIRED);
  return new Refusal(CtapStatus[specified]);
}

/**
 * Waits for a touch.
 *
 * @throws {Refusal} OPERATION_DENIED when refused, `onTimeout` when no user touches, unless a quirk says otherwise.
 */
export async function requireTouch(
  context: CommandContext,
  prompt: Omit<UserPrompt, "kind">,
  onTimeout: CtapStatusName,
): Promise<void> {
  const { answer }: GestureAnswer = await context.gestures.ask({ ...prompt, kind: "touch" });
  if (answer === "timed-out") throw touchTimeout(context, onTimeout);
  if (answer !== "approved") refuse("OPERATION_DENIED");
}
