import { evidenceOf, seconds } from "../evidence.js";
import { mainExchange, type CeremonyTrace } from "../facts/ceremony.js";
import { acceptedFinish, finishLine, isAttached, rowInPlace, rowsOfAccount } from "../facts/site-facts.js";
import type { RowFact, TraceFacts } from "../facts/trace-facts.js";
import { defineRule, LOGIN, NOTHING_FOUND, UMBRELLAS, type Match } from "../rule.js";

/** Rows the primary had when login options were asked for, and the options did not offer. */
function rowsWithheld(ceremony: CeremonyTrace, facts: TraceFacts): readonly RowFact[] {
  const { options } = ceremony;
  // A real site may offer no ids at all, and have the passkey found without them.
  if (options === undefined || (isAttached(facts) && ceremony.finishes.length > 0)) return [];
  return rowsOfAccount(ceremony, facts).filter(
    (row) =>
      row.createdAtMs <= options.askedAtMs &&
      (row.deletedAtMs ?? Infinity) > options.askedAtMs &&
      (row.visibleAtMs ?? Infinity) > options.askedAtMs &&
      options.offered?.includes(row.credential) !== true,
  );
}

/** The row exists, but the copy that login options are read from does not have it yet. */
function optionsWithoutRow(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
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
}

/** The finish call looked the credential up in a copy that did not have it yet. */
function finishWithoutRow(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  const refused = ceremony.finishes.find(({ code }) => code === "UNKNOWN_CREDENTIAL");
  const used = ceremony.keysUsed.at(-1);
  const row = used && refused && rowInPlace(facts, used, refused.askedAtMs);
  if (refused === undefined || row === undefined) return undefined;
  return {
    marginMs: row.visibleAtMs === undefined ? undefined : refused.askedAtMs - row.visibleAtMs,
    verdict:
      `The site's read copy lagged: finish at ${seconds(refused.askedAtMs)} did not find credential ${row.credential}, although ` +
      `its row was committed at ${seconds(row.createdAtMs)}.`,
    evidence: evidenceOf(
      `${seconds(row.createdAtMs)}: row ${row.credential} committed on the primary`,
      finishLine(refused),
      row.visibleAtMs !== undefined && `${seconds(row.visibleAtMs)}: the row became visible`,
    ),
    prevention: [
      "Look a credential up on the primary before refusing it.",
      "Carry a read-your-writes token.",
    ],
  };
}

export const readReplicaLag = defineRule({
  id: "read-replica-lag",
  kinds: LOGIN,
  text: "The copy that the login was read from did not have the row yet.",
  over: ["unknown-credential", ...NOTHING_FOUND, ...UMBRELLAS],
  match: (ceremony, facts) => finishWithoutRow(ceremony, facts) ?? optionsWithoutRow(ceremony, facts),
});
