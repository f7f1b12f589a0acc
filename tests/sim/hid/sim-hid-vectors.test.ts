import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { HidResponder } from "../../../src/sim/hid/responder.js";
import { toReports } from "../../../src/transports/hid/framing.js";
import { contractFirmware } from "../../contract/ctap-device.js";
import { scriptedEntropy } from "../../helpers/scripted-entropy.js";
import { loadVectors } from "../../helpers/vectors.js";

interface ScenarioCase {
  readonly id: string;
  readonly kind?: "scenario";
  readonly steps?: readonly { readonly send: string; readonly expect: string | null }[];
}

const SCENARIOS = loadVectors<ScenarioCase>("ctaphid").filter(({ kind }) => kind === "scenario");

/** The two channels the published scenarios take for granted. */
const CHANNELS = ["01020304", "00000002"];

describe.each(SCENARIOS)("$id", ({ steps = [] }) => {
  test("the device answers each step as published", () => {
    const env = { ...virtualEnv("vectors"), entropy: scriptedEntropy(...CHANNELS.map(fromHex)) };
    const answers: string[] = [];
    const firmware = { cbor: contractFirmware, msg: contractFirmware, wink: () => {} };
    const device = new HidResponder(env, firmware, { emit: (report) => answers.push(toHex(report)) });
    for (const channel of CHANNELS) {
      const [init] = toReports({ channel: 0xffff_ffff, command: 0x06, payload: new Uint8Array(8) });
      device.receive(init as Uint8Array);
      expect(answers.pop()?.slice(30, 38)).toBe(channel);
    }
    expect(steps.length).toBeGreaterThan(0);
    for (const { send, expect: answer } of steps) {
      device.receive(fromHex(send));
      expect(answers.splice(0)).toEqual(answer === null ? [] : [answer]);
    }
  });
});

test("there are nine scenarios, none lost", () => {
  expect(SCENARIOS).toHaveLength(9);
});
