import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";

type Stage = Extract<TraceRecord, { readonly kind: "link.hybrid" }>["stage"];

async function registered(
  knobs: KnobOverrides = {},
  turns: Readonly<Record<number, KnobOverrides>> = {},
): Promise<SimWorld> {
  const one = simWorld("bluetooth", { "link.road": "hybrid", ...knobs });
  for (const [atMs, overrides] of Object.entries(turns)) {
    one.env.clock.arm(Number(atMs), "test.turn", () => one.setKnobs(overrides));
  }
  await one.env.clock.run(one.page.register("hanako").then(() => one.settled()));
  return one;
}

/** When a stage was told, by whom it was told first. */
function timesOf({ env }: SimWorld, stage: Stage, actor = "desktop"): readonly number[] {
  return env.records.flatMap((record) =>
    record.kind === "link.hybrid" && record.stage === stage && record.actor === actor ? [record.atMs] : [],
  );
}

const settledOf = ({ env }: SimWorld) => env.records.find(({ kind }) => kind === "page.settled");

const OFF: KnobOverrides = { "os.btPowered": false };

describe("the computer's Bluetooth is off", () => {
  test("user.btOnMs: there is a code once the person has switched it on", async () => {
    const one = await registered({ ...OFF, "user.btOnMs": 4_000 });
    expect(timesOf(one, "radio-on")).toEqual([4_150]);
    expect(timesOf(one, "qr-shown")).toEqual([4_150]);
    expect(settledOf(one)).toMatchObject({ outcome: "resolved" });
  });

  test("client.settleMs: the scan begins that much later", async () => {
    const one = await registered({ ...OFF, "user.btOnMs": 4_000, "client.settleMs": 700 });
    expect(timesOf(one, "scan-started")).toEqual([4_850]);
  });

  test("never switched on: no code, and the ceremony's timer counts all the same", async () => {
    const one = await registered({ ...OFF, "user.btOnMs": null, "user.closeSheetMs": 0 });
    expect(timesOf(one, "qr-shown")).toEqual([]);
    expect(settledOf(one)).toMatchObject({ reason: "timeout", atMs: 180_150 });
  });

  test("client.linkDeadlineMs counts from the request, not from the code", async () => {
    const knobs = { ...OFF, "user.btOnMs": 9_000, "client.linkDeadlineMs": 15_000, "user.closeSheetMs": 0 };
    const one = await registered({ ...knobs, "ble.advertLossPct": 100 });
    expect(settledOf(one)).toMatchObject({ reason: "timeout", atMs: 15_150 });
    const never = await registered({ ...knobs, "user.btOnMs": null });
    expect(settledOf(never)).toMatchObject({ reason: "timeout", atMs: 15_150 });
  });

  test("it stays on for the next ceremony", async () => {
    const one = await registered(OFF);
    await one.env.clock.run(one.page.login("hanako"));
    expect(timesOf(one, "radio-off")).toHaveLength(1);
    expect(timesOf(one, "qr-shown")).toHaveLength(2);
  });

  test("an aborting page takes the sheet with it: nobody switches anything on for it", async () => {
    const one = await registered({ ...OFF, "page.guardMs": 3_000, "page.aborts": true });
    expect(settledOf(one)).toMatchObject({ reason: "aborted", atMs: 3_000 });
    expect(timesOf(one, "radio-on")).toEqual([]);
  });
});

test("os.btPowered turned in mid-run: nobody is heard while it is off, and the code stays", async () => {
  const one = await registered({}, { 5_000: OFF, 30_000: { "os.btPowered": true } });
  expect(timesOf(one, "radio-off")).toEqual([5_000]);
  expect(timesOf(one, "scan-started")).toEqual([30_500]);
  expect(timesOf(one, "advert-seen")).toEqual([30_800]);
  expect(timesOf(one, "qr-shown")).toHaveLength(1);
});

test("adapter.present off: the sheet offers a key only", async () => {
  const one = await registered({ "adapter.present": false });
  expect(one.env.records.find(({ kind }) => kind === "link.not-found")).toMatchObject({
    offered: ["security-key"],
  });
});

describe("adapter.readyAfterMs", () => {
  const RACE = { ...OFF, "client.settleMs": 0, "adapter.readyAfterMs": 350 } as const;

  test("a scan before it fails, and nobody listens behind the code", async () => {
    const one = await registered(RACE);
    expect(timesOf(one, "scan-failed")).toEqual([9_150]);
    expect(timesOf(one, "advert-seen")).toEqual([]);
  });

  test("client.scanRetries: the second try, 250 and then 500 ms later, is late enough", async () => {
    const one = await registered({ ...RACE, "client.scanRetries": 2 });
    expect(timesOf(one, "scan-failed")).toEqual([9_150, 9_400]);
    expect(timesOf(one, "scan-started")).toEqual([9_900]);
  });

  test("one try too few does not help", async () => {
    const one = await registered({ ...RACE, "client.scanRetries": 1 });
    expect(timesOf(one, "scan-started")).toEqual([]);
  });
});

describe("strangers", () => {
  test("ble.foreignAdverts and ble.rateHz: so many, so fast, and none of them opens", async () => {
    const one = await registered({ "ble.foreignAdverts": 40, "ble.rateHz": 20 });
    const heard = timesOf(one, "advert-foreign");
    expect(heard).toHaveLength(40);
    expect((heard.at(-1) ?? 0) - (heard[0] ?? 0)).toBe(39 * 50);
    expect(timesOf(one, "advert-seen")).toHaveLength(1);
  });

  test("ble.rateHz of zero: none comes", async () => {
    const one = await registered({ "ble.foreignAdverts": 40, "ble.rateHz": 0 });
    expect(timesOf(one, "advert-foreign")).toEqual([]);
  });

  test("ble.repeats: hearing one again is not trying it again", async () => {
    const [once, often] = [
      await registered({ "ble.foreignAdverts": 40 }),
      await registered({ "ble.foreignAdverts": 40, "ble.repeats": 30 }),
    ];
    expect(timesOf(often, "advert-foreign")).toEqual(timesOf(once, "advert-foreign"));
    expect(settledOf(often)).toEqual(settledOf(once));
  });
});

describe("qr.scanned: previous", () => {
  test("before the first request: the phone's advert opens nothing", async () => {
    const one = await registered({ "qr.scanned": "previous" });
    expect(timesOf(one, "advert-foreign")).toHaveLength(1);
    expect(settledOf(one)).toMatchObject({ reason: "timeout" });
  });

  test("after a request: it is that request's code", async () => {
    const one = await registered();
    one.setKnobs({ "qr.scanned": "previous" });
    await one.env.clock.run(one.page.login("hanako"));
    const codes = (stage: Stage) =>
      one.env.records.flatMap((record) =>
        record.kind === "link.hybrid" && record.stage === stage ? [record.qr] : [],
      );
    const [first, second] = codes("qr-shown");
    expect(first).not.toBe(second);
    expect(codes("qr-scanned")).toEqual([first, first]);
  });
});

describe("a phone that refuses", () => {
  const DENIED: KnobOverrides = { "phone.btPermission": false };

  test("phone.btPermission off: it sends nothing at all", async () => {
    const one = await registered(DENIED);
    expect(timesOf(one, "tunnel-opening", "phone")).toEqual([]);
    expect(timesOf(one, "failed", "phone")).toEqual([8_150]);
  });

  test("phone.rescanMs: the person tries again until the phone is willing", async () => {
    const knobs = { ...DENIED, "phone.rescanMs": 10_000 };
    const one = await registered(knobs, { 20_000: { "phone.btPermission": true } });
    expect(timesOf(one, "qr-scanned", "phone")).toEqual([8_150, 18_150, 28_150]);
    expect(settledOf(one)).toMatchObject({ outcome: "resolved" });
  });

  test("phone.rescanMs of zero does not stop the clock", async () => {
    const one = await registered({ ...DENIED, "phone.rescanMs": 0, "client.linkDeadlineMs": 20_000 });
    expect(timesOf(one, "qr-scanned", "phone").slice(0, 3)).toEqual([8_150, 9_150, 10_150]);
  });
});

describe("two phones", () => {
  test("phone.leavesAfterMs: a phone that was put away is not found in its tunnel", async () => {
    const one = await registered({ "phone.leavesAfterMs": 500 });
    expect(timesOf(one, "advert-seen")).toHaveLength(1);
    expect(timesOf(one, "failed", "phone")).toHaveLength(1);
    expect(settledOf(one)).toMatchObject({ outcome: "rejected", reason: "link-not-ready" });
  });

  test("phone.secondScanMs: the second phone broadcasts to nobody", async () => {
    const one = await registered({ "phone.leavesAfterMs": 500, "phone.secondScanMs": 20_000 });
    expect(timesOf(one, "advert-sent", "phone-2")).toHaveLength(1);
    expect(timesOf(one, "advert-seen")).toHaveLength(1);
  });

  test("where the first was put away before it was heard the second one is the first", async () => {
    const one = await registered({ "phone.leavesAfterMs": 100, "phone.secondScanMs": 20_000 });
    expect(settledOf(one)).toMatchObject({ outcome: "resolved" });
    expect(timesOf(one, "ready", "phone-2")).toHaveLength(1);
  });
});

test("client.linkDeadlineMs: the search ends, and the page hears of it", async () => {
  const one = await registered({
    "ble.advertLossPct": 100,
    "client.linkDeadlineMs": 60_000,
    "user.closeSheetMs": 0,
  });
  expect(settledOf(one)).toMatchObject({ reason: "timeout", atMs: 60_150 });
});
