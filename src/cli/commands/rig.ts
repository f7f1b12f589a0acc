import { namesHint } from "../../core/place.js";
import { type ControllerProtocol, rigServer } from "../../entry/rig.js";
import { type Command, type Outcome, untilInterrupted, UsageError } from "../command.js";
import { choiceOption, numberOption, textOption } from "../options.js";
import { rigContext, type RigContext } from "../rig/rig-context.js";
import { check, power, press, recover } from "../rig/rig-keys.js";
import { leaseFor, release } from "../rig/rig-lease.js";
import { status } from "../rig/rig-status-text.js";

const PORT = 9803;
const PORT_MAX = 65_535;
/** Where FIDO's conformance tools send their requests; they can be told no other place. */
const CONFORMANCE_PORT = 3000;
const PROTOCOLS: readonly ControllerProtocol[] = ["controller", "conformance"];

const ACTIONS: Readonly<Record<string, (context: RigContext) => Promise<Outcome>>> = {
  status,
  check,
  lease: leaseFor,
  release,
  press,
  power,
  recover,
  serve,
};

export const rig: Command = {
  name: "rig",
  takesWords: true,
  summary: "share keys and phones between the jobs of this machine: lease, press, power-cycle, recover",
  synopsis:
    "status | check [LABEL] | lease -- COMMAND | release LABEL | press LABEL | power LABEL [on|off|cycle] | recover LABEL | serve",
  help: `  --rig FILE           what keys, phones, fingers and power switches there are (rig.json, or PASSKEY_HARNESS_RIG)

  status               devices, leases, queue, quarantine, last verdicts
  check [LABEL]        open each free key and say what it is
  --adopt LABEL        note that whatever is on this key now may be destroyed, where the rig file allows it
  lease -- COMMAND     wait for a device, run the command with it, give it back however that ends; the command finds
                       PASSKEY_HARNESS_RIG_LABEL and PASSKEY_HARNESS_RIG_DEVICE in its environment
  --label LABEL        this device
  --labels A,B         one that has all of these labels
  --job NAME           what status shows (the command)
  --priority N         0 to 9, 5 when absent; higher ones go first, and waiting raises it
  --limit-ms N         how long the command may keep the device (600000); then it is ended
  --wait-ms N          how long to wait for one (1800000)
  --junit FILE         write what became of the command as JUnit XML: a failure for another exit code than 0, an error
                       where no device could be had
  release LABEL        ask the job that has it to end, or take it out of quarantine
  press LABEL          move its finger
  --hold-ms N          for so long
  power LABEL ACTION   on, off or cycle
  recover LABEL        bring back a key that answers no more; it goes into quarantine when that fails
  --force              release: kill the job; press, power: although another job has the key
  serve                status page on loopback
  --port N             where (${PORT}; ${CONFORMANCE_PORT} for conformance); 0 for any free port
  --protocol NAME      let other tools press keys: controller (python-fido2's device tests) or conformance (FIDO's tools)
  --key LABEL          the key they mean, where they name none`,
  options: {
    rig: { type: "string" },
    adopt: { type: "string" },
    label: { type: "string" },
    labels: { type: "string", multiple: true },
    job: { type: "string" },
    priority: { type: "string" },
    "limit-ms": { type: "string" },
    "wait-ms": { type: "string" },
    junit: { type: "string" },
    "hold-ms": { type: "string" },
    force: { type: "boolean", default: false },
    port: { type: "string" },
    protocol: { type: "string" },
    key: { type: "string" },
  },
  async run(invocation) {
    const [action = "status"] = invocation.positionals;
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act === undefined) {
      throw new UsageError("USAGE", `rig has no action "${action}"`, {
        hint: namesHint(action, Object.keys(ACTIONS)),
      });
    }
    return act(rigContext(invocation));
  },
};

async function serve({ invocation, rig: shared, hardware }: RigContext): Promise<Outcome> {
  const protocol = choiceOption(invocation, "protocol", PROTOCOLS);
  const key = textOption(invocation, "key");
  const usual = protocol === "conformance" ? CONFORMANCE_PORT : PORT;
  const server = await rigServer(shared, {
    port: numberOption(invocation, "port", { min: 0, max: PORT_MAX }) ?? usual,
    hardware,
    ...(protocol !== undefined && { protocols: [protocol] }),
    ...(key !== undefined && { key }),
  });
  const { url } = server;
  invocation.terminal.warn(`rig on ${url}${protocol === undefined ? "" : `, protocol ${protocol}`}`);
  await untilInterrupted();
  await server[Symbol.asyncDispose]();
  return { exitCode: 0, json: { ok: true, url }, text: "" };
}
