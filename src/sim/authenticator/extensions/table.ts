import type { CborValue } from "../../../cbor/value.js";
import { hasQuirk } from "../../profiles/profile.js";
import type { CommandContext } from "../context.js";
import type { MakeOutcome, SimExtension } from "../extension.js";
import { refuse } from "../refusal.js";
import { credBlob } from "./cred-blob.js";
import { credProtect } from "./cred-protect.js";
import { hmacSecret, hmacSecretMc } from "./hmac-secret.js";
import { largeBlob } from "./large-blob.js";
import { largeBlobKey } from "./large-blob-key.js";
import { minPinLengthExtension, pinComplexityPolicyExtension } from "./pin-facts.js";
import { prf } from "./prf.js";
import { thirdPartyPayment } from "./third-party-payment.js";
import { uvm } from "./uvm.js";

/** Every extension this simulator can do; a profile names those its device does. */
const EXTENSIONS: ReadonlyMap<string, SimExtension> = new Map(
  [
    credProtect,
    credBlob,
    largeBlobKey,
    largeBlob,
    minPinLengthExtension,
    pinComplexityPolicyExtension,
    hmacSecret,
    hmacSecretMc,
    prf,
    thirdPartyPayment,
    uvm,
  ].map((extension) => [extension.id, extension]),
);

/** What all extensions of one request came to. */
export interface ExtensionResults {
  readonly outputs: ReadonlyMap<string, CborValue>;
  readonly stored: ReadonlyMap<string, CborValue>;
  readonly unsignedOutputs: ReadonlyMap<string, CborValue>;
  readonly largeBlobKey: Uint8Array | undefined;
}

/** Whether this simulator knows the extension; a profile that names another promises too much. */
export function knowsExtension(id: string): boolean {
  return EXTENSIONS.has(id);
}

/**
 * Lets each extension that the request and the device have in common do its part.
 *
 * @param run calls the one hook that matters; `undefined` when the extension has none.
 */
export function runExtensions(
  { profile }: CommandContext,
  inputs: ReadonlyMap<string, CborValue>,
  run: (extension: SimExtension, input: CborValue) => MakeOutcome | undefined,
): ExtensionResults {
  const outputs = new Map<string, CborValue>();
  const stored = new Map<string, CborValue>();
  const unsignedOutputs = new Map<string, CborValue>();
  let largeBlobKey: Uint8Array | undefined;
  for (const [id, input] of inputs) {
    const extension = profile.extensions.includes(id) ? EXTENSIONS.get(id) : undefined;
    if (extension === undefined) {
      if (hasQuirk(profile, "answers2bToUnknownExtension")) refuse("UNSUPPORTED_OPTION");
      continue;
    }
    const outcome = run(extension, input);
    if (outcome?.output !== undefined) outputs.set(id, outcome.output);
    if (outcome?.stored !== undefined) stored.set(id, outcome.stored);
    if (outcome?.unsignedOutput !== undefined) unsignedOutputs.set(id, outcome.unsignedOutput);
    largeBlobKey ??= outcome?.largeBlobKey;
  }
  return { outputs, stored, unsignedOutputs, largeBlobKey };
}
