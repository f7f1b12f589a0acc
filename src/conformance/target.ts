import type { CtapDevice } from "../ctap/device.js";
import type { HidPort } from "../transports/hid/port.js";
import type { Use } from "./kinds.js";

/** What touches the device: a simulated user, a machine, or a user who is told what to do. */
export interface TargetFinger {
  /** Called before each request that may want the user: what to do about it. */
  prepare(gesture: "touch" | "leave"): void;
  /** Called when the device says that it wants the user. */
  needed(gesture: "touch" | "leave"): void;
}

export interface TargetPower {
  /** Takes the power away, gives it back and opens the device that came back. */
  cycle(): Promise<HidPort>;
}

/** Uses of a device that have to be allowed. */
export type Allowance = Exclude<Use, "presence" | "power">;

/** The device under test and what may be done to it. */
export interface Target {
  readonly label: string;
  /** Opens the device for reports; every check of CTAPHID needs it. */
  readonly port?: (() => Promise<HidPort>) | undefined;
  /** The device where reports are out of reach, such as a phone. */
  readonly device?: CtapDevice | undefined;
  /** Absent: nobody touches the device, and what needs a touch is left out. */
  readonly finger?: TargetFinger | undefined;
  readonly power?: TargetPower | undefined;
  readonly allowed: readonly Allowance[];
  /** The PIN of the device, or the one to be set on it. Secret. */
  readonly pin?: string | undefined;
  /** Called with each CTAP2 request that was answered; `answer` is the status byte and what follows. Both may be secret. */
  readonly onAnswer?: ((request: Uint8Array, answer: Uint8Array) => void) | undefined;
}
