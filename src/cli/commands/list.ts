import { printable } from "../../core/printable.js";
import { describeUsbDevice, usbDevices } from "../../entry/hid.js";
import { PROFILES } from "../../entry/sim.js";
import { isHarnessError } from "../../index.js";
import type { Command } from "../command.js";
import type { Machine } from "../machine.js";

export const list: Command = {
  name: "list",
  summary: "list FIDO keys that are plugged in, and the authenticators that can be simulated",
  synopsis: "[--json]",
  help: `  Each key with what --device takes for it: hid:PATH, serial:XYZ where the key has a number, and port:1-1.2 on Linux.`,
  options: {},
  async run({ machine }) {
    const profiles = [...PROFILES.values()].map(({ name, description }) => ({ name, description }));
    const width = Math.max(...profiles.map(({ name }) => name.length)) + 2;
    const { devices, problem } = await lookForKeys(machine);
    const keys = devices.map((device) => `  ${printable(describeUsbDevice(device))}`);
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
async function lookForKeys({ usb }: Machine) {
  try {
    return { devices: await usbDevices(usb), problem: undefined };
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    return { devices: [], problem: error.toJSON() };
  }
}
