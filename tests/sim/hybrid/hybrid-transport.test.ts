import { describe, expect, test } from "vitest";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";

const HYBRID: KnobOverrides = { "link.road": "hybrid" };

function world(knobs: KnobOverrides = {}): SimWorld {
  return simWorld("road", { ...HYBRID, ...knobs });
}

async function registered(knobs: KnobOverrides = {}): Promise<SimWorld> {
  const one = world(knobs);
  await one.env.clock.run(one.page.register("hanako").then(() => one.settled()));
  return one;
}

const linesOf = ({ env }: SimWorld) => env.records.map((record) => JSON.stringify(record)).join("\n");

const stagesOf = ({ env }: SimWorld, actor: string) =>
  env.records.flatMap((record) =>
    record.kind === "link.hybrid" && record.actor === actor ? [record.stage] : [],
  );

const settledOf = ({ env }: SimWorld) => env.records.find(({ kind }) => kind === "page.settled");

test("a whole registration ends with a key, a row and a mail", async () => {
  const { entries } = (await registered()).ledger();
  expect([entries.keys.length, entries.rows.length, entries.mails.length]).toEqual([1, 1, 1]);
});

test("the same seed gives the same trace, byte for byte", async () => {
  expect(linesOf(await registered())).toBe(linesOf(await registered()));
});

test("the code on the screen is in no line of the trace", async () => {
  const lines = linesOf(await registered());
  expect(lines).toContain("qr-shown");
  expect(lines).not.toMatch(/FIDO:|\d{17}/);
});

test("the person logs in with a second code, on the same phone", async () => {
  const one = await registered();
  const outcome = await one.env.clock.run(one.page.login("hanako"));
  expect(outcome).toEqual({ shown: "success", accepted: true });
  expect(stagesOf(one, "phone").filter((stage) => stage === "qr-scanned")).toHaveLength(2);
});

test("a linked phone is called and no code is shown", async () => {
  const one = await registered({ "phone.linked": true });
  expect(one.ledger().entries.rows).toHaveLength(1);
  expect(stagesOf(one, "desktop").slice(0, 2)).toEqual(["contacting", "phone-joined"]);
});

test("a code that nobody scans is gone with the request; nobody scans it later", async () => {
  const one = await registered({ "phone.scanDelayMs": 200_000 });
  expect(settledOf(one)).toMatchObject({ outcome: "rejected", reason: "timeout" });
  expect(stagesOf(one, "phone")).toEqual([]);
});

test("knobs turned in between count for the next ceremony", async () => {
  const one = world({ "tunnel.refuse": "everybody" });
  await one.env.clock.run(one.page.register("hanako"));
  one.setKnobs({ "tunnel.refuse": "nobody" });
  expect(await one.env.clock.run(one.page.register("hanako"))).toMatchObject({ accepted: true });
});

describe("the browser's own sheet", () => {
  test("stands between a failure and the page until the phone is there", async () => {
    const one = await registered({ "ble.advertLossPct": 100, "user.closeSheetMs": 7_000 });
    expect(settledOf(one)).toMatchObject({ reason: "timeout", atMs: 150 + 180_000 + 7_000 });
  });

  test("is not shown once the phone is there: the page hears at once", async () => {
    const one = await registered({ "tunnel.dropAfter": 5 });
    expect(settledOf(one)).toMatchObject({ reason: "link-lost" });
    expect(
      one.env.records.filter((record) => record.kind === "user.saw" && record.where === "browser"),
    ).toEqual([]);
  });
});

test.each([
  ["ble.wrongServiceUuid", { "ble.wrongServiceUuid": true }],
  ["phone.screenLock", { "phone.screenLock": false }],
  ["phone.mobileData", { "phone.mobileData": false }],
  ["tunnel.httpStatus", { "tunnel.httpStatus": 503 }],
  ["ble.suffixBytes", { "ble.suffixBytes": 2 }],
  ["phone.scanDelayMs", { "phone.scanDelayMs": null }],
] as const)("%s keeps the request from the phone", async (_, knobs) => {
  const one = await registered(knobs);
  expect(settledOf(one)).toMatchObject({ outcome: "rejected", name: "NotAllowedError" });
  expect(one.ledger().entries.keys).toEqual([]);
});

test.each([
  ["ble.advertDelayMs", { "ble.advertDelayMs": 5_300 }, 5_000],
  ["tunnel.connectDelayMs", { "tunnel.connectDelayMs": 3_000 }, 5_200],
  ["tunnel.latencyMs", { "tunnel.latencyMs": 250 }, 1_600],
  ["phone.scanDelayMs", { "phone.scanDelayMs": 28_000 }, 20_000],
  ["phone.startDelayMs", { "phone.startDelayMs": 1_250 }, 1_000],
  ["phone.bluetoothOn", { "phone.bluetoothOn": false }, 2_000],
] as const)("%s costs the page its time", async (_, knobs, costMs) => {
  const [usual, slow] = [await registered(), await registered(knobs)];
  expect((settledOf(slow)?.atMs as number) - (settledOf(usual)?.atMs as number)).toBe(costMs);
});

test("ble.readsSuffix lets a phone with a longer advert in", async () => {
  const one = await registered({ "ble.suffixBytes": 2, "ble.readsSuffix": true });
  expect(settledOf(one)).toMatchObject({ outcome: "resolved" });
});

test("tunnel.maxMessages ends a tunnel that says too much", async () => {
  const one = await registered({ "tunnel.maxMessages": 3 });
  expect(settledOf(one)).toMatchObject({ outcome: "rejected", reason: "link-lost" });
});

test("phone.ignoresShutdown off: the prompt goes with the browser, and no key is left behind", async () => {
  const knobs = {
    "key.touchDelayMs": 190_000,
    "phone.platformTimeoutMs": 300_000,
    "tunnel.ttlMs": null,
  } as const;
  expect((await registered(knobs)).ledger().entries.keys).toHaveLength(1);
  const polite = await registered({ ...knobs, "phone.ignoresShutdown": false });
  expect(polite.ledger().entries.keys).toEqual([]);
});
