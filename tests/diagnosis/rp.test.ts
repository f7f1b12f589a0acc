import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { explain } from "../../src/diagnosis/explain.js";
import { runScenario, type Run } from "../../src/scenarios/run.js";
import type { Scenario } from "../../src/scenarios/scenario.js";
import { at } from "./hand-written-trace.js";

const run = (id: string): Promise<Run> => runScenario(scenarioNamed(id), { seed: "mechanisms" });
const mechanismsOf = (records: readonly TraceRecord[]) =>
  explain(records).ceremonies.map(({ mechanism }) => mechanism);
const withoutLayer = ({ records }: Run, layer: string) =>
  records.filter(({ kind }) => !kind.startsWith(`${layer}.`));

/** What the person could tell a reporter, without any time. */
const seenOnPage = ({ records }: Run) =>
  records.flatMap((record) =>
    record.kind === "user.saw" && ["page", "mail"].includes(record.where) && record.actor !== "phone-page"
      ? [record.text]
      : [],
  );

const FAILED = "Your passkey could not be created. Please try again.";
const MAILED = "Your passkey was created";
const REFUSED = "That did not work. Please log in with another device.";
const LOGGED_IN = "You are logged in.";

describe("the field report of the late mail", () => {
  const PRESETS = [
    "page-guard-late-mail/link-flake",
    "page-guard-late-mail",
    "lost-answer-second-create",
    "rp-owned-qr/replica-lag",
  ];

  test.each(PRESETS)("%s looks to the person like the others", async (id) => {
    expect(seenOnPage(await run(id))).toEqual([FAILED, MAILED, REFUSED, LOGGED_IN]);
  });

  test("is told apart by the explanation all the same", async () => {
    const told = await Promise.all(PRESETS.map(async (id) => mechanismsOf((await run(id)).records).join()));
    expect(new Set(told).size).toBe(PRESETS.length);
  });

  test("is not what the control shows: no mail, and no login works", async () => {
    const control = await run("page-guard-late-mail/client-timer");
    expect(seenOnPage(control)).toEqual([FAILED, REFUSED, REFUSED]);
    expect(control.explanation.orphans).toHaveLength(1);
  });
});

describe("a first login that fails and a second that works", () => {
  const WAYS = [
    ["", "read-replica-lag"],
    ["/index-lag", "phone-index-lag"],
    ["/orphan-picked", "unknown-credential"],
    ["/late-commit", "late-commit"],
    ["/link-flake", "link-flake-per-attempt"],
    ["/other-phone", "other-authenticator"],
  ] as const;

  test.each(WAYS)("as in %s is named %s", async (variant, mechanism) => {
    const { explanation, records } = await run(`first-login-refused${variant}`);
    const [first, second] = explanation.ceremonies.filter(({ kind }) => kind === "login");
    expect([first?.mechanism, second?.mechanism]).toEqual([mechanism, "success"]);
    expect(records.filter(({ kind }) => kind === "user.saw").length).toBeGreaterThan(0);
  });

  test("names the lag by how late the row became visible", async () => {
    const { explanation } = await run("first-login-refused");
    const login = explanation.ceremonies[1];
    // Committed 2.1 s after the start and visible 60 s later; asked for at 20.05 s.
    expect(login?.marginMs).toBe(20_050 - 62_100);
  });
});

describe("without the probe that would decide it", () => {
  const login = (records: readonly TraceRecord[]) =>
    explain(records).ceremonies.find(({ kind, mechanism }) => kind === "login" && mechanism !== "success");
  const registration = (records: readonly TraceRecord[]) =>
    explain(records).ceremonies.find(({ kind }) => kind === "registration");

  test("a link that failed stays undecided and the link is asked for", async () => {
    const records = withoutLayer(await run("first-login-refused/link-flake"), "link");
    expect(login(records)).toMatchObject({ mechanism: "undecided", missingProbes: ["link"] });
  });

  test("an index that lagged stays undecided and the device is asked for", async () => {
    const records = withoutLayer(await run("first-login-refused/index-lag"), "ctap");
    expect(login(records)).toMatchObject({ mechanism: "undecided", missingProbes: ["ctap"] });
  });

  test.each([
    "lost-answer-second-create",
    "rp-async-outbox",
    "rp-side-effects-before-validation",
    "rp-double-finish",
  ])("%s stays undecided and the site is asked for", async (id) => {
    const records = withoutLayer(await run(id), "rp");
    expect(registration(records)).toMatchObject({ mechanism: "undecided", missingProbes: ["rp"] });
  });

  test("an answer that was lost is not told from a phone's trace alone", async () => {
    const records = withoutLayer(await run("rp-flag-before-credential-lockout/first-login"), "rp");
    expect(registration(records)?.mechanism).toBe("undecided");
  });
});

describe("what differs by one thing only", () => {
  test("a worker is no outbox story when the page was still asking", async () => {
    expect(mechanismsOf((await run("rp-async-outbox/patient")).records)).toEqual(["success"]);
  });

  test("a flag at options is no lock-out when the registration succeeds", async () => {
    const flagged = await runScenario(scenarioNamed("plain-registration"), {
      seed: "s",
      knobs: { "rp.flagAt": "options" },
    });
    expect(flagged.explanation.mechanism).toBe("success");
  });

  test("a lost answer without a second try is a lost answer", async () => {
    const once = await runScenario(scenarioNamed("lost-answer-second-create"), {
      seed: "s",
      knobs: { "page.autoRetry": 0 },
    });
    expect(once.explanation.ceremonies[0]?.mechanism).toBe("lost-answer");
  });

  test("a script that breaks down before the site accepted is no mail story", async () => {
    const broken = await runScenario(scenarioNamed("rp-mail-delay-only"), {
      seed: "s",
      knobs: { "rp.challengeTtlMs": 10_000 },
    });
    expect(broken.explanation.ceremonies[0]?.mechanism).toBe("challenge-expired");
  });

  test("a poll that outlived the registration is no story at all", async () => {
    const patient = await runScenario(scenarioNamed("rp-owned-qr"), {
      seed: "s",
      knobs: { "poll.limitMs": null, "gw.idleMs": null },
    });
    expect(patient.explanation).toMatchObject({ mechanism: "success", decidedBy: undefined });
  });

  test("a passkey offered without hybrid that was found all the same is a success", () => {
    const records = offeredInternally([
      at(300, "browser", { kind: "ctap.request", command: "getAssertion", bytes: 9 }),
      at(900, "browser", { kind: "ctap.response", command: "getAssertion", status: "OK", bytes: 9 }),
      at(900, "browser", { kind: "page.settled", method: "get", outcome: "resolved", ceremony: "c1" }),
      at(950, "site", { kind: "rp.request", call: "login/finish", ceremony: "c1" }),
      at(990, "site", { kind: "rp.response", call: "login/finish", ceremony: "c1", status: 200 }),
      at(1_000, "page", { kind: "user.saw", where: "page", text: "You are logged in.", tone: "success" }),
    ]);
    expect(explain(records).mechanism).toBe("success");
  });

  const neverAsked = [
    at(180_200, "browser", { kind: "timer.fired", timer: "client.ceremony", budgetMs: 180_000 }),
    at(180_200, "browser", {
      kind: "page.settled",
      method: "get",
      outcome: "rejected",
      name: "NotAllowedError",
      ceremony: "c1",
    }),
  ] as const;

  test("a passkey offered without hybrid and never asked for is the site's doing", () => {
    const sheet = at(150, "browser", { kind: "link.not-found", offered: ["security-key"] });
    expect(explain(offeredInternally([sheet, ...neverAsked]))).toMatchObject({
      mechanism: "transports-internal-only",
      decidedBy: { timer: "client.ceremony" },
    });
  });

  test("a passkey offered without hybrid may have been asked for where no commands were recorded", () => {
    const { mechanism, missingProbes } = explain(offeredInternally(neverAsked));
    expect(mechanism).toBe("undecided");
    expect(missingProbes).toContain("ctap");
  });
});

function offeredInternally(rest: readonly TraceRecord[]): readonly TraceRecord[] {
  return [
    at(0, "site", { kind: "rp.request", call: "login/options", ceremony: "c1" }),
    at(100, "site", {
      kind: "rp.response",
      call: "login/options",
      ceremony: "c1",
      status: 200,
      credentials: ["aaaaaaaa"],
      transports: ["internal"],
    }),
    at(200, "browser", { kind: "page.called", method: "get", effectiveMs: 180_000, ceremony: "c1" }),
    at(200, "browser", { kind: "timer.armed", timer: "client.ceremony", budgetMs: 180_000 }),
    ...rest,
  ];
}

/** Mechanism N: nothing is excluded because the read copy lags, and the second answer is lost. */
const CROSSED: Scenario = {
  ...scenarioNamed("rp-replica-lag"),
  id: "crossed-registrations",
  knobs: {
    "key.profile": "phone",
    "link.seenAs": "hybrid",
    "rp.replicaLagMs": 60_000,
  },
  script: [
    { do: "register" },
    { do: "set", knobs: { "link.breaks": "after-answer" } },
    { do: "register", atMs: 20_000 },
    { do: "set", knobs: { "link.breaks": "never" } },
    { do: "login", atMs: 90_000 },
    { do: "register", atMs: 120_000 },
    { do: "login", atMs: 190_000 },
  ],
};

test("two registrations that crossed are told as such, and only registering again heals them", async () => {
  const { explanation } = await runScenario(CROSSED, { seed: "s" });
  expect(explanation.ceremonies.map(({ mechanism }) => mechanism)).toEqual([
    "success",
    "overwrite-race",
    "overwrite-race",
    "success",
    "success",
  ]);
  expect(explanation).toMatchObject({ orphans: [], ghosts: [expect.any(String) as string] });
});
