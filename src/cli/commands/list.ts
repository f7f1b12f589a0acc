import { printable } from "../../core/printable.js";
import { usbDevices } from "../../entry/hid.js";
import { PROFILES } from "../../entry/sim.js";
import { isHarnessError } from "../../index.js";
import type { Command } from "../command.js";

export const list: Command = {
  name: "list",
  summary: "list FIDO keys that are plugged in, and the authenticators that can be simulated",
  synopsis: "[--json]",
  help: "",
  options: {},
  async run() {
    const profiles = [...PROFILES.values()].map(({ name, description }) => ({ name, description }));
    const width = Math.max(...profiles.map(({ name }) => name.length)) + 2;
    const { devices, problem } = await lookForKeys();
    const keys = devices.map(
      ({ path, product, vendorId, productId }) =>
        `  hid:${path}   ${printable(product ?? "unnamed")} (${hex16(vendorId)}:${hex16(productId)})`,
    );
    return {
      exitCode: 0,
      json: { ok: true, devices, ...(problem && { problem }), simulated: profiles },
      text: [
        "plugged in:",
        ...(problem ? [`  not looked for: ${problem.message}`, `  hint: ${problem.hint ?? "none"}`] : []),
        ...(keys.length > 0 ? keys : problem ? [] : ["  none"]),
        "",
        "simulated, with --device sim --profile NAME:",
        ...profiles.map(({ name, description }) => `  ${name.padEnd(width)}${description}`),
      ].join("\n"),
    };
  },
};

/** Without the native package the list still says what can be simulated, and why nothing else is in it. */
async function lookForKeys() {
  try {
    return { devices: await usbDevices(), problem: undefined };
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    return { devices: [], problem: error.toJSON() };
  }
}

function hex16(value: number): string {
  return value.toString(16).padStart(4, "0");
}
