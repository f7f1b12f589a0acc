import type { ExitCode } from "./command.js";

/** Codes that speak of the command line and its surroundings, not of the device under test. */
const ENVIRONMENT_CODES =
  /^(USAGE|ENVIRONMENT|NODE_ONLY|NATIVE_MISSING|PERMISSION_DENIED|DEVICE_(?:BUSY|AMBIGUOUS|NOT_FOUND|SELECTOR_MALFORMED|NOT_BACK|LABEL_UNKNOWN|NO_INVENTORY)|ENDLESS|LIVELOCK|(FILE|RADIO|PROFILE|STORE|KNOB|SCENARIO|SITE|METADATA|SWEEP|SHRINK|EXPOSE|TRACE|PCAP|RUN|RIG)_.*)$/;

/** Returns, for the code of an error, 2 where this machine or the command line is at fault, and 1 for a finding about the device. */
export function exitCodeFor(code: string): ExitCode {
  return ENVIRONMENT_CODES.test(code) ? 2 : 1;
}
