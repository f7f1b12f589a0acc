import type { TraceContext } from "../../core/trace.js";

/**
 * A socket in the wall: whole HID reports, no meaning.
 *
 * Implementations: node-hid, the simulated key, UDP datagrams, a stream socket, `/dev/uhid`.
 */
export interface HidPort {
  /** Label for users and traces. */
  readonly label: string;
  /**
   * Sends one 64-byte report, without report id.
   *
   * @param context the span that sends, for a device that shares the trace; hardware never learns of it.
   * @throws {TransportError} `DEVICE_GONE`
   */
  write(report: Uint8Array, context?: TraceContext): Promise<void>;
  /**
   * Reports from the other side, in order, from the moment the port was opened. One reader only.
   *
   * Ends when the port is closed; throws {@link TransportError} `DEVICE_GONE` when the device goes away.
   */
  reports(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
