/** Leases on virtual time: order, fairness, limits, files that are damaged, clocks that are set. */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { never } from "../../src/core/abort.js";
import { sleep } from "../../src/core/clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { assign, grant, type LeaseRequest } from "../../src/rig/leases/lease-table.js";
import { takeLease, withLease } from "../../src/rig/leases/with-lease.js";
import { sharedRig } from "./helpers/memory-rig.js";

const ONE_KEY = { keys: [{ label: "a", device: "any" }] };

/** Jobs of 1 s on one key; answers in which order they got it. */
async function played(
  requests: readonly { readonly job: string; readonly priority?: number; readonly atMs?: number }[],
) {
  const env = virtualEnv("order");
  const { rigOf } = sharedRig(env, ONE_KEY);
  const got: string[] = [];
  let inUse = 0;
  let most = 0;
  await env.clock.run(
    Promise.all(
      requests.map(async ({ atMs = 0, ...request }) => {
        const rig = rigOf(request.job);
        await sleep(env.clock, atMs, "test.begin");
        await withLease(rig, request, async () => {
          got.push(request.job);
          most = Math.max(most, ++inUse);
          await sleep(env.clock, 1_000, "test.job");
          inUse -= 1;
        });
      }),
    ),
  );
  expect(most).toBe(1);
  return got;
}

describe("order", () => {
  test("who came first goes first", async () => {
    const names = ["one", "two", "three", "four"];
    expect(await played(names.map((job, index) => ({ job, atMs: index * 10 })))).toEqual(names);
  });

  test("a higher priority goes before those who wait", async () => {
    const order = await played([
      { job: "first" },
      { job: "waits", atMs: 10 },
      { job: "urgent", priority: 9, atMs: 20 },
    ]);
    expect(order).toEqual(["first", "urgent", "waits"]);
  });

  test("who is passed over again and again gets its turn", async () => {
    const urgent = Array.from({ length: 12 }, (_, index) => ({
      job: `urgent ${index}`,
      priority: 6,
      atMs: 10 + index * 900,
    }));
    const order = await played([{ job: "first" }, { job: "patient", priority: 5, atMs: 5 }, ...urgent]);
    // One priority lower: passed over four times, and no fifth time.
    expect(order.indexOf("patient")).toBe(5);
  });

  test("a device that an earlier request could have is kept for it", () => {
    const request = (id: string, ticket: number, labels: readonly string[]): LeaseRequest => ({
      id,
      ticket,
      job: id,
      owner: { pid: 1, started: null },
      priority: 5,
      wanted: { labels },
      overtaken: 0,
      sinceMs: 0,
    });
    const nfc = { label: "a", labels: ["nfc"] };
    const queue = [request("early", 1, ["nfc"]), request("late", 2, [])];
    expect(assign(queue, [nfc])).toEqual(new Map([["early", "a"]]));
    expect(assign(queue, [nfc, { label: "b" }])).toEqual(
      new Map([
        ["early", "a"],
        ["late", "b"],
      ]),
    );
    const held = {
      id: "late",
      label: "b",
      job: "late",
      owner: { pid: 1, started: null },
      sinceMs: 0,
      limitMs: 1,
    };
    const table = { schema: 1, nextTicket: 3, held: [], queue } as const;
    // What it could not have is nothing it was passed over for.
    const after = grant(table, queue[1] as LeaseRequest, { device: { label: "b" }, held });
    expect(after.queue).toEqual([queue[0]]);
  });
});

describe("limits", () => {
  test("a job that heeds its signal is told, and the device is free", async () => {
    const env = virtualEnv("limit");
    const { rigOf } = sharedRig(env, ONE_KEY);
    const job = withLease(rigOf("one"), { limitMs: 5_000 }, ({ signal }) => never(signal));
    await expect(env.clock.run(job)).rejects.toMatchObject({
      code: "RIG_LEASE_EXPIRED",
      aftermath: "unknown",
    });
    expect(env.clock.nowMs()).toBe(5_000);
    expect((await rigOf("two").leases.look()).held).toEqual([]);
  });

  test("a job that does not heed it keeps the device from others", async () => {
    const env = virtualEnv("deaf");
    const { rigOf } = sharedRig(env, ONE_KEY);
    const deaf = withLease(rigOf("deaf"), { limitMs: 1_000, job: "deaf" }, () =>
      sleep(env.clock, 60_000, "test.deaf"),
    );
    const story = async () => {
      await expect(deaf).rejects.toMatchObject({ code: "RIG_LEASE_EXPIRED" });
      await expect(withLease(rigOf("next"), { waitMs: 2_000 }, async () => undefined)).rejects.toMatchObject({
        code: "RIG_LEASE_TIMEOUT",
        hint: expect.stringContaining("a: deaf (process") as string,
      });
      await withLease(rigOf("next"), {}, async () => undefined);
    };
    await env.clock.run(story());
    expect(env.clock.nowMs()).toBeGreaterThanOrEqual(60_000);
  });

  test("who stops waiting leaves the queue", async () => {
    const env = virtualEnv("left");
    const { rigOf } = sharedRig(env, ONE_KEY);
    const abort = new AbortController();
    const story = async () => {
      await using _lease = await takeLease(rigOf("holder"), {});
      const waiting = withLease(rigOf("waiter"), { signal: abort.signal }, async () => undefined);
      await sleep(env.clock, 500, "test.wait");
      abort.abort(new Error("the job was cancelled"));
      await expect(waiting).rejects.toThrow("the job was cancelled");
      expect((await rigOf("other").leases.look()).queue).toEqual([]);
    };
    await env.clock.run(story());
  });

  test("a device that nobody listed, and one in quarantine", async () => {
    const env = virtualEnv("none");
    const { rigOf } = sharedRig(env);
    const rig = rigOf("one");
    await expect(withLease(rig, { label: "z" }, async () => 1)).rejects.toMatchObject({
      code: "RIG_NO_SUCH_DEVICE",
      hint: "there are a, b",
    });
    rig.quarantine.put({ label: "a", reasons: ["mute"], at: "" });
    await expect(withLease(rig, { labels: ["nfc"] }, async () => 1)).rejects.toMatchObject({
      code: "RIG_QUARANTINED",
    });
    expect(await env.clock.run(withLease(rig, {}, async ({ label }) => label))).toBe("b");
  });
});

describe("what may happen to the table", () => {
  test.each(["half", "empty", "of another shape"])(
    "it is %s: told, and no lease is lost or doubled",
    async (how) => {
      const env = virtualEnv("damaged");
      const { rigOf } = sharedRig(env, ONE_KEY);
      const rig = rigOf("holder");
      const file = rig.folder.file("leases.json");
      const story = async () => {
        const lease = await takeLease(rig, { job: "holder" });
        const text = readFileSync(file, "utf8");
        writeFileSync(
          file,
          how === "half" ? text.slice(0, text.length / 2) : how === "empty" ? "" : '{"schema":1}',
        );
        await expect(withLease(rigOf("next"), { waitMs: 100 }, async () => undefined)).rejects.toMatchObject({
          code: "RIG_LEASE_TIMEOUT",
        });
        // The holder writes its lease down again.
        await sleep(env.clock, 2_100, "test.wait");
        expect((await rigOf("looker").leases.look()).held.map(({ job }) => job)).toEqual(["holder"]);
        await lease[Symbol.asyncDispose]();
        await withLease(rigOf("next"), { waitMs: 100 }, async () => undefined);
      };
      await env.clock.run(story());
      expect(rig.log.lines()).toContainEqual(
        expect.objectContaining({ kind: "damaged", file: "leases.json", aside: "leases.json.damaged" }),
      );
    },
  );

  test("the machine's clock is set back, and forward, by a year: leases last as long as they should", async () => {
    const env = virtualEnv("set");
    const beganEpochMs = env.clock.epochMs();
    let offsetMs = 0;
    Object.assign(env.clock, { epochMs: () => beganEpochMs + env.clock.nowMs() + offsetMs });
    const { rigOf } = sharedRig(env, ONE_KEY);
    const story = async () => {
      for (const jump of [-365, 730]) {
        const job = withLease(rigOf("holder"), { limitMs: 10_000 }, ({ signal }) => never(signal));
        await sleep(env.clock, 1_000, "test.wait");
        offsetMs += jump * 86_400_000;
        await expect(withLease(rigOf("thief"), { waitMs: 500 }, async () => undefined)).rejects.toMatchObject(
          {
            code: "RIG_LEASE_TIMEOUT",
          },
        );
        const beganMs = env.clock.nowMs();
        await expect(job).rejects.toMatchObject({ code: "RIG_LEASE_EXPIRED" });
        expect(env.clock.nowMs() - beganMs).toBeLessThan(9_000);
        expect(env.clock.nowMs() - beganMs).toBeGreaterThan(8_000);
      }
    };
    await env.clock.run(story());
  });
});
