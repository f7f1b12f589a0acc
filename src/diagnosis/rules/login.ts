import { deniedAfterConsent, nothingFoundAtMs } from "../facts/login-facts.js";
import { evidenceOf, seconds } from "../evidence.js";
import { defineRule, LOGIN, UMBRELLAS } from "../rule.js";
import { phoneScreenLines } from "../facts/phone-screen.js";
import { mainExchange, type CeremonyTrace } from "../facts/ceremony.js";
import { acceptedFinish } from "../facts/site-facts.js";
import type { TraceFacts } from "../facts/trace-facts.js";

/** The registration before the login where it failed and none of the offered passkeys was made in the trace. */
function failedRegistration(
  { beganAtMs, options }: CeremonyTrace,
  { ceremonies, keys, rows }: TraceFacts,
): CeremonyTrace | undefined {
  const offered = options?.offered ?? [];
  if (keys.some(({ credential }) => offered.includes(credential))) return undefined;
  if (rows.some(({ credential }) => offered.includes(credential))) return undefined;
  return ceremonies.findLast(
    (other) =>
      other.kind === "registration" && other.beganAtMs < beganAtMs && acceptedFinish(other) === undefined,
  );
}

export const noCredential = defineRule({
  id: "no-credential",
  kinds: LOGIN,
  text: "The authenticator holds none of the credentials the site asked for.",
  over: UMBRELLAS,
  // Whether it has the key after all, and which authenticator was asked, stands elsewhere.
  requiredProbes: () => ["rp", "timer", "ctap.key"],
  match(ceremony, facts) {
    const answer = mainExchange(ceremony);
    const foundNothingAtMs = nothingFoundAtMs(ceremony);
    if (answer === undefined || foundNothingAtMs === undefined) return undefined;
    const failed = failedRegistration(ceremony, facts);
    return {
      verdict:
        (deniedAfterConsent(ceremony)
          ? `The authenticator denied the request at ${seconds(foundNothingAtMs)}, although its owner had agreed: phones say ` +
            "denied to every failure, and most often it is that they have no passkey for the site."
          : `The authenticator said at ${seconds(foundNothingAtMs)} that it holds none of the credentials the site asked for.`) +
        (failed === undefined
          ? ""
          : ` The registration before, ${failed.id}, had not come to a passkey: see there.`),
      evidence: evidenceOf(
        ceremony.options && `login options offered ${ceremony.options.offered?.join(", ") ?? "nothing"}`,
        `${seconds(foundNothingAtMs)}: getAssertion answered ${answer.status ?? "?"}`,
        ...facts.keys
          .filter(({ credential }) => ceremony.options?.offered?.includes(credential))
          .flatMap(({ credential, authenticator, deletedAtMs }) =>
            deletedAtMs === undefined
              ? []
              : [`${seconds(deletedAtMs)}: key ${credential} deleted on ${authenticator}`],
          ),
        ...phoneScreenLines(ceremony),
      ),
      prevention: ["Say which device the passkey was created on, and when."],
    };
  },
});
