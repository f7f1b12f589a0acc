/** The control socket of a simulated key: presses, moves, peers that break off. */
import { connect } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemEnv } from "../../src/env/system-env.js";
import { askControl } from "../../src/rig/hardware/control-client.js";
import { ControlledUser, exposeControl, type KeyMove } from "../../src/sim/expose/key-control.js";
import { scratchFolder } from "./helpers/memory-rig.js";

const TOUCH = { kind: "touch", purpose: "get-assertion" } as const;

async function listening() {
  const env = systemEnv();
  const path = join(scratchFolder(), "control");
  const user = new ControlledUser(env);
  const moves: KeyMove[] = [];
  const control = await exposeControl(env, path, {
    user,
    move: async (move) => {
      if (move === "cycle") throw new Error("the port is worn out");
      moves.push(move);
    },
  });
  onTestFinished(() => control[Symbol.asyncDispose]());
  const asked = () => user.answer(TOUCH, new AbortController().signal);
  return { path, user, moves, asked };
}

describe("presses", () => {
  test("answer a prompt that waits", async () => {
    const { path, asked } = await listening();
    const answer = asked();
    expect(await askControl(path, "press 20")).toBe("pressed");
    expect(await answer).toEqual({ answer: "approved" });
  });

  test("answer a prompt that comes while the finger is down, and none after it was lifted", async () => {
    const { path, user, asked } = await listening();
    const lift = user.layDown();
    await asked();
    lift();
    const later = asked();
    const first = await Promise.race([later, askControl(path, "press 0").then(() => "pressed")]);
    expect(first).toEqual({ answer: "approved" });
  });

  test("end when the caller hangs up: a long touch was too short then", async () => {
    const { path, user } = await listening();
    const abort = new AbortController();
    const answer = user.answer({ ...TOUCH, purpose: "reset", holdMs: 60_000 }, new AbortController().signal);
    const pressed = askControl(path, "press 60000", abort.signal);
    // The finger is down once the prompt of another one is answered.
    await user.answer(TOUCH, new AbortController().signal);
    abort.abort();
    expect(await pressed).toBeUndefined();
    const { heldMs } = (await answer) as { readonly heldMs?: number };
    expect(heldMs).toBeLessThan(60_000);
  });

  test("that the caller gives up before they are connected end as well", async () => {
    const { path } = await listening();
    const abort = new AbortController();
    const pressed = askControl(path, "press 60000", abort.signal);
    abort.abort();
    expect(await pressed).toBeUndefined();
    expect(await askControl(path, "press 1", AbortSignal.abort())).toBeUndefined();
  });
});

test("moves are made and answered; what fails and what is unknown is told", async () => {
  const { path, moves } = await listening();
  expect(await askControl(path, "unplug")).toBe("unplug");
  expect(await askControl(path, "replug")).toBe("replug");
  expect(moves).toEqual(["unplug", "replug"]);
  await expect(askControl(path, "cycle")).rejects.toThrow("the port is worn out");
  for (const line of ["dance", "press", "press -1", "press x"]) {
    await expect(askControl(path, line)).rejects.toThrow("it takes press MS, unplug, replug, cycle");
  }
});

test("a peer that breaks off ends nothing but itself", async () => {
  const { path, moves } = await listening();
  const rude = connect(path);
  await once(rude, "connect");
  rude.on("error", () => {});
  // The answers to these find nobody.
  rude.write("press 60000\nunplug\nunplug\ndance\n");
  rude.end();
  rude.destroy();
  await once(rude, "close");
  expect(await askControl(path, "replug")).toBe("replug");
  expect(moves.at(-1)).toBe("replug");
});

test("nobody at the path is an error", async () => {
  await expect(askControl(join(scratchFolder(), "none"), "press 1")).rejects.toThrow(/ENOENT/);
});
