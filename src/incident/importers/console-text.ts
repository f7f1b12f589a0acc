import type { ImportedRecord, Stamp } from "../importer.js";

/** Errors that `navigator.credentials` rejects with. @see WebAuthn Level 3 §5.1.3, §5.1.4 */
const NAMES =
  /\b(NotAllowedError|InvalidStateError|AbortError|SecurityError|ConstraintError|NotSupportedError|UnknownError)\b/;
const CREATE = /regist|creat|attest/i;
const ABOUT_PASSKEYS = /passkey|webauthn|credential|fido|regist|authenticat|operation either timed out/i;

/** Reads from a line of a page's console that its request for a passkey failed; nothing else of the line is kept. */
export function consoleRecord(text: string, at: Stamp): ImportedRecord | undefined {
  const [, name] = NAMES.exec(text.slice(0, 8_192)) ?? [];
  // Other interfaces of the browser have errors of these names as well.
  if (name === undefined || !ABOUT_PASSKEYS.test(text)) return undefined;
  return {
    at,
    actor: "browser",
    event: {
      kind: "page.settled",
      method: CREATE.test(text) ? "create" : "get",
      outcome: "rejected",
      name,
    },
    derived: "the page's script wrote the error to its console",
  };
}
