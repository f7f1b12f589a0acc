import { parseKnobs, type KnobOverrides } from "../knobs/knobs.js";
import { SiteError } from "./site-error.js";

/** Groups that speak of a simulated site's inside: a real one has habits of its own. */
const SITE_GROUPS: readonly string[] = [
  "rp",
  "poll",
  "mail",
  "sms",
  "relay",
  "otp",
  "app",
  "factor",
  "settings",
  "lock",
  "reset",
  "idp",
];

/** The few of them that are obeyed in front of a real site: delays, and the page's own patience. */
const OBEYED: readonly string[] = ["rp.optionsMs", "rp.finishMs", "rp.pollMs"];

/** Of the person, and for doors that are not known here. */
const FALLBACK_GROUPS: readonly string[] = ["user.codeEntryMs", "user.codePatienceMs", "user.findMs"];

/** Where nothing is turned nothing stands in front of a real site: it has a network and a gateway of its own. */
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
 * What is left of a story's knobs for a run against a real site.
 *
 * @throws {SiteError} `SITE_KNOB_REFUSED`, naming every knob that the site would have to obey.
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export function knobsForRealSite(input: unknown, { siteDecides, canAsk }: SiteKnobRules): KnobOverrides {
  const given = parseKnobs(input);
  const left = Object.entries(given).filter(([name]) => !siteDecides.includes(name));
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
