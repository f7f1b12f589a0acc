import { describe, expect, test } from "vitest";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { simulatedUser, scriptedUser, type UserBehaviour, type UserPrompt } from "../../src/sim/user.js";

const TOUCH: UserPrompt = { kind: "touch", purpose: "make-credential", rpId: "example.com" };
const NEVER = new AbortController().signal;

async function asked(behaviour: UserBehaviour, prompt: UserPrompt = TOUCH) {
  const env = virtualEnv("user");
  const answer = await env.clock.run(simulatedUser(env, behaviour).answer(prompt, NEVER));
  return { answer, atMs: env.clock.nowMs(), records: env.records };
}

describe("simulatedUser", () => {
  test("touches after half a second, and the trace says so", async () => {
    const { answer, atMs, records } = await asked({});
    expect(answer).toEqual({ answer: "approved" });
    expect(atMs).toBe(500);
    expect(records.map(({ kind, atMs: when }) => [kind, when])).toEqual([
      ["user.prompted", 0],
      ["user.answered", 500],
    ]);
    expect(records[1]).toMatchObject({ prompt: "touch make-credential", answer: "approved" });
  });

  test.each([
    ["touch", 500],
    ["verify", 800],
    ["choose-account", 1500],
    ["consent", 1500],
    ["unlock", 1500],
  ] as const)("takes its time for %s: %i ms", async (kind, atMs) => {
    expect((await asked({}, { ...TOUCH, kind })).atMs).toBe(atMs);
  });

  test("thinking comes on top", async () => {
    expect((await asked({ thinkMs: 60_000, touchMs: 1 })).atMs).toBe(60_001);
  });

  test("refuses", async () => {
    expect((await asked({ refuses: true })).answer).toEqual({ answer: "refused" });
  });

  test("one kind of prompt can differ", async () => {
    const behaviour: UserBehaviour = { prompts: { verify: { does: "uses-wrong-finger", actMs: 7 } } };
    const verify = await asked(behaviour, { ...TOUCH, kind: "verify" });
    expect(verify).toMatchObject({ answer: { answer: "wrong-finger" }, atMs: 7 });
    expect((await asked(behaviour)).answer).toEqual({ answer: "approved" });
  });

  test("the nth prompt can differ, and beats the kind", async () => {
    const env = virtualEnv("user");
    const user = simulatedUser(env, {
      nth: { 2: { does: "approves", account: 1 } },
      prompts: { touch: { does: "refuses" } },
    });
    const answers = [
      await env.clock.run(user.answer(TOUCH, NEVER)),
      await env.clock.run(user.answer(TOUCH, NEVER)),
      await env.clock.run(user.answer(TOUCH, NEVER)),
    ];
    expect(answers).toEqual([
      { answer: "refused" },
      { answer: "approved", account: 1 },
      { answer: "refused" },
    ]);
  });

  test.each([{ walksAway: true }, { touchMs: 10_000 }])(
    "%j: when the device stops asking, the promise ends with its reason",
    async (behaviour) => {
      const env = virtualEnv("user");
      const abort = new AbortController();
      const reason = new Error("the device stopped asking");
      env.clock.arm(5_000, "test.abort", () => abort.abort(reason));
      await expect(env.clock.run(simulatedUser(env, behaviour).answer(TOUCH, abort.signal))).rejects.toBe(
        reason,
      );
      expect(env.records.at(-1)).toMatchObject({ kind: "user.answered", answer: "none", atMs: 5_000 });
    },
  );

  test("walking away with nobody waiting is a stalled run, not a hang", async () => {
    const env = virtualEnv("user");
    const answer = simulatedUser(env, { walksAway: true }).answer(TOUCH, NEVER);
    await expect(env.clock.run(answer)).rejects.toMatchObject({ code: "STALLED" });
  });

  test("the site's id stays out of the trace of the person", async () => {
    expect(JSON.stringify((await asked({})).records)).not.toContain("example.com");
  });
});

describe("scriptedUser", () => {
  test("plays its answers in order", async () => {
    const env = virtualEnv("user");
    const user = scriptedUser(env, [{ does: "refuses" }, { actMs: 20 }]);
    expect(await env.clock.run(user.answer(TOUCH, NEVER))).toEqual({ answer: "refused" });
    expect(await env.clock.run(user.answer(TOUCH, NEVER))).toEqual({ answer: "approved" });
    expect(env.clock.nowMs()).toBe(20);
  });

  test("asked once more than the script says is a coded error", async () => {
    const env = virtualEnv("user");
    const outcome = scriptedUser(env, []).answer(TOUCH, NEVER);
    await expect(outcome).rejects.toMatchObject({ code: "USER_SCRIPT_ENDED" });
  });
});
