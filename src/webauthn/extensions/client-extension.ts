import type { CborValue } from "../../cbor/value.js";
import type { Env } from "../../core/env.js";
import type { AuthenticatorData } from "../../ctap/authenticator-data.js";
import type { TransactOptions } from "../../ctap/device.js";
import type { Ctap2Session, PinUvAuthToken } from "../../ctap/session.js";
import type { ExtensionsJSON } from "../json.js";

/** What an extension may use while it prepares: before the user is verified. */
export interface ExtensionContext {
  readonly env: Env;
  readonly session: Ctap2Session;
  readonly transact: TransactOptions;
  readonly rpId: string;
}

export interface CreateExtensionContext extends ExtensionContext {
  /** The request asks the authenticator for a discoverable credential. */
  readonly residentKey: boolean;
}

export interface GetExtensionContext extends ExtensionContext {
  /** Ids the request is limited to; empty for any account. */
  readonly allowedIds: readonly Uint8Array[];
}

/** What the authenticator answered; the command is over. */
export interface ExtensionOutcome {
  readonly authenticatorData: AuthenticatorData;
  readonly credentialId: Uint8Array;
  readonly largeBlobKey?: Uint8Array | undefined;
  readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue> | undefined;
  /** Still good for permissions the command did not use up. Secret. */
  readonly token: PinUvAuthToken | undefined;
}

/** One extension's part in one ceremony. */
export interface ExtensionRun {
  /** Goes to the authenticator, by its extension identifiers. */
  readonly inputs?: ReadonlyMap<string, CborValue>;
  /** Token permissions the follow-up needs. */
  readonly permissions?: number;
  /** Members for clientExtensionResults; may talk to the authenticator again. */
  readonly outputs?: (outcome: ExtensionOutcome) => ExtensionsJSON | Promise<ExtensionsJSON>;
}

/**
 * A WebAuthn extension on the client's side: one file each, listed in `known-extensions.ts`.
 *
 * Both methods get everything the page asked for and answer `undefined` when it is not about them.
 *
 * @see WebAuthn Level 3 §9
 */
export interface ClientExtension {
  readonly id: string;
  readonly create?: (
    asked: ExtensionsJSON,
    context: CreateExtensionContext,
  ) => ExtensionRun | undefined | Promise<ExtensionRun | undefined>;
  readonly get?: (
    asked: ExtensionsJSON,
    context: GetExtensionContext,
  ) => ExtensionRun | undefined | Promise<ExtensionRun | undefined>;
}
