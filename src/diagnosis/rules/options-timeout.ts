import { evidenceOf, firedText, nameTimer, seconds } from "../evidence.js";
import { firedTimer } from "../facts/ceremony.js";
import { defineRule, PASSKEY, UMBRELLAS } from "../rule.js";

const GATEWAY_TIMEOUT = 504;
const IDLE_TIMER = "gw.idle";

/** The gateway in front of the site gave up on the options call, so that no authenticator was ever asked. */
export const optionsTimeout = defineRule({
  id: "options-timeout",
  kinds: PASSKEY,
  text: "The gateway timed out before the site had made options.",
  // Another page of the same ceremony may have found that its browser lacks something.
  over: ["browser-unsupported", ...UMBRELLAS],
  match(ceremony) {
    const { kind, calls, called, quit } = ceremony;
    const options = calls.find(({ status }) => status === GATEWAY_TIMEOUT);
    if (options?.answeredAtMs === undefined || called !== undefined || ceremony.finishes.length > 0) {
      return undefined;
    }
    // The browser had ended before: nobody waited for the options any more.
    if (quit !== undefined && quit.atMs < options.answeredAtMs) return undefined;
    const fired = firedTimer(ceremony, IDLE_TIMER);
    return {
      decidedBy: fired,
      verdict:
        `${fired ? `${firedText(ceremony, fired)}: the` : "The"} gateway answered the ${options.step} call of the ${kind} with ${GATEWAY_TIMEOUT} at ` +
        `${seconds(options.answeredAtMs)}; the browser was never asked.`,
      evidence: evidenceOf(
        `${seconds(options.askedAtMs)}: ${options.step} asked for`,
        fired && `${seconds(fired.endedAtMs ?? 0)}: ${nameTimer(fired)} fired`,
      ),
      prevention: [
        "Make options without waiting for anything slow: they need a challenge and the account's credential ids.",
        "Let the page ask again: an options call changes nothing at the site.",
      ],
    };
  },
});
