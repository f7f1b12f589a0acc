import { openSession, toHex, type AuthenticatorInfo } from "../../index.js";
import type { Command } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS, openWorkbench } from "../workbench.js";

export const info: Command = {
  name: "info",
  summary: "say what an authenticator says of itself (getInfo)",
  synopsis: "[--device WHICH] [options]",
  help: DEVICE_HELP,
  options: DEVICE_OPTIONS,
  async run(invocation) {
    const bench = await openWorkbench(invocation);
    try {
      const { info: said } = await bench.settle(openSession(bench.env, bench.device));
      const { capabilities, deviceVersion } = bench.device.init;
      const members = plain(said);
      return {
        exitCode: 0,
        json: { ok: true, device: bench.device.label, hid: { capabilities, deviceVersion }, info: members },
        text: [bench.device.label, ...Object.entries(members).map(([name, value]) => line(name, value))].join(
          "\n",
        ),
      };
    } finally {
      await bench.close();
    }
  },
};

/** JSON has no bytes and no big integers: hex and text stand for them. */
function plain(said: AuthenticatorInfo): Record<string, unknown> {
  const write = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return toHex(value);
    if (typeof value === "bigint") return value.toString();
    return Array.isArray(value) ? value.map(write) : value;
  };
  return Object.fromEntries(Object.entries(said).map(([name, value]) => [name, write(value)]));
}

function line(name: string, value: unknown): string {
  return `  ${name.padEnd(34)}${short(value)}`;
}

function short(value: unknown): string {
  if (Array.isArray(value)) return value.map(short).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, inner]) => `${name}=${short(inner)}`)
      .join(" ");
  }
  return String(value);
}
