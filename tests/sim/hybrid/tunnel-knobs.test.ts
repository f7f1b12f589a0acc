import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import type { KnobOverrides } from "../../../src/sim/knobs/knobs.js";
import { simWorld, type SimWorld } from "../../../src/sim/sim-world.js";

async function registered(knobs: KnobOverrides = {}, seed = "tunnel"): Promise<SimWorld> {
  const one = simWorld(seed, { "link.road": "hybrid", ...knobs });
  await one.env.clock.run(one.page.register("hanako").then(() => one.settled()));
  return one;
}

type Stage = TraceRecord & { readonly kind: "link.hybrid" };

const stagesOf = ({ env }: SimWorld, actor: string): readonly Stage[] =>
  env.records.filter((record): record is Stage => record.kind === "link.hybrid" && record.actor === actor);

const stageOf = (one: SimWorld, actor: string, stage: Stage["stage"]) =>
  stagesOf(one, actor).find((record) => record.stage === stage);

const accepted = (one: SimWorld) => one.ledger().entries.rows.length === 1;

describe("tunnel.refuse", () => {
  test("phone: only the phone is kept out, so that nothing is broadcast", async () => {
    const one = await registered({ "tunnel.refuse": "phone" });
    expect(stageOf(one, "phone", "tunnel-refused")?.code).toBe("NOT_REACHED");
    expect(stagesOf(one, "desktop").map(({ stage }) => stage)).not.toContain("tunnel-opening");
  });

  test("desktop: the phone is let in and waits", async () => {
    const one = await registered({ "tunnel.refuse": "desktop", "tunnel.httpStatus": 403 });
    expect(stagesOf(one, "phone").map(({ stage }) => stage)).toContain("tunnel-open");
    expect(stageOf(one, "desktop", "tunnel-refused")?.httpStatus).toBe(403);
  });

  test("contact: a code still leads through", async () => {
    expect(accepted(await registered({ "tunnel.refuse": "contact", "tunnel.httpStatus": 503 }))).toBe(true);
  });

  test("contact: the call of a linked phone is turned away", async () => {
    const knobs = { "phone.linked": true, "tunnel.refuse": "contact", "tunnel.httpStatus": 503 } as const;
    expect(stageOf(await registered(knobs), "desktop", "tunnel-refused")?.httpStatus).toBe(503);
  });

  test("nobody, with a status, is everybody", async () => {
    const one = await registered({ "tunnel.httpStatus": 403 });
    expect(stageOf(one, "phone", "tunnel-refused")?.httpStatus).toBe(403);
  });
});

test("the trace names the tunnel service both sides went to", async () => {
  const one = await registered();
  expect(stageOf(one, "phone", "tunnel-opening")?.host).toBe("cable.ua5v.com");
  expect(stageOf(one, "desktop", "tunnel-opening")?.host).toBe("cable.ua5v.com");
});

describe("a linked phone that is gone for good", () => {
  const GONE = { "phone.linked": true, "tunnel.refuse": "contact", "tunnel.httpStatus": 410 } as const;

  test("is replaced by a code inside the same ceremony", async () => {
    const one = await registered(GONE);
    const stages = stagesOf(one, "desktop").map(({ stage }) => stage);
    expect(stages.slice(0, 4)).toEqual(["contacting", "link-gone", "failed", "qr-shown"]);
    expect(stageOf(one, "desktop", "link-gone")?.httpStatus).toBe(410);
    expect(accepted(one)).toBe(true);
  });

  test("is never called again", async () => {
    const one = await registered(GONE);
    await one.env.clock.run(one.page.login("hanako"));
    expect(stagesOf(one, "desktop").filter(({ stage }) => stage === "contacting")).toHaveLength(1);
  });

  test("is a failure where no code takes its place, and forgotten all the same", async () => {
    const one = await registered({ ...GONE, "phone.codeWhenGone": false });
    expect(accepted(one)).toBe(false);
    await one.env.clock.run(one.page.register("hanako"));
    expect(stagesOf(one, "desktop").filter(({ stage }) => stage === "contacting")).toHaveLength(1);
    expect(accepted(one)).toBe(true);
  });

  test("is not gone for any other status", async () => {
    const one = await registered({ ...GONE, "tunnel.httpStatus": 503 });
    expect(stagesOf(one, "desktop").map(({ stage }) => stage)).not.toContain("qr-shown");
  });
});

describe("push.delayMs", () => {
  test("never: the phone is not woken and nothing stalls", async () => {
    const one = await registered({ "phone.linked": true, "push.delayMs": null, "tunnel.ttlMs": null });
    expect(stagesOf(one, "tunnel-service").map(({ stage }) => stage)).not.toContain("push-sent");
    expect(one.env.records.find(({ kind }) => kind === "page.settled")).toMatchObject({ reason: "timeout" });
  });

  test("delays the call by just that", async () => {
    const one = await registered({ "phone.linked": true, "push.delayMs": 7_000 });
    const sent = stagesOf(one, "tunnel-service").find(({ stage }) => stage === "push-sent");
    expect(sent?.atMs).toBe(150 + 400 + 7_000);
  });
});

describe("tunnel.garble", () => {
  test.each([
    [1, "phone", "HANDSHAKE_REJECTED", 0],
    [2, "desktop", "HANDSHAKE_REJECTED", 0, "handshake"],
    [3, "desktop", "FRAME_REJECTED", 0, "handshake"],
    [4, "desktop", "FRAME_REJECTED", 1],
    [5, "phone", "FRAME_REJECTED", 0],
    [6, "desktop", "FRAME_REJECTED", 1],
  ] as const)(
    "message %i is found out by the %s, and leaves a key or not",
    async (nth, actor, code, keys, step?) => {
      const one = await registered({ "tunnel.garble": nth });
      const failed = stageOf(one, actor, "failed");
      expect([failed?.code, failed?.step]).toEqual([code, step]);
      expect(one.ledger().entries.keys).toHaveLength(keys);
      expect(accepted(one)).toBe(false);
    },
  );

  test("a message that never comes leaves everything whole", async () => {
    expect(accepted(await registered({ "tunnel.garble": 40 }))).toBe(true);
  });
});

describe("limits of the tunnel service", () => {
  test("phone.updateFrames beyond tunnel.maxMessages end the tunnel with 1008", async () => {
    const one = await registered({ "phone.updateFrames": 14, "tunnel.maxMessages": 16 });
    expect(stageOf(one, "desktop", "tunnel-closed")?.closeCode).toBe(1008);
  });

  test("phone.updateFrames are counted to the last one", async () => {
    const one = await registered({ "phone.updateFrames": 13, "tunnel.maxMessages": 16 });
    expect(stagesOf(one, "desktop").filter(({ stage }) => stage === "update")).toHaveLength(13);
    expect(accepted(one)).toBe(true);
  });

  test("phone.responseBytes makes answers longer, and the site takes them all the same", async () => {
    const one = await registered({ "phone.responseBytes": 12_000 });
    const answer = one.env.records.find(({ kind }) => kind === "ctap.response");
    expect(answer).toMatchObject({ command: "makeCredential", status: "OK" });
    expect((answer as { readonly bytes: number }).bytes).toBeGreaterThanOrEqual(12_000);
    expect(accepted(one)).toBe(true);
    await one.env.clock.run(one.page.login("hanako"));
    expect(one.env.records.some(({ kind }) => kind === "rp.login")).toBe(true);
  });

  test("an answer longer than tunnel.maxBytes ends the tunnel with 1009", async () => {
    const one = await registered({ "phone.responseBytes": 12_000, "tunnel.maxBytes": 8_000 });
    expect(stageOf(one, "desktop", "tunnel-closed")?.closeCode).toBe(1009);
  });
});

describe("phone.protocolRev 0", () => {
  test("registers and logs in without updates and without a shutdown", async () => {
    const one = await registered({ "phone.protocolRev": "0" });
    await one.env.clock.run(one.page.login("hanako").then(() => one.settled()));
    const stages = one.env.records.flatMap((record) => (record.kind === "link.hybrid" ? [record.stage] : []));
    expect(stages).not.toContain("update");
    expect(stages).not.toContain("shutdown-sent");
    expect(one.env.records.find(({ kind }) => kind === "rp.login")).toMatchObject({ outcome: "accepted" });
  });

  test("is closed the moment the page aborts, where revision 1 is listened to until the phone is done", async () => {
    const knobs = { "page.guardMs": 20_000, "page.aborts": true, "key.touchDelayMs": 25_000 } as const;
    const closedAtMs = async (more: KnobOverrides) =>
      stagesOf(await registered({ ...knobs, ...more }), "desktop").find(
        ({ stage }) => stage === "tunnel-closed",
      )?.atMs ?? 0;
    expect(await closedAtMs({ "phone.protocolRev": "0" })).toBeLessThan(21_000);
    expect(await closedAtMs({})).toBeGreaterThan(30_000);
  });
});

describe("tunnel.breakChance", () => {
  const SEEDS = Array.from({ length: 200 }, (_, nth) => `chance ${nth}`);
  const survivors = async (chance: number) => {
    let count = 0;
    for (const seed of SEEDS)
      if (accepted(await registered({ "tunnel.breakChance": chance }, seed))) count += 1;
    return count;
  };

  test("fails a registration of seven messages about as often as it should", async () => {
    // Handshake 2, hello, update, request and answer have to get through: six draws. 0.9^6 = 0.53 of 200.
    const count = await survivors(0.1);
    expect(count).toBeGreaterThan(80);
    expect(count).toBeLessThan(135);
  }, 60_000);

  test("1 breaks the tunnel at its first message", async () => {
    const one = await registered({ "tunnel.breakChance": 1 });
    expect(stagesOf(one, "tunnel-service").at(-1)?.reason).toBe("broke after 0 messages");
  });

  test("draws the same for the same seed, and leaves every other byte as it was", async () => {
    const lines = async (knobs: KnobOverrides) =>
      (await registered(knobs)).env.records.map((record) => JSON.stringify(record));
    expect(await lines({ "tunnel.breakChance": 0.2 })).toEqual(await lines({ "tunnel.breakChance": 0.2 }));
    // So small that nothing breaks: drawing alone must not be seen.
    expect(await lines({ "tunnel.breakChance": 1e-9 })).toEqual(await lines({}));
  });
});
