import type { Env } from "../../../src/core/env.js";
import { describe, expect, test } from "vitest";
import { envFor } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { MemorySink } from "../../../src/core/trace.js";
import { AuthenticatorApp } from "../../../src/sim/factors/authenticator-app.js";
import { callCentreOpensAtMs } from "../../../src/sim/factors/call-centre-hours.js";
import { circularFactors } from "../../../src/sim/factors/circular-factors.js";
import { OtpStore } from "../../../src/sim/factors/code-book.js";
import { LOCK_LADDERS } from "../../../src/sim/factors/lock-ladders.js";
import { LockOut } from "../../../src/sim/factors/lock-out.js";
import { withKnobs, type KnobOverrides } from "../../../src/sim/knobs/knobs.js";

const MINUTE_MS = 60_000;

function bench(overrides: KnobOverrides = {}) {
  const env = virtualEnv("factors", new MemorySink());
  return { env, own: envFor(env, "site"), knobs: () => withKnobs(overrides) };
}

function otpStore(overrides: KnobOverrides = {}) {
  const { env, own, knobs } = bench(overrides);
  return { env, book: new OtpStore(own, { knobs, ceremony: "f1", factor: "sms" }) };
}

describe("a code", () => {
  test("is good once", () => {
    const { book: codes } = otpStore();
    const { digits } = codes.issue();
    expect([codes.redeem(digits), codes.redeem(digits)]).toEqual(["accepted", "used"]);
  });

  test("is good until its life ends, and not a moment longer", async () => {
    const { env, book: codes } = otpStore({ "otp.ttlMs": 60_000 });
    const { digits } = codes.issue();
    await env.clock.advance(60_000);
    expect(codes.redeem(digits)).toBe("expired");
  });

  test("whose life counts from its arrival outlives a slow mail", async () => {
    const { env, book: codes } = otpStore({ "otp.ttlMs": 60_000, "otp.ttlFrom": "arrival" });
    const code = codes.issue();
    await env.clock.advance(600_000);
    codes.arrived(code);
    await env.clock.advance(59_999);
    expect(codes.redeem(code.digits)).toBe("accepted");
  });

  test("asked for again is the same one", () => {
    const { book: codes } = otpStore();
    expect(codes.issue()).toEqual(codes.issue());
    expect(codes.sent).toBe(2);
  });

  test("asked for again where codes rotate is another one, and the first is void", () => {
    const { book: codes } = otpStore({ "otp.rotateOnResend": true });
    const [first, second] = [codes.issue(), codes.issue()];
    expect(second.digits).not.toBe(first.digits);
    expect([codes.redeem(first.digits), codes.redeem(second.digits)]).toEqual(["voided", "accepted"]);
  });

  test("that was guessed is wrong", () => {
    const { book: codes } = otpStore();
    codes.issue();
    expect(codes.redeem("------")).toBe("wrong");
  });

  test("never shows its digits in the trace", () => {
    const { env, book: codes } = otpStore({ "otp.rotateOnResend": true });
    const digits = [codes.issue().digits, codes.issue().digits];
    const told = JSON.stringify(env.records);
    expect(told).toContain("factor.code");
    for (const secret of digits) expect(told).not.toContain(secret);
  });
});

describe("a lock", () => {
  const lockAfter = (own: Env, lock: LockOut, failures: number) => {
    for (let nth = 0; nth < failures; nth += 1) lock.fail(own);
  };

  test("comes with the failure that reaches the threshold", () => {
    const { own, knobs } = bench({ "lock.threshold": 5 });
    const lock = new LockOut(knobs);
    lockAfter(own, lock, 4);
    expect(lock.locked).toBe(false);
    lock.fail(own);
    expect(lock.locked).toBe(true);
  });

  test("lasts longer each time", async () => {
    const { env, own, knobs } = bench({ "lock.threshold": 3 });
    const lock = new LockOut(knobs);
    for (const minutes of [10, 20, 60, 1_440, 1_440]) {
      lockAfter(own, lock, 3);
      await env.clock.advance(minutes * MINUTE_MS - 1);
      expect(lock.locked, `${minutes} minutes`).toBe(true);
      await env.clock.advance(1);
      expect(lock.locked, `${minutes} minutes`).toBe(false);
    }
  });

  test.each([
    [true, true],
    [false, false],
  ])("that attempts extend: %s, is still there after its first time: %s", async (extends_, locked) => {
    const { env, own, knobs } = bench({ "lock.threshold": 1, "lock.extendWhileLocked": extends_ });
    const lock = new LockOut(knobs);
    lock.fail(own);
    await env.clock.advance(5 * MINUTE_MS);
    lock.tried(own);
    await env.clock.advance(5 * MINUTE_MS);
    expect(lock.locked).toBe(locked);
  });

  test("that was extended does not climb the ladder", async () => {
    const { env, own, knobs } = bench({ "lock.threshold": 1, "lock.extendWhileLocked": true });
    const lock = new LockOut(knobs);
    lock.fail(own);
    lock.tried(own);
    await env.clock.advance(10 * MINUTE_MS);
    expect(lock.locked).toBe(false);
  });

  test("cleared by a success starts the count and the ladder anew", async () => {
    const { env, own, knobs } = bench({ "lock.threshold": 2 });
    const lock = new LockOut(knobs);
    lockAfter(own, lock, 2);
    lock.clear(own);
    expect([lock.locked, lock.failures]).toEqual([false, 0]);
    lockAfter(own, lock, 2);
    await env.clock.advance(10 * MINUTE_MS);
    expect(lock.locked).toBe(false);
  });

  test("doubles where the policy doubles it", () => {
    const { durationMs } = LOCK_LADDERS["1min-doubling"];
    expect([0, 1, 2, 3].map(durationMs)).toEqual([1, 2, 4, 8].map((minutes) => minutes * MINUTE_MS));
  });
});

describe("an authenticator app", () => {
  const appAt = () => new AuthenticatorApp(bench().own);

  test.each([
    [0, true],
    [30_000, true],
    [-30_000, true],
    [90_000, false],
    [-90_000, false],
  ])("whose clock is off by %i ms is accepted: %s", (offMs, accepted) => {
    const app = appAt();
    expect(app.accepts(app.shows(offMs))).toBe(accepted);
  });
});

/** Independent of the code: the host's own calendar, in Japanese time. */
function inJapan(epochMs: number): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Tokyo",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
  }).format(epochMs);
}

describe("the call centre", () => {
  const AT = (text: string) => Date.parse(`${text}+09:00`);

  test.each([
    ["on a Thursday at nine", "2026-01-01T09:00:00", "Thu 09:00"],
    ["on a Thursday before eight", "2026-01-01T06:30:00", "Thu 08:00"],
    ["on a Thursday at five in the afternoon", "2026-01-01T17:00:00", "Fri 08:00"],
    ["on a Friday evening", "2026-01-02T20:00:00", "Mon 08:00"],
    ["on a Saturday", "2026-01-03T10:00:00", "Mon 08:00"],
    ["on a Sunday night", "2026-01-04T23:59:00", "Mon 08:00"],
  ])("called %s answers", (_, calledAt, answersAt) => {
    const opensAtMs = callCentreOpensAtMs("weekday 08-17", AT(calledAt));
    expect(inJapan(opensAtMs).replace(",", "")).toBe(answersAt);
  });

  test("that is always there answers at once", () => {
    expect(callCentreOpensAtMs("always", 12_345)).toBe(12_345);
  });
});

describe("rules that go in circles", () => {
  test("are found where the only factor is needed to change it", () => {
    expect(circularFactors({ enrolled: ["sms"], settingsNeedOneOf: ["sms"], withoutFactor: [] })).toEqual([
      "sms",
    ]);
  });

  test("are found where the second factor does not open the settings", () => {
    const rules = { enrolled: ["sms", "mail"], settingsNeedOneOf: ["sms"], withoutFactor: [] };
    expect(circularFactors(rules)).toEqual(["sms"]);
  });

  test("are none where either factor opens them", () => {
    const rules = { enrolled: ["sms", "mail"], settingsNeedOneOf: ["sms", "mail"], withoutFactor: [] };
    expect(circularFactors(rules)).toEqual([]);
  });

  test("are none where there are recovery codes", () => {
    const rules = { enrolled: ["sms"], settingsNeedOneOf: ["sms"], withoutFactor: ["recovery code"] };
    expect(circularFactors(rules)).toEqual([]);
  });
});
