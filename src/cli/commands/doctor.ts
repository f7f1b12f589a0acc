import { release } from "node:os";
import { usbDevices } from "../../entry/hid.js";
import type { Command } from "../command.js";
import { type Check, problem } from "../device/check.js";
import { machineProbes, radioChecks } from "../device/radio-checks.js";

const NODE_WANTED = [20, 19] as const;

export const doctor: Command = {
  name: "doctor",
  summary: "look at this machine: what works, what is missing, and what to do about it",
  synopsis: "[--json]",
  help: "  Exit code 2 when something is wrong; optional extras that are missing do not count.",
  options: {},
  async run({ terminal }) {
    const checks = [node(), simulation(), await hid(), ...(await radioChecks(machineProbes()))];
    const marks = {
      good: terminal.style("green", "ok"),
      missing: terminal.style("yellow", "--"),
      bad: terminal.style("red", "!!"),
    };
    const bad = checks.some(({ state }) => state === "bad");
    return {
      exitCode: bad ? 2 : 0,
      json: { ok: !bad, checks },
      text: checks
        .flatMap(({ name, state, finding, hint }) => [
          `${marks[state]}  ${name.padEnd(14)}${finding}`,
          ...(hint === undefined ? [] : [`    ${" ".repeat(14)}${hint}`]),
        ])
        .join("\n"),
    };
  },
};

function node(): Check {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const good = major > NODE_WANTED[0] || (major === NODE_WANTED[0] && minor >= NODE_WANTED[1]);
  const finding = `Node ${process.versions.node} on ${process.platform}-${process.arch}, kernel ${release()}`;
  if (good) return { name: "node", state: "good", finding };
  return { name: "node", state: "bad", finding, hint: `needs ${NODE_WANTED.join(".")} or newer` };
}

function simulation(): Check {
  return { name: "simulation", state: "good", finding: "simulated keys need nothing else" };
}

async function hid(): Promise<Check> {
  try {
    const devices = await usbDevices();
    const finding =
      devices.length === 0 ? "node-hid works; no FIDO key is plugged in" : `${devices.length} FIDO key(s)`;
    return { name: "usb", state: "good", finding };
  } catch (error) {
    return problem("usb", error);
  }
}
