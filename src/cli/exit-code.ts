import type { ExitCode } from "./command.js";

/** Codes that speak of the command line and its surroundings, not of the device under test. */
const ENVIRONMENT_CODES =
  /^(USAGE|ENVIRONMENT|NODE_ONLY|NATIVE_MISSING|PERMISSION_DENIED|DEVICE_BUSY|ENDLESS|LIVELOCK|(FILE|RADIO|PROFILE|STORE|KNOB|SCENARIO|SITE|METADATA|SWEEP|SHRINK|EXPOSE|TRACE|PCAP|RUN|INCIDENT)_.*)$/;

/** Returns, for the code of an error, 2 where this machine or the command line is at fault, and 1 for a finding about the device. */
export function exitCodeFor(code: string): ExitCode {
  return ENVIRONMENT_CODES.test(code) ? 2 : 1;
}
