import {
  exposeUdp,
  exposeUnix,
  firmwareOf,
  seededEntropy,
  systemEnv,
  type CtapHandler,
  type Env,
  type ExposedDevice,
  type HidFirmware,
} from "../../index.js";
import type { Command, Invocation } from "../command.js";
import { flag, textOption } from "../options.js";
import { SIM_KEY_HELP, SIM_KEY_OPTIONS, simKeyFrom } from "../sim-key.js";
import { hostAndPort } from "../host-and-port.js";
import { UsageError } from "../usage-error.js";

export const key: Command = {
  name: "key",
  summary: "offer a simulated key to other programs, 64-byte CTAPHID reports over UDP or a socket",
  synopsis: "--udp HOST:PORT [--peer HOST:PORT] | --unix PATH  [options]",
  help: `  --udp HOST:PORT      listen for reports as datagrams
  --peer HOST:PORT     answer there; without it, whoever sent last gets the answer
  --unix PATH          offer the same reports on a stream socket
  --allow-remote       listen on addresses that are not this machine's own loopback
${SIM_KEY_HELP}
  --seed TEXT          what the key's secrets are made of; random when absent
  signals: SIGUSR1 is a power cycle, SIGTERM and SIGINT unplug the key and end the program`,
  options: {
    udp: { type: "string" },
    peer: { type: "string" },
    unix: { type: "string" },
    "allow-remote": { type: "boolean", default: false },
    seed: { type: "string" },
    ...SIM_KEY_OPTIONS,
  },
  async run(invocation) {
    const seed = textOption(invocation, "seed");
    const env = seed === undefined ? systemEnv() : { ...systemEnv(), entropy: seededEntropy(seed) };
    const { key: simulated, save } = simKeyFrom(invocation, env);
    const { cbor, msg, ...rest } = firmwareOf(simulated);
    // After every answer, so that a killed process loses nothing that was promised.
    const saving = (handle: CtapHandler): CtapHandler =>
      async function handleAndSave(...message) {
        const answer = await handle(...message);
        save();
        return answer;
      };
    const firmware = { ...rest, ...(cbor && { cbor: saving(cbor) }), ...(msg && { msg: saving(msg) }) };
    const exposed = await expose(invocation, env, firmware);
    invocation.terminal.warn(`simulated ${simulated.profile.name} on ${exposed.label}`);
    const powerCycles = await untilUnplugged(exposed);
    save();
    return {
      exitCode: 0,
      json: { ok: true, where: exposed.label, profile: simulated.profile.name, powerCycles },
      text: "",
    };
  },
};

/** @throws {UsageError} USAGE unless exactly one place was named. */
function expose(invocation: Invocation, env: Env, firmware: HidFirmware): Promise<ExposedDevice> {
  const udp = textOption(invocation, "udp");
  const unix = textOption(invocation, "unix");
  const peer = textOption(invocation, "peer");
  if ((udp === undefined) === (unix === undefined)) {
    throw new UsageError("USAGE", "key takes --udp HOST:PORT or --unix PATH, one of the two");
  }
  if (unix !== undefined) return exposeUnix(env, firmware, unix);
  return exposeUdp(env, firmware, {
    listen: hostAndPort(udp as string, { zero: true }),
    ...(peer !== undefined && { peer: hostAndPort(peer) }),
    allowRemote: flag(invocation, "allow-remote"),
  });
}

/** Resolves with the number of power cycles once a signal unplugged the key. */
function untilUnplugged(exposed: ExposedDevice): Promise<number> {
  return new Promise((resolve, reject) => {
    let powerCycles = 0;
    process.on("SIGUSR1", () => {
      powerCycles += 1;
      exposed.powerCycle().catch(reject);
    });
    const unplug = () => void exposed[Symbol.asyncDispose]().then(() => resolve(powerCycles), reject);
    process.once("SIGTERM", unplug);
    process.once("SIGINT", unplug);
  });
}
