import type { HidPort } from "../transports/hid/port.js";
import type { Distribution } from "./distribution.js";

/** What touches the device and when, and what switches its power. */
export interface MeasuredDevice {
  readonly label: string;
  readonly port: () => Promise<HidPort>;
  /** Absent: nobody touches the device, and what needs a touch is not measured. */
  readonly finger?:
    | {
        prepare(gesture: "touch" | "leave"): void;
        needed(gesture: "touch" | "leave"): void;
        /** When the last touch was, on the clock of the run; absent where nobody knows. */
        touchedAtMs?(): number | undefined;
      }
    | undefined;
  readonly power?: { cycle(): Promise<HidPort> } | undefined;
}

/** Times of one device. A member is absent where it could not be measured; `notes` say why. */
export interface Measurement {
  readonly schema: 1;
  readonly label: string;
  readonly runs: number;
  /** From INIT to its answer. */
  readonly init?: Distribution | undefined;
  /** Latency of commands: without the user's time, which is between the request for a touch and the touch. */
  readonly commands: {
    readonly getInfo?: Distribution | undefined;
    readonly clientPin?: Distribution | undefined;
    /** From the request to the device saying that it wants the user. */
    readonly makeCredential?: Distribution | undefined;
    readonly getAssertion?: Distribution | undefined;
  };
  /** From the request to the first keepalive of any status. */
  readonly firstKeepalive?: Distribution | undefined;
  /** From one keepalive to the next while the device waits for its user. */
  readonly keepaliveCadence?: Distribution | undefined;
  /** From the touch to the answer of makeCredential. */
  readonly touchToAnswer?: Distribution | undefined;
  /** From CANCEL to the answer. */
  readonly cancel?: Distribution | undefined;
  /** How long the device waits for a touch, in milliseconds, and the status that it answers with then. */
  readonly presenceTimeoutMs?: number | undefined;
  readonly presenceTimeoutStatus?: number | undefined;
  /** From the power being gone to the device answering again. */
  readonly reenumeration?: Distribution | undefined;
  readonly notes: readonly string[];
}
