import type { CborValue } from "../../cbor/value.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import type { ExtensionInputs } from "../idl/parse-options.js";
import { MessageError } from "../../ctap/messages/message-error.js";
import type { UnreadableListener } from "../../ctap/messages/wire.js";
import type { ExtensionsJSON } from "../json.js";
import type { UvRequirement } from "../client/plan-uv.js";
import type { ExtensionOutcome, ExtensionRun } from "./client-extension.js";
import { KNOWN_EXTENSIONS } from "./known-extensions.js";

/** Several extensions' parts in one ceremony, taken together. */
export interface PreparedExtensions {
  /** Sum of permission bits. */
  readonly permissions: number;
  /** Inputs are for one credential only: which of the allowed ones it is must be known before the command. */
  readonly singlesOut: boolean;
  /**
   * For the next time the command is sent. May talk to the authenticator.
   *
   * @param session that of the series the command is sent in.
   * @returns `undefined` when nothing goes to the authenticator: an empty map must not.
   */
  inputs(
    allowedIds: readonly Uint8Array[],
    session: Ctap2Session,
  ): Promise<ReadonlyMap<string, CborValue> | undefined>;
  /**
   * Members for clientExtensionResults. The credential is made, or the assertion signed: an output that cannot be read
   * is left out, and the listener hears of it.
   */
  results(outcome: ExtensionOutcome, onUnreadable: UnreadableListener): Promise<ExtensionsJSON>;
}

/** An extension's identifier and what begins its part, if the page asked for it. */
export interface ExtensionStart {
  readonly id: string;
  readonly start: () => ExtensionRun | undefined | Promise<ExtensionRun | undefined>;
}

export async function prepareExtensions(starts: readonly ExtensionStart[]): Promise<PreparedExtensions> {
  const started: { readonly id: string; readonly run: ExtensionRun }[] = [];
  // One after the other: each may use the authenticator.
  for (const { id, start } of starts) {
    const run = await start();
    if (run) started.push({ id, run });
  }
  const runs = started.map(({ run }) => run);
  return {
    permissions: runs.reduce((bits, run) => bits | (run.permissions ?? 0), 0),
    singlesOut: runs.some((run) => run.singlesOut === true),
    async inputs(allowedIds, session) {
      const inputs = new Map<string, CborValue>();
      for (const run of runs) {
        const own = typeof run.inputs === "function" ? await run.inputs(allowedIds, session) : run.inputs;
        for (const [id, input] of own ?? []) inputs.set(id, input);
      }
      return inputs.size > 0 ? inputs : undefined;
    },
    async results(outcome, onUnreadable) {
      let results: ExtensionsJSON = {};
      for (const { id, run } of started) {
        try {
          results = { ...results, ...(await run.outputs?.(outcome)) };
        } catch (error) {
          if (!(error instanceof MessageError)) throw error;
          onUnreadable(id, error.code);
        }
      }
      return results;
    },
  };
}

/** What a browser does before it talks to any authenticator. @throws {ClientError} */
export function checkExtensions(
  asked: ExtensionInputs,
  ceremony:
    { readonly method: "create" } | { readonly method: "get"; readonly allowedIds: readonly Uint8Array[] },
): void {
  for (const extension of KNOWN_EXTENSIONS) {
    if (ceremony.method === "create") extension.checkCreate?.(asked);
    else extension.checkGet?.(asked, ceremony.allowedIds);
  }
}

/**
 * Returns the user verification the site requested, or a stricter one when an extension cannot do without a verified
 * user.
 */
export function uvWithExtensions(
  request: { readonly userVerification: UvRequirement; readonly extensions: ExtensionInputs },
  info: AuthenticatorInfo,
  method: "create" | "get",
): UvRequirement {
  const isDemanded = KNOWN_EXTENSIONS.some(
    (extension) => extension.demandsUv?.(request.extensions, info, method) === true,
  );
  return isDemanded ? "required" : request.userVerification;
}
