import { describe, expect, test } from "vitest";
import { latticeOf } from "../../src/oracle/lattice.js";
import { judgeCeremony, WELL } from "../../src/oracle/judge.js";
import { minimalCase, truthOf } from "../../src/oracle/case.js";
import type { Diagnose, Runner } from "../../src/oracle/runner.js";
import { PlanRefusedError } from "../../src/oracle/runner.js";
import type { Plan } from "../../src/oracle/plan.js";
import { planOf, runnerOf, saying, WELL_LEDGER, WELL_REGISTRATION } from "./hand-made.js";

/** The judgement of the first ceremony of a plan, as `class: why`. */
async function judged(plan: Plan, runner: Runner, diagnose: Diagnose): Promise<string> {
  const lattice = await latticeOf(plan, { runner, diagnose });
  const [ceremony] = lattice.full.ceremonies;
  if (ceremony === undefined) throw new Error("no ceremony");
  const judgement = await judgeCeremony(lattice, ceremony);
  return judgement === WELL ? WELL : `${judgement.class}: ${judgement.why}`;
}

const fails = (...names: readonly string[]) =>
  runnerOf((knobs) => (names.every((name) => knobs[name] === true) ? "NotAllowedError" : undefined));

const failsFromAny = (...names: readonly string[]) =>
  runnerOf((knobs) => (names.some((name) => knobs[name] === true) ? "NotAllowedError" : undefined));

describe("a cause that the verdict names", () => {
  test("is right where it brings about the outcome alone", async () => {
    const plan = planOf("key.decision", "net.latencyMs");
    expect(await judged(plan, fails("key.decision"), saying("user-refused"))).toBe(
      "right: named in a sufficient set",
    );
  });

  test("is right where it takes another one to bring about the outcome", async () => {
    const plan = planOf("key.decision", "net.latencyMs");
    const runner = fails("key.decision", "net.latencyMs");
    expect(await judged(plan, runner, saying("user-refused"))).toMatch(/^right/);
  });

  test("is right where it is one of several sufficient ones", async () => {
    const plan = planOf("key.decision", "key.present");
    const runner = failsFromAny("key.decision", "key.present");
    expect(await judged(plan, runner, saying("user-refused"))).toMatch(/^right/);
    expect(await judged(plan, runner, saying("no-authenticator"))).toMatch(/^right/);
    expect(await judged(plan, runner, saying("store-full"))).toBe("wrong: names no deviation");
  });

  test("is wrong where taking it away changes nothing", async () => {
    const plan = planOf("key.decision", "net.latencyMs");
    expect(await judged(plan, fails("net.latencyMs"), saying("user-refused"))).toBe(
      "wrong: removal changes nothing",
    );
  });

  test("is proximate where taking it away changes only when the ceremony ended", async () => {
    const plan = planOf("key.decision", "net.latencyMs");
    const base = fails("net.latencyMs");
    const runner: Runner = {
      async run(planned) {
        const observed = await base.run(planned);
        const atMs = planned.knobs["key.decision"] === true ? 5_000 : 9_000;
        return { ...observed, records: observed.records.map((one) => ({ ...one, atMs })) };
      },
    };
    expect(await judged(plan, runner, saying("user-refused"))).toBe(
      "proximate: removal changes only when it ended",
    );
  });

  test("is proximate where it is a condition of the scenario", async () => {
    expect(
      await judged(planOf("net.latencyMs"), fails("net.latencyMs"), saying("flag-before-credential")),
    ).toMatch(/^proximate/);
  });

  test("is right where the sentence names it as what a timer waited for", async () => {
    const beside: Diagnose = (records) =>
      saying("client-timeout")(records).map((said) => ({ ...said, waitedFor: ["gesture"] }));
    expect(await judged(planOf("key.touchDelayMs"), fails("key.touchDelayMs"), beside)).toMatch(/^right/);
  });

  test("is unmapped where nobody has said what it names", async () => {
    expect(await judged(planOf("net.latencyMs"), fails("net.latencyMs"), saying("a-new-cause"))).toBe(
      "unmapped: a-new-cause",
    );
  });
});

describe("a timer that the verdict names", () => {
  const timed = (whenPatient: string | undefined) =>
    runnerOf((knobs, isPatient) =>
      knobs["key.touchDelayMs"] === true ? (isPatient ? whenPatient : "NotAllowedError") : undefined,
    );
  const said = saying("client-timeout", "client.ceremony");

  test("is right where all is well without it", async () => {
    expect(await judged(planOf("key.touchDelayMs"), timed(undefined), said)).toMatch(
      /^right: timer repairs it/,
    );
  });

  test("is proximate where something not named is what repairs it", async () => {
    expect(await judged(planOf("key.touchDelayMs"), timed("AbortError"), said)).toMatch(
      /^proximate: timer changes/,
    );
    expect(await judged(planOf("key.touchDelayMs"), timed("NotAllowedError"), said)).toMatch(
      /^proximate: the timer fired/,
    );
  });

  test("says nothing where the run without it never comes to rest", async () => {
    const base = timed(undefined);
    const runner: Runner = {
      run: (planned, changes) =>
        changes?.withoutClientTimer === true
          ? Promise.reject(new PlanRefusedError("LIVELOCK"))
          : base.run(planned, changes),
    };
    expect(await judged(planOf("key.touchDelayMs"), runner, said)).toMatch(/^proximate: a condition/);
  });
});

describe("success", () => {
  test("said of a success is nothing to judge", async () => {
    expect(await judged(planOf("net.latencyMs"), fails("key.decision"), saying("user-refused"))).toBe(WELL);
  });

  test("said of a failure is false", async () => {
    expect(await judged(planOf("net.latencyMs"), fails("net.latencyMs"), saying("success"))).toBe(
      "false-success: not a success",
    );
  });

  test("said of stores that do not match is false", async () => {
    const runner: Runner = {
      run: ({ knobs }) =>
        Promise.resolve({
          records: WELL_REGISTRATION.filter(
            ({ kind }) => kind !== "rp.row" || knobs["rp.idColumnBytes"] !== true,
          ),
          ledger: knobs["rp.idColumnBytes"] === true ? { ...WELL_LEDGER, rows: [] } : WELL_LEDGER,
          recordsBefore: [0],
        }),
    };
    expect(await judged(planOf("rp.idColumnBytes"), runner, saying("success"))).toBe(
      "false-success: stores do not match",
    );
  });

  test("with a trouble named in it is wrong", async () => {
    const always: Diagnose = () => [{ ceremony: "c1", cause: "user-refused", text: "" }];
    expect(await judged(planOf("net.latencyMs"), fails("key.decision"), always)).toBe(
      "wrong: trouble in a success",
    );
  });
});

test("a ceremony that is not told is wrong, one that is undecided is counted apart", async () => {
  const runner = fails("net.latencyMs");
  expect(await judged(planOf("net.latencyMs"), runner, () => [])).toBe("wrong: not told");
  expect(await judged(planOf("net.latencyMs"), runner, saying("undecided"))).toMatch(/^undecided/);
});

describe("the smallest case", () => {
  test("has only the deviations that matter", async () => {
    const plan = planOf("key.decision", "net.latencyMs", "page.aborts", "mail.spam");
    const deps = { runner: fails("net.latencyMs", "mail.spam"), diagnose: saying("store-full") };
    const lattice = await latticeOf(plan, deps);
    const [ceremony] = lattice.full.ceremonies;
    if (ceremony === undefined) throw new Error("no ceremony");
    const judgement = await judgeCeremony(lattice, ceremony);
    if (judgement === WELL) throw new Error("judged well");
    const found = await minimalCase(lattice, ceremony, judgement);
    expect(found.deviations).toEqual(["net.latencyMs=true", "mail.spam=true"]);
    expect(found.run.knobs).toEqual({ "net.latencyMs": true, "mail.spam": true });
    expect(truthOf(found)).toBe("registration: mail.spam=true+net.latencyMs=true");
  });
});
