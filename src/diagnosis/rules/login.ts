import { deniedAfterConsent, nothingFoundAtMs } from "../facts/login-facts.js";
import { evidenceOf, seconds, type Mechanism } from "../mechanism.js";
import { phoneScreenLines } from "../facts/phone-screen.js";
import { acceptedFinish, isAttached } from "../facts/site-facts.js";
import { mainExchange, type Ceremony, type RowFact, type TraceFacts } from "../facts/trace-facts.js";

/** Rows the primary had when login options were asked for, and the options did not offer. */
function rowsWithheld(ceremony: Ceremony, facts: TraceFacts): readonly RowFact[] {
  const { options } = ceremony;
  // A real site may offer no ids at all, and have the passkey found without them.
  if (options === undefined || (isAttached(facts) && ceremony.finishes.length > 0)) return [];
  return facts.rows.filter(
    (row) =>
      row.createdAtMs <= options.askedAtMs &&
      (row.deletedAtMs ?? Infinity) > options.askedAtMs &&
      (row.visibleAtMs ?? Infinity) > options.askedAtMs &&
      options.offered?.includes(row.credential) !== true,
  );
}

/** G: the row exists, but the copy that login options are read from does not have it yet. */
const readReplicaLag: Mechanism = {
  id: "read-replica-lag",
  account(ceremony, facts) {
    const { options } = ceremony;
    const [row] = rowsWithheld(ceremony, facts);
    if (options === undefined || row === undefined || acceptedFinish(ceremony)) return undefined;
    const { visibleAtMs } = row;
    const lagMs = visibleAtMs === undefined ? undefined : visibleAtMs - options.askedAtMs;
    const answer = mainExchange(ceremony);
    return {
      marginMs: lagMs === undefined ? undefined : -lagMs,
      verdict:
        `The site's read copy lagged: login options at ${seconds(options.askedAtMs)} did not offer credential ` +
        `${row.credential}, although its row was committed at ${seconds(row.createdAtMs)}` +
        (lagMs === undefined ? "." : `; ${seconds(lagMs)} later they would have.`),
      evidence: evidenceOf(
        `${seconds(row.createdAtMs)}: row ${row.credential} committed on the primary`,
        `${seconds(options.askedAtMs)}: login options asked for, answered ${options.status ?? "?"}, offering ` +
          (options.offered?.length ? options.offered.join(", ") : "nothing"),
        answer?.answeredAtMs !== undefined &&
          `${seconds(answer.answeredAtMs)}: getAssertion answered ${answer.status ?? "?"} though the key is stored`,
        visibleAtMs !== undefined && `${seconds(visibleAtMs)}: the row became visible to login options`,
      ),
      prevention: [
        "After a registration read login options from the primary (read-your-writes).",
        "Tolerate one empty answer from the authenticator with a short back-off before showing a failure.",
      ],
    };
  },
};

const noCredential: Mechanism = {
  id: "no-credential",
  // Whether it has the key after all, and which authenticator was asked, stands elsewhere.
  needs: () => ["rp", "timer"],
  account(ceremony, facts) {
    const answer = mainExchange(ceremony);
    const foundNothingAtMs = nothingFoundAtMs(ceremony);
    if (answer === undefined || foundNothingAtMs === undefined) return undefined;
    return {
      verdict: deniedAfterConsent(ceremony)
        ? `The authenticator denied the request at ${seconds(foundNothingAtMs)}, although its owner had agreed: phones say ` +
          "denied to every failure, and most often it is that they have no passkey for the site."
        : `The authenticator holds none of the credentials the site asked for; it said so at ${seconds(foundNothingAtMs)}.`,
      evidence: evidenceOf(
        ceremony.options && `login options offered ${ceremony.options.offered?.join(", ") ?? "nothing"}`,
        `${seconds(foundNothingAtMs)}: getAssertion answered ${answer.status ?? "?"}`,
        ...phoneScreenLines(ceremony, facts),
      ),
      prevention: ["Say which device the passkey was created on, and when."],
    };
  },
};

export const LOGIN_MECHANISMS: readonly Mechanism[] = [readReplicaLag, noCredential];
