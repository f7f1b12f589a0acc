/** Phones by adb, against a stand-in that answers as adb does, and phones by a user. */
import { describe, expect, test } from "vitest";
import { sleep } from "../../src/core/clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { ProgramRunner } from "../../src/rig/hardware/run-program.js";
import { adbPhone } from "../../src/rig/phones/adb-phone.js";
import { phoneFor } from "../../src/rig/phones/rig-phone.js";

const QR = "FIDO:/0254318383253694";
const SHEET = `<hierarchy><node text="Continue" class="android.widget.Button" bounds="[100,2000][980,2120]"/></hierarchy>`;

/** A stand-in for adb: what it is asked, and answers by the first words behind the serial number. */
function adb(answers: Readonly<Record<string, string | number>> = {}) {
  const calls: string[] = [];
  const run: ProgramRunner = async ([program, flag, serial, ...args]) => {
    calls.push(args.join(" "));
    expect([program, flag, serial]).toEqual(["adb", "-s", "R58M"]);
    const known = { "get-state": "device\n", "exec-out uiautomator": SHEET, ...answers };
    const [, answer = ""] = Object.entries(known).find(([words]) => args.join(" ").startsWith(words)) ?? [];
    if (typeof answer === "number")
      return { exitCode: answer, stdout: "", stderr: `adb: failed at ${args.join(" ")}` };
    return { exitCode: 0, stdout: answer, stderr: "" };
  };
  return { calls, run };
}

describe("adb", () => {
  test("wakes the phone, opens the text, and agrees in the middle of the button", async () => {
    const env = virtualEnv("adb");
    const { calls, run } = adb();
    await env.clock.run(adbPhone(env, { run }, { label: "pixel", serial: "R58M" }).scan({ qr: QR }));
    expect(calls).toEqual([
      "get-state",
      "shell input keyevent KEYCODE_WAKEUP",
      "shell wm dismiss-keyguard",
      "shell dumpsys window",
      `shell am start -W -a android.intent.action.VIEW -d ${QR}`,
      "exec-out uiautomator dump /dev/tty",
      "shell input tap 540 2060",
    ]);
  });

  test.each([
    [{ "get-state": "unauthorized\n" }, /not ready for adb/],
    [{ "shell dumpsys": "mDreamingLockscreen=true" }, /is locked/],
    [
      { "shell am": "Error: Activity not started, unable to resolve Intent" },
      /nothing on "pixel" opens FIDO/,
    ],
    [{ "get-state": 1 }, /ended with 1/],
  ])("%j is told", async (answers, message) => {
    const env = virtualEnv("adb");
    const phone = adbPhone(env, adb(answers), { label: "pixel", serial: "R58M" });
    await expect(env.clock.run(phone.scan({ qr: QR }))).rejects.toMatchObject({
      code: "RIG_PHONE_FAILED",
      message: expect.stringMatching(message) as string,
    });
  });

  test("no text but a FIDO code gets to the phone's shell", async () => {
    const env = virtualEnv("adb");
    const { calls, run } = adb();
    const phone = adbPhone(env, { run }, { label: "pixel", serial: "R58M" });
    await expect(phone.scan({ qr: "FIDO:/1; reboot" })).rejects.toMatchObject({ code: "RIG_PHONE_FAILED" });
    expect(calls).toEqual([]);
  });

  test("an error does not repeat the code, which is a secret", async () => {
    const env = virtualEnv("adb");
    const phone = adbPhone(env, adb({ "shell am": 1 }), { label: "pixel", serial: "R58M" });
    const error = await env.clock.run(phone.scan({ qr: QR }).catch((thrown: unknown) => thrown));
    expect(String(error)).toContain("FIDO:/...");
    expect(JSON.stringify(error)).not.toContain("0254318383253694");
  });

  test("a sheet that never shows a button ends the search, not the ceremony", async () => {
    const env = virtualEnv("adb");
    const { calls, run } = adb({ "exec-out uiautomator": "<hierarchy/>" });
    await env.clock.run(adbPhone(env, { run }, { label: "pixel", serial: "R58M" }).scan({ qr: QR }));
    expect(calls.filter((call) => call.startsWith("exec-out"))).toHaveLength(15);
    expect(calls.some((call) => call.includes("tap"))).toBe(false);
  });
});

describe("a user", () => {
  const phone = (env: ReturnType<typeof virtualEnv>) => {
    const said: string[] = [];
    const shown: string[] = [];
    const hardware = {
      run: adb().run,
      fetch,
      openBoard: () => Promise.reject(new Error("none")),
      tell: (text: string) => void said.push(text),
      show: (qr: string) => void shown.push(qr),
    };
    return { said, shown, phone: phoneFor(env, hardware, { label: "mine", by: "user", waitMs: 5_000 }) };
  };

  test("is shown the code and told how long there is; the answer ends the wait", async () => {
    const env = virtualEnv("user");
    const { said, shown, phone: mine } = phone(env);
    const answered = new AbortController();
    const story = async () => {
      const scanned = mine.scan({ qr: QR, signal: answered.signal });
      await sleep(env.clock, 1_000, "test.wait");
      answered.abort();
      await scanned;
    };
    await env.clock.run(story());
    expect(shown).toEqual([QR]);
    expect(said).toEqual(["scan the code with mine and agree there, within 5 s"]);
    expect(env.clock.nowMs()).toBe(1_000);
  });

  test("who does not come is told", async () => {
    const env = virtualEnv("user");
    await expect(env.clock.run(phone(env).phone.scan({ qr: QR }))).rejects.toMatchObject({
      code: "RIG_PHONE_FAILED",
      message: 'nobody scanned with "mine" within 5000 ms',
    });
  });
});
