import type { CborValue } from "../../cbor/value.js";
import type { Env } from "../../core/env.js";
import type { PassedAuthenticatorData } from "../../ctap/messages/authenticator-data.js";
import type { TransactOptions } from "../../ctap/device.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import type { PinUvAuthToken } from "../../ctap/client/pin-uv-auth-token.js";
import type { ExtensionInputs } from "../idl/parse-options.js";
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
  readonly authenticatorData: PassedAuthenticatorData;
  readonly credentialId: Uint8Array;
  /** The credential answered under the U2F AppID in place of the rp id. */
  readonly appIdUsed?: boolean;
  readonly largeBlobKey?: Uint8Array | undefined;
  readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue> | undefined;
  /** Still good for permissions the command did not use up. Secret. */
  readonly token: PinUvAuthToken | undefined;
}

/** What goes to the authenticator, by its extension identifiers. */
export type AuthenticatorInputs = ReadonlyMap<string, CborValue>;

/** One extension's part in one ceremony. */
export interface ExtensionRun {
  /**
   * A function where they depend on what happens until the command is sent: a key that a wrong PIN makes
   * worthless, or which of the allowed credentials was found. It is called for each time the command is sent.
   *
   * @param allowedIds what the allow list of this very command names; empty at creation.
   * @param session has the authenticator to itself until the command is answered; no other session may be used here.
   */
  readonly inputs?:
    | AuthenticatorInputs
    | ((
        allowedIds: readonly Uint8Array[],
        session: Ctap2Session,
      ) => Promise<AuthenticatorInputs | undefined>);
  /** Token permissions the follow-up needs. */
  readonly permissions?: number;
  /** The inputs are for one credential only: find out first which of the allowed ones is there. */
  readonly singlesOut?: boolean;
  /** Members for clientExtensionResults; may talk to the authenticator again. */
  readonly outputs?: (outcome: ExtensionOutcome) => ExtensionsJSON | Promise<ExtensionsJSON>;
}

/**
 * A WebAuthn extension on the client's side: one file each, listed in `known-extensions.ts`.
 *
 * Each method gets everything the page asked for and answers `undefined` when it is not about that extension.
 *
 * @see WebAuthn Level 3 §9
 */
export interface ClientExtension {
  readonly id: string;
  /** Refuses what a browser would refuse before any authenticator is asked. @throws {ClientError} */
  readonly checkCreate?: (asked: ExtensionInputs) => void;
  /** The same for get(). @param allowedIds those of the site's list. @throws {ClientError} */
  readonly checkGet?: (asked: ExtensionInputs, allowedIds: readonly Uint8Array[]) => void;
  /** True when the user has to be verified for the extension's sake, whatever the site said of that. */
  readonly demandsUv?: (asked: ExtensionInputs, info: AuthenticatorInfo, method: "create" | "get") => boolean;
  readonly create?: (
    asked: ExtensionInputs,
    context: CreateExtensionContext,
  ) => ExtensionRun | undefined | Promise<ExtensionRun | undefined>;
  readonly get?: (
    asked: ExtensionInputs,
    context: GetExtensionContext,
  ) => ExtensionRun | undefined | Promise<ExtensionRun | undefined>;
}
