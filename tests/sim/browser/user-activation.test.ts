import { describe, expect, test } from "vitest";
import { CLIENT_PROFILES } from "../../../src/webauthn/profiles/client-profiles.js";
import { UserActivation } from "../../../src/sim/browser/user-activation.js";
import { simWorld } from "../../../src/sim/sim-world.js";

const { webkit, gecko } = CLIENT_PROFILES;

describe("WebKit", () => {
  test("remembers a click for ten seconds", () => {
    const activation = new UserActivation();
    activation.allows(webkit, 60_000);
    expect(activation.allows(webkit, 10_001)).toBe(false);
    expect(activation.allows(webkit, 10_000)).toBe(true);
  });

  test("lets one call pass without a click, and one more after each that has one", () => {
    const activation = new UserActivation();
    const calls = [60_000, 60_000, 0, 60_000, 60_000].map((sinceMs) => activation.allows(webkit, sinceMs));
    expect(calls).toEqual([true, false, true, true, false]);
  });
});

test("Firefox asks for no click", () => {
  const activation = new UserActivation();
  expect([60_000, 60_000].map((sinceMs) => activation.allows(gecko, sinceMs))).toEqual([true, true]);
});

test("a page whose options come too late is refused at once, and no authenticator is asked", async () => {
  const world = simWorld("activation", { "client.profile": "webkit", "rp.optionsMs": 11_000 });
  const accepted = await world.env.clock.run(
    (async () => [(await world.page.register("a")).accepted, (await world.page.register("b")).accepted])(),
  );
  expect(accepted).toEqual([true, false]);
  expect(world.env.records).toContainEqual(
    expect.objectContaining({
      kind: "page.settled",
      name: "NotAllowedError",
      reason: "user-activation-missing",
    }),
  );
});
