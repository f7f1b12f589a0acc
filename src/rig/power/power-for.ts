import type { Env } from "../../core/env.js";
import { within } from "../../core/within.js";
import { CONTROLLER_PORT } from "../fingers/http-finger.js";
import { askControl } from "../hardware/control-client.js";
import type { Hardware } from "../hardware/hardware.js";
import { sendRequest } from "../hardware/http-request.js";
import { lastWords } from "../hardware/run-program.js";
import type { Inventory, RigPowerSwitch } from "../inventory/inventory.js";
import { RigError } from "../rig-error.js";
import type { PowerSwitch } from "./power-switch.js";
import { uhubctl } from "./uhubctl.js";

const PROGRAM_MS = 20_000;

/** Makes the power switch that the rig file has for a key; `undefined` where it has none. */
export function powerFor(
  env: Env,
  hardware: Hardware,
  { powerSwitches }: Inventory,
  label: string,
): PowerSwitch | undefined {
  const spec = powerSwitches.find(({ key }) => key === label);
  return spec === undefined ? undefined : powerOf(env, hardware, spec);
}

function powerOf(env: Env, hardware: Hardware, spec: RigPowerSwitch): PowerSwitch {
  switch (spec.by) {
    case "command":
      return commandPower(env, hardware, spec);
    case "uhubctl":
      return uhubctl(env, hardware, spec);
    case "http":
      return httpPower(env, hardware, spec);
    case "control":
      return controlPower(spec.path);
  }
}

function commandPower(
  env: Env,
  { run }: Pick<Hardware, "run">,
  { off, on }: { readonly off: readonly string[]; readonly on: readonly string[] },
): PowerSwitch {
  const set = async (argv: readonly string[]) => {
    const budget = { timer: "rig.power", budgetMs: PROGRAM_MS, aftermath: "unknown" } as const;
    const ended = await within(env, budget, (signal) => run(argv, { signal }));
    if (ended.exitCode !== 0) throw failed(`${argv[0] ?? ""}: ${lastWords(ended)}`);
  };
  return { label: `switch by ${off[0] ?? ""}`, off: () => set(off), on: () => set(on) };
}

function httpPower(
  env: Env,
  { fetch }: Pick<Hardware, "fetch">,
  spec: { readonly protocol: "controller" | "conformance"; readonly url: string; readonly port?: number },
): PowerSwitch {
  const url = spec.url.replace(/\/+$/, "");
  const send = async (method: "GET" | "POST", path: string) => {
    const failure = await sendRequest(env, fetch, { method, url: `${url}${path}` });
    if (failure !== undefined) throw failed(failure);
  };
  const label = `switch at ${url}`;
  if (spec.protocol === "conformance") {
    const cycle = () => send("POST", "/conformance/powercycle");
    const onlyCycles = async () => {
      throw failed(`${label}: this protocol knows a power cycle and nothing else`);
    };
    return { label, off: onlyCycles, on: onlyCycles, cycle };
  }
  const power = `/usb${spec.port ?? CONTROLLER_PORT}/power`;
  return { label, off: () => send("GET", `${power}/off`), on: () => send("GET", `${power}/on`) };
}

/** The power of a simulated key in another process, `passkey-harness key --control unix:PATH`. */
function controlPower(path: string): PowerSwitch {
  const ask = async (word: string) => {
    try {
      await askControl(path, word);
    } catch (cause) {
      throw failed(`control ${path}: ${(cause as Error).message}`);
    }
  };
  return { label: `control ${path}`, off: () => ask("unplug"), on: () => ask("replug") };
}

function failed(text: string): RigError {
  return new RigError("RIG_POWER_FAILED", text, { aftermath: "unknown" });
}
