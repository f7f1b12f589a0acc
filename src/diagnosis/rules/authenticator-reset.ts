import { evidenceOf, seconds } from "../evidence.js";
import { settledLine } from "../facts/request-end.js";
import { isReset } from "../facts/run-events.js";
import { defineRule, NOTHING_FOUND, PASSKEY, UMBRELLAS } from "../rule.js";

/** Detects that another program reset the authenticator while the ceremony was using it: its PIN, tokens and passkeys were gone. */
export const authenticatorReset = defineRule({
  id: "authenticator-reset",
  kinds: PASSKEY,
  text: "Another program reset the authenticator while the ceremony was using it.",
  over: [
    "token-expired",
    "uv-blocked",
    "pin-blocked",
    "user-refused",
    "verification-unavailable",
    ...NOTHING_FOUND,
    ...UMBRELLAS,
  ],
  match(ceremony) {
    const { records, called, settled, requestEndedAtMs } = ceremony;
    if (called === undefined || settled?.resolved === true) return undefined;
    const reset = records.find(
      (record) => isReset(record) && record.atMs >= called.atMs && record.atMs <= requestEndedAtMs,
    );
    if (reset === undefined) return undefined;
    const refused = ceremony.exchanges.find(
      ({ answeredAtMs, status }) =>
        answeredAtMs !== undefined && answeredAtMs >= reset.atMs && status !== "OK" && status !== undefined,
    );
    if (refused?.answeredAtMs === undefined) return undefined;
    return {
      verdict:
        `Another program reset the authenticator at ${seconds(reset.atMs)}, in the middle of the ceremony: PIN, tokens and ` +
        `passkeys were gone. It answered ${refused.command} with ${refused.status ?? ""} at ${seconds(refused.answeredAtMs)}.`,
      evidence: evidenceOf(
        `${seconds(reset.atMs)}: the authenticator was reset`,
        `${seconds(refused.answeredAtMs)}: ${refused.command} answered ${refused.status ?? ""}`,
        settledLine(ceremony),
      ),
      prevention: ["Let one program at a time use a key that is set up, tested or reset."],
    };
  },
});
