import type { TraceRecord } from "../../src/core/trace.js";
import { strongestMatches } from "../../src/diagnosis/choose-rule.js";
import type { CeremonyDiagnosis } from "../../src/diagnosis/explanation.js";
import { outcomeOf } from "../../src/diagnosis/facts/outcome.js";
import type { RootCauseId } from "../../src/diagnosis/rules/registry.js";
import type { DrawnCeremony, DrawnRun } from "./drawn-run.js";

/** Lists what breaks a law in one ceremony of a run; empty where the law is kept. */
export type Law = (ceremony: DrawnCeremony, run: DrawnRun) => readonly string[];

type Reasons = { readonly [Id in RootCauseId]?: string };

/** Causes that are about what came after the end, each with what that is: their evidence may be as late. */
const ABOUT_THE_AFTERMATH: Reasons = {
  "async-outbox": "the row that the site had promised",
  "browser-quit": "the key that a touch made when nobody asked any more",
  "code-not-received": "the code, found or passed on when the user had stopped waiting",
  "client-timer-orphan": "the answer that came when the client had gone",
  "credential-id-truncated": "the row, whose id is not the key's",
  "gateway-504-late-commit": "the row that the site wrote behind the gateway's back",
  "late-commit": "the row that was not there yet at the login",
  "late-delivery": "the answer that the page did not wait for",
  "locked-out": "the lock, which may end later",
  "lost-answer": "the key that was made, and never heard of",
  "mail-queue-only": "the mail that says what the page did not",
  "page-gave-up": "the answer that no client took",
  "read-replica-lag": "the row that the replica did not have yet at the login",
  "rp-owned-qr": "the phone's page, which was done when the first screen had given up",
};

/** Causes that are about an earlier ceremony, which their evidence may cite. */
const ABOUT_ANOTHER_CEREMONY: Reasons = {
  "already-registered": "the registration that made the passkey",
  "code-never-sent": "the attempt whose call for a code had failed",
  "credential-id-truncated": "the registration whose row has another id",
  "factor-needed": "the attempt before, which had left the user outside",
  "late-commit": "the registration whose row was not there yet",
  "other-authenticator": "the registration that made the passkey elsewhere",
  "overwrite-race": "the registration that took the key's place",
  "phone-index-lag": "the registration whose passkey the phone did not list yet",
  "read-replica-lag": "the registration whose row the copy did not have yet",
  "verification-unavailable": "the registration that made the passkey elsewhere",
};

const ENDS: readonly TraceRecord["kind"][] = [
  "page.settled",
  "page.gave-up",
  "page.threw",
  "page.call-failed",
  "page.closed",
  "rp.response",
  "user.answered",
];

/** When a ceremony was over for page, user and site; `Infinity` where its promise is pending. */
function endOf({ trace: { records, called, settled } }: DrawnCeremony): number {
  if (called !== undefined && settled === undefined) return Infinity;
  const ends = records.filter(
    (record) => ENDS.includes(record.kind) || (record.kind === "user.saw" && record.where === "page"),
  );
  return ends.at(-1)?.atMs ?? Infinity;
}

export const sentencesOf = ({
  verdict,
  evidence,
  conditions,
  consequences,
  prevention,
}: CeremonyDiagnosis): readonly string[] => [
  verdict,
  ...evidence,
  ...[...conditions, ...consequences].map(({ text }) => text),
  ...prevention,
];

/** The name, owner and budget of a timer in a sentence: no moment. */
const TIMER = /(\S+) \((\S+), (\d+\.\d{3}) s\)/g;
const DURATION = /\d+\.\d{3} s (?:before|after|late|left|too|long|earlier|later)\b|\bfor \d+\.\d{3} s\b/g;
const MOMENT = /-?\d+\.\d{3} s\b/g;

/** The moments that a sentence cites, as it writes them; lengths of time are none. */
function momentsIn(sentence: string): readonly string[] {
  const withoutLengths = sentence.replaceAll(TIMER, "").replaceAll(DURATION, "");
  return [...withoutLengths.matchAll(MOMENT)].map(([moment]) => moment);
}

const written = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;
const msOf = (moment: string): number => Math.round(Number.parseFloat(moment) * 1000);

export const nothingLateExplains: Law = (ceremony) => {
  const { said } = ceremony;
  if (said.mechanism === "success") return [];
  const moments = said.evidence.flatMap((line) => momentsIn(line).map(msOf));
  const { endedBy } = said;
  const causedTooLate =
    endedBy !== undefined && moments.length > 0 && Math.min(...moments) > Math.ceil(endedBy.atMs)
      ? [
          `${said.mechanism}: all evidence is later than ${written(endedBy.atMs)}, when ${endedBy.by} ended it`,
        ]
      : [];
  if (said.mechanism in ABOUT_THE_AFTERMATH) return causedTooLate;
  const overAtMs = Math.ceil(endOf(ceremony));
  const late = said.evidence.filter((line) => momentsIn(line).some((moment) => msOf(moment) > overAtMs));
  return [
    ...causedTooLate,
    ...late.map((line) => `${said.mechanism}, over at ${written(overAtMs)}: ${line}`),
  ];
};

export const noNegativeDuration: Law = ({ said }) =>
  sentencesOf(said)
    .filter((sentence) => /(?:^|[\s(])-\d/.test(sentence))
    .map((sentence) => `${said.mechanism}: ${sentence}`);

/**
 * Every moment that evidence cites has a record of the ceremony or of the whole run, or is the trace's end, or of an
 * earlier ceremony where the cause is about that.
 */
export const evidenceIsRecorded: Law = ({ said, trace }, { records, facts }) => {
  const own = new Set(trace.records.map(({ atMs }) => written(atMs)));
  const runs = new Set([
    ...records.flatMap(({ atMs, ceremony }) => (ceremony === undefined ? [written(atMs)] : [])),
    written(facts.endsAtMs),
  ]);
  const others = new Set(
    said.mechanism in ABOUT_ANOTHER_CEREMONY ? records.map(({ atMs }) => written(atMs)) : [],
  );
  return said.evidence.flatMap((line) =>
    momentsIn(line)
      .filter((moment) => ![own, runs, others].some((known) => known.has(moment)))
      .map((moment) => `${said.mechanism}, no record of its own at ${moment}: ${line}`),
  );
};

/** Every moment that a verdict or a condition cites is one of the trace. */
export const sentencesAreRecorded: Law = ({ said }, { records }) => {
  const known = new Set(records.map(({ atMs }) => written(atMs)));
  return [
    said.verdict,
    ...said.conditions.map(({ text }) => text),
    ...said.consequences.map(({ text }) => text),
  ]
    .flatMap((text) => momentsIn(text).map((moment) => ({ text, moment })))
    .filter(({ moment }) => !known.has(moment))
    .map(({ text, moment }) => `${said.mechanism}, no record at ${moment}: ${text}`);
};

export const successIsOne: Law = ({ said, folded }) =>
  said.mechanism === "success" && (folded.failureTold || folded.orphan || folded.ghost)
    ? [`success, although ${JSON.stringify(folded)}`]
    : [];

export const namedTimersFired: Law = ({ said, trace }, { records }) => {
  const fired = records.flatMap((record) =>
    record.kind === "timer.fired"
      ? [{ ...record, text: `${record.timer} (${record.actor}, ${written(record.budgetMs)})` }]
      : [],
  );
  const { decidedBy } = said;
  const isKnown =
    decidedBy === undefined ||
    fired.some(
      ({ timer, actor, budgetMs, atMs }) =>
        timer === decidedBy.timer &&
        actor === decidedBy.owner &&
        budgetMs === decidedBy.budgetMs &&
        atMs === decidedBy.firedAtMs,
    );
  const phantoms = said.evidence.filter((line) =>
    [...line.matchAll(/(\S+ \(\S+, \d+\.\d{3} s\)) fired/g)].some(
      ([, text]) => !fired.some((one) => one.text === text && line.startsWith(written(one.atMs))),
    ),
  );
  const others = [...said.verdict.matchAll(/(\w+\.\w+) fired/g)].filter(
    ([, timer]) => !fired.some((one) => one.timer === timer && one.ceremony === trace.id),
  );
  return [
    ...(isKnown ? [] : [`${said.mechanism}: ${decidedBy.timer} did not fire at ${decidedBy.firedAtMs}`]),
    ...phantoms.map((line) => `${said.mechanism}: ${line}`),
    ...others.map(([text]) => `${said.mechanism}: ${text}, which no timer of the ceremony did`),
  ];
};

/** What a layer's own party records; a page's words without its browser, and a mail without its site, show neither. */
const OWN_KINDS: Readonly<Record<string, readonly string[]>> = {
  page: ["page.called", "page.settled"],
  rp: ["rp.request", "rp.response"],
};

function isOf(probe: string, kind: string): boolean {
  return OWN_KINDS[probe]?.includes(kind) ?? kind.startsWith(`${probe}.`);
}

/** Something is said of every ceremony: a cause, or what is missing in the trace, and is. */
export function lacksCause(said: CeremonyDiagnosis, records: readonly TraceRecord[]): readonly string[] {
  const own = records.filter(({ ceremony }) => ceremony === said.ceremony);
  const recorded = said.missingProbes.filter((probe) => own.some(({ kind }) => isOf(probe, kind)));
  return [
    ...(said.mechanism === "undecided" && said.missingProbes.length === 0 ? [said.verdict] : []),
    ...recorded.map((probe) => `${probe} is called missing and has records: ${said.verdict}`),
  ];
}

export const failureHasCause: Law = ({ said }, { records }) => lacksCause(said, records);

/** The same of the trace without the records of one layer, another one for each draw. */
export const failureHasCauseWithoutLayer: Law = ({ said: { ceremony } }, { records, explainedWithout }) => {
  const { layer, explanation } = explainedWithout();
  const left = records.filter(({ kind }) => !kind.startsWith(`${layer}.`));
  return explanation.ceremonies
    .filter((said) => said.ceremony === ceremony)
    .flatMap((said) => lacksCause(said, left).map((text) => `without ${layer}: ${text}`));
};

export const oneRulePrevails: Law = ({ trace }, { facts }) => {
  const matches = strongestMatches(trace, facts, outcomeOf(trace, facts));
  return matches.length > 1
    ? [
        matches
          .map(({ rule }) => rule.id)
          .sort()
          .join(" and "),
      ]
    : [];
};

export const LAWS: Readonly<Record<string, Law>> = {
  "nothing after a ceremony's end explains its end": nothingLateExplains,
  "no sentence has a negative length of time": noNegativeDuration,
  "no evidence is of another ceremony, and each moment that it cites has a record": evidenceIsRecorded,
  "each moment that a sentence cites has a record": sentencesAreRecorded,
  "a success is one for user, site and authenticator": successIsOne,
  "each timer that is named fired": namedTimersFired,
  "a failure has a cause, or lacks a probe that is missing": failureHasCause,
  "and in a trace without one layer": failureHasCauseWithoutLayer,
  "no two rules match without a declared precedence": oneRulePrevails,
};
