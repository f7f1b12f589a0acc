import { namesHint } from "../core/place.js";
import { CLIENT_PROFILES, type ClientProfile } from "../entry/webauthn.js";
import { type Invocation, UsageError } from "./command.js";
import { textOption } from "./options.js";

/** The profile that `--client` names. @throws {UsageError} USAGE where there is none of that name. */
export function clientOption(invocation: Invocation): ClientProfile | undefined {
  const name = textOption(invocation, "client");
  if (name === undefined) return undefined;
  const profile = Object.hasOwn(CLIENT_PROFILES, name) ? CLIENT_PROFILES[name] : undefined;
  if (profile !== undefined) return profile;
  throw new UsageError("USAGE", `there is no client "${name}"`, {
    hint: namesHint(name, Object.keys(CLIENT_PROFILES)),
  });
}
