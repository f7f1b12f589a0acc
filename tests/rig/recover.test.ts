/** Recovery on virtual time: what is tried in which order, and what is kept of a key that stays mute. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { never } from "../../src/core/abort.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import type { CtapDevice } from "../../src/ctap/device.js";
import { recoverKey } from "../../src/rig/keys/recover-key.js";
import type { PowerSwitch } from "../../src/rig/power/power-switch.js";
import { sharedRig } from "./helpers/memory-rig.js";
import { simKey } from "./helpers/sim-key.js";

const mute: CtapDevice = {
  transport: "usb",
  label: "mute",
  oneShot: false,
  transact: (_, options) => never(options?.signal ?? new AbortController().signal),
  [Symbol.asyncDispose]: async () => {},
};

function power(said: string[]): PowerSwitch {
  return { label: "hub", off: async () => void said.push("off"), on: async () => void said.push("on") };
}

/** The device of a key, which the recovery may dispose of as often as it opens it. */
const lent = (device: CtapDevice): CtapDevice => ({
  transport: "usb",
  label: device.label,
  oneShot: false,
  transact: (request, options) => device.transact(request, options),
  [Symbol.asyncDispose]: async () => {},
});

test("a key that is mute until its power was cut is back, and out of quarantine", async () => {
  const env = virtualEnv("back");
  const rig = sharedRig(env).rigOf("one");
  const { device } = await simKey(env);
  const said: string[] = [];
  rig.quarantine.put({ label: "a", reasons: ["mute"], at: "" });
  const open = async () => (said.includes("on") ? lent(device) : mute);
  const recovery = await env.clock.run(
    recoverKey(rig, { label: "a", open, power: power(said), device: mute }),
  );
  expect(recovery.steps).toEqual(["closed", "no answer: TIMEOUT", "power cycled by hub", "answers getInfo"]);
  expect(said).toEqual(["off", "on"]);
  expect(rig.quarantine.has("a")).toBe(false);
  expect(rig.log.lines().map(({ kind }) => kind)).toEqual(["returned", "recovered"]);
});

test("one that stays mute is in quarantine, with a trace of the attempts", async () => {
  const env = virtualEnv("mute");
  const rig = sharedRig(env).rigOf("one");
  const recovery = recoverKey(rig, { label: "a", open: async () => mute, power: power([]) });
  await expect(env.clock.run(recovery)).rejects.toMatchObject({ code: "RIG_KEY_WEDGED" });
  const entry = rig.quarantine.get("a");
  expect(entry?.reasons).toEqual(["no answer: TIMEOUT", "power cycled by hub", "no answer: TIMEOUT"]);
  const kinds = readFileSync(entry?.trace ?? "", "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly kind: string }).kind);
  expect(kinds).toContain("ctap.request");
  expect(kinds).toContain("timer.fired");
});

test("a hub that fails, and no hub, are reasons", async () => {
  const env = virtualEnv("hub");
  const rig = sharedRig(env).rigOf("one");
  await expect(env.clock.run(recoverKey(rig, { label: "a", open: async () => mute }))).rejects.toMatchObject({
    message: expect.stringContaining("the rig cannot cut its power") as string,
  });
});

test("another key in its place does not count", async () => {
  const env = virtualEnv("another");
  const rig = sharedRig(env).rigOf("one");
  const { device } = await simKey(env);
  const other = { label: "a", open: async () => lent(device), aaguid: "00".repeat(16) };
  await expect(env.clock.run(recoverKey(rig, other))).rejects.toMatchObject({
    code: "RIG_KEY_WEDGED",
    message: expect.stringMatching(/another key is in its place: AAGUID [0-9a-f]{32}/) as string,
  });
});
