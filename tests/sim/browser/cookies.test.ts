import { expect, test } from "vitest";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld } from "../../../src/sim/sim-world.js";

async function registerWith(knobs: KnobOverrides) {
  const world = simWorld("cookies", { "link.road": "loopback", "client.cookies": false, ...knobs });
  const { accepted } = await world.env.clock.run(world.page.register("hanako"));
  const answers = world.env.records.flatMap((record) => (record.kind === "rp.response" ? [record] : []));
  return { accepted, last: answers.at(-1), records: world.env.records };
}

test("a browser that keeps no cookies loses the session between options and finish", async () => {
  const { accepted, last } = await registerWith({});
  expect(accepted).toBe(false);
  expect(last).toMatchObject({ call: "registration/finish", status: 401, code: "SESSION_LOST" });
});

test("a site that names the ceremony in the body needs none", async () => {
  const { accepted } = await registerWith({ "rp.sessionIn": "body" });
  expect(accepted).toBe(true);
});

test("the trace says that there are none", async () => {
  const { records } = await registerWith({});
  expect(records).toContainEqual(
    expect.objectContaining({ kind: "page.unsupported", actor: "page", feature: "cookies", ceremony: "c1" }),
  );
});
