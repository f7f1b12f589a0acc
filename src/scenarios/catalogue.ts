import { HarnessError } from "../core/errors.js";
import { nearestNames } from "../core/nearest-names.js";
import { BLE } from "./catalogue/ble.js";
import { BASICS } from "./catalogue/basics.js";
import { clientTimerOrphan } from "./catalogue/client-timer-orphan.js";
import { FALLBACK } from "./catalogue/fallback.js";
import { HYBRID } from "./catalogue/hybrid.js";
import { SITE } from "./catalogue/site.js";
import { USB_LINK } from "./catalogue/usb-link.js";
import { USB_TOUCH } from "./catalogue/usb-touch.js";
import { USB_STORE } from "./catalogue/usb-store.js";
import { PIN } from "./catalogue/pin.js";
import { CLIENT } from "./catalogue/client.js";
import { LINKED_PHONE } from "./catalogue/linked-phone.js";
import { MERCARI } from "./catalogue/mercari.js";
import { RAKUTEN_TUNNEL } from "./catalogue/rakuten-tunnel.js";
import { TUNNEL } from "./catalogue/tunnel.js";
import { TUNNEL_LIMITS } from "./catalogue/tunnel-limits.js";
import { TUNNEL_MESSAGES } from "./catalogue/tunnel-messages.js";
import { CLIENT_SESSION } from "./catalogue/client-session.js";
import { MERCARI_PC } from "./catalogue/mercari-pc.js";
import { PHONE } from "./catalogue/phone.js";
import { PHONE_DUPLICATES } from "./catalogue/phone-duplicates.js";
import { PHONE_LOOKUPS } from "./catalogue/phone-lookups.js";
import { PHONE_MIGRATION } from "./catalogue/phone-migration.js";
import type { Scenario } from "./scenario.js";

/** Every story this library tells, by group. */
export const CATALOGUE: readonly Scenario[] = [
  ...BASICS,
  clientTimerOrphan,
  ...SITE,
  ...FALLBACK,
  ...USB_TOUCH,
  ...USB_LINK,
  ...USB_STORE,
  ...PIN,
  ...CLIENT,
  ...CLIENT_SESSION,
  ...MERCARI,
  ...MERCARI_PC,
  ...BLE,
  ...HYBRID,
  ...TUNNEL,
  ...TUNNEL_MESSAGES,
  ...TUNNEL_LIMITS,
  ...LINKED_PHONE,
  ...RAKUTEN_TUNNEL,
  ...PHONE,
  ...PHONE_LOOKUPS,
  ...PHONE_DUPLICATES,
  ...PHONE_MIGRATION,
];

/** There is no story of that name. */
export class UnknownScenarioError extends HarnessError<"SCENARIO_UNKNOWN"> {}

const HINTS_MAX = 3;

/** @throws {UnknownScenarioError} `SCENARIO_UNKNOWN`, with the nearest names as the hint. */
export function scenarioNamed(id: string): Scenario {
  const scenario = CATALOGUE.find((candidate) => candidate.id === id);
  if (scenario !== undefined) return scenario;
  const ids = CATALOGUE.map((candidate) => candidate.id);
  const near = nearestNames(id, ids, HINTS_MAX);
  throw new UnknownScenarioError("SCENARIO_UNKNOWN", `there is no scenario ${JSON.stringify(id)}`, {
    hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : `there are ${ids.join(", ")}`,
  });
}
