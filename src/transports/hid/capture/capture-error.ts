import { HarnessError } from "../../../core/errors.js";

/**
 * A file that holds no USB traffic, or is damaged so that nothing behind the damage can be found.
 *
 * `CAPTURE_FORMAT` neither pcap nor pcapng; `CAPTURE_LINK_TYPE` packets of something else than USB;
 * `CAPTURE_LENGTH` a length that no packet or block has; `CAPTURE_STRUCTURE` blocks that contradict each other.
 */
export class CaptureReadError extends HarnessError<
  "CAPTURE_FORMAT" | "CAPTURE_LINK_TYPE" | "CAPTURE_LENGTH" | "CAPTURE_STRUCTURE"
> {}

/**
 * What a reader of a capture has to know and what does not keep the rest from being read.
 *
 * `CAPTURE_TRUNCATED` the file ends inside a packet; `CAPTURE_CUT_REPORT` a report was captured in part (snapshot
 * length); `CAPTURE_TRANSFER_FAILED` a report did not reach the key; `CAPTURE_NO_TIME` a packet without a time was left
 * out; `CAPTURE_UNFINISHED` a message had not ended when the capture did; `CAPTURE_REPORTS_LOST` reports before the
 * first that shows a FIDO device were too many to keep; codes that begin with `HID_`: reports that break the framing.
 */
export interface CaptureNote {
  readonly code: string;
  readonly text: string;
  /** Where in time, in microseconds since the epoch; absent where the file has none. */
  readonly atUs?: number;
}
