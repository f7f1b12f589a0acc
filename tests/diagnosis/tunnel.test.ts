import { describe, expect, test } from "vitest";
import type { EventsByKind } from "../../src/core/events/table.js";
import type { TraceRecord } from "../../src/core/trace.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { explain } from "../../src/diagnosis/explain.js";
import { runScenario } from "../../src/scenarios/run.js";
import { at } from "./hand-written-trace.js";

/** Names nobody in the catalogue goes by: a real recording has its own. */
const [PC, PIXEL, RELAY] = ["my-laptop", "pixel-9", "relay-1"];

type HybridEvent = EventsByKind["link.hybrid"];

const stage = (
  atMs: number,
  actor: string,
  name: HybridEvent["stage"],
  members: Omit<HybridEvent, "kind" | "stage"> = {},
): TraceRecord => at(atMs, actor, { kind: "link.hybrid", stage: name, ...members });

const rejected = (atMs: number): TraceRecord =>
  at(atMs, PC, {
    kind: "page.settled",
    method: "create",
    outcome: "rejected",
    name: "NotAllowedError",
    ceremony: "c1",
  });

const created = (atMs: number): TraceRecord =>
  at(atMs, PIXEL, { kind: "ctap.credential", change: "created", credential: "k", rpId: "r", user: "u" });

const timer = (atMs: number, actor: string, name: string, budgetMs: number): TraceRecord =>
  at(atMs, actor, { kind: "timer.fired", timer: name, budgetMs });

const BEGUN: readonly TraceRecord[] = [
  at(0, "shop", { kind: "rp.request", call: "registration/options", ceremony: "c1" }),
  at(100, "shop", { kind: "rp.response", call: "registration/options", ceremony: "c1", status: 200 }),
  at(200, PC, { kind: "page.called", method: "create", effectiveMs: 180_000, ceremony: "c1" }),
  at(200, PC, { kind: "timer.armed", timer: "client.ceremony", budgetMs: 180_000 }),
  stage(200, PC, "qr-shown", { hint: "mc" }),
  stage(8_000, PIXEL, "qr-scanned", { hint: "mc" }),
];
const HEARD: readonly TraceRecord[] = [
  ...BEGUN,
  stage(8_500, PIXEL, "tunnel-opening", { host: "cable.example" }),
  stage(9_000, PIXEL, "advert-sent", { bytes: 20 }),
  stage(9_500, PC, "advert-seen", { foreignAdverts: 0 }),
  stage(9_500, PC, "tunnel-opening", { host: "cable.example" }),
];
const ASKED: readonly TraceRecord[] = [
  ...HEARD,
  stage(9_900, PC, "tunnel-open"),
  stage(10_000, PIXEL, "ready"),
  stage(10_100, PC, "ready"),
  at(10_100, PC, { kind: "ctap.request", command: "makeCredential", bytes: 200 }),
];

const named = (...records: readonly TraceRecord[]) => explain(records);

describe("a tunnel the computer was kept out of", () => {
  const refused = [...HEARD, stage(9_800, PC, "tunnel-refused", { httpStatus: 403 }), rejected(14_000)];

  test("is named with the service and its answer", () => {
    const { mechanism, verdict, decidedBy } = named(...refused);
    expect(mechanism).toBe("tunnel-refused");
    expect(verdict).toContain("cable.example answered the computer at 9.800 s with 403");
    expect(decidedBy).toBeUndefined();
  });

  test("names tunnel.ttl where the tunnel's time was over before", () => {
    const late = [...HEARD, timer(9_700, RELAY, "tunnel.ttl", 1_000), ...refused.slice(HEARD.length)];
    expect(named(...late)).toMatchObject({ mechanism: "tunnel-refused", decidedBy: { timer: "tunnel.ttl" } });
  });

  test("is none where the promise resolved after all", () => {
    expect(named(...refused.slice(0, -1)).mechanism).not.toBe("tunnel-refused");
  });
});

describe("a phone without a way to its tunnel service", () => {
  const lost = [
    ...BEGUN,
    stage(8_500, PIXEL, "tunnel-opening", { host: "cable.example" }),
    stage(9_000, PIXEL, "tunnel-refused", { httpStatus: 511 }),
    timer(180_200, PC, "client.ceremony", 180_000),
    rejected(185_200),
  ];

  test("is named, with the timer that decided", () => {
    expect(named(...lost)).toMatchObject({
      mechanism: "phone-no-tunnel",
      decidedBy: { timer: "client.ceremony", owner: PC },
    });
  });

  test("is only not heard where the phone's own records are missing", () => {
    expect(named(...lost.filter(({ actor }) => actor !== PIXEL)).mechanism).toBe("phone-not-heard");
  });

  test("is only not heard where it broadcast all the same", () => {
    const heard = [...lost.slice(0, -2), stage(12_000, PIXEL, "advert-sent"), ...lost.slice(-2)];
    expect(named(...heard).mechanism).toBe("phone-not-heard");
  });
});

describe("the end of a tunnel", () => {
  const ended = (closeCode: number, ...more: readonly TraceRecord[]) => [
    ...ASKED,
    stage(20_000, PC, "tunnel-closed", { closeCode }),
    rejected(20_000),
    ...more,
  ];

  test.each([
    // The same code says that the tunnel's time is over: only the service's timer tells.
    [1008, "undecided"],
    [1009, "tunnel-limit"],
    [1006, "link-lost"],
    [1011, "link-lost"],
  ])("with %s is %s", (code, mechanism) => {
    expect(named(...ended(code)).mechanism).toBe(mechanism);
  });

  test("with 1008 is a limit where the service's timer was still running", () => {
    const armed = at(8_000, RELAY, { kind: "timer.armed", timer: "tunnel.ttl", budgetMs: 120_000 });
    expect(named(...ASKED, armed, ...ended(1008).slice(ASKED.length)).mechanism).toBe("tunnel-limit");
  });

  test("with 1008 is the tunnel's time where the service's timer fired", () => {
    const records = [
      ...ASKED,
      timer(20_000, RELAY, "tunnel.ttl", 12_000),
      ...ended(1008).slice(ASKED.length),
    ];
    expect(named(...records, created(25_000))).toMatchObject({
      mechanism: "tunnel-expired",
      decidedBy: { timer: "tunnel.ttl", owner: RELAY },
      marginMs: -5_000,
      orphans: ["k"],
    });
  });

  test("under an answer is a lost answer only where nobody said more", () => {
    const made = (code: number) => [...ASKED, created(19_900), ...ended(code).slice(ASKED.length)];
    expect(named(...made(1006)).mechanism).toBe("lost-answer");
    expect(named(...made(1009)).mechanism).toBe("tunnel-limit");
  });

  test("leaves open what the phone has where only the computer was recorded", () => {
    const alone = ended(1006).filter(({ actor }) => actor !== PIXEL);
    expect(named(...alone).verdict).toContain("Whether the phone made a key this trace cannot say");
    expect(named(...ended(1006)).verdict).toContain("The phone made no key");
  });

  test("stays undecided without the device's probe once the phone was ready", () => {
    const withoutProbe = ended(1006).filter(({ kind }) => !kind.startsWith("ctap."));
    expect(named(...withoutProbe)).toMatchObject({
      mechanism: "undecided",
      missingProbes: expect.arrayContaining(["ctap"]) as unknown,
    });
  });

  test("after the browser's own timer is the browser's doing", () => {
    const records = [
      ...ASKED,
      timer(180_200, PC, "client.ceremony", 180_000),
      stage(181_000, PC, "tunnel-closed", { closeCode: 1006 }),
      rejected(185_200),
    ];
    expect(named(...records).mechanism).toBe("client-timeout");
  });
});

describe("a message that does not open", () => {
  test.each([
    ["the computer, in the handshake", PC, { step: "handshake", code: "HANDSHAKE_REJECTED" }, HEARD],
    ["the computer, later", PC, { code: "FRAME_REJECTED" }, ASKED],
    ["the phone", PIXEL, { code: "FRAME_REJECTED" }, ASKED],
  ] as const)("is found out by %s", (_, actor, why, before) => {
    const records = [...before, stage(11_000, actor, "failed", why), rejected(11_100)];
    expect(named(...records)).toMatchObject({ mechanism: "message-rejected", orphans: [] });
  });

  test("is none of it where something else failed", () => {
    const records = [
      ...HEARD,
      stage(11_000, PC, "failed", { step: "handshake", code: "ABORTED" }),
      rejected(11_100),
    ];
    expect(named(...records).mechanism).not.toBe("message-rejected");
  });
});

test("a linked phone that is gone is named only where no code took its place", () => {
  const called = [
    ...BEGUN.slice(0, 3),
    stage(200, PC, "contacting"),
    stage(600, PC, "link-gone", { httpStatus: 410 }),
  ];
  expect(named(...called, rejected(5_600)).mechanism).toBe("link-gone");
  expect(named(...called, stage(600, PC, "qr-shown"), rejected(5_600)).mechanism).not.toBe("link-gone");
});

test("a second try's answer is not taken for the lost one's", () => {
  const again = [
    at(30_000, "shop", { kind: "rp.request", call: "registration/options", ceremony: "c2" }),
    at(30_200, PC, { kind: "page.called", method: "create", effectiveMs: 180_000, ceremony: "c2" }),
    at(31_000, PC, { kind: "ctap.request", command: "makeCredential", bytes: 200, ceremony: "c2" }),
    at(32_000, PC, {
      kind: "ctap.response",
      command: "makeCredential",
      status: "OK",
      bytes: 300,
      ceremony: "c2",
    }),
  ] as const;
  const records = [
    ...ASKED,
    stage(20_000, PC, "tunnel-closed", { closeCode: 1006 }),
    rejected(20_000),
    ...again,
  ];
  expect(named(...records).ceremonies[0]?.mechanism).toBe("link-lost");
});

describe("what tells the mechanisms apart is in the records", () => {
  const recorded = async (id: string, actors: readonly string[]) => {
    const { records } = await runScenario(scenarioNamed(id), { seed: "recorded" });
    const heard = records.filter(({ kind, actor }) => !kind.startsWith("run.") && !actors.includes(actor));
    return explain(heard).mechanism;
  };

  test.each([
    // The computer sees a connection closed in good order; what the phone could not read, the phone alone knows.
    ["tunnel-garbled-frame/request", ["phone"], "undecided"],
    // The code says that the time is over, or that there were too many messages.
    ["tunnel-ttl-120s/nobody-confirms", ["tunnel-service"], "undecided"],
    ["tunnel-refused-phone-side", ["phone"], "phone-not-heard"],
    ["tunnel-message-cap", ["tunnel-service", "phone"], "undecided"],
  ])("%s without what %j recorded is %s", async (id, actors, mechanism) => {
    expect(await recorded(id, actors)).toBe(mechanism);
  });
});
