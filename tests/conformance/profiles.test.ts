import { describe, expect, test } from "vitest";
import { CHECKS, runConformance } from "../../src/entry/conformance.js";
import { type HidFirmware, profileNamed, PROFILES, virtualEnv } from "../../src/entry/sim.js";
import { simulatedTarget } from "../../src/cli/conformance/simulated-target.js";
import { FULL, someOf } from "../helpers/full-runs.js";
import { titled } from "../helpers/titled.js";
import { CHECKS_OF_QUIRK, CHECKS_OF_TRAIT, documentedFailures } from "./quirks.js";

const seen = new Set<string>();
const passed = new Set<string>();

describe("every built-in profile fails by its documented quirks alone", () => {
  test.each(someOf([...PROFILES.values()]))("$name", async (profile) => {
    const env = virtualEnv("profiles", { write: () => {} });
    const { results } = await env.clock.run(runConformance(env, simulatedTarget(env, { profile })));
    const documented = documentedFailures(profile);
    const failed = results.filter(({ outcome }) => outcome === "fail").map(({ id }) => id);
    for (const id of failed) seen.add(id);
    for (const { id, outcome } of results) if (outcome === "pass") passed.add(id);
    expect(failed.filter((id) => !documented.has(id))).toEqual([]);
    const unsettled = results.filter(({ outcome }) => outcome === "inconclusive" || outcome === "left-out");
    expect(unsettled.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  });
});

/** Checks that concern no built-in profile, and a device of our own that each of them concerns. */
const full = profileNamed("ctap23");
const { builtInUv } = profileNamed("fingerprint");
const OTHERS = [
  {
    what: "winks",
    profile: full,
    ids: ["hid.wink.answered"],
  },
  {
    what: "keeps no discoverable credentials",
    profile: { ...full, options: { ...full.options, rk: false, credMgmt: false, perCredMgmtRO: false } },
    ids: ["make-credential.option-rk-unsupported", "token.unauthorised-credential-management"],
  },
  {
    what: "earns no credentials by PIN",
    profile: {
      ...full,
      ...(builtInUv && { builtInUv }),
      options: { ...full.options, noMcGaPermissionsWithClientPin: true },
    },
    ids: ["get-info.member-uv-count-since-last-pin-entry", "get-info.permissions-need-token"],
  },
];

describe("a device of our own", () => {
  test.each(OTHERS)("that $what", async ({ profile, ids }) => {
    const env = virtualEnv("own", { write: () => {} });
    const firmware = (plain: HidFirmware) => ({ ...plain, wink: () => {} });
    const target = simulatedTarget(env, { profile, firmware });
    const { results } = await env.clock.run(runConformance(env, target, { only: ids }));
    expect(results.map(({ outcome }) => outcome)).toEqual(ids.map(() => "pass"));
  });
});

// Some of the profiles say nothing of rows that others need.
describe.runIf(FULL)(titled("after all of them", FULL ? undefined : "was not asked for all (FULL=1)"), () => {
  test("no row of the table of quirks is stale", () => {
    const rows = [
      ...Object.values(CHECKS_OF_QUIRK).flat(),
      ...CHECKS_OF_TRAIT.flatMap(({ checks }) => checks),
    ];
    expect(rows.filter((id) => !seen.has(id))).toEqual([]);
  });

  test("every check has passed on one of them, or on one of our own", () => {
    const never = CHECKS.map(({ id }) => id).filter((id) => !passed.has(id));
    expect(new Set(never)).toEqual(new Set(OTHERS.flatMap(({ ids }) => ids)));
  });
});
