import { parseKnobs, presentKnobName, type KnobOverrides } from "../knobs/knobs.js";
import { SiteError } from "./site-error.js";

/** Knob groups that configure the inside of a simulated site: a real site has behaviour of its own. */
const SITE_GROUPS: readonly string[] = [
  "rp",
  "poll",
  "mail",
  "sms",
  "relay",
  "otp",
  "app",
  "call",
  "factor",
  "settings",
  "lock",
  "reset",
  "idp",
];

/** The few knobs of these groups that apply in front of a real site: delays, and the page's own time-out. */
const OBEYED: readonly string[] = ["rp.optionsMs", "rp.finishMs", "rp.pollMs"];

/** Knobs of the user, and of fallback factors that a description of a real site does not cover. */
const FALLBACK_GROUPS: readonly string[] = [
  "user.codeEntryMs",
  "user.codePatienceMs",
  "user.findMs",
  "user.forgot",
];

/**
 * Defaults for runs against a real site: no simulated delay or gateway, because the site has a network and a gateway of
 * its own.
 */
export const REAL_SITE_STANDARD: KnobOverrides = {
  "rp.optionsMs": 0,
  "rp.finishMs": 0,
  "net.latencyMs": 0,
  "gw.idleMs": null,
};

export interface SiteKnobRules {
  /** The description's `siteDecides`. */
  readonly siteDecides: readonly string[];
  /** Whether the site can be asked what it holds. */
  readonly canAsk: boolean;
}

/**
 * Returns the knobs of a scenario that remain for a run against a real site.
 *
 * @throws {SiteError} `SITE_KNOB_REFUSED`, naming every knob that the site would have to obey.
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export function knobsForRealSite(input: unknown, { siteDecides, canAsk }: SiteKnobRules): KnobOverrides {
  const given = parseKnobs(input);
  const decided = siteDecides.map((name) => presentKnobName(name));
  const left = Object.entries(given).filter(([name]) => !decided.includes(name));
  const refused = left.map(([name]) => name).filter(isForTheSite);
  if (refused.length > 0) {
    throw new SiteError("SITE_KNOB_REFUSED", `${refused.join(", ")}: a real site does not obey these`, {
      refused,
      hint: 'leave them out, or name them under "siteDecides" in the site file where the site is like that by itself',
    });
  }
  if (given["page.asksState"] === true && !canAsk) {
    throw new SiteError("SITE_KNOB_REFUSED", "page.asksState: the site cannot be asked what it holds", {
      refused: ["page.asksState"],
      hint: 'describe "credentials" in the site file',
    });
  }
  return Object.fromEntries(left);
}

function isForTheSite(name: string): boolean {
  const [group = ""] = name.split(".");
  return FALLBACK_GROUPS.includes(name) || (SITE_GROUPS.includes(group) && !OBEYED.includes(name));
}
