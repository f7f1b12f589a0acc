import type { EventsByKind } from "../../core/events/table.js";
import type { TraceRecord } from "../../core/trace.js";
import type { FactorAttempt } from "./factor-attempt.js";
import type { CtapCommandFact } from "./exchanges.js";
import type { Timestamped } from "./moment.js";
import type { SiteCall } from "./site-calls.js";
import type { TimerUse } from "./timers.js";

/** What a ceremony is for; `factor` is a way in beside the passkey. */
export const CEREMONY_KINDS = ["registration", "login", "factor"] as const;
export type CeremonyKind = (typeof CEREMONY_KINDS)[number];

/** A private key as an authenticator's store records it. */
export interface KeyFact extends Timestamped {
  readonly credential: string;
  readonly authenticator: string;
  /** When the authenticator deleted it, by a reset for example. */
  readonly deletedAtMs?: number;
}

type HybridEvent = EventsByKind["link.hybrid"];

/** How far a link got, and which party recorded it. */
export interface LinkStage extends Timestamped, Omit<HybridEvent, "kind" | "stage"> {
  readonly stage: HybridEvent["stage"] | "lost";
  readonly actor: string;
}

/** What an actor recorded of itself. */
export interface ByActor extends Timestamped {
  readonly actor: string;
}

/** Everything a trace says of one ceremony, from the press of the button to whatever came late. */
export interface CeremonyTrace {
  readonly id: string;
  readonly kind: CeremonyKind;
  readonly beganAtMs: number;
  /** Its own records, and those of the whole run that concern it, in order of time. */
  readonly records: readonly TraceRecord[];
  /** Which of the site's accounts it is of, where the site says it. */
  account?: string;
  options?: SiteCall;
  called?: Timestamped & {
    readonly effectiveMs: number;
    readonly actor: string;
    /** Whether the request is one for a field's autofill. */
    readonly isConditional: boolean;
  };
  settled?: Timestamped & {
    readonly resolved: boolean;
    readonly name?: string;
    readonly credential?: string;
  };
  gaveUp?: ByActor & { readonly aborted: boolean };
  readonly exchanges: readonly CtapCommandFact[];
  /** Every call of a ceremony with a passkey, whatever its step. */
  readonly calls: (SiteCall & { readonly step: string })[];
  readonly finishes: SiteCall[];
  /** Calls that wait for another screen. */
  readonly polls: SiteCall[];
  readonly gestures: (Timestamped & { readonly answer: string })[];
  readonly keysCreated: KeyFact[];
  /** Keys that made room for those created. */
  readonly keysOverwritten: KeyFact[];
  readonly keysUsed: KeyFact[];
  /** Stages of a phone's link, and its loss, up to the end of the request: nothing later explains that end. */
  linkStages: readonly LinkStage[];
  /** Those after the end of the request. */
  lateStages: readonly LinkStage[];
  /**
   * When the request was over for the client, which may keep an error on the screen for long after; `Infinity` where
   * nothing ended it.
   */
  requestEndedAtMs: number;
  /** The browser that was called ended: from then on nobody waits for anything. */
  quit?: ByActor;
  /** The page's script broke down. */
  threw?: ByActor;
  /** A call to the site got no answer, and the page did not repeat it. */
  callFailed?: ByActor;
  readonly timers: readonly TimerUse[];
  /** First text that reported a failure to the user, and first text that reported a success. */
  failureSeen?: ByActor & { readonly text: string };
  successSeen?: Timestamped;
  /** Who opened the span of the ceremony; absent where that record is not in the trace. */
  readonly openedBy?: string;
  /** The page that drives the ceremony; absent where none does, or its records are not in the trace. */
  readonly pageActor?: string;
  /** Only for `factor`: what was sent, typed and answered. */
  readonly attempt?: FactorAttempt;
}

/** The exchange that asked for the key or the signature, the last one if it was asked again. */
export function mainExchange(ceremony: CeremonyTrace): CtapCommandFact | undefined {
  // A registration may ask for assertions too, to look for excluded keys: they only prepare it.
  const wanted = ceremony.kind === "registration" ? "makeCredential" : "getAssertion";
  return ceremony.exchanges.findLast(({ command }) => command === wanted);
}

/** Timers that go on when the promise has settled: of the page's own words, and of the site's calls. */
const OUTLIVES_PROMISE = /^(page|rp|gw|poll)\./;

/**
 * The timer of that name that fired in a ceremony; one between page and authenticator, while the promise was pending and
 * the browser ran.
 */
export function firedTimer(ceremony: CeremonyTrace, timer: string): TimerUse | undefined {
  const { settled, quit } = ceremony;
  const overAtMs = OUTLIVES_PROMISE.test(timer) ? Infinity : (settled?.atMs ?? quit?.atMs ?? Infinity);
  return ceremony.timers.find(
    (use) => use.timer === timer && use.end === "fired" && (use.endedAtMs ?? 0) <= overAtMs,
  );
}
