/** What holds of every verdict, whatever went wrong: in runs drawn as the oracle draws them. */
import { beforeAll, describe, expect, test } from "vitest";
import { LOGIN, PASSKEY, REGISTRATION } from "../../src/diagnosis/rule.js";
import { RULES, type RootCauseId } from "../../src/diagnosis/rules/registry.js";
import { FULL } from "../helpers/full-runs.js";
import { drawRun } from "./drawn-run.js";
import { LAWS } from "./laws.js";

const SEED = "laws";
/** `LAWS_DRAWS` asks for another number: 10,000 take a quarter of an hour. */
const DRAWS = Number(process.env["LAWS_DRAWS"] ?? (FULL ? 1_000 : 60));
const CLEAR_OF_CHANCE = DRAWS / 10;

describe(`in ${DRAWS} drawn runs`, () => {
  const broken = new Map<string, string[]>();
  let troubled = 0;

  // The records of a run are let go of once every law has looked at them.
  beforeAll(
    async () => {
      for (let draw = 0; draw < DRAWS; draw += 1) {
        const run = await drawRun(SEED, draw);
        for (const ceremony of run.ceremonies) {
          if (ceremony.said.mechanism !== "success") troubled += 1;
          for (const [name, law] of Object.entries(LAWS)) {
            const found = law(ceremony, run).map((text) => `${run.name} ${ceremony.said.ceremony}: ${text}`);
            broken.set(name, [...(broken.get(name) ?? []), ...found]);
          }
        }
      }
    },
    60_000 + DRAWS * 500,
  );

  test.each(Object.keys(LAWS))("%s", (name) => {
    expect(broken.get(name)).toEqual([]);
  });

  test("enough went wrong to see it", () => {
    expect(troubled).toBeGreaterThan(CLEAR_OF_CHANCE);
  });
});

/** Causes of one kind of ceremony alone, each with why the other cannot have it. */
const OF_ONE_KIND: { readonly [Id in RootCauseId]?: string } = {
  "accepted-not-kept": "a login leaves no row",
  "already-registered": "a login makes no key",
  "async-outbox": "a site says at once whether it accepts a login",
  "backup-eligibility-changed": "the first flags are those of the registration",
  "client-timer-orphan": "of a signature that came too late nothing is left: client-timeout",
  "late-commit": "a registration reads no row",
  "link-consumed": "the mailed link opens a registration",
  "lost-answer": "of a signature that was lost nothing is left: link-lost",
  "no-credential": "a registration asks for no key",
  "offer-withdrawn": "a field's autofill offers no registration",
  "other-authenticator": "a registration asks for no key",
  "passkey-limit": "a login makes no key",
  "phone-index-lag": "a registration asks for no key",
  "provider-other-account": "a registration asks for no key",
  "read-replica-lag": "a registration reads no row",
  "rp-owned-qr": "the site's own code opens a registration",
  "session-not-fresh": "a session is what a login makes",
  "side-effects-before-validation": "a login writes no row",
  "sign-counter": "the first counter is that of the registration",
  "step-up-expired": "a step-up stands before a change of the account",
  "step-up-needed": "a step-up stands before a change of the account",
  "sync-lag": "a registration asks for no key",
  "transports-internal-only": "a registration names no key's transports",
  "unknown-credential": "a registration's key is unknown to any site",
};

test("a login has every cause that a registration has, and the other way round, where the mechanism can occur", () => {
  const ofOne = RULES.filter(({ kinds }) =>
    [REGISTRATION, LOGIN].some((one) => one[0] === kinds[0] && kinds.length === 1),
  );
  expect(ofOne.map(({ id }) => id).sort()).toEqual(Object.keys(OF_ONE_KIND).sort());
  expect(RULES.filter(({ kinds }) => PASSKEY.every((kind) => kinds.includes(kind))).length).toBeGreaterThan(
    50,
  );
});
