import { HarnessError } from "../../core/errors.js";

/** A trace holds nothing a capture could be made of. */
export class CaptureError extends HarnessError<
  /** No CTAPHID report at all: another road than USB was taken. */
  | "PCAP_NO_FRAMES"
  /** Report headers only: the trace was not made with full frames. */
  | "PCAP_HEADERS_ONLY"
  /** A report that is not hexadecimal. */
  | "PCAP_BAD_HEX"
> {}
