import type { ExtensionInputs } from "../idl/parse-options.js";
import type { ExtensionsJSON } from "../json.js";
import type { ClientExtension, ExtensionContext, ExtensionRun } from "./client-extension.js";
import { hasExtension } from "./device-facts.js";

const ID = "uvm";

/** By which means the user was verified, in numbers of the FIDO registry. @see WebAuthn Level 2 §10.3 */
export const uvm: ClientExtension = { id: ID, create: ask, get: ask };

function ask(asked: ExtensionInputs, { session }: ExtensionContext): ExtensionRun | undefined {
  if (asked.uvm !== true || !hasExtension(session.info, ID)) return undefined;
  return {
    inputs: new Map([[ID, true]]),
    outputs({ authenticatorData: { extensions } }): ExtensionsJSON {
      const entries = extensions?.get(ID);
      return entries === undefined ? {} : { uvm: entries };
    },
  };
}
