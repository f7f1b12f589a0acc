import type { ExitCode } from "./command.js";

/** Codes that speak of the command line and its surroundings, not of the device under test. */
const ENVIRONMENT_CODES =
  /^(USAGE|ENVIRONMENT|NATIVE_MISSING|PERMISSION_DENIED|DEVICE_BUSY|(RADIO|PROFILE|STORE|KNOB|SCENARIO|SITE|SWEEP|SHRINK|EXPOSE|TRACE|PCAP|RUN)_.*)$/;

/** Returns what the program exits with over an error: 2 for usage and environment, 1 for a finding. */
export function exitCodeOf(code: string): ExitCode {
  return ENVIRONMENT_CODES.test(code) ? 2 : 1;
}
