import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { explain } from "../../src/diagnosis/explain.js";
import { runScenario } from "../../src/scenarios/run.js";
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

  test("is a guard that fired while the site was at work on the finish call it then accepted", () => {
    const explanation = explain(withGuard(REGISTRATION, 2_200));
    expect(explanation).toMatchObject({
      mechanism: "late-delivery",
      decidedBy: { timer: "page.guard", firedAtMs: 2_200 },
      marginMs: -200,
    });
    expect(explanation.verdict).toContain("while its finish call was under way");
  });

  test.each([97_051, 97_500, 97_999, 98_000, 98_050])(
    "is what a guard of %i ms makes of the story, before its page has heard of the success",
    async (guardMs) => {
      const { explanation } = await runScenario(scenarioNamed("late-delivery"), {
        seed: "1",
        knobs: { "page.guardMs": guardMs },
      });
      expect(explanation).toMatchObject({
        mechanism: "late-delivery",
        decidedBy: { timer: "page.guard", firedAtMs: guardMs },
      });
    },
  );

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
    const withoutProbe = records.filter(({ kind }) => !kind.startsWith("ctap."));
    expect(explain(withoutProbe)).toMatchObject({ mechanism: "undecided", missingProbes: ["ctap"] });
  });
});

describe("a request that the page aborted itself", () => {
  const aborted = at(41_900, "browser", {
    kind: "page.settled",
    method: "create",
    outcome: "rejected",
    name: "AbortError",
    ceremony: "c1",
  });
  const keyTimer = at(75_700, "phone", { kind: "timer.fired", timer: "key.up", budgetMs: 30_000 });

  test.each([
    "USER_ACTION_TIMEOUT",
    "OPERATION_DENIED",
    "CREDENTIAL_EXCLUDED",
    "KEY_STORE_FULL",
    "UV_BLOCKED",
  ])("was given up by the page, whatever the phone answers afterwards: %s", (status) => {
    const explanation = explain(untilAsked(aborted, keyTimer, answer(75_700, status)));
    expect(explanation).toMatchObject({ mechanism: "page-gave-up", decidedBy: undefined });
    expect(explanation.verdict).toContain("The page gave up at 41.900 s and aborted the request");
    expect(explanation.evidence).toContain(
      `75.700 s: makeCredential answered ${status}, and no client took the answer`,
    );
  });

  test("is not decided by the browser's own timer, which a recording may let run on", () => {
    expect(explain(untilAsked(aborted, clientTimer(180_200)))).toMatchObject({
      mechanism: "page-gave-up",
      decidedBy: undefined,
    });
  });

  test("leaves its phone's timer to itself when the next request is already under way", () => {
    const again = REGISTRATION.filter(({ kind }) => !/^(timer|rp.row|rp.mail)/.test(kind)).map((record) => ({
      ...record,
      atMs: record.atMs + 50_000,
      ceremony: "c2",
      span: "c2",
    }));
    const records = [...untilAsked(aborted), ...again, { ...keyTimer, atMs: 51_000, budgetMs: 50_000 }];
    const { ceremonies } = explain(records.sort((a, b) => a.atMs - b.atMs));
    expect(ceremonies.map(({ mechanism }) => mechanism)).toEqual(["page-gave-up", "success"]);
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
    const no = at(5_000, "user", {
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
        credentials: [offered],
      }),
      at(10_100, "browser", { kind: "page.called", method: "get", effectiveMs: 180_000, ceremony: "c2" }),
      at(10_100, "browser", { kind: "ctap.request", command: "getAssertion", bytes: 1, ceremony: "c2" }),
      at(11_000, "browser", {
        kind: "ctap.response",
        command: "getAssertion",
        status,
        bytes: 1,
        ceremony: "c2",
      }),
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
