import { evidenceOf, seconds } from "../evidence.js";
import type { CeremonyTrace } from "../facts/ceremony.js";
import { nothingFoundAtMs, offeredLine } from "../facts/login-facts.js";
import { finishLine, rowInPlace, rowOf } from "../facts/site-facts.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { defineRule, NOTHING_FOUND, PASSKEY, UMBRELLAS, type Match } from "../rule.js";

/** The authenticator kept the later key, the site the earlier row. */
function madeTheLater(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  // A later registration may have removed the difference between authenticator and site.
  const endedAtMs = ceremony.finishes.at(-1)?.answeredAtMs ?? ceremony.settled?.atMs ?? Infinity;
  const gone = ceremony.keysOverwritten.find(({ credential }) =>
    facts.rows.some(
      (row) =>
        row.credential === credential && (row.deletedAtMs === undefined || row.deletedAtMs > endedAtMs),
    ),
  );
  const made = ceremony.keysCreated.at(-1);
  if (gone === undefined || made === undefined || rowOf(ceremony, facts)) return undefined;
  return {
    verdict:
      `Two registrations with one user handle crossed: key ${made.credential} took the place of ${gone.credential} on the ` +
      `authenticator at ${seconds(made.atMs)}, and the site still has only ${gone.credential}. Nothing matches until the ` +
      "passkey is registered again.",
    evidence: evidenceOf(
      `${seconds(gone.atMs)}: key ${gone.credential} overwritten on ${gone.authenticator}`,
      `${seconds(made.atMs)}: key ${made.credential} created in its place`,
      finishLine(ceremony.finishes.at(-1)) ?? "the site saw no finish call for it",
    ),
    prevention: [
      "Send excludeCredentials on every attempt, read from the primary.",
      "One ceremony an account at a time: a second options call ends the first.",
    ],
  };
}

/** The login asked for a key that a later registration had overwritten. */
function askedForTheEarlier(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  const offered = ceremony.options?.offered ?? [];
  const gone = facts.ceremonies
    .flatMap(({ keysOverwritten }) => keysOverwritten)
    .find(({ credential }) => offered.includes(credential));
  if (gone === undefined || nothingFoundAtMs(ceremony) === undefined) return undefined;
  return {
    verdict:
      `The site asks for ${gone.credential}, which a later registration overwrote on the authenticator at ${seconds(gone.atMs)}. ` +
      "Trying again does not help; registering again does.",
    evidence: evidenceOf(
      `${seconds(gone.atMs)}: key ${gone.credential} overwritten`,
      offeredLine(ceremony),
      `${seconds(nothingFoundAtMs(ceremony) ?? 0)}: the authenticator found nothing`,
    ),
    prevention: ["Send excludeCredentials on every registration, read from the primary."],
  };
}

/** A login that named no credential was signed with the later key. */
function signedWithTheLater(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  const refused = ceremony.finishes.find(({ code }) => code === "UNKNOWN_CREDENTIAL");
  const used = ceremony.keysUsed.at(-1);
  const maker = facts.ceremonies.find(({ keysCreated }) =>
    keysCreated.some(({ credential }) => credential === used?.credential),
  );
  const gone = maker?.keysOverwritten.find(({ credential }) =>
    facts.rows.some(
      (row) => row.credential === credential && (row.deletedAtMs ?? Infinity) > ceremony.beganAtMs,
    ),
  );
  if (refused === undefined || used === undefined || gone === undefined) return undefined;
  // The row of the later key may be there, and only a lagging copy does not have it.
  if (rowInPlace(facts, used, refused.askedAtMs)) return undefined;
  return {
    verdict:
      `The authenticator signed with ${used.credential}, which had taken the place of ${gone.credential} at ${seconds(gone.atMs)}; ` +
      "the site still has only the one that is gone. Trying again does not help; registering again does.",
    evidence: evidenceOf(
      `${seconds(gone.atMs)}: key ${gone.credential} overwritten on ${gone.authenticator}`,
      `${seconds(used.atMs)}: key ${used.credential} signed`,
      finishLine(refused),
    ),
    prevention: [
      "Send excludeCredentials on every registration, read from the primary.",
      "Let the later answer of the same session take the row's place.",
    ],
  };
}

export const overwriteRace = defineRule({
  id: "overwrite-race",
  kinds: PASSKEY,
  text: "A later registration overwrote the key of the row that the site has.",
  over: ["unknown-credential", "passkey-limit", "lost-answer", ...NOTHING_FOUND, ...UMBRELLAS],
  match: (ceremony, facts) =>
    ceremony.kind === "registration"
      ? madeTheLater(ceremony, facts)
      : (askedForTheEarlier(ceremony, facts) ?? signedWithTheLater(ceremony, facts)),
});
