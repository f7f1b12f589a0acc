import type { TraceRecord } from "../core/trace.js";
import { ABSENCE_MECHANISMS, CLIENT_MECHANISMS } from "./rules/client.js";
import { COMMON_MECHANISMS } from "./rules/common.js";
import type { CeremonyAccount, Explanation } from "./explanation.js";
import { explainFactors } from "./explain-factors.js";
import { KEY_MECHANISMS } from "./rules/key.js";
import { LOGIN_MECHANISMS } from "./rules/login.js";
import { decidingTimer, type Layer, type Mechanism } from "./mechanism.js";
import { PHONE_MECHANISMS } from "./rules/phone.js";
import { FIRST_RADIO_MECHANISMS, RADIO_MECHANISMS } from "./rules/radio.js";
import { FIRST_REAL_SITE_MECHANISMS, REAL_SITE_MECHANISMS } from "./rules/attached-rp.js";
import { lateDelivery, REGISTRATION_MECHANISMS } from "./rules/registration.js";
import { acceptedFinish, rowsAreKnown } from "./facts/site-facts.js";
import { SITE_LOGIN_MECHANISMS } from "./rules/rp-login.js";
import { FIRST_SITE_MECHANISMS, SITE_MECHANISMS } from "./rules/rp.js";
import {
  firedTimer,
  gatherFacts,
  mainExchange,
  type Ceremony,
  type TraceFacts,
} from "./facts/trace-facts.js";
import { clientStage } from "./facts/tunnel-facts.js";
import { TUNNEL_ABSENCES, TUNNEL_ENDINGS, TUNNEL_FIRST, TUNNEL_LOSSES } from "./rules/tunnel.js";

/** A layer, or what a real site has to be asked for. */
type Probe = Layer | "rp.probe";

/** Layers without which some mechanism cannot be told from another, and what each would show. */
const PROBES: Readonly<Record<Probe, string>> = {
  page: "when the promise was made and when it settled",
  ctap: "commands and answers at the device",
  rp: "site calls, rows and mails",
  timer: "which budgets ran and which fired",
  link: "how far the link to the authenticator got",
  user: "what the person saw and did",
  factor: "what became of the codes that were sent, and how the site judged them",
  "rp.probe": "which credentials the site holds: `credentials` in the site file",
};

/** Layers every ceremony leaves something in. */
const ALWAYS: readonly Layer[] = ["page", "ctap", "rp", "timer"];

/** What stands in front comes first, and what could be said of almost anything last. */
const inOrder = (own: readonly Mechanism[]): readonly Mechanism[] => [
  ...FIRST_REAL_SITE_MECHANISMS,
  ...CLIENT_MECHANISMS,
  ...KEY_MECHANISMS,
  ...FIRST_RADIO_MECHANISMS,
  ...own,
  ...TUNNEL_ABSENCES,
  ...RADIO_MECHANISMS,
  ...PHONE_MECHANISMS,
  ...TUNNEL_LOSSES,
  ...ABSENCE_MECHANISMS,
  ...COMMON_MECHANISMS,
  ...REAL_SITE_MECHANISMS,
];

/** An answer is only called lost where nobody said what ended the tunnel. */
const beforeLoss = (mechanism: Mechanism): readonly Mechanism[] =>
  mechanism.id === "lost-answer" ? [...TUNNEL_ENDINGS, mechanism] : [mechanism];

const REGISTRATIONS = inOrder([
  ...FIRST_SITE_MECHANISMS,
  ...REGISTRATION_MECHANISMS,
  ...SITE_MECHANISMS.flatMap(beforeLoss),
]);
const LOGINS = inOrder([
  ...TUNNEL_FIRST,
  ...SITE_LOGIN_MECHANISMS,
  ...LOGIN_MECHANISMS,
  lateDelivery,
  ...TUNNEL_ENDINGS,
]);

/**
 * Says of a trace what happened and whose timer decided it.
 *
 * A pure fold: gives the same answer for a live run and for its stored trace. Where the records do not
 * suffice it says `undecided` and names the missing probes; it never guesses.
 */
export function explain(records: readonly TraceRecord[]): Explanation {
  const facts = gatherFacts(records);
  const passkeys = facts.ceremonies.map((ceremony) => ({
    beganAtMs: ceremony.beganAtMs,
    account: explainCeremony(ceremony, facts),
  }));
  const ceremonies = [...passkeys, ...explainFactors(facts)]
    .sort((a, b) => a.beganAtMs - b.beganAtMs)
    .map(({ account }) => account);
  const main =
    ceremonies.find(({ mechanism }) => mechanism !== "success") ?? ceremonies[0] ?? nothingSeen(facts);
  return { ...main, ceremonies, ...facts.ledger.diff() };
}

function explainCeremony(ceremony: Ceremony, facts: TraceFacts): CeremonyAccount {
  const own = ceremony.kind === "registration" ? REGISTRATIONS : LOGINS;
  for (const { id, account, needs } of own) {
    const found = account(ceremony, facts);
    if (found === undefined) continue;
    const blind = (needs?.(ceremony) ?? []).filter((layer) => !isSeen(layer, ceremony, facts));
    if (blind.length > 0) return undecided(ceremony, blind);
    if (id === "success" && needsSiteProbe(ceremony, facts)) break;
    return {
      kind: ceremony.kind,
      ceremony: ceremony.id,
      mechanism: id,
      decidedBy: decidingTimer(found.decidedBy),
      marginMs: found.marginMs,
      verdict: found.verdict,
      evidence: found.evidence,
      prevention: found.prevention,
      missingProbes: [],
    };
  }
  return undecided(ceremony, missingFrom(facts, ceremony));
}

function undecided({ kind, id }: Pick<Ceremony, "kind" | "id">, missing: readonly Probe[]): CeremonyAccount {
  const why =
    missing.length === 0
      ? "no known mechanism leaves this trace"
      : missing.map((layer) => `missing probe ${layer} (${PROBES[layer]})`).join(", ");
  return {
    kind,
    ceremony: id,
    mechanism: "undecided",
    decidedBy: undefined,
    marginMs: undefined,
    verdict: `Undecided: ${why}.`,
    evidence: [],
    prevention: [],
    missingProbes: missing,
  };
}

function nothingSeen(facts: TraceFacts): CeremonyAccount {
  return undecided({ kind: "registration", id: "none" }, missingFrom(facts));
}

/** The person was told otherwise than the page was, or nobody was told anything: only the site's books would tell. */
function needsSiteProbe(ceremony: Ceremony, facts: TraceFacts): boolean {
  const { kind, finishes, failureSeen, successSeen } = ceremony;
  if (kind !== "registration" || finishes.length === 0 || rowsAreKnown(ceremony, facts)) return false;
  return acceptedFinish(ceremony) === undefined || (failureSeen !== undefined && successSeen === undefined);
}

function missingFrom(facts: TraceFacts, ceremony?: Ceremony): readonly Probe[] {
  const { layers } = facts;
  const unasked = ceremony !== undefined && needsSiteProbe(ceremony, facts);
  const missing: readonly Probe[] = [
    ...ALWAYS.filter((layer) => !layers.has(layer)),
    ...(unasked ? ["rp.probe" as const] : []),
  ];
  if (ceremony?.called === undefined) return missing;
  const answer = mainExchange(ceremony);
  // Nothing was asked, or nothing came back and all else is seen: the link would say why.
  const byLink = answer === undefined || (answer.status === undefined && missing.length === 0);
  // No timer ended it either: the system may have shown the person something.
  const byPerson = answer === undefined && firedTimer(ceremony, "client.ceremony") === undefined;
  const others: readonly Layer[] = [
    ...(byLink ? ["link" as const] : []),
    ...(byPerson ? ["user" as const] : []),
  ];
  return [...missing, ...others.filter((layer) => !layers.has(layer))];
}

/** A ceremony in which no authenticator was reached leaves no commands, however well one looks. */
function isSeen(layer: Layer, ceremony: Ceremony, { layers, records }: TraceFacts): boolean {
  if (layers.has(layer)) return true;
  if (layer !== "ctap") return false;
  const { beganAtMs, settled, linkStages } = ceremony;
  const until = settled?.atMs ?? Infinity;
  const searched = records.some(
    ({ kind, atMs }) => kind === "link.not-found" && atMs >= beganAtMs && atMs <= until,
  );
  return searched || (linkStages.length > 0 && clientStage(ceremony, "ready") === undefined);
}
