import { describe, expect, test } from "vitest";
import { CHECKS, runConformance, selectChecks, topicOf, USES } from "../../src/entry/conformance.js";
import { CredentialStore, profileNamed, virtualEnv } from "../../src/entry/sim.js";
import { simulatedTarget } from "../../src/cli/conformance/simulated-target.js";
import type { Allowance } from "../../src/conformance/target.js";

describe("the table of checks", () => {
  test("has at least 250 of them, each with an id of its own", () => {
    expect(CHECKS.length).toBeGreaterThanOrEqual(250);
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  });

  test("names them by topic and section", () => {
    expect(
      CHECKS.filter(({ id }) => !/^[a-z0-9-]+(\.[a-z0-9-]+){1,2}$/.test(id)).map(({ id }) => id),
    ).toEqual([]);
    const strange = CHECKS.filter(
      ({ section }) => !/^(\d+(\.\d+)*( step \d+)?|U2F Raw Message Formats)$/.test(section),
    );
    expect(strange.map(({ id }) => id)).toEqual([]);
    expect(new Set(CHECKS.map(topicOf)).size).toBeGreaterThan(25);
  });

  test("asks for nothing that a run could not be refused", () => {
    expect(CHECKS.flatMap(({ uses = [] }) => uses).filter((use) => !USES.includes(use))).toEqual([]);
  });

  test("is chosen from by patterns", () => {
    expect(selectChecks(["hid.init.*"]).every(({ id }) => id.startsWith("hid.init."))).toBe(true);
    expect(selectChecks(["hid.init.length"]).length).toBe(1);
    expect(selectChecks(["hid.init"]).length).toBe(0);
  });
});

async function run(
  profile: string,
  options: { readonly allowed?: readonly Allowance[]; readonly untouched?: true } = {},
) {
  const env = virtualEnv("conformance", { write: () => {} });
  const { finger, ...target } = simulatedTarget(env, { profile: profileNamed(profile) });
  return env.clock.run(
    runConformance(env, {
      ...target,
      ...(!options.untouched && { finger }),
      ...(options.allowed && { allowed: options.allowed }),
    }),
  );
}

describe("a simulated key that keeps to the specification", () => {
  test.each(["generic", "ctap23", "fingerprint", "post-quantum"])(
    "%s passes every check that concerns it",
    async (name) => {
      const { results, counts } = await run(name);
      const others = results.filter(({ outcome }) => outcome !== "pass" && outcome !== "not-applicable");
      expect(others.map(({ id, outcome, failure, reason }) => ({ id, outcome, failure, reason }))).toEqual(
        [],
      );
      expect(counts.pass).toBeGreaterThan(490);
    },
  );

  test("says why it left a check out, and leaves the device as it was", async () => {
    const { results, counts } = await run("ctap23", { allowed: [] });
    expect(counts.fail + counts.inconclusive).toBe(0);
    const left = results.filter(({ outcome }) => outcome === "left-out");
    expect(left.length).toBeGreaterThan(80);
    expect(left.every(({ reason = "" }) => /--allow|touches|power/.test(reason))).toBe(true);
    expect(left.map(({ id }) => id)).toContain("reset.within-window");
    expect(left.map(({ id }) => id)).toContain("pin.wrong");
  });

  test("is checked without a touch where nobody touches it", async () => {
    const { results, counts } = await run("generic", { untouched: true, allowed: [] });
    expect(counts.fail + counts.inconclusive).toBe(0);
    expect(results.find(({ id }) => id === "make-credential.made")?.outcome).toBe("left-out");
    expect(results.find(({ id }) => id === "make-credential.asks-for-touch")?.outcome).toBe("pass");
  });
});

test("never tells the PIN that a run set", async () => {
  const env = virtualEnv("secret");
  const pin = "Geheim-4711-pin";
  const target = simulatedTarget(env, { profile: profileNamed("yubikey5") });
  const result = await env.clock.run(
    runConformance(env, { ...target, pin }, { only: ["pin.*", "token.*", "client-pin.*"] }),
  );
  expect(result.results.find(({ id }) => id === "pin.right")?.outcome).toBe("pass");
  expect(JSON.stringify(result)).not.toContain(pin);
  expect(JSON.stringify(env.records)).not.toContain(pin);
});

test("a key with a PIN that nobody gave loses no try, no setting and nothing stored, by default", async () => {
  const env = virtualEnv("harmless", { write: () => {} });
  const store = new CredentialStore();
  const pinHash = new Uint8Array(16).fill(7);
  store.remember({ pinHash, pinCodePoints: 6 });
  const target = simulatedTarget(env, { profile: profileNamed("ctap23"), store });
  const { counts } = await env.clock.run(runConformance(env, { ...target, allowed: [] }));
  expect(counts.fail + counts.inconclusive).toBe(0);
  expect(counts.pass).toBeGreaterThan(250);
  const { pinRetries, alwaysUv, enterpriseAttestation, minPinLength } = store.memory;
  expect({ pinRetries, alwaysUv, enterpriseAttestation, minPinLength }).toEqual({});
  expect(store.memory.pinHash).toEqual(pinHash);
  expect(store.credentials.filter(({ discoverable }) => discoverable)).toEqual([]);
  expect(store.memory.more?.get("largeBlobs")).toBeUndefined();
});

test("a key without a PIN keeps its settings, by default", async () => {
  const env = virtualEnv("harmless", { write: () => {} });
  const store = new CredentialStore();
  const target = simulatedTarget(env, { profile: profileNamed("ctap23"), store });
  await env.clock.run(runConformance(env, { ...target, allowed: [] }));
  const { pinHash, alwaysUv, enterpriseAttestation, longTouchForReset, forcePinChange } = store.memory;
  expect({ pinHash, alwaysUv, enterpriseAttestation, longTouchForReset, forcePinChange }).toEqual({});
  expect(store.credentials.filter(({ discoverable }) => discoverable)).toEqual([]);
});
