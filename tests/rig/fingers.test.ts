/** Fingers: when they press, how long, and what is said when they do not. */
import { describe, expect, test } from "vitest";
import { sleep } from "../../src/core/clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { openSession } from "../../src/ctap/client/session.js";
import { commandFinger } from "../../src/rig/fingers/command-finger.js";
import { type Finger, heldFor } from "../../src/rig/fingers/finger.js";
import { httpFinger } from "../../src/rig/fingers/http-finger.js";
import { pressWhenAsked } from "../../src/rig/fingers/press-when-asked.js";
import { touchBoard } from "../../src/rig/fingers/touch-board.js";
import type { Fetch } from "../../src/rig/hardware/hardware.js";
import type { ProgramRunner } from "../../src/rig/hardware/run-program.js";
import { runProgram } from "../../src/rig/hardware/run-program.js";
import { powerCycle } from "../../src/rig/power/power-switch.js";
import { powerFor } from "../../src/rig/power/power-for.js";
import { portStates, uhubctl } from "../../src/rig/power/uhubctl.js";
import { parseInventory } from "../../src/rig/inventory/inventory.js";
import { simKey } from "./helpers/sim-key.js";

/** A finger on a simulated key, and when it was down. */
function fingerOn(
  env: ReturnType<typeof virtualEnv>,
  user: { layDown(): () => void },
  options: { meets?: boolean } = {},
) {
  const touches: { downMs: number; upMs: number }[] = [];
  const finger: Finger = {
    label: "test finger",
    async press(press) {
      const downMs = env.clock.nowMs();
      const lift = options.meets === false ? () => {} : user.layDown();
      await heldFor(env.clock, press);
      lift();
      touches.push({ downMs, upMs: env.clock.nowMs() });
    },
  };
  return { finger, touches };
}

describe("a key that asks", () => {
  test("is pressed when it asks, not before, and answers", async () => {
    const env = virtualEnv("asks");
    const { device, user } = await simKey(env);
    const { finger, touches } = fingerOn(env, user);
    const session = await env.clock.run(openSession(env, pressWhenAsked(env, device, finger)));
    expect(touches).toEqual([]);
    const beganMs = env.clock.nowMs();
    await env.clock.run(session.selection());
    expect(touches).toHaveLength(1);
    expect(touches[0]?.downMs).toBeGreaterThanOrEqual(beganMs);
    expect((touches[0]?.downMs ?? 0) - beganMs).toBeLessThan(200);
  });

  test("is held for long where it wants a long touch, until it answers", async () => {
    const env = virtualEnv("long");
    const { device, user } = await simKey(env, { longTouch: true });
    const short = fingerOn(env, user);
    const long = fingerOn(env, user);
    const hasty = await env.clock.run(openSession(env, pressWhenAsked(env, device, short.finger)));
    await expect(env.clock.run(hasty.reset())).rejects.toMatchObject({ code: "CTAP_OPERATION_DENIED" });
    const isReset = ([command]: Uint8Array) => command === 0x07;
    const pressed = pressWhenAsked(env, device, long.finger, { longHoldMs: 15_000, wantsLong: isReset });
    const session = await env.clock.run(openSession(env, pressed));
    await env.clock.run(session.reset());
    const [touch] = long.touches;
    expect((touch?.upMs ?? 0) - (touch?.downMs ?? 0)).toBeGreaterThanOrEqual(5_000);
    expect((touch?.upMs ?? 0) - (touch?.downMs ?? 0)).toBeLessThan(6_000);
  });

  test("a finger that misses it is told after two presses, and the request is cancelled", async () => {
    const env = virtualEnv("misses");
    const { device, user } = await simKey(env);
    const { finger, touches } = fingerOn(env, user, { meets: false });
    const session = await env.clock.run(openSession(env, pressWhenAsked(env, device, finger)));
    await expect(env.clock.run(session.selection())).rejects.toMatchObject({
      code: "RIG_FINGER_NOT_FELT",
      message: "test finger pressed 2 times, and the key still asks for a touch",
      aftermath: "none",
    });
    expect(touches).toHaveLength(2);
    // The key answers the next request.
    const other = fingerOn(env, user);
    const next = await env.clock.run(openSession(env, pressWhenAsked(env, device, other.finger)));
    await env.clock.run(next.selection());
  });

  test("a finger that cannot be moved is told with its own words", async () => {
    const env = virtualEnv("broken");
    const { device } = await simKey(env);
    const run: ProgramRunner = async () => ({ exitCode: 3, stdout: "", stderr: "servo: no current\n" });
    const finger = commandFinger(env, { run }, { press: ["servo", "down"] });
    const session = await env.clock.run(openSession(env, pressWhenAsked(env, device, finger)));
    await expect(env.clock.run(session.selection())).rejects.toMatchObject({
      code: "RIG_FINGER_FAILED",
      message: "servo: ended with 3: servo: no current",
    });
  });

  test("the caller's own abort lifts the finger", async () => {
    const env = virtualEnv("abort");
    const { device, user } = await simKey(env);
    const { finger, touches } = fingerOn(env, user, { meets: false });
    const session = await env.clock.run(
      openSession(env, pressWhenAsked(env, device, finger, { holdMs: 60_000 })),
    );
    const abort = new AbortController();
    const story = async () => {
      const asked = session.selection({ signal: abort.signal });
      await sleep(env.clock, 500, "test.wait");
      abort.abort(new Error("enough"));
      await expect(asked).rejects.toThrow();
    };
    await env.clock.run(story());
    expect(touches).toHaveLength(1);
    expect(touches[0]?.upMs).toBeLessThan(2_000);
  });
});

describe("kinds", () => {
  test("programs get the milliseconds, and no shell reads what they get", async () => {
    const env = virtualEnv("argv");
    const calls: (readonly string[])[] = [];
    const run: ProgramRunner = async (argv) => {
      calls.push(argv);
      return { exitCode: 0, stdout: "", stderr: "" };
    };
    const finger = commandFinger(
      env,
      { run },
      { press: ["down", "{holdMs}", "$(rm -rf /)"], release: ["up"] },
    );
    await env.clock.run(finger.press({ holdMs: 300 }));
    expect(calls).toEqual([["down", "300", "$(rm -rf /)"], ["up"]]);
    expect(env.clock.nowMs()).toBe(300);
  });

  test("a real program, and one that is not installed", async () => {
    expect(
      await runProgram([process.execPath, "-e", "console.log(process.argv[1])", "$HOME; ls"]),
    ).toMatchObject({
      exitCode: 0,
      stdout: "$HOME; ls\n",
    });
    const env = virtualEnv("missing");
    const finger = commandFinger(env, { run: runProgram }, { press: ["passkey-harness-no-such-program"] });
    await expect(env.clock.run(env.clock.duringHostWork(finger.press({ holdMs: 1 })))).rejects.toMatchObject({
      code: "RIG_FINGER_FAILED",
      message: "passkey-harness-no-such-program: the program is not installed",
    });
  });

  test.each(["controller", "conformance"] as const)("HTTP, protocol %s", async (protocol) => {
    const env = virtualEnv("http");
    const sent: string[] = [];
    const fetch: Fetch = async (url, { method }) => {
      sent.push(`${Math.round(env.clock.nowMs())} ${method} ${url}`);
      return { ok: true, status: 200, text: async () => "" };
    };
    await env.clock.run(
      httpFinger(env, { fetch }, { protocol, url: "http://rig/", port: 3 }).press({ holdMs: 250 }),
    );
    expect(sent).toEqual(
      protocol === "conformance"
        ? ["0 POST http://rig/conformance/userpresence"]
        : [
            "0 GET http://rig/usb3/touch/off",
            "100 GET http://rig/usb3/touch/on",
            "350 GET http://rig/usb3/touch/off",
          ],
    );
  });

  test.each([
    [
      "is answered with 500",
      async () => ({ ok: false, status: 500, text: async () => "" }),
      /answered with 500/,
    ],
    ["cannot be reached", async () => Promise.reject(new TypeError("fetch failed")), /cannot be reached/],
    ["is not answered", async () => new Promise<never>(() => {}), /not answered within 30000 ms/],
  ] satisfies [string, Fetch, RegExp][])("HTTP that %s", async (_, fetch, message) => {
    const env = virtualEnv("http");
    const finger = httpFinger(env, { fetch }, { protocol: "controller", url: "http://rig" });
    await expect(env.clock.run(finger.press({ holdMs: 1 }))).rejects.toMatchObject({
      code: "RIG_FINGER_FAILED",
      message: expect.stringMatching(message) as string,
    });
  });

  test("a touch board gets a report for down and one for up, and is closed", async () => {
    const env = virtualEnv("board");
    const said: string[] = [];
    const openBoard = async (label: string) => ({
      label,
      write: async (report: Uint8Array) =>
        void said.push(`${env.clock.nowMs()} ${report.length} ${report[0] ?? ""}`),
      reports: async function* (): AsyncGenerator<Uint8Array> {},
      close: async () => void said.push("closed"),
    });
    await env.clock.run(
      touchBoard(env, { openBoard }, { device: "/dev/hidraw9", down: "01", up: "02" }).press({ holdMs: 40 }),
    );
    expect(said).toEqual(["0 64 1", "40 64 2", "closed"]);
  });
});

/** As uhubctl 2.5 prints it. */
const SWITCHED = (
  state: string,
) => `Current status for hub 1-1 [2109:3431 USB2.0 Hub, USB 2.10, 4 ports, ppps]
  Port 2: 0103 power enable connect [1050:0407 Yubico YubiKey]
Sent power off request
New status for hub 1-1 [2109:3431 USB2.0 Hub, USB 2.10, 4 ports, ppps]
  Port 2: ${state}
`;

describe("power", () => {
  test("what uhubctl says is read, on both halves of a USB 3 hub", () => {
    expect(portStates(SWITCHED("0000 off"), 2)).toEqual([false]);
    expect(portStates(SWITCHED("0100 power"), 2)).toEqual([true]);
    expect(portStates(SWITCHED("0000 off"), 3)).toEqual([]);
    expect(portStates(SWITCHED("0000 off") + SWITCHED("02a0 power 5gbps Rx.Detect"), 2)).toEqual([
      false,
      true,
    ]);
  });

  const hub = (stdout: string, exitCode = 0) =>
    uhubctl(
      virtualEnv("hub"),
      { run: async () => ({ exitCode, stdout, stderr: "" }) },
      { hub: "1-1", port: 2 },
    );

  test.each([
    [
      "does not switch",
      SWITCHED("0103 power enable connect"),
      0,
      "port 2 of hub 1-1: the hub did not switch it off",
    ],
    ["says nothing", "", 0, "port 2 of hub 1-1: uhubctl said nothing of the port's new state"],
    [
      "is not there",
      "No compatible devices detected at location 1-1!\n",
      1,
      "port 2 of hub 1-1: ended with 1: No compatible devices detected at location 1-1!",
    ],
  ])("a hub that %s", async (_, stdout, exitCode, message) => {
    await expect(hub(stdout, exitCode).off()).rejects.toMatchObject({ code: "RIG_POWER_FAILED", message });
  });

  test("a cycle is off, a pause, and on; on also when the pause is broken off", async () => {
    const env = virtualEnv("cycle");
    const calls: string[] = [];
    const run: ProgramRunner = async (argv) => {
      calls.push(`${env.clock.nowMs()} ${argv.join(" ")}`);
      return { exitCode: 0, stdout: SWITCHED(argv.includes("off") ? "0000 off" : "0100 power"), stderr: "" };
    };
    const file = {
      schema: 1,
      keys: [{ label: "a", device: "any" }],
      powerSwitches: [{ key: "a", by: "uhubctl", hub: "1-1", port: 2 }],
    };
    const hardware = { run, fetch, openBoard: () => Promise.reject(new Error("none")), tell: () => {} };
    const power = powerFor(env, hardware, parseInventory(file, "rig.json"), "a");
    if (power === undefined) throw new Error("no switch");
    await env.clock.run(powerCycle(env, power));
    expect(calls).toEqual(["0 uhubctl -l 1-1 -p 2 -a off", "1000 uhubctl -l 1-1 -p 2 -a on"]);
  });
});
