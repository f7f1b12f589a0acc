import type { ExitCode } from "./command.js";

/** Codes that speak of the command line and its surroundings, not of the device under test. */
const ENVIRONMENT_CODES: ReadonlySet<string> = new Set([
  "USAGE",
  "ENVIRONMENT",
  "NODE_ONLY",
  "NATIVE_MISSING",
  "PERMISSION_DENIED",
  "ENDLESS",
  "LIVELOCK",
  "DEVICE_BUSY",
  "DEVICE_AMBIGUOUS",
  "DEVICE_NOT_FOUND",
  "DEVICE_SELECTOR_MALFORMED",
  "DEVICE_NOT_BACK",
  "DEVICE_LABEL_UNKNOWN",
  "DEVICE_NO_INVENTORY",
]);

/** Beginnings of codes of which all speak of these. */
const ENVIRONMENT_PREFIXES: ReadonlySet<string> = new Set([
  "EXPOSE",
  "FILE",
  "INCIDENT",
  "KNOB",
  "METADATA",
  "PCAP",
  "PROFILE",
  "RADIO",
  "RECORDING",
  "RESULT",
  "RIG",
  "RUN",
  "SCENARIO",
  "SHRINK",
  "SITE",
  "STORE",
  "SWEEP",
  "TRACE",
]);

/** Returns, for the code of an error, 2 where this machine or the command line is at fault, and 1 for a finding about the device. */
export function exitCodeFor(code: string): ExitCode {
  const [prefix = ""] = code.split("_");
  const hasPrefix = code.includes("_") && ENVIRONMENT_PREFIXES.has(prefix);
  return hasPrefix || ENVIRONMENT_CODES.has(code) ? 2 : 1;
}
