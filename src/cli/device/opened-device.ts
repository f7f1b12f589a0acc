import type { CtapDevice } from "../../entry/ctap.js";
import type { TraceRecord } from "../../entry/diagnosis.js";
import type { HidDevice, ReopenLimit } from "../../entry/hid.js";
import type { Operation } from "../../entry/rig.js";
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
  /** Gets ready for the key to be unplugged and plugged in again; absent where nothing can be unplugged. */
  readonly prepareReplug?: () => Promise<Replug>;
  /** Asks the rig that the device is of whether something may be done to it; absent for a device that is of none. */
  readonly announce?: (operation: Operation) => Promise<void>;
  close(): Promise<void>;
}

/** How a key is found again after it was unplugged. */
export interface Replug {
  /** What it is told by, as `--device` takes it. */
  readonly knownBy: string;
  /** Opens it again, by whatever path it has then; the device that was open before stays to be closed. */
  reopen(limit: ReopenLimit): Promise<OpenedDevice>;
}
