import type { CeremonyTrace } from "../diagnosis/facts/ceremony.js";
import { mainExchange } from "../diagnosis/facts/ceremony.js";
import { HTTP_ERROR_MIN } from "../diagnosis/facts/site-calls.js";
import type { Probe } from "../diagnosis/probes.js";
import type { RootCauseId } from "../diagnosis/rules/registry.js";

/** Everything that can change what a ceremony came to, or why. */
const ALL: readonly Probe[] = ["page", "page.script", "ctap", "rp", "timer", "link", "user"];
/** What only the other ends know: the key, the phone, the service between. */
const FAR_ENDS: readonly Probe[] = ["ctap.key", "link.phone", "link.service", "user.answers"];

/** What the site's own answer says, whatever the browser did before. */
const SITE: readonly Probe[] = ["rp", "page.script"];

/** Time in which a page calls the browser once it has the options, when nothing is in between. */
const CALL_MS_MAX = 2_000;

type Needs = readonly Probe[] | ((ceremony: CeremonyTrace) => readonly Probe[]);

/** Whether the key was asked, for whatever, and had not answered when the request ended: what it did then only it knows. */
function pendingAtKey(ceremony: CeremonyTrace): readonly Probe[] {
  const isPending = [mainExchange(ceremony), ceremony.exchanges.at(-1)].some(
    (asked) => asked !== undefined && (asked.status === undefined || asked.discarded === true),
  );
  return isPending ? ["ctap.key"] : [];
}

/** Whether the request went to a phone: what the phone did first only it knows. */
function byPhone({ linkStages }: CeremonyTrace): readonly Probe[] {
  return linkStages.length > 0 ? ["link.phone"] : [];
}

/**
 * What no log of a kind that is known shows, whatever it covers: something in the browser held the call back, an extension,
 * say, with a timer of its own.
 */
export function neverSeen(
  cause: RootCauseId,
  { options, called, records, calls, exchanges, linkStages }: CeremonyTrace,
): readonly Probe[] {
  // Nothing was asked of an authenticator: whether one was within reach, or the user chose none, is in no log.
  if (cause === "client-timeout" && exchanges.length === 0 && linkStages.length === 0) return ["link"];
  // A phone that was not heard may have read another code, and says so alone.
  if (cause === "phone-not-heard" && !records.some(({ actor }) => actor === "phone")) return ["link.phone"];
  // Whether the row was there before the refusal is a question of two clocks.
  if (cause === "site-call-refused") {
    if (records.some(({ kind }) => kind === "rp.row")) return ["clock"];
    const refused = calls.findLast(({ status = 0 }) => status >= HTTP_ERROR_MIN);
    // Without its code a refusal may be any of them; a lock is of other attempts.
    if (refused?.code === undefined) return ["rp"];
    if (refused.code === "LOCKED") return ["factor"];
  }
  const gapMs = (called?.atMs ?? 0) - (options?.answeredAtMs ?? Infinity);
  return cause !== "success" && gapMs > CALL_MS_MAX ? ["page"] : [];
}

/**
 * What has to be covered before a cause may be said of an incident. Rules were made for recordings of which whole layers
 * are there or not; the logs of an incident are parts of several layers, and a cause that is not in this table needs all, and the phone's where one was asked.
 */
const NEEDS: Partial<Record<RootCauseId, Needs>> = {
  success: ["rp"],
  // The site says so itself, and nothing before it changes what it says.
  // A site that wrote its row before it refused says the same.
  "challenge-expired": ({ kind }) => (kind === "registration" ? ["rp", "rp.probe"] : ["rp"]),
  "side-effects-before-validation": ({ finishes }) => (finishes.length > 1 ? [...ALL, ...FAR_ENDS] : ALL),
  "origin-refused": ["rp"],
  "backup-eligibility-changed": ["rp"],
  "verification-not-done": ["rp"],
  "step-up-expired": ["rp"],
  "unusual-device": ["rp"],
  "site-error": SITE,
  "site-rate-limited": SITE,
  "client-timeout": (ceremony) => [...ALL, ...pendingAtKey(ceremony), ...byPhone(ceremony)],
  "late-delivery": (ceremony) => [...ALL, ...byPhone(ceremony)],
  "page-gave-up": (ceremony) => [...ALL, "ctap.key", ...byPhone(ceremony)],
  // A log of Chromium says "error reading" for a key that is pulled, one that is silent and a tunnel that ends.
  "key-unplugged": [...ALL, "ctap.key"],
  "link-lost": [...ALL, ...FAR_ENDS],
  // What took the request, or refused it, before any authenticator was asked is in no log.
  "client-refused": [...ALL, ...FAR_ENDS],
  // Whether the new key took the place of an old one only the key knows.
  "passkey-limit": [...ALL, "ctap.key"],
  // Who else asked for options shows at the other screen alone.
  "challenge-superseded": [...ALL, ...FAR_ENDS],
  "unknown-credential": [...ALL, "ctap.key"],
  "site-call-refused": (ceremony) => [...ALL, ...byPhone(ceremony)],
};

/** Causes that the answer to the options says by itself. */
const SAID_BY_OPTIONS: readonly RootCauseId[] = ["site-error", "site-rate-limited", "options-timeout"];

/** Whether the page was still there when the options were refused; a browser that had ended waited for nothing. */
function pageWasThere(cause: RootCauseId, { options, records }: CeremonyTrace): boolean {
  const { askedAtMs = 0, answeredAtMs = Infinity } = options ?? {};
  // A gateway waits for long before it gives up, also where its log does not say how long.
  if (cause !== "options-timeout" && answeredAtMs - askedAtMs <= CALL_MS_MAX) return true;
  return records.some(
    ({ atMs, actor, kind }) =>
      atMs >= answeredAtMs && (kind.startsWith("page.") || (kind === "user.saw" && actor === "page")),
  );
}

/**
 * Returns the probes without which a cause may be another one's look.
 *
 * @param client whether the browser's own record of its calls is among the sources of the ceremony.
 */
export function needsOf(
  cause: RootCauseId,
  ceremony: CeremonyTrace,
  { client }: { readonly client: boolean },
): readonly Probe[] {
  // Options that were refused: no browser was called, and no authenticator asked.
  const { options, called, finishes } = ceremony;
  const isRefused = (options?.status ?? 0) >= HTTP_ERROR_MIN && called === undefined && finishes.length === 0;
  if (isRefused && SAID_BY_OPTIONS.includes(cause))
    return client || pageWasThere(cause, ceremony) ? ["rp"] : ["rp", "page"];
  const needs = NEEDS[cause] ?? [...ALL, ...byPhone(ceremony)];
  return [...new Set(typeof needs === "function" ? needs(ceremony) : needs)];
}

/** What may be missing for a ceremony that no cause fits. */
export const ANYTHING: readonly Probe[] = [...ALL, ...FAR_ENDS];
