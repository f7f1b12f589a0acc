import type { CtapDevice } from "../../entry/ctap.js";
import type { TraceRecord } from "../../entry/diagnosis.js";
import type { HidDevice } from "../../entry/hid.js";
import type { Env } from "../../entry/sim.js";

/** A device on the table, the time it lives in, and everything that was said. */
export interface OpenedDevice {
  readonly env: Env;
  readonly device: CtapDevice;
  /** What a key said when its channel was opened; phones have none. */
  readonly hid: HidDevice["init"] | undefined;
  readonly records: readonly TraceRecord[];
  /** Seed of a simulated run; real devices have none. */
  readonly seed: string | undefined;
  /** Lets time pass until `work` settles: virtual time for a simulated device, real time otherwise. */
  readonly settle: <T>(work: Promise<T>) => Promise<T>;
  /** Keeps time where it is for as long as the user takes with `work` at the terminal; real time cannot be kept. */
  readonly duringUser: <T>(work: Promise<T>) => Promise<T>;
  close(): Promise<void>;
}
