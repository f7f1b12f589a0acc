import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { PageErrorName, PageReason } from "./page-error-name.js";

/**
 * What a client does when an authenticator answers a command with a refusal.
 *
 * `end` rejects the request; `drop` forgets that authenticator and waits for another one, in effect until
 * the ceremony timer; `reissue` sends the same command again while the timer runs.
 */
export type StatusAction = "end" | "drop" | "reissue";

/** How a client treats refusals over one transport. */
export interface StatusHandling {
  readonly otherwise: StatusAction;
  /** By CTAP status byte. */
  readonly byStatus?: Readonly<Partial<Record<number, StatusAction>>>;
  /** Any refusal of a command that carried a pinUvAuthToken; before `byStatus`. */
  readonly withToken?: StatusAction;
  /** The authenticator went away while it was asked. */
  readonly linkLost: "end" | "drop";
}

/** How one browser (or library) treats a WebAuthn request. All data: nothing here runs. */
export interface ClientProfile {
  readonly id: string;
  readonly title: string;
  /** Bounds the site's `timeout` is moved to, in milliseconds; `null` = no bound. */
  readonly minMs: number | null;
  readonly maxMs: number | null;
  /** Used when the site names no `timeout`; `null` = none. */
  readonly missingMs: number | null;
  /** For `mediation: "conditional"`; `null` = no timer. */
  readonly conditionalTimeoutMs: number | null;
  /** The site's `timeout` has no effect at all. */
  readonly ignoresSiteTimeout: boolean;
  /** Takes the site's `timeout` as it is while a WebDriver virtual authenticator is attached. */
  readonly virtualAuthenticatorBypass: boolean;
  /** Time the operating system's own dialog is given, beside the client's timer. */
  readonly osDialogMs?: number;
  /** How long a shim waits for the window to gain focus before it falls back to the browser. */
  readonly focusWaitMs?: number;
  /** The bound a page put around this client itself. */
  readonly pageGuardMs?: number;
  /** get() with a key that has none of the credentials: it is made to ask for a touch before the request ends. */
  readonly asksTouchOfUnknownKey: boolean;
  /**
   * Refused a getNextAssertion, the client lets the user choose among the assertions it has; otherwise the request ends
   * with the refusal.
   */
  readonly keepsAssertionsOnRefusal: boolean;
  /** create() in a page without the focus is NotAllowedError at once, and no authenticator is asked. */
  readonly focusCheckedAtCall: boolean;
  /** create() that succeeded is turned into NotAllowedError when the page has no focus at that moment. */
  readonly focusCheckedAtCompletion: boolean;
  /**
   * How long after a click, through the page's own fetch, a call counts as the user's, in milliseconds; the second call
   * that does not is NotAllowedError. `null`: any call counts. Obeyed by a caller that knows of clicks (a simulated browser).
   */
  readonly userActivationMs: number | null;
  /** create() and get() that name more credentials are RangeError; `null`: any number. Obeyed as `userActivationMs` is. */
  readonly credentialListMax: number | null;
  /** Refuses extensions that contradict the other options, or belong to the other method. Obeyed likewise. */
  readonly judgesExtensions: boolean;
  /**
   * After a failure the promise stays pending until the user closes the client's own sheet. Depends on how far the
   * ceremony was: a caller that shows sheets (a simulated browser) delays the rejection; `register` does not.
   */
  readonly pageSettlesAfterSheet: {
    readonly usb: boolean;
    readonly hybridBeforeReady: boolean;
    readonly hybridReady: boolean;
  };
  /** Gets a new token, once, when the authenticator no longer accepts a fresh one (0x33). */
  readonly renewsExpiredToken: boolean;
  /** A second request while one is pending is refused, or replaces the first. */
  readonly secondRequest: "refused" | "replaces-first" | "unspecified";
  readonly statusHandling: { readonly usb: StatusHandling; readonly hybrid: StatusHandling };
  /** Where this client's error names differ from the common table. */
  readonly errorNames: Readonly<Partial<Record<PageReason, PageErrorName>>>;
  /** Where each member comes from. */
  readonly sources: Readonly<Partial<Record<SourcedMember, string>>>;
}

export type SourcedMember = Exclude<keyof ClientProfile, "id" | "title" | "sources">;

export interface TimeoutCircumstances {
  readonly conditional?: boolean | undefined;
  readonly virtualAuthenticator?: boolean | undefined;
}

const CIRCUMSTANCES = parameters<TimeoutCircumstances>({
  conditional: maybe(shape.flag),
  virtualAuthenticator: maybe(shape.flag),
});

/**
 * How long the client will really wait, in milliseconds; `Infinity` when nothing bounds it.
 *
 * Out-of-range time-outs are moved to the nearest bound, never refused.
 *
 * @param wantedMs the site's `timeout`.
 * @see WebAuthn Level 3 §5.1.3 (lifetimeTimer)
 */
export function effectiveTimeoutMs(
  profile: ClientProfile,
  wantedMs: number | undefined,
  circumstances: TimeoutCircumstances = {},
): number {
  checkArguments("effectiveTimeoutMs", {
    profile: [arg.with("a client profile, such as CLIENT_PROFILES.get(name),", "minMs", "maxMs"), profile],
    circumstances: [CIRCUMSTANCES, circumstances],
  });
  if (circumstances.conditional) return profile.conditionalTimeoutMs ?? Infinity;
  const boundless = profile.missingMs ?? Infinity;
  if (wantedMs === undefined || profile.ignoresSiteTimeout) return boundless;
  if (circumstances.virtualAuthenticator && profile.virtualAuthenticatorBypass) return wantedMs;
  return Math.min(Math.max(wantedMs, profile.minMs ?? 0), profile.maxMs ?? Infinity);
}

export interface Refusal {
  /** CTAP status byte. */
  readonly status: number;
  readonly tokenInUse: boolean;
}

/** What this client does about a refusal. */
export function actionOn(handling: StatusHandling, { status, tokenInUse }: Refusal): StatusAction {
  if (tokenInUse && handling.withToken !== undefined) return handling.withToken;
  return handling.byStatus?.[status] ?? handling.otherwise;
}
