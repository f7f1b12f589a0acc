import { describe, expect, test } from "vitest";
import { drawFraction, seededEntropy } from "../../src/core/entropy.js";
import { simWorld, type SimWorld } from "../../src/sim/sim-world.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";

const SEED = "world";

async function registered(knobs: KnobOverrides = {}, seed = SEED): Promise<SimWorld> {
  const world = simWorld(seed, knobs);
  await world.env.clock.run(world.page.register("hanako").then(() => world.settled()));
  return world;
}

const linesOf = (world: SimWorld) => world.env.records.map((record) => JSON.stringify(record)).join("\n");

test("the same seed gives the same trace, byte for byte", async () => {
  const [one, two] = [await registered(), await registered()];
  expect(linesOf(one)).toBe(linesOf(two));
});

test("another seed gives another credential", async () => {
  const [one, two] = [await registered(), await registered({}, "another world")];
  expect(one.ledger().entries.keys[0]?.credential).not.toBe(two.ledger().entries.keys[0]?.credential);
});

test("both roads to the key end with the same books", async () => {
  const hid = await registered({ "link.road": "hid" });
  const loopback = await registered({ "link.road": "loopback" });
  expect(loopback.ledger().entries).toEqual(hid.ledger().entries);
  expect(hid.env.records.some(({ kind }) => kind === "link.hid")).toBe(true);
  expect(loopback.env.records.some(({ kind }) => kind === "link.hid")).toBe(false);
});

test("the PIN is in no line of the trace", async () => {
  const world = await registered({ "key.pinSet": true, "rp.userVerification": "required" });
  const entropy = seededEntropy(SEED).fork("pin");
  const pin = Array.from({ length: 6 }, () => Math.floor(drawFraction(entropy) * 10)).join("");
  expect(world.ledger().entries.rows).toHaveLength(1);
  expect(linesOf(world)).toContain("clientPin");
  expect(linesOf(world)).not.toContain(pin);
});

test("without a PIN the person has no answer to a site that requires user verification", async () => {
  const world = await registered({ "rp.userVerification": "required", "user.closeSheetMs": 0 });
  expect(world.ledger().entries.keys).toEqual([]);
});

describe("turning knobs in the middle of a run", () => {
  test("counts for what comes next", async () => {
    const world = await registered();
    world.setKnobs({ "key.decision": "decline" });
    const outcome = await world.env.clock.run(world.page.login("hanako"));
    expect(outcome).toEqual({ shown: "failure", accepted: false });
  });

  test("is refused for what is built in", () => {
    expect(() => simWorld(SEED).setKnobs({ "key.upTimeoutMs": 1 })).toThrow(
      expect.objectContaining({ code: "KNOB_FIXED", knob: "key.upTimeoutMs" }),
    );
  });

  test("is refused for what does not exist", () => {
    expect(() => simWorld(SEED).setKnobs({ "page.gardMs": 1 } as KnobOverrides)).toThrow(
      expect.objectContaining({ code: "KNOB_UNKNOWN" }),
    );
  });
});

test("a busy key is put up with as long as the busy budget allows", async () => {
  const world = await registered({ "hid.busyMs": 700 });
  const settled = world.env.records.find(({ kind }) => kind === "page.settled");
  expect(settled).toMatchObject({ outcome: "resolved" });
  expect(world.env.records.filter(({ kind }) => kind === "link.busy").length).toBeGreaterThan(4);
});
