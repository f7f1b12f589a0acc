import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Measurement, measureDevice, measuredKnobs, measuredProfile } from "../../src/entry/measure.js";
import { CATALOGUE, runScenario } from "../../src/entry/scenarios.js";
import {
  type AuthenticatorProfile,
  type KnobOverrides,
  parseProfile,
  profileNamed,
  virtualEnv,
} from "../../src/entry/sim.js";
import { simulatedTarget } from "../../src/cli/conformance/simulated-target.js";
import { runCli } from "../helpers/run-cli.js";

const FOLDER = mkdtempSync(join(tmpdir(), "measure-"));
afterAll(() => rmSync(FOLDER, { recursive: true }));

/** Parameters of a slow device; the code under test never sees them. */
const SLOW = {
  processingMs: 730,
  upTimeoutMs: 17_000,
  keepaliveMs: 240,
  initDelayMs: 372,
  cancelDelayMs: 640,
};

function slowKey({ processingMs, upTimeoutMs }: typeof SLOW): AuthenticatorProfile {
  const base = profileNamed("generic");
  return {
    ...base,
    timeouts: { ...base.timeouts, processingMs, upTimeoutMs },
    quirks: ["answers3aOnTouchTimeout"],
  };
}

async function measured(profile: AuthenticatorProfile, hid: object, runs: number): Promise<Measurement> {
  const env = virtualEnv("measure", { write: () => {} });
  return env.clock.run(measureDevice(env, simulatedTarget(env, { profile, hid }), { runs }));
}

/** Within 5 % of what is wanted. */
function expectNear(value: number | undefined, wanted: number): void {
  expect(Math.abs((value ?? Infinity) - wanted) / wanted, `${value} for ${wanted}`).toBeLessThanOrEqual(0.05);
}

describe("a slow device", () => {
  const { keepaliveMs, initDelayMs, cancelDelayMs } = SLOW;
  const once = measured(slowKey(SLOW), { keepaliveMs, initDelayMs, cancelDelayMs }, 12);

  test("gives its parameters back within 5 %", async () => {
    const result = await once;
    expectNear(result.init?.p50Ms, initDelayMs);
    expectNear(result.commands.makeCredential?.p50Ms, SLOW.processingMs);
    expectNear(result.commands.getAssertion?.p50Ms, SLOW.processingMs);
    expectNear(result.commands.clientPin?.p50Ms, SLOW.processingMs);
    expectNear(result.keepaliveCadence?.p50Ms, keepaliveMs);
    expectNear(result.cancel?.p50Ms, cancelDelayMs);
    expectNear(result.presenceTimeoutMs, SLOW.upTimeoutMs);
    expect(result.presenceTimeoutStatus).toBe(0x3a);
    expect(result.commands.getInfo?.maxMs).toBe(0);
    expectNear(result.reenumeration?.p50Ms, initDelayMs);
    expect(result.notes).toEqual([]);
  });

  test("is measured the same when its own profile is replayed", async () => {
    const first = await once;
    const { timeouts, ...times } = measuredProfile(first);
    const replayed = parseProfile({ extends: "generic", timeouts, ...times });
    const second = await measured(replayed, {}, 12);
    expectNear(second.init?.p50Ms, initDelayMs);
    expectNear(second.commands.makeCredential?.p95Ms, SLOW.processingMs);
    expectNear(second.keepaliveCadence?.p50Ms, keepaliveMs);
    expectNear(second.cancel?.p50Ms, cancelDelayMs);
    expectNear(second.presenceTimeoutMs, SLOW.upTimeoutMs);
    expect(measuredKnobs(second)).toEqual(measuredKnobs(first));
  });

  /** Scenarios in which the times of the key decide, or could. */
  const TIMING = CATALOGUE.filter(({ id }) => /^usb-|^key-|touch|timer-orphan/.test(id));

  const own: KnobOverrides = {
    "key.processingMs": SLOW.processingMs,
    "key.upTimeoutMs": SLOW.upTimeoutMs,
    "key.upStatus": "0x3a",
    "hid.keepaliveMs": keepaliveMs,
  };

  /** What the diagnosis says of each ceremony: causes, deciding timers and what is left behind. */
  const verdictWith = async (scenario: (typeof CATALOGUE)[number], knobs: KnobOverrides) => {
    const { explanation, verdict } = await runScenario(scenario, { seed: "1", knobs });
    return JSON.parse(JSON.stringify({ verdict, explanation })) as unknown;
  };

  test.each(TIMING)("leads to the same verdict as its replay in $id", async (scenario) => {
    const replayed = measuredKnobs(await once) as KnobOverrides;
    const verdict = await verdictWith(scenario, own);
    expect(JSON.stringify(verdict)).toContain('"ceremonies":[{');
    expect(await verdictWith(scenario, replayed)).toEqual(verdict);
  });

  test("leads to other verdicts than a key of usual speed in some of them, so that its times matter", async () => {
    const differs = await Promise.all(
      TIMING.map(async (scenario) => {
        const [slow, usual] = [await verdictWith(scenario, own), await verdictWith(scenario, {})];
        return JSON.stringify(slow) !== JSON.stringify(usual);
      }),
    );
    expect(differs.filter((differ) => differ).length).toBeGreaterThan(3);
  });
});

describe("a device whose latency varies", () => {
  test("gives its distribution back within 5 %", async () => {
    const quantiles = [300, 320, 350, 400, 900];
    const profile = {
      ...profileNamed("generic"),
      latencies: { makeCredential: quantiles, getAssertion: [50, 150] },
    };
    const { commands } = await measured(profile, {}, 1_500);
    expectNear(commands.makeCredential?.p50Ms, 350);
    // A fifth of the way from the fourth to the fifth quantile is the 80th percentile; four fifths are the 95th.
    expectNear(commands.makeCredential?.p95Ms, 800);
    expectNear(commands.getAssertion?.p50Ms, 100);
    expectNear(commands.getAssertion?.p95Ms, 145);
  });
});

describe("the command", () => {
  test("writes a profile that measures the same", async () => {
    const file = join(FOLDER, "profile.json");
    const first = await runCli(["measure", "--profile", "yubikey5", "--runs", "5", "--out", file, "--json"]);
    expect(first.exitCode).toBe(0);
    const profile = parseProfile(JSON.parse(readFileSync(file, "utf8")));
    expect(profile.timeouts.upTimeoutMs).toBe(profileNamed("yubikey5").timeouts.upTimeoutMs);
    expect(profile.quirks).toEqual(["answers3aOnTouchTimeout"]);
    const second = await runCli(["measure", "--profile", file, "--runs", "5", "--json"]);
    const knobsOf = ({ stdout }: { readonly stdout: string }) =>
      (JSON.parse(stdout) as { knobs: unknown }).knobs;
    expect(knobsOf(second)).toEqual(knobsOf(first));
  });

  test("tells what it could not measure", async () => {
    const { stdout, exitCode } = await runCli([
      "measure",
      "--profile",
      "generic",
      "--finger",
      "none",
      "--runs",
      "2",
    ]);
    expect(stdout).toContain("note: nobody touches the device");
    expect(exitCode).toBe(0);
  });

  test("refuses a number of runs that is none", async () => {
    const { exitCode, stderr } = await runCli(["measure", "--runs", "0"]);
    expect(stderr).toMatch(/--runs takes a whole number from 1 to 100000/);
    expect(exitCode).toBe(2);
  });
});

test.each([
  [{ makeCredential: [] }, /latencies/],
  [{ makeCredential: [5, 3] }, /latencies/],
  [{ dance: [1] }, /named after commands/],
])("a profile with the latencies %j is refused", (latencies, message) => {
  expect(() => parseProfile({ latencies })).toThrow(message);
});
