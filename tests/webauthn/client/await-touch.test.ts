import { expect, test } from "vitest";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld } from "../../../src/sim/sim-world.js";

/** Registers with one key and signs in with another. */
async function signInWithAnotherKey(knobs: KnobOverrides, then: KnobOverrides = {}) {
  const world = simWorld("another key", { "rp.transports": "omitted", ...knobs });
  await world.env.clock.run(world.page.register("somebody"));
  world.setKnobs({ "key.which": "second", ...then });
  const before = world.env.records.length;
  await world.env.clock.run(world.page.login("somebody"));
  const records = world.env.records.slice(before);
  return {
    prompts: records.filter(({ kind }) => kind === "user.prompted").length,
    refusals: records.flatMap((record) =>
      record.kind === "ctap.response" && record.status !== "OK" ? [`${record.command} ${record.status}`] : [],
    ),
    settled: records.find(({ kind }) => kind === "page.settled"),
    made: records.filter(({ kind }) => kind === "ctap.credential").length,
  };
}

test("Firefox has a key touched that does not hold the passkey, and says NotAllowedError then", async () => {
  const { prompts, refusals, settled, made } = await signInWithAnotherKey({ "client.profile": "gecko" });
  expect(prompts).toBe(1);
  expect(refusals).toEqual(["getAssertion NO_CREDENTIALS", "makeCredential PIN_NOT_SET"]);
  expect(settled).toMatchObject({ name: "NotAllowedError", reason: "no-credential" });
  expect(made).toBe(0);
});

test("Chromium does not", async () => {
  const { prompts, refusals } = await signInWithAnotherKey({ "client.profile": "chrome-floor3m" });
  expect(prompts).toBe(0);
  expect(refusals).toEqual(["getAssertion NO_CREDENTIALS"]);
});

test("a touch that never comes ends with Firefox's own timer, and the key is told to stop", async () => {
  const { refusals, settled } = await signInWithAnotherKey(
    { "client.profile": "gecko", "client.timeoutMs": 20_000, "key.upTimeoutMs": 60_000 },
    { "key.touchDelayMs": null },
  );
  expect(refusals).toEqual(["getAssertion NO_CREDENTIALS", "makeCredential KEEPALIVE_CANCEL"]);
  expect(settled).toMatchObject({ name: "NotAllowedError", reason: "timeout" });
});
