import { firmwareOf, fitForUhid, seededEntropy, systemEnv } from "../../entry/sim.js";
import type { Command } from "../command.js";
import { answerAfterSaving } from "../device/answer-after-saving.js";
import { EXPOSE_HELP, EXPOSE_OPTIONS, exposeKey } from "../device/expose-key.js";
import { KEY_HANDS_HELP, untilStdinEnds } from "../device/key-user.js";
import { flag, textOption } from "../options.js";
import { SIM_KEY_HELP, SIM_KEY_OPTIONS, simKeyFrom } from "../device/simulated-key.js";

export const key: Command = {
  name: "key",
  summary:
    "offer a simulated key to other programs: as a USB key of this machine or another, over UDP or a socket",
  synopsis: "--uhid | --usbip HOST:PORT | --udp HOST:PORT [--peer HOST:PORT] | --unix PATH  [options]",
  help: `${EXPOSE_HELP}
${SIM_KEY_HELP}
  --seed TEXT          what the key's secrets are made of; random when absent
${KEY_HANDS_HELP}`,
  options: {
    ...EXPOSE_OPTIONS,
    stdin: { type: "boolean", default: false },
    seed: { type: "string" },
    ...SIM_KEY_OPTIONS,
  },
  async run(invocation) {
    const seed = textOption(invocation, "seed");
    const env = seed === undefined ? systemEnv() : { ...systemEnv(), entropy: seededEntropy(seed) };
    const fit = flag(invocation, "uhid") ? fitForUhid : undefined;
    const { key: simulated, kept } = await simKeyFrom(invocation, env, fit);
    await using _held = kept;
    const firmware = answerAfterSaving(firmwareOf(simulated), kept, invocation.terminal);
    const exposed = await exposeKey(invocation, env, firmware);
    const ended = untilStdinEnds(exposed, invocation.terminal, {
      stdin: flag(invocation, "stdin"),
      clock: env.clock,
    });
    // A reader of this line may send a signal at once: the listeners are there by now.
    invocation.terminal.warn(`simulated ${simulated.profile.name} on ${exposed.label}`);
    const moves = await ended;
    return {
      exitCode: 0,
      json: { ok: true, where: exposed.label, profile: simulated.profile.name, ...moves },
      text: "",
    };
  },
};
