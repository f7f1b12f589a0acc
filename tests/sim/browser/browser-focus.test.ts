import { expect, test } from "vitest";
import { explain } from "../../../src/diagnosis/explain.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld } from "../../../src/sim/sim-world.js";

async function registerUnfocused(knobs: KnobOverrides) {
  const world = simWorld("focus", { "page.focused": false, ...knobs });
  await world.env.clock.run(world.page.register("somebody"));
  const { records } = world.env;
  const asked = records.filter((record) => record.kind === "ctap.request");
  const settled = records.find((record) => record.kind === "page.settled");
  return {
    asked: asked.length,
    settled,
    mechanisms: explain(records).ceremonies.map(({ mechanism }) => mechanism),
  };
}

test("a page without the focus is refused at once, and no key is asked", async () => {
  const { asked, settled, mechanisms } = await registerUnfocused({ "client.profile": "chrome-floor3m" });
  expect(asked).toBe(0);
  expect(settled).toMatchObject({ name: "NotAllowedError", reason: "page-not-focused" });
  expect(mechanisms).toEqual(["focus-missing-at-call"]);
});

test("an older Chromium looks for the focus at the end, when the passkey is made", async () => {
  const { asked, settled, mechanisms } = await registerUnfocused({ "client.profile": "chrome-10s-10m" });
  expect(asked).toBeGreaterThan(0);
  expect(settled).toMatchObject({ name: "NotAllowedError", reason: "page-not-focused" });
  expect(mechanisms).toEqual(["focus-lost-at-completion"]);
});

test("another browser does not look for it", async () => {
  const { settled } = await registerUnfocused({ "client.profile": "gecko" });
  expect(settled).toMatchObject({ outcome: "resolved" });
});
