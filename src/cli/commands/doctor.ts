import { release } from "node:os";
import { usbDevices } from "../../entry/hid.js";
import { openNoble } from "../../entry/hybrid.js";
import { systemEnv, within } from "../../entry/sim.js";
import { isHarnessError } from "../../index.js";
import type { Command } from "../command.js";

interface Check {
  readonly name: string;
  /** `missing` is an optional extra that is not there; `bad` stops something that was asked for. */
  readonly state: "good" | "missing" | "bad";
  readonly finding: string;
  readonly hint?: string;
}

const NODE_WANTED = [20, 19] as const;

export const doctor: Command = {
  name: "doctor",
  summary: "look at this machine: what works, what is missing, and what to do about it",
  synopsis: "[--json]",
  help: "  Exit code 2 when something is wrong; optional extras that are missing do not count.",
  options: {},
  async run({ terminal }) {
    const checks = [node(), simulation(), await hid(), await radio()];
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
          `${marks[state]}  ${name.padEnd(12)}${finding}`,
          ...(hint === undefined ? [] : [`    ${" ".repeat(12)}${hint}`]),
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

/** How long a radio may take to say whether it is on. */
const RADIO_MS = 3000;

/** Either package will do; the first that is installed is asked. */
async function radio(): Promise<Check> {
  const first = await noble("abandonware");
  if (first.code !== "NATIVE_MISSING") return first.check;
  const second = await noble("stoprocent");
  return second.code === "NATIVE_MISSING" ? first.check : second.check;
}

async function noble(fork: "abandonware" | "stoprocent"): Promise<{ check: Check; code?: string }> {
  const name = "bluetooth";
  const budget = { timer: "doctor.radio", budgetMs: RADIO_MS, aftermath: "none" } as const;
  try {
    await within(systemEnv(), budget, (signal) => openNoble({ fork }, signal));
    return { check: { name, state: "good", finding: `@${fork}/noble works and the radio is on` } };
  } catch (error) {
    // An extra, whatever is the matter with it: phones can be reached over --radio udp:HOST:PORT.
    const { hint, finding } = problem(name, error);
    const check = { name, state: "missing", finding, ...(hint !== undefined && { hint }) } as const;
    return { check, ...(isHarnessError(error) && { code: error.code }) };
  }
}

function problem(name: string, error: unknown): Check {
  if (!isHarnessError(error)) throw error;
  const state = error.code === "NATIVE_MISSING" ? "missing" : "bad";
  return { name, state, finding: error.message, ...(error.hint !== undefined && { hint: error.hint }) };
}
