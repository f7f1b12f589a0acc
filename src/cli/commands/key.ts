import {
  ControlledUser,
  envFor,
  exposeControl,
  firmwareOf,
  fitForUhid,
  type KeyMove,
  seededEntropy,
  systemEnv,
} from "../../entry/sim.js";
import { type Command, type Invocation, UsageError } from "../command.js";
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
  --control unix:PATH  let other processes press it and pull it out, by lines on a socket: press MS, unplug, replug, cycle;
                       nothing else touches it then
${KEY_HANDS_HELP}`,
  options: {
    ...EXPOSE_OPTIONS,
    stdin: { type: "boolean", default: false },
    seed: { type: "string" },
    control: { type: "string" },
    ...SIM_KEY_OPTIONS,
  },
  async run(invocation) {
    const seed = textOption(invocation, "seed");
    const env = seed === undefined ? systemEnv() : { ...systemEnv(), entropy: seededEntropy(seed) };
    const fit = flag(invocation, "uhid") ? fitForUhid : undefined;
    const controlPath = controlOption(invocation);
    const user = controlPath === undefined ? undefined : new ControlledUser(envFor(env, "user"));
    const { key: simulated, kept } = await simKeyFrom(invocation, env, fit, user);
    await using _held = kept;
    const firmware = answerAfterSaving(firmwareOf(simulated), kept, invocation.terminal);
    let moveKey: (word: KeyMove) => Promise<void> = async () => {};
    await using _control =
      user && controlPath !== undefined
        ? await exposeControl(env, controlPath, { user, move: (word) => moveKey(word) })
        : undefined;
    const exposed = await exposeKey(invocation, env, firmware);
    const ended = untilStdinEnds(exposed, invocation.terminal, {
      stdin: flag(invocation, "stdin"),
      clock: env.clock,
      onReady: (move) => {
        moveKey = move;
      },
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

/** @throws {UsageError} USAGE */
function controlOption(invocation: Invocation): string | undefined {
  const control = textOption(invocation, "control");
  if (control === undefined) return undefined;
  if (!/^unix:./.test(control)) {
    throw new UsageError("USAGE", `--control takes unix:PATH, not "${control}"`);
  }
  if (textOption(invocation, "touch-ms") !== undefined) {
    throw new UsageError("USAGE", "--touch-ms goes without --control: the finger is another process's");
  }
  return control.slice("unix:".length);
}
