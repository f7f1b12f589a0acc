import { evidenceOf, seconds } from "../evidence.js";
import { CEREMONY_KINDS, type CeremonyTrace } from "../facts/ceremony.js";
import type { FactorAttempt } from "../facts/factor-attempt.js";
import { codeLine, entryLine } from "../facts/factor-lines.js";
import { settledLine } from "../facts/request-end.js";
import { acceptedFinish, finishLine, mailLine } from "../facts/site-facts.js";
import type { TimerUse } from "../facts/timers.js";
import type { TraceFacts } from "../facts/trace-facts.js";
import { defineRule, type Match } from "../rule.js";

/** Timers that can end a ceremony; the others pace it. */
const DEADLINES: readonly string[] = [
  "client.ceremony",
  "page.guard",
  "key.up",
  "phone.platform",
  "tunnel.ttl",
  "gw.idle",
  "rp.challenge",
];

function tightestDeadline(ceremony: CeremonyTrace): { use: TimerUse; leftMs: number } | undefined {
  return ceremony.timers
    .filter(({ timer, end }) => end === "disarmed" && DEADLINES.includes(timer))
    .map((use) => ({ use, leftMs: use.budgetMs - ((use.endedAtMs ?? 0) - use.armedAtMs) }))
    .sort((a, b) => a.leftMs - b.leftMs)[0];
}

/** The site accepted the passkey and the page's promise resolved. */
function passkeyAccepted(ceremony: CeremonyTrace, facts: TraceFacts): Match | undefined {
  const accepted = acceptedFinish(ceremony);
  if (accepted === undefined || ceremony.settled?.resolved !== true) return undefined;
  const tightest = tightestDeadline(ceremony);
  return {
    marginMs: tightest?.leftMs,
    verdict:
      `The ${ceremony.kind} succeeded at ${seconds(accepted.answeredAtMs)}.` +
      (tightest ? ` The tightest timer, ${tightest.use.timer}, had ${seconds(tightest.leftMs)} left.` : ""),
    evidence: evidenceOf(
      settledLine(ceremony),
      finishLine(accepted),
      ceremony.kind === "registration" && mailLine(ceremony, facts, accepted.askedAtMs),
    ),
    prevention: [],
  };
}

/** The site accepted a code, or did what it was asked for. */
function attemptAccepted(attempt: FactorAttempt): Match | undefined {
  const accepted = attempt.entries.find(({ outcome }) => outcome === "accepted");
  const done = attempt.calls.find(({ step, status }) => status === 200 && !["code", "verify"].includes(step));
  const atMs = accepted?.atMs ?? done?.answeredAtMs;
  if (atMs === undefined) return undefined;
  return {
    verdict: `The way by ${attempt.factor} worked at ${seconds(atMs)}.`,
    evidence: evidenceOf(...attempt.codes.map(codeLine), ...attempt.entries.map((entry) => entryLine(entry))),
    prevention: [],
  };
}

export const success = defineRule({
  id: "success",
  kinds: CEREMONY_KINDS,
  text: "The ceremony succeeded.",
  results: ["success"],
  requiredProbes: (ceremony) => [
    // After a 202 the page may have lost patience.
    ...(acceptedFinish(ceremony)?.status === 202 ? (["timer"] as const) : []),
    // The page may have told the user of a failure, and a real site may have kept nothing.
    "page.script" as const,
    ...(ceremony.openedBy === undefined ? [] : (["user"] as const)),
    "rp.probe" as const,
  ],
  match: (ceremony, facts) =>
    ceremony.attempt === undefined ? passkeyAccepted(ceremony, facts) : attemptAccepted(ceremony.attempt),
});
