import type { Wanted } from "../leases/lease-table.js";
import { isRunning } from "../leases/process-identity.js";
import type { Rig } from "../rig.js";
import type { Quarantined } from "../state/quarantine.js";
import type { RigLogLine } from "../state/rig-log.js";

/** One device, and what becomes of it. */
export interface DeviceStatus {
  readonly label: string;
  readonly kind: "key" | "phone";
  readonly labels: readonly string[];
  readonly state: "free" | "leased" | "held" | "quarantined";
  readonly lease?: {
    readonly job: string;
    readonly pid: number;
    readonly forMs: number;
    readonly limitMs: number;
    readonly isOverdue: boolean;
    /** The process with the lease is gone, and one that it started still holds the device. */
    readonly isOrphaned: boolean;
  };
  readonly quarantine?: Quarantined;
  readonly lastVerdict?: Extract<RigLogLine, { readonly kind: "verdict" }>;
}

export interface WaitingStatus {
  readonly job: string;
  readonly pid: number;
  readonly priority: number;
  readonly wanted: Wanted;
  readonly forMs: number;
}

/** Everything a rig shows of itself. Holds no secret. */
export interface RigStatus {
  readonly devices: readonly DeviceStatus[];
  /** In the order in which they came. */
  readonly queue: readonly WaitingStatus[];
  /** The last events, newest first. */
  readonly log: readonly RigLogLine[];
}

const LOG_LINES = 20;

/** Looks at a rig; changes nothing but what ended processes left in its table. @throws {RigError} `RIG_STATE_FAILED` */
export async function rigStatus(rig: Rig): Promise<RigStatus> {
  const { held, queue, unlisted } = await rig.leases.look();
  const lines = rig.log.lines();
  const devices = [
    ...rig.inventory.keys.map(({ label, labels = [] }) => ({ label, labels, kind: "key" as const })),
    ...rig.inventory.phones.map(({ label, labels = [] }) => ({ label, labels, kind: "phone" as const })),
  ];
  return {
    devices: devices.map((device) => {
      const { label } = device;
      const lease = held.find((one) => one.label === label);
      const quarantine = rig.quarantine.get(label);
      const lastVerdict = lines.findLast((line) => line.kind === "verdict" && line.label === label);
      const isHeld = lease !== undefined || unlisted.includes(label);
      const forMs = lease === undefined ? 0 : rig.leases.ageMs(lease);
      return {
        ...device,
        state: quarantine ? "quarantined" : lease ? "leased" : isHeld ? "held" : "free",
        ...(lease && {
          lease: {
            job: lease.job,
            pid: lease.owner.pid,
            forMs,
            limitMs: lease.limitMs,
            isOverdue: forMs > lease.limitMs,
            isOrphaned: !isRunning(lease.owner),
          },
        }),
        ...(quarantine && { quarantine }),
        ...(lastVerdict?.kind === "verdict" && { lastVerdict }),
      };
    }),
    queue: queue.map((request) => ({
      job: request.job,
      pid: request.owner.pid,
      priority: request.priority,
      wanted: request.wanted,
      forMs: rig.leases.ageMs(request),
    })),
    log: lines.slice(-LOG_LINES).reverse(),
  };
}
