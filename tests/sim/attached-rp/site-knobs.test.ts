import { describe, expect, test } from "vitest";
import { listKnobs, type KnobName } from "../../../src/sim/knobs/knobs.js";
import { knobsForRealSite } from "../../../src/sim/attached-rp/site-knobs.js";

const RULES = { siteDecides: [], canAsk: true };

const isObeyed = (name: KnobName, standard: unknown): boolean => {
  try {
    knobsForRealSite({ [name]: standard }, RULES);
    return true;
  } catch {
    return false;
  }
};

describe("knobs in front of a real site", () => {
  const obeyed = listKnobs()
    .filter(({ name, spec }) => isObeyed(name, spec.standard))
    .map(({ name }) => name);
  const groupsOf = (names: readonly string[]) => [...new Set(names.map((name) => name.split(".")[0]))];

  test("of the site itself only delays and the page's own patience are obeyed", () => {
    expect(obeyed.filter((name) => name.startsWith("rp."))).toEqual([
      "rp.optionsMs",
      "rp.finishMs",
      "rp.pollMs",
    ]);
    const others = [
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
    expect(groupsOf(obeyed).filter((group) => others.includes(group ?? ""))).toEqual([]);
  });

  test("those of person, page, browser, key, link, network and gateway are", () => {
    expect(groupsOf(obeyed)).toEqual(
      expect.arrayContaining([
        "client",
        "page",
        "user",
        "net",
        "gw",
        "link",
        "hid",
        "key",
        "pin",
        "uv",
        "os",
      ]),
    );
  });

  test("every refused one is named at once", () => {
    expect(() =>
      knobsForRealSite({ "rp.workerMs": 1, "key.present": true, "mail.delayMs": 2 }, RULES),
    ).toThrow(
      expect.objectContaining({ code: "SITE_KNOB_REFUSED", refused: ["rp.workerMs", "mail.delayMs"] }),
    );
  });

  test("what the site is said to be by itself is left to it", () => {
    const rules = { ...RULES, siteDecides: ["mail.delayMs"] };
    expect(knobsForRealSite({ "mail.delayMs": 2, "page.guardMs": 1 }, rules)).toEqual({ "page.guardMs": 1 });
  });

  test("a page cannot ask a site that does not tell", () => {
    const rules = { ...RULES, canAsk: false };
    expect(() => knobsForRealSite({ "page.asksState": true }, rules)).toThrow(
      expect.objectContaining({ code: "SITE_KNOB_REFUSED", refused: ["page.asksState"] }),
    );
    expect(knobsForRealSite({ "page.asksState": true }, RULES)).toEqual({ "page.asksState": true });
  });

  test("knobs that do not exist are still no knobs", () => {
    expect(() => knobsForRealSite({ "rp.nonsense": 1 }, RULES)).toThrow(
      expect.objectContaining({ code: "KNOB_UNKNOWN" }),
    );
  });
});
