import { readAs } from "../../core/read-shape.js";
import { shape } from "../../core/shape.js";
import type { ProcessIdentity } from "./process-identity.js";

/** Which device a job wants. */
export interface Wanted {
  /** This one. */
  readonly label?: string;
  /** One that has all of these labels. */
  readonly labels?: readonly string[];
}

/** A device as far as leases know it. */
export interface Leasable {
  readonly label: string;
  readonly labels?: readonly string[];
}

export interface LeaseRequest {
  readonly id: string;
  /** What the job calls itself. */
  readonly job: string;
  readonly owner: ProcessIdentity;
  readonly ticket: number;
  /** 0 to 9; a higher one goes first. */
  readonly priority: number;
  readonly wanted: Wanted;
  /** Leases given to later requests that this one could have had. */
  readonly overtaken: number;
  /** When it began to wait, in milliseconds of the machine since its start. */
  readonly sinceMs: number;
}

export interface HeldLease {
  readonly id: string;
  readonly label: string;
  readonly job: string;
  readonly owner: ProcessIdentity;
  readonly sinceMs: number;
  readonly limitMs: number;
}

/** Who has which device and who waits. What it says of the past is for people: kernel locks decide who holds. */
export interface LeaseTable {
  readonly schema: 1;
  readonly nextTicket: number;
  readonly held: readonly HeldLease[];
  readonly queue: readonly LeaseRequest[];
}

export const EMPTY_TABLE: LeaseTable = { schema: 1, nextTicket: 1, held: [], queue: [] };

/** A waiting request rises by one priority whenever it was passed over so often. */
const OVERTAKEN_PER_STEP = 4;

const OWNER = shape.object({ pid: shape.integer, started: { ...shape.text, nullable: true } }, {});
const WANTED = shape.object({}, { label: shape.text, labels: shape.list(shape.text) });
const TABLE = shape.object(
  {
    schema: shape.oneOf([1]),
    nextTicket: shape.integer,
    held: shape.list(
      shape.object(
        {
          id: shape.text,
          label: shape.text,
          job: shape.text,
          owner: OWNER,
          sinceMs: shape.ms,
          limitMs: shape.ms,
        },
        {},
      ),
    ),
    queue: shape.list(
      shape.object(
        {
          id: shape.text,
          job: shape.text,
          owner: OWNER,
          ticket: shape.integer,
          priority: shape.integer,
          wanted: WANTED,
          overtaken: shape.integer,
          sinceMs: shape.ms,
        },
        {},
      ),
    ),
  },
  {},
);

const CODES = { unknownMember: "bad", missingMember: "bad", wrongType: "bad", badValue: "bad" } as const;

/** Reads a table from parsed JSON; `undefined` where that is none. */
export function readTable(value: unknown): LeaseTable | undefined {
  try {
    const read = readAs<unknown, "bad">(TABLE, value, {
      codes: CODES,
      toError: () => new RangeError("no table"),
    });
    return read as LeaseTable;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Says whether a device is what was asked for. */
export function fits({ label, labels = [] }: Leasable, wanted: Wanted): boolean {
  if (wanted.label !== undefined && wanted.label !== label) return false;
  return (wanted.labels ?? []).every((one) => one === label || labels.includes(one));
}

/** Returns the requests in the order in which they are served. */
export function inOrder(queue: readonly LeaseRequest[]): readonly LeaseRequest[] {
  return [...queue].sort((one, other) => rankOf(other) - rankOf(one) || one.ticket - other.ticket);
}

function rankOf({ priority, overtaken }: LeaseRequest): number {
  return priority + Math.floor(overtaken / OVERTAKEN_PER_STEP);
}

/**
 * Gives free devices to those who wait, in order: a device that an earlier request could have is kept for it.
 *
 * @returns the device of each request that gets one, by the request's id.
 */
export function assign(
  queue: readonly LeaseRequest[],
  free: readonly Leasable[],
): ReadonlyMap<string, string> {
  const left = [...free];
  const given = new Map<string, string>();
  for (const { id, wanted } of inOrder(queue)) {
    const index = left.findIndex((device) => fits(device, wanted));
    if (index < 0) continue;
    given.set(id, (left[index] as Leasable).label);
    left.splice(index, 1);
  }
  return given;
}

/** Moves a request from the queue to the leases; those that it passed over come nearer to their turn. */
export function grant(
  table: LeaseTable,
  request: LeaseRequest,
  { device, held }: { readonly device: Leasable; readonly held: HeldLease },
): LeaseTable {
  const passedOver = ({ ticket, wanted }: LeaseRequest) => ticket < request.ticket && fits(device, wanted);
  return {
    ...table,
    held: [...table.held, held],
    queue: table.queue
      .filter(({ id }) => id !== request.id)
      .map((one) => (passedOver(one) ? { ...one, overtaken: one.overtaken + 1 } : one)),
  };
}
