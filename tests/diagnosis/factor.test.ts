import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { CATALOGUE, scenarioNamed } from "../../src/scenarios/catalogue.js";
import { explain } from "../../src/diagnosis/explain.js";
import { runScenario } from "../../src/scenarios/run.js";
import { at } from "./hand-written-trace.js";

const call = (atMs: number, name: string, code?: string): readonly TraceRecord[] => [
  at(atMs, "site", { kind: "rp.request", call: name, ceremony: "f1" }),
  at(atMs + 10, "site", {
    kind: "rp.response",
    call: name,
    ceremony: "f1",
    status: code === undefined ? 200 : 401,
    ...(code !== undefined && { code }),
  }),
];
const code = (
  atMs: number,
  change: "issued" | "arrived" | "undeliverable" | "voided" | "opened-by-scanner",
) => at(atMs, "sms", { kind: "factor.code", factor: "sms", ceremony: "f1", number: 1, change });
const entry = (atMs: number, reason?: string) =>
  at(atMs, "site", {
    kind: "factor.attempt",
    factor: "sms",
    ceremony: "f1",
    outcome: reason === undefined ? "accepted" : "refused",
    failures: 0,
    ...(reason !== undefined && { reason }),
  });

const SENT = [...call(0, "sms/code"), code(5, "issued")];

describe("an attempt with a code", () => {
  test("that was accepted is a success", () => {
    const records = [...SENT, code(6_000, "arrived"), entry(9_000), ...call(9_000, "sms/verify")];
    expect(explain(records)).toMatchObject({ kind: "factor", mechanism: "success", ceremony: "f1" });
  });

  test("that expired is decided by the code's own timer, and late by what it was late", () => {
    const ttl = { timer: "otp.ttl", budgetMs: 60_000, ceremony: "f1" };
    const records = [
      ...SENT,
      at(5, "site", { kind: "timer.armed", ...ttl }),
      code(50_000, "arrived"),
      at(60_005, "site", { kind: "timer.fired", ...ttl }),
      entry(70_005, "CODE_EXPIRED"),
    ];
    expect(explain(records)).toMatchObject({
      mechanism: "code-expired",
      decidedBy: { timer: "otp.ttl", owner: "site" },
      marginMs: -10_000,
    });
  });

  test("whose code could not be delivered is told only where nothing arrived", () => {
    const lost = [...SENT, code(6_000, "undeliverable")];
    expect(explain(lost).mechanism).toBe("code-undeliverable");
    expect(explain([...lost, code(7_000, "arrived")]).mechanism).not.toBe("code-undeliverable");
  });

  test("that nobody finished stays undecided when deliveries were not watched", () => {
    expect(explain(call(0, "sms/code"))).toMatchObject({
      mechanism: "undecided",
      missingProbes: ["factor"],
    });
  });

  test("that used a link is the scanner's doing only if the scanner came first", () => {
    const used = entry(9_000, "CODE_USED");
    expect(explain([...SENT, code(3_000, "opened-by-scanner"), used]).mechanism).toBe(
      "code-eaten-by-scanner",
    );
    expect(explain([...SENT, used, code(9_500, "opened-by-scanner")]).mechanism).toBe("undecided");
  });

  test("voided by another one is not the fault of time", () => {
    const records = [...SENT, code(30_000, "voided"), entry(40_000, "CODE_VOIDED")];
    expect(explain(records)).toMatchObject({ mechanism: "code-voided", decidedBy: undefined });
  });
});

test("a password refused for a flag is a lock-out only where no row was ever seen", () => {
  const flag = at(0, "site", { kind: "rp.flag", flag: "passkey", value: true, ceremony: null });
  const row = at(1, "site", { kind: "rp.row", credential: "a", change: "created", ceremony: "c1" });
  const refused = call(10, "password/login", "PASSWORD_OFF");
  expect(explain([flag, ...refused]).mechanism).toBe("flag-before-credential");
  expect(explain([flag, row, ...refused]).mechanism).toBe("password-off");
});

test("attempts and passkey ceremonies are told in the order in which they began", async () => {
  const run = await runScenario(scenarioNamed("fallback-line-works"), { seed: "order" });
  expect(run.explanation.ceremonies.map(({ kind }) => kind)).toEqual(["registration", "login", "factor"]);
});

test("no scenario ends with a person locked out unless its story says so", async () => {
  const SAYS_SO = /lockout|landline|circle|mfa-change|callcentre|locked/;
  const lockedOut: string[] = [];
  for (const scenario of CATALOGUE.filter(({ group }) => group === "fallback")) {
    const { explanation } = await runScenario(scenario, { seed: "locked" });
    const last = explanation.ceremonies.at(-1)?.mechanism ?? "";
    if (["locked-out", "flag-before-credential"].includes(last)) lockedOut.push(scenario.id);
  }
  expect(lockedOut.filter((id) => !SAYS_SO.test(id))).toEqual([]);
});
