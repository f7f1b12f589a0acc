import { evidenceOf, seconds } from "../evidence.js";
import { defineRule, PASSKEY } from "../rule.js";
import { phoneScreenLines } from "../facts/phone-screen.js";
import { mainExchange } from "../facts/ceremony.js";
import { clientStage, phoneStage, tunnelEnd } from "../facts/tunnel-facts.js";

/** A side that is done closes with these; none of them says that something broke. @see RFC 6455 §7.4.1 */
const GOOD_CLOSES: readonly number[] = [1000, 1001, 1005];

/** The request came through and the phone ended the session without a word. */
export const phoneHungUp = defineRule({
  id: "phone-hung-up",
  kinds: PASSKEY,
  text: "The phone closed the tunnel in good order without an answer.",
  match(ceremony) {
    const end = tunnelEnd(ceremony);
    const asked = mainExchange(ceremony);
    if (end?.closeCode === undefined || asked === undefined) return undefined;
    if (!GOOD_CLOSES.includes(end.closeCode)) return undefined;
    if (ceremony.keysCreated.length > 0 || ceremony.keysUsed.length > 0) return undefined;
    // A phone that failed over a message closes in good order as well.
    if (phoneStage(ceremony, "failed")) return undefined;
    const isLogin = ceremony.kind === "login";
    const unnamed = ceremony.options?.offered?.length === 0;
    return {
      verdict:
        `The phone closed the tunnel in good order at ${seconds(end.atMs)}, ${seconds(end.atMs - asked.askedAtMs)} after the ` +
        `request and without an answer: it has no word for why. ` +
        (isLogin
          ? `Phones do so when they find no passkey${unnamed ? " and the site named none" : ""}.`
          : "Phones do so when they cannot make what the site asks for, a discoverable passkey perhaps. No key was made."),
      evidence: evidenceOf(
        `${seconds(asked.askedAtMs)}: ${asked.command} was sent`,
        ...phoneScreenLines(ceremony),
        clientStage(ceremony, "ready") && `${seconds(end.atMs)}: the tunnel was closed (${end.closeCode})`,
        ceremony.settled &&
          `${seconds(ceremony.settled.atMs)}: the promise was rejected with ${ceremony.settled.name ?? "an error"}`,
      ),
      prevention: [
        'Distinguish "closed after the request, without an answer" from a link that broke: another try with this phone will not help.',
        isLogin
          ? "Name the account's passkeys in the options: the phone can then say that it has none of them."
          : "Ask for a discoverable passkey only where it is needed, or offer another device.",
      ],
    };
  },
});
