/** What every story of the catalogue is told as, against the records and the ledger of its run. */
import { describe, expect, test } from "vitest";
import { tell } from "../../../src/diagnosis/tellings/tell.js";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import type { Run } from "../../../src/scenarios/run.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { fullRuns } from "../../helpers/full-runs.js";

/** What a customer's first sentence says is there. */
const SAYS = {
  saved: /^Your passkey was saved\.$/,
  exists: /your passkey exists/,
  none: /saved no passkey/,
  deviceOnly: /holds a passkey that this website does not know/,
  siteOnly: /lists a passkey that your device does not hold/,
  mismatched: /is not the one that this website knows/,
  unknown: /we cannot tell/,
} as const;

type Claim = keyof typeof SAYS;

/** Who holds what a registration made, from the records and the ledger and not from its outcome. */
function heldOf({ records, ledger }: Run, ceremony: string) {
  const [rows, keys] = [new Set<string>(), new Set<string>()];
  for (const record of records) {
    if (record.ceremony !== ceremony) continue;
    if (record.kind === "rp.row" && record.change !== "deleted") rows.add(record.credential);
    if (record.kind === "ctap.credential" && record.change === "created") keys.add(record.credential);
  }
  const [atSite, onDevice] = [ledger.entries.rows, ledger.entries.keys].map(
    (held) => new Set(held.map(({ credential }) => credential)),
  ) as [Set<string>, Set<string>];
  const made = [...new Set([...rows, ...keys])];
  return {
    wasSaved: rows.size > 0,
    usable: made.filter((id) => atSite.has(id) && onDevice.has(id)).length,
    deviceOnly: [...keys].filter((id) => onDevice.has(id) && !atSite.has(id)).length,
    siteOnly: [...rows].filter((id) => atSite.has(id) && !onDevice.has(id)).length,
  };
}

const TRUE_WHEN: Readonly<Record<Claim, (held: ReturnType<typeof heldOf>) => boolean>> = {
  saved: ({ wasSaved, deviceOnly, siteOnly }) => wasSaved && deviceOnly + siteOnly === 0,
  exists: ({ usable }) => usable > 0,
  none: ({ usable, deviceOnly, siteOnly }) => usable + deviceOnly + siteOnly === 0,
  deviceOnly: ({ deviceOnly, usable }) => deviceOnly > 0 && usable === 0,
  siteOnly: ({ siteOnly, usable }) => siteOnly > 0 && usable === 0,
  mismatched: ({ siteOnly, deviceOnly }) => siteOnly > 0 && deviceOnly > 0,
  unknown: () => true,
};

const stories = CATALOGUE.filter(
  (_, at) => at % Math.ceil(CATALOGUE.length / fullRuns(CATALOGUE.length)) === 0,
);

describe.each(stories.map((scenario) => [scenario.id, scenario] as const))("%s", (_, scenario) => {
  test("is told to each audience without a gap, and says of the passkey what the ledger says", async () => {
    const run = await catalogueRun(scenario, "demo-1");
    for (const ceremony of run.explanation.ceremonies) {
      const [customer, support, engineer] = (["customer", "support", "engineer"] as const).map((audience) =>
        tell(ceremony, audience),
      ) as [ReturnType<typeof tell>, ReturnType<typeof tell>, ReturnType<typeof tell>];
      expect(customer.lines).toHaveLength(2);
      const japanese = tell(ceremony, "customer", { language: "ja" });
      expect([...customer.lines, ...japanese.lines, ...support.lines].join("\n")).not.toMatch(
        /[{}]|undefined|NaN/,
      );
      expect(engineer.lines[0]).toBe(ceremony.verdict);

      const [now = ""] = customer.lines;
      if (ceremony.kind === "registration") {
        const claims = (Object.keys(SAYS) as Claim[]).filter((claim) => SAYS[claim].test(now));
        expect(claims, now).toHaveLength(1);
        const held = heldOf(run, ceremony.ceremony);
        expect([now, claims.every((claim) => TRUE_WHEN[claim](held))], JSON.stringify(held)).toEqual([
          now,
          true,
        ]);
      } else if (ceremony.kind === "login") {
        const accepted = ceremony.outcome?.site === "accepted";
        if (!SAYS.unknown.test(now)) expect(/you were signed in/i.test(now), now).toBe(accepted);
      }
    }
  });
});
