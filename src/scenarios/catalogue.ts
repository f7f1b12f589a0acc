import { HarnessError } from "../core/errors.js";
import { nearestNames } from "../core/nearest-names.js";
import { formerIdsOf, presentIdOf } from "./catalogue/aliases.js";
import { BASICS } from "./catalogue/basics/basics.js";
import { LATE_DELIVERY } from "./catalogue/page-timers/late-delivery.js";
import { LATE_MAIL } from "./catalogue/page-timers/late-mail.js";
import { SLOW_USER } from "./catalogue/page-timers/slow-user.js";
import { TIMER_ORPHAN } from "./catalogue/client-timers/timer-orphan.js";
import { TIMEOUT_RANGE } from "./catalogue/client-timers/timeout-range.js";
import { QR_LOGIN_BUDGET } from "./catalogue/client-timers/qr-login-budget.js";
import { PAGE_REQUESTS } from "./catalogue/client/page-requests.js";
import { SESSION_COOKIES } from "./catalogue/client/session-cookies.js";
import { PAGE_AUTOFILL } from "./catalogue/client/page-autofill.js";
import { PASSWORD_MANAGER } from "./catalogue/client/password-manager.js";
import { VIRTUAL_AUTHENTICATOR } from "./catalogue/client/virtual-authenticator.js";
import { UNSUPPORTED_BROWSER } from "./catalogue/client/unsupported-browser.js";
import { SECURITY_KEY_DEMANDED } from "./catalogue/platform-dialogs/security-key-demanded.js";
import { WINDOWS_HELLO } from "./catalogue/platform-dialogs/windows-hello.js";
import { WINDOWS_DIALOG } from "./catalogue/platform-dialogs/windows-dialog.js";
import { PLATFORM_PASSKEY } from "./catalogue/platform-dialogs/platform-passkey.js";
import { GATEWAY_TIMEOUT } from "./catalogue/gateway/gateway-timeout.js";
import { RP_OWNED_QR } from "./catalogue/gateway/rp-owned-qr.js";
import { FAILING_CALLS } from "./catalogue/outage/failing-calls.js";
import { LATE_COMMIT } from "./catalogue/rp-commit/late-commit.js";
import { CHALLENGE_AND_STEP_UP } from "./catalogue/rp-expiry/challenge-and-step-up.js";
import { SESSION_AND_LINK } from "./catalogue/rp-expiry/session-and-link.js";
import { READ_REPLICA } from "./catalogue/replica-lag/read-replica.js";
import { FIRST_LOGIN_REFUSED } from "./catalogue/replica-lag/first-login-refused.js";
import { ACCOUNT_RULES } from "./catalogue/rp-records/account-rules.js";
import { STORED_CREDENTIAL } from "./catalogue/rp-records/stored-credential.js";
import { LOST_ANSWER } from "./catalogue/duplicates/lost-answer.js";
import { TWO_PROVIDERS } from "./catalogue/duplicates/two-providers.js";
import { OVERWRITE_RACE } from "./catalogue/duplicates/overwrite-race.js";
import { KEY_TIMERS } from "./catalogue/usb/key-timers.js";
import { KEY_STORE } from "./catalogue/usb/key-store.js";
import { HID_LINK } from "./catalogue/usb/hid-link.js";
import { INTERRUPTED } from "./catalogue/usb/interrupted.js";
import { PIN_ENTRY } from "./catalogue/pin/pin-entry.js";
import { USER_VERIFICATION } from "./catalogue/pin/user-verification.js";
import { BLUETOOTH_OFF } from "./catalogue/proximity/bluetooth-off.js";
import { SCAN_NOT_POSSIBLE } from "./catalogue/proximity/scan-not-possible.js";
import { ADVERTS_UNHEARD } from "./catalogue/proximity/adverts-unheard.js";
import { ADVERTS_LATE } from "./catalogue/proximity/adverts-late.js";
import { OTHER_PHONE } from "./catalogue/proximity/other-phone.js";
import { REFUSED } from "./catalogue/tunnel/refused.js";
import { EXPIRED } from "./catalogue/tunnel/expired.js";
import { DROPPED } from "./catalogue/tunnel/dropped.js";
import { GARBLED } from "./catalogue/tunnel/garbled.js";
import { LIMITS } from "./catalogue/tunnel/limits.js";
import { ABRUPT_CLOSE } from "./catalogue/tunnel/abrupt-close.js";
import { FIRST_ATTEMPT_FAILS } from "./catalogue/tunnel/first-attempt-fails.js";
import { LINK_GONE_SCENARIOS } from "./catalogue/linked-phone/link-gone.js";
import { PUSH_DELAY } from "./catalogue/linked-phone/push-delay.js";
import { PHONE_REGISTRATION } from "./catalogue/phone/phone-registration.js";
import { PHONE_LOOKUPS } from "./catalogue/phone/phone-lookups.js";
import { MOVED_PASSKEYS } from "./catalogue/phone/moved-passkeys.js";
import { SEVERAL_TRANSPORTS } from "./catalogue/phone/several-transports.js";
import { NEW_PHONE_SCENARIOS } from "./catalogue/phone/new-phone.js";
import { CODE_DELIVERY } from "./catalogue/fallback/code-delivery.js";
import { MAILED_CODES } from "./catalogue/fallback/mailed-codes.js";
import { IDENTITY_PROVIDERS } from "./catalogue/fallback/identity-providers.js";
import { LOCK_OUT } from "./catalogue/fallback/lock-out.js";
import { RECOVERY } from "./catalogue/fallback/recovery.js";
import { CODES_NEVER_COME } from "./catalogue/fallback/codes-never-come.js";
import { LOST_ACCESS } from "./catalogue/fallback/lost-access.js";
import { CALL_AND_SCREEN } from "./catalogue/fallback/call-and-screen.js";
import type { Scenario } from "./scenario.js";

/**
 * Every scenario of this library, by group.
 *
 * @example
 * console.log(CATALOGUE.map(({ id, title }) => `${id}: ${title}`));
 */
export const CATALOGUE: readonly Scenario[] = [
  ...BASICS,
  ...LATE_DELIVERY,
  ...LATE_MAIL,
  ...SLOW_USER,
  ...TIMER_ORPHAN,
  ...TIMEOUT_RANGE,
  ...QR_LOGIN_BUDGET,
  ...PAGE_REQUESTS,
  ...SESSION_COOKIES,
  ...PAGE_AUTOFILL,
  ...PASSWORD_MANAGER,
  ...VIRTUAL_AUTHENTICATOR,
  ...UNSUPPORTED_BROWSER,
  ...SECURITY_KEY_DEMANDED,
  ...WINDOWS_HELLO,
  ...WINDOWS_DIALOG,
  ...PLATFORM_PASSKEY,
  ...GATEWAY_TIMEOUT,
  ...RP_OWNED_QR,
  ...FAILING_CALLS,
  ...LATE_COMMIT,
  ...CHALLENGE_AND_STEP_UP,
  ...SESSION_AND_LINK,
  ...READ_REPLICA,
  ...FIRST_LOGIN_REFUSED,
  ...ACCOUNT_RULES,
  ...STORED_CREDENTIAL,
  ...LOST_ANSWER,
  ...TWO_PROVIDERS,
  ...OVERWRITE_RACE,
  ...KEY_TIMERS,
  ...KEY_STORE,
  ...HID_LINK,
  ...INTERRUPTED,
  ...PIN_ENTRY,
  ...USER_VERIFICATION,
  ...BLUETOOTH_OFF,
  ...SCAN_NOT_POSSIBLE,
  ...ADVERTS_UNHEARD,
  ...ADVERTS_LATE,
  ...OTHER_PHONE,
  ...REFUSED,
  ...EXPIRED,
  ...DROPPED,
  ...GARBLED,
  ...LIMITS,
  ...ABRUPT_CLOSE,
  ...FIRST_ATTEMPT_FAILS,
  ...LINK_GONE_SCENARIOS,
  ...PUSH_DELAY,
  ...PHONE_REGISTRATION,
  ...PHONE_LOOKUPS,
  ...MOVED_PASSKEYS,
  ...SEVERAL_TRANSPORTS,
  ...NEW_PHONE_SCENARIOS,
  ...CODE_DELIVERY,
  ...MAILED_CODES,
  ...IDENTITY_PROVIDERS,
  ...LOCK_OUT,
  ...RECOVERY,
  ...CODES_NEVER_COME,
  ...LOST_ACCESS,
  ...CALL_AND_SCREEN,
];

const BY_ID = new Map(CATALOGUE.map((scenario) => [scenario.id, scenario]));

/** Former ids that go on working, each with the id it stands for: those of the alias table and of their variants. */
export const ALIASES: ReadonlyMap<string, string> = new Map(
  CATALOGUE.flatMap(({ id }) => formerIdsOf(id).map((former) => [former, id] as const)),
);

/** A scenario of the catalogue, and the former id it was asked for by. */
export interface ResolvedScenario {
  readonly scenario: Scenario;
  /** The id that was asked for, when it is a former one; absent when it is the present id. */
  readonly alias?: string;
}

/** What {@link aliasNote} needs: a scenario, or a run of one, and the former id it was asked for by. */
export interface NamedByAlias {
  readonly scenario: Pick<Scenario, "id">;
  readonly alias?: string | undefined;
}

/** No scenario has that id, and none had. */
export class UnknownScenarioError extends HarnessError<"SCENARIO_UNKNOWN"> {}

const HINTS_MAX = 3;

/** Finds a scenario by its id or a former one; undefined when there is none. */
export function findScenario(id: string): ResolvedScenario | undefined {
  const scenario = BY_ID.get(id);
  if (scenario !== undefined) return { scenario };
  const renamed = BY_ID.get(presentIdOf(id) ?? "");
  return renamed && { scenario: renamed, alias: id };
}

/**
 * Finds a scenario by its id or a former one, and says which it was.
 *
 * @throws {UnknownScenarioError} `SCENARIO_UNKNOWN`, with the nearest ids as the hint.
 */
export function resolveScenario(id: string): ResolvedScenario {
  const found = findScenario(id);
  if (found !== undefined) return found;
  throw new UnknownScenarioError("SCENARIO_UNKNOWN", `there is no scenario ${JSON.stringify(id)}`, {
    hint: hintFor(id),
  });
}

/**
 * Returns the scenario with this id or former id.
 *
 * @param id of the catalogue, present or former.
 * @returns the scenario as data.
 * @throws {UnknownScenarioError} `SCENARIO_UNKNOWN`
 *
 * @example
 * const run = await runScenario(scenarioNamed("late-delivery"), { seed: "1" });
 */
export function scenarioNamed(id: string): Scenario {
  return resolveScenario(id).scenario;
}

/** Returns the message for a user who asked by a former id: `"a" is now "b"`; undefined for a present id. */
export function aliasNote({ scenario, alias }: NamedByAlias): string | undefined {
  return alias === undefined ? undefined : `${JSON.stringify(alias)} is now ${JSON.stringify(scenario.id)}`;
}

/** Returns what a user may have meant by an id that no scenario has. */
export function hintFor(id: string): string {
  const near = nearestNames(id, [...BY_ID.keys(), ...ALIASES.keys()], HINTS_MAX);
  const present = [...new Set(near.map((name) => ALIASES.get(name) ?? name))];
  if (present.length > 0) return `did you mean ${present.join(" or ")}?`;
  return "passkey-harness run --list --search WORD finds scenarios by what they are about";
}
