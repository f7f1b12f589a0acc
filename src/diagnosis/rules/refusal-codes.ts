import { evidenceOf, seconds } from "../evidence.js";
import { CEREMONY_KINDS, type CeremonyKind, type CeremonyTrace } from "../facts/ceremony.js";
import { acceptedFinish } from "../facts/site-facts.js";
import type { SiteCall } from "../facts/site-calls.js";
import { LOGIN, PASSKEY, TROUBLED, UMBRELLAS, type Rule } from "../rule.js";

type StepCall = SiteCall & { readonly step: string };

/** What the site's code alone says, whatever the ceremony was for. */
interface CodeRefusal<Id extends string> {
  readonly id: Id;
  readonly kinds?: readonly CeremonyKind[];
  readonly text: string;
  readonly codes: readonly string[];
  readonly over?: readonly string[];
  readonly description: string;
  readonly prevention: readonly string[];
}

const callWith = ({ calls, attempt }: CeremonyTrace, codes: readonly string[]): StepCall | undefined =>
  (attempt?.calls ?? calls).findLast(({ code = "" }) => codes.includes(code));

function refusedWithCode<const Id extends string>({
  id,
  kinds = CEREMONY_KINDS,
  text,
  codes,
  over = UMBRELLAS,
  description,
  prevention,
}: CodeRefusal<Id>): Rule<Id> {
  return {
    id,
    kinds,
    text,
    results: TROUBLED,
    over,
    match(ceremony) {
      const refused = callWith(ceremony, codes);
      if (refused?.answeredAtMs === undefined || acceptedFinish(ceremony) !== undefined) return undefined;
      const answer = `${refused.status ?? "?"} ${refused.code ?? ""}`;
      return {
        verdict: `${description} The ${refused.step} call of ${seconds(refused.askedAtMs)} was answered ${answer}.`,
        evidence: evidenceOf(
          ...ceremony.keysUsed.map(({ atMs, credential }) => `${seconds(atMs)}: key ${credential} signed`),
          ...ceremony.keysCreated.map(
            ({ atMs, credential }) => `${seconds(atMs)}: key ${credential} created`,
          ),
          `${seconds(refused.askedAtMs)}: ${refused.step} posted, answered ${answer}`,
        ),
        prevention,
      };
    },
  };
}

export const originRefused = refusedWithCode({
  id: "origin-refused",
  kinds: PASSKEY,
  text: "The signed client data named an origin, or a frame, that the site does not expect.",
  codes: ["RP_ORIGIN", "RP_CROSS_ORIGIN", "RP_TOP_ORIGIN"],
  description:
    "The client data that was signed names an origin, or a frame in another site's page, that the site does not expect: an " +
    "extension signed its own, or the page stands in a frame.",
  prevention: [
    "List every origin and top origin that the site is used from; refuse the others with a text that says so.",
    "Ask whether a password manager's extension answered in the browser's place.",
  ],
});

export const backupEligibilityChanged = refusedWithCode({
  id: "backup-eligibility-changed",
  kinds: LOGIN,
  text: "The backup flags of the passkey were not those of its registration.",
  codes: ["RP_BACKUP_ELIGIBILITY", "RP_BACKUP_STATE"],
  description:
    "The backup flags of the passkey were not those of its registration: a manager of another make holds it now, or its " +
    "maker changed them.",
  prevention: ["Record a change of the backup flags; do not refuse the login for it."],
});

export const passwordWrong = refusedWithCode({
  id: "password-wrong",
  text: "The password, or the ID, was wrong.",
  codes: ["PASSWORD_WRONG", "ID_UNKNOWN"],
  description: "The user no longer knew the password or the ID.",
  prevention: ["Offer to recover the ID and the password in the same place.", "Let the passkey open both."],
});

export const unusualDevice = refusedWithCode({
  id: "unusual-device",
  text: "The site took the browser for an unusual one and wanted more, or refused.",
  codes: ["DEVICE_CHECK_NEEDED", "DEVICE_UNUSUAL"],
  description: "The site's risk check took this browser for an unusual one; the passkey itself was sound.",
  prevention: [
    "Count a verified passkey as the check; ask for more only where the risk is not about who it is.",
  ],
});

export const callerNotRecognised = refusedWithCode({
  id: "caller-not-recognised",
  kinds: ["factor"],
  text: "The call came from a telephone that the site does not know, or withheld its number.",
  codes: ["CALLER_WITHHELD", "CALLER_UNKNOWN"],
  description: "The user called in from a telephone that the site does not know, or with a withheld number.",
  prevention: ["Say before the call from which number it has to come, and that it must be shown."],
});

export const verificationNotDone = refusedWithCode({
  id: "verification-not-done",
  kinds: PASSKEY,
  text: "The site required user verification, and the authenticator had not verified its user.",
  codes: ["RP_USER_VERIFIED", "RP_USER_PRESENT"],
  description:
    "The site demanded user verification at finish, and the authenticator had not verified its user: the options had not " +
    "required it, or the requirement changed meanwhile.",
  prevention: ["Require at finish what the options required, and remember it with the challenge."],
});
