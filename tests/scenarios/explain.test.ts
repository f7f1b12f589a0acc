import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { explain } from "../../src/scenarios/explain.js";
import { at, REGISTRATION, withGuard } from "./hand-written-trace.js";

const without = (layer: string) => REGISTRATION.filter(({ kind }) => !kind.startsWith(`${layer}.`));

/** The registration up to and with the request, then what the test says. */
const untilAsked = (...rest: readonly TraceRecord[]) => [
  ...REGISTRATION.filter(({ atMs }) => atMs <= 200),
  ...rest,
];

const answer = (atMs: number, status: string) =>
  at(atMs, "browser", { kind: "ctap.response", command: "makeCredential", status, bytes: 1 });

const clientTimer = (atMs: number) =>
  at(atMs, "browser", { kind: "timer.fired", timer: "client.ceremony", budgetMs: 180_000 });

const rejected = (atMs: number) =>
  at(atMs, "browser", {
    kind: "page.settled",
    method: "create",
    outcome: "rejected",
    name: "NotAllowedError",
    ceremony: "c1",
  });

describe("a registration without trouble", () => {
  test("is a success, and the tightest timer is named with what it had left", () => {
    const explanation = explain(REGISTRATION);
    expect(explanation).toMatchObject({ mechanism: "success", decidedBy: undefined, marginMs: 28_200 });
    expect(explanation.verdict).toContain("key.up");
  });

  test.each(["page", "rp"])("cannot be called one without the %s probe", (layer) => {
    const explanation = explain(without(layer));
    expect(explanation.mechanism).toBe("undecided");
    expect(explanation.missingProbes).toContain(layer);
    expect(explanation.verdict).toContain(`missing probe ${layer}`);
  });
});

describe("late delivery", () => {
  test("is a guard that fired before the finish call the site accepted", () => {
    const explanation = explain(withGuard(REGISTRATION, 1_000));
    expect(explanation).toMatchObject({
      mechanism: "late-delivery",
      decidedBy: { timer: "page.guard", owner: "page", budgetMs: 1_000, firedAtMs: 1_000 },
      marginMs: -1_400,
    });
  });

  test("is not a guard that fired when the site had already been asked", () => {
    expect(explain(withGuard(REGISTRATION, 2_200)).mechanism).not.toBe("late-delivery");
  });

  test("is not a guard after which nothing reached the site", () => {
    const records = withGuard(untilAsked(rejected(200_000)), 60_000);
    expect(explain(records)).toMatchObject({ mechanism: "page-gave-up", decidedBy: { timer: "page.guard" } });
  });
});

describe("a client timer that fired", () => {
  const orphaned = (key: TraceRecord) => untilAsked(clientTimer(180_200), rejected(180_200), key);
  const created = (atMs: number) =>
    at(atMs, "key", { kind: "ctap.credential", change: "created", credential: "k", rpId: "r", user: "u" });

  test("before the key was created leaves an orphan", () => {
    const explanation = explain(orphaned(created(190_000)));
    expect(explanation).toMatchObject({
      mechanism: "client-timer-orphan",
      decidedBy: { timer: "client.ceremony" },
      marginMs: -9_800,
      orphans: ["k"],
      ghosts: [],
    });
  });

  test("is told from a real device's answer alone, where no store can be looked into", () => {
    const late = at(190_000, "link", { kind: "ctap.discarded", command: "makeCredential", status: "OK" });
    expect(explain(orphaned(late)).mechanism).toBe("client-timer-orphan");
  });

  test("without any key is a plain time-out", () => {
    expect(explain(untilAsked(clientTimer(180_200), rejected(180_200)))).toMatchObject({
      mechanism: "client-timeout",
      decidedBy: { timer: "client.ceremony", firedAtMs: 180_200 },
    });
  });

  test("is not judged without the site's probe: the finish call may only be unseen", () => {
    const records = orphaned(created(190_000)).filter(({ kind }) => !kind.startsWith("rp."));
    expect(explain(records)).toMatchObject({ mechanism: "undecided", missingProbes: ["rp"] });
  });

  test("is not judged without the device's probe: a key may only be unseen", () => {
    const records = untilAsked(clientTimer(180_200), rejected(180_200));
    const blind = records.filter(({ kind }) => !kind.startsWith("ctap."));
    expect(explain(blind)).toMatchObject({ mechanism: "undecided", missingProbes: ["ctap"] });
  });
});

describe("an authenticator's refusal", () => {
  const keyTimer = at(30_200, "key", { kind: "timer.fired", timer: "key.up", budgetMs: 30_000 });

  test.each(["USER_ACTION_TIMEOUT", "ACTION_TIMEOUT", "OPERATION_DENIED"])(
    "%s after key.up fired is the key's time-out",
    (status) => {
      const explanation = explain(untilAsked(keyTimer, answer(30_200, status), rejected(30_200)));
      expect(explanation).toMatchObject({
        mechanism: "key-timeout",
        decidedBy: { timer: "key.up", owner: "key" },
      });
    },
  );

  test("OPERATION_DENIED with no timer is the person's own no", () => {
    const no = at(5_000, "person", {
      kind: "user.answered",
      prompt: "touch make-credential",
      answer: "refused",
    });
    const explanation = explain(untilAsked(no, answer(5_000, "OPERATION_DENIED"), rejected(5_000)));
    expect(explanation).toMatchObject({ mechanism: "user-refused", decidedBy: undefined });
  });

  test("CREDENTIAL_EXCLUDED says that there is one already", () => {
    const explanation = explain(untilAsked(answer(5_000, "CREDENTIAL_EXCLUDED"), rejected(5_000)));
    expect(explanation.mechanism).toBe("already-registered");
  });

  test("one that no mechanism knows stays undecided, and nothing is missing", () => {
    const explanation = explain(untilAsked(answer(5_000, "OTHER"), rejected(5_000)));
    expect(explanation).toMatchObject({ mechanism: "undecided", missingProbes: [] });
  });
});

describe("a login after a registration", () => {
  const login = (offered: string, visibleAtMs: number, status = "NO_CREDENTIALS") =>
    [
      ...REGISTRATION.filter((record) => record.kind !== "rp.row" || record.change !== "visible"),
      at(visibleAtMs, "site", { kind: "rp.row", credential: "aaaaaaaa", change: "visible" }),
      at(10_000, "site", { kind: "rp.request", call: "login/options", ceremony: "c2" }),
      at(10_000, "site", {
        kind: "rp.response",
        call: "login/options",
        ceremony: "c2",
        status: 200,
        credentials: offered,
      }),
      at(10_100, "browser", { kind: "page.called", method: "get", effectiveMs: 180_000, ceremony: "c2" }),
      at(10_100, "browser", { kind: "ctap.request", command: "getAssertion", bytes: 1 }),
      at(11_000, "browser", { kind: "ctap.response", command: "getAssertion", status, bytes: 1 }),
      at(11_000, "browser", { kind: "page.settled", method: "get", outcome: "rejected", ceremony: "c2" }),
    ].sort((a, b) => a.atMs - b.atMs) as readonly TraceRecord[];

  test("whose options lack a committed row met a lagging read copy", () => {
    const { ceremonies } = explain(login("bbbbbbbb", 60_000));
    expect(ceremonies[1]).toMatchObject({ mechanism: "read-replica-lag", marginMs: -50_000 });
  });

  test("whose options had the row met an authenticator without the key", () => {
    const { ceremonies } = explain(login("aaaaaaaa", 2_400));
    expect(ceremonies[1]).toMatchObject({ mechanism: "no-credential" });
  });

  test("comes first in the explanation when the registration went well", () => {
    expect(explain(login("bbbbbbbb", 60_000))).toMatchObject({
      kind: "login",
      mechanism: "read-replica-lag",
    });
  });
});

test("an answer that comes during the next ceremony belongs to the one that asked", () => {
  const records = [
    ...untilAsked(clientTimer(180_200), rejected(180_200)),
    at(181_000, "site", { kind: "rp.request", call: "login/options", ceremony: "c2" }),
    at(190_000, "link", { kind: "ctap.discarded", command: "makeCredential", status: "OK" }),
  ];
  expect(explain(records).ceremonies[0]?.mechanism).toBe("client-timer-orphan");
});

test("an empty trace lacks every probe", () => {
  expect(explain([])).toMatchObject({
    mechanism: "undecided",
    missingProbes: ["page", "ctap", "rp", "timer"],
  });
});
