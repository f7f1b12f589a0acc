import { firedTimer, mainExchange, type CeremonyTrace } from "./facts/ceremony.js";
import { covers, stretchOf } from "./facts/coverage.js";
import { isRefusal } from "./facts/exchanges.js";
import { acceptedFinish, rowsAreKnown } from "./facts/site-facts.js";
import type { TraceFacts } from "./facts/trace-facts.js";
import { clientStage, phonesOf, phoneWasReached, serviceEnd } from "./facts/tunnel-facts.js";
import type { Layer, Probe, Rule } from "./rule.js";

export type { Probe };

/** Layers without which some cause cannot be distinguished from another, and what each layer would show. */
export const PROBES: Readonly<Record<Probe, string>> = {
  page: "when the promise was made and when it settled",
  ctap: "commands and answers at the device",
  rp: "site calls, rows and mails",
  timer: "which budgets ran and which fired",
  link: "how far the link to the authenticator got",
  user: "what the user saw and did",
  factor: "what became of the codes that were sent, and how the site judged them",
  "page.script": "what the page's own script did",
  "ctap.key": "what the authenticator holds, and its own timers",
  "link.phone": "what the phone did itself",
  "link.service": "what the tunnel service did, and its timer",
  "user.answers": "what the user answered to the authenticator's prompt",
  clock: "how far the parties' clocks are apart: `--offset` says it",
  "rp.probe": "which credentials the site holds: `credentials` in the site file",
};

/** Layers every ceremony with a passkey leaves something in. */
const ALWAYS: readonly Layer[] = ["page", "ctap", "rp", "timer"];
/** Layers every attempt with a fallback factor leaves something in. */
const ALWAYS_IN_FACTORS: readonly Layer[] = ["rp", "factor"];

/** Says whether only the site's own list of credentials can say how a registration at a real site ended. */
function needsSiteProbe(ceremony: CeremonyTrace, facts: TraceFacts): boolean {
  const { kind, finishes, failureSeen, successSeen } = ceremony;
  if (kind !== "registration" || finishes.length === 0 || rowsAreKnown(ceremony, facts)) return false;
  return acceptedFinish(ceremony) === undefined || (failureSeen !== undefined && successSeen === undefined);
}

/** Names what a trace would have to hold as well for a ceremony that no rule matches; for any where none is given. */
export function missingFrom(facts: TraceFacts, ceremony?: CeremonyTrace): readonly Probe[] {
  const { layers } = facts;
  const always = ceremony?.kind === "factor" ? ALWAYS_IN_FACTORS : ALWAYS;
  const unasked = ceremony !== undefined && needsSiteProbe(ceremony, facts);
  const isThere = (layer: Layer) =>
    layers.has(layer) &&
    (ceremony === undefined || covers(facts.coverage, layer, stretchOf(ceremony, layer)));
  const missing: readonly Probe[] = [
    ...always.filter((layer) => !isThere(layer)),
    ...(unasked ? ["rp.probe" as const] : []),
  ];
  if (ceremony?.called === undefined) return missing;
  const answer = mainExchange(ceremony);
  // Nothing was asked, or nothing came back to the client and all else is seen: the link would say why.
  const cameBack = answer?.status !== undefined && answer.discarded !== true;
  const byLink = answer === undefined || (!cameBack && missing.length === 0);
  // No timer ended it either: the system may have shown the user something. A refusal may be the user's own.
  const byUser =
    answer === undefined ? firedTimer(ceremony, "client.ceremony") === undefined : isRefusal(answer);
  const others: readonly Layer[] = [
    ...(byLink ? ["link" as const] : []),
    ...(byUser ? ["user" as const] : []),
  ];
  return [...missing, ...others.filter((layer) => !isThere(layer))];
}

/** Says whether a trace would show what a probe records of a ceremony. */
export function isSeen(probe: Probe, ceremony: CeremonyTrace, facts: TraceFacts): boolean {
  if (facts.coverage !== undefined) return isCovered(probe, ceremony, facts);
  switch (probe) {
    case "page.script":
      // Records of schema 1 do not say who began a ceremony; a client that no page calls leaves no call of one.
      if (!facts.hasSpans) return facts.hasPageScript || ceremony.called === undefined;
      return ceremony.openedBy !== undefined;
    case "ctap.key":
      return facts.hasAuthenticator || isOfOlderPasskey(ceremony, facts);
    case "link.phone":
      // A device that stands in for phone and tunnel records the stages of both itself, without a handshake.
      return phonesOf(ceremony).size > 0 || !phoneWasReached(ceremony);
    case "link.service":
      return (
        serviceEnd(ceremony) !== undefined || ceremony.timers.some(({ timer }) => timer === "tunnel.ttl")
      );
    case "user.answers":
      return ceremony.gestures.length > 0;
    case "rp.probe":
      return !needsSiteProbe(ceremony, facts);
    case "factor":
      return facts.layers.has(probe) || noCodeCouldBe(ceremony, facts);
    case "ctap":
      return facts.layers.has(probe) || wasNeverReached(ceremony);
    default:
      return facts.layers.has(probe);
  }
}

/** The same of a trace that was put together from logs: a record of a layer does not say that all of it is there. */
function isCovered(probe: Probe, ceremony: CeremonyTrace, { coverage }: TraceFacts): boolean {
  const isIn = (name: Probe) => covers(coverage, name, stretchOf(ceremony, name));
  return (
    isIn(probe) ||
    (probe === "ctap" && isIn("link") && wasNeverReached(ceremony)) ||
    (probe === "link.phone" && isIn("link") && !phoneWasReached(ceremony))
  );
}

/** Statuses of calls that the site turned away before it looked at any code. */
const TURNED_AWAY: readonly number[] = [409, 429, 500, 502, 503];

/** An attempt whose calls were all turned away, as were those for a code before it, leaves no record of codes in any trace. */
function noCodeCouldBe({ attempt, beganAtMs }: CeremonyTrace, { ceremonies }: TraceFacts): boolean {
  if (attempt === undefined) return false;
  const wasTurnedAway = ({ status }: { readonly status?: number }) =>
    status === undefined || TURNED_AWAY.includes(status);
  const earlier = ceremonies.filter(
    (other) => other.attempt?.factor === attempt.factor && other.beganAtMs < beganAtMs,
  );
  return (
    attempt.calls.every(wasTurnedAway) &&
    earlier.every((other) => other.attempt?.calls.every(wasTurnedAway) === true) &&
    attempt.calls.length + earlier.length > 0
  );
}

/** Says whether a login asks for passkeys that no registration of the trace can have made. */
function isOfOlderPasskey({ kind, beganAtMs }: CeremonyTrace, { ceremonies }: TraceFacts): boolean {
  if (kind !== "login") return false;
  return !ceremonies.some(
    (other) => other.kind === "registration" && other.beganAtMs < beganAtMs && mayHaveMade(other),
  );
}

/** A registration whose promise resolved, or whose end the trace does not show. */
const mayHaveMade = ({ settled, finishes }: CeremonyTrace) =>
  settled?.resolved !== false || finishes.length > 0;

/** A ceremony in which no authenticator was reached leaves no CTAP commands in any trace. */
function wasNeverReached(ceremony: CeremonyTrace): boolean {
  const { records, settled, linkStages } = ceremony;
  const searched = records.some(
    ({ kind, atMs }) => kind === "link.not-found" && atMs <= (settled?.atMs ?? Infinity),
  );
  return searched || (linkStages.length > 0 && clientStage(ceremony, "ready") === undefined);
}

/** Names what a trace would have to hold as well before the cause that was found may be said of a ceremony. */
export function missingFor(
  { requiredProbes }: Rule,
  ceremony: CeremonyTrace,
  facts: TraceFacts,
): readonly Probe[] {
  return (requiredProbes?.(ceremony) ?? []).filter((probe) => !isSeen(probe, ceremony, facts));
}
