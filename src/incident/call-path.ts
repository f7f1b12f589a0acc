/** Which call of a ceremony an HTTP path is, as far as its words say it. */
export interface PathGuess {
  readonly kind: "registration" | "login";
  readonly step: "options" | "finish" | "poll";
}

const ABOUT_PASSKEYS = /webauthn|passkey|fido|attestation|assertion|public-?key-?credential|credential/;
const REGISTRATION = /regist|attestation|create|creation|enrol|signup|sign-up|add/;
const LOGIN = /login|log-in|signin|sign-in|authenticat|assertion|auth\b/;
const OPTIONS = /options|begin|start|initiali[sz]e|init\b|challenge|request|prepare/;
const POLL = /poll|status|state\b|wait/;
const FINISH = /finish|complete|verify|verif|result|response|confirm|submit/;

/**
 * Guesses which call a path is, by its words alone. For calls that failed and those of a log without bodies: where a body
 * is known, its shape decides.
 *
 * @param path as the log has it; the query counts for nothing.
 */
export function guessOfPath(path: string): PathGuess | undefined {
  const words = (path.split(/[?#]/, 1)[0] ?? "").toLowerCase();
  const kind = REGISTRATION.test(words) ? "registration" : LOGIN.test(words) ? "login" : undefined;
  const step = stepOf(words);
  if (kind === undefined || step === undefined) return undefined;
  // `/login/options` without a word of passkeys may be anything; a step's own word makes it likely enough.
  return ABOUT_PASSKEYS.test(words) || /options|finish|challenge|poll/.test(words)
    ? { kind, step }
    : undefined;
}

function stepOf(words: string): PathGuess["step"] | undefined {
  if (POLL.test(words)) return "poll";
  if (OPTIONS.test(words)) return "options";
  return FINISH.test(words) ? "finish" : undefined;
}
