import { uptime } from "node:os";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import { toHex } from "../../core/bytes.js";
import { RigError } from "../rig-error.js";
import type { RigLog } from "../state/rig-log.js";
import type { StateFolder } from "../state/state-folder.js";
import type { KernelLock, KernelLocks } from "./kernel-locks.js";
import {
  assign,
  EMPTY_TABLE,
  grant,
  type HeldLease,
  type Leasable,
  type LeaseRequest,
  type LeaseTable,
  readTable,
} from "./lease-table.js";
import { isRunning, type ProcessIdentity, thisProcess } from "./process-identity.js";

const FILE = "leases.json";
const TABLE_LOCK = "table";
/** How often a process asks for the table's lock, and how long it goes on asking, in milliseconds. */
const TABLE_RETRY_MS = 5;
const TABLE_PATIENCE_MS = 20_000;
const ID_BYTES = 9;

export interface LeasesParts {
  readonly folder: StateFolder;
  readonly locks: KernelLocks;
  readonly log: RigLog;
  readonly devices: readonly Leasable[];
  readonly isQuarantined: (label: string) => boolean;
  /** Who asks; this process when absent. */
  readonly owner?: ProcessIdentity;
  /** Time that all processes of the machine share and that setting its clock does not change, in milliseconds. */
  readonly machineMs?: () => number;
}

/** A place in the queue, held by a lock of its own for as long as its process wants it. */
export interface Place {
  readonly request: LeaseRequest;
  readonly lock: KernelLock;
}

/** A device that this process has. */
export interface Granted {
  readonly held: HeldLease;
  readonly lock: KernelLock;
}

/**
 * The leases of one rig, as one process sees them.
 *
 * A process that holds a device holds a lock of the kernel, and so does one that waits: both end with their process. The table
 * says in which order devices are given; it is changed under a lock of its own and replaced whole.
 */
export class Leases {
  readonly #env: Env;
  readonly #parts: LeasesParts;
  readonly #machineMs: () => number;
  readonly owner: ProcessIdentity;

  constructor(env: Env, parts: LeasesParts) {
    this.#env = env;
    this.#parts = parts;
    this.#machineMs = parts.machineMs ?? (() => uptime() * 1_000);
    this.owner = parts.owner ?? thisProcess();
  }

  /** Milliseconds since a lease or a request began. */
  ageMs({ sinceMs }: { readonly sinceMs: number }): number {
    return Math.max(0, Math.round(this.#machineMs() - sinceMs));
  }

  /** Takes a place at the end of the queue. */
  async enqueue(asked: Pick<LeaseRequest, "job" | "priority" | "wanted">): Promise<Place> {
    const id = toHex(this.#env.entropy.bytes(ID_BYTES));
    const lock = await this.#parts.locks.take(requestLock(id));
    if (lock === undefined) throw new RigError("RIG_STATE_FAILED", "a new request's lock is held already");
    return this.#update(async (table) => {
      const ticket = table.nextTicket;
      const place = { ...asked, id, ticket, owner: this.owner, overtaken: 0, sinceMs: this.#machineMs() };
      return [
        { ...table, nextTicket: ticket + 1, queue: [...table.queue, place] },
        { request: place, lock },
      ];
    });
  }

  /** Gives up a place. */
  async leave({ request, lock }: Place): Promise<void> {
    try {
      await this.#update(async (table) => [
        { ...table, queue: table.queue.filter(({ id }) => id !== request.id) },
        undefined,
      ]);
    } finally {
      await lock.release();
    }
  }

  /** Takes a device if it is this request's turn; `undefined` otherwise. */
  async tryTake({ request, lock }: Place, limitMs: number): Promise<Granted | undefined> {
    const granted = await this.#update<Granted | undefined>(async (found) => {
      // A damaged table was made anew without this request.
      const known = found.queue.some(({ id }) => id === request.id);
      const table = known ? found : { ...found, queue: [...found.queue, request] };
      const taken = table.held.map(({ label }) => label);
      let free = this.#parts.devices.filter(
        ({ label }) => !taken.includes(label) && !this.#parts.isQuarantined(label),
      );
      for (;;) {
        const label = assign(table.queue, free).get(request.id);
        const device = free.find((one) => one.label === label);
        if (device === undefined) return [table, undefined];
        const deviceLock = await this.#parts.locks.take(deviceLockOf(device.label));
        if (deviceLock === undefined) {
          // Held by what a job left running, or by a process whose line was lost with the table.
          free = free.filter((one) => one !== device);
          continue;
        }
        const { id, job } = request;
        const held = { id, label: device.label, job, owner: this.owner, sinceMs: this.#machineMs(), limitMs };
        return [grant(table, request, { device, held }), { held, lock: deviceLock }];
      }
    });
    if (granted === undefined) return undefined;
    await lock.release();
    this.#parts.log.add({ kind: "leased", label: granted.held.label, job: request.job, pid: this.owner.pid });
    return granted;
  }

  /** Gives a device back. */
  async release({ held, lock }: Granted): Promise<void> {
    // The lock first: a table that cannot be written must keep no device.
    await lock.release();
    await this.#update(async (table) => [
      { ...table, held: table.held.filter(({ id }) => id !== held.id) },
      undefined,
    ]);
    this.#parts.log.add({ kind: "released", label: held.label, job: held.job, pid: held.owner.pid });
  }

  /** Writes a lease that a damaged table lost down again. */
  async confirm({ held }: Granted): Promise<void> {
    await this.#update(async (table) => {
      const known = table.held.some(({ id }) => id === held.id);
      return [known ? table : { ...table, held: [...table.held, held] }, undefined];
    });
  }

  /** Returns who has what and who waits, without those that are gone. */
  async look(): Promise<LeaseTable & { readonly unlisted: readonly string[] }> {
    return this.#update(async (table) => {
      const listed = table.held.map(({ label }) => label);
      const unlisted: string[] = [];
      for (const { label } of this.#parts.devices) {
        if (!listed.includes(label) && !(await this.#isFree(deviceLockOf(label)))) unlisted.push(label);
      }
      return [table, { ...table, unlisted }];
    });
  }

  /** Changes the table under its lock. @throws {RigError} `RIG_STATE_FAILED` */
  async #update<T>(change: (table: LeaseTable) => Promise<readonly [LeaseTable, T]>): Promise<T> {
    const lock = await this.#tableLock();
    try {
      const { table, isChanged } = await this.#withoutTheGone(this.#read());
      const [next, result] = await change(table);
      if (isChanged || next !== table) this.#parts.folder.replace(FILE, next);
      return result;
    } finally {
      await lock.release();
    }
  }

  async #tableLock(): Promise<KernelLock> {
    const endsAtMs = this.#env.clock.nowMs() + TABLE_PATIENCE_MS;
    for (;;) {
      const lock = await this.#parts.locks.take(TABLE_LOCK);
      if (lock !== undefined) return lock;
      if (this.#env.clock.nowMs() >= endsAtMs) {
        throw new RigError("RIG_STATE_FAILED", "another process keeps the rig's table of leases locked", {
          hint: "end it: its work on the table takes milliseconds",
        });
      }
      await sleep(this.#env.clock, TABLE_RETRY_MS, "rig.table");
    }
  }

  #read(): LeaseTable {
    const file = this.#parts.folder.read(FILE);
    if (file.is === "absent") return EMPTY_TABLE;
    const table = file.is === "json" ? readTable(file.value) : undefined;
    if (table !== undefined) return table;
    const aside = this.#parts.folder.setAside(FILE);
    this.#parts.log.add({ kind: "damaged", file: FILE, aside });
    return EMPTY_TABLE;
  }

  /** Leaves out leases and requests whose lock no process holds any more. */
  async #withoutTheGone(
    table: LeaseTable,
  ): Promise<{ readonly table: LeaseTable; readonly isChanged: boolean }> {
    const held: HeldLease[] = [];
    for (const lease of table.held) {
      if (!(await this.#isFree(deviceLockOf(lease.label)))) held.push(lease);
      else this.#tellFreed(lease);
    }
    const queue: LeaseRequest[] = [];
    for (const request of table.queue) {
      if (!(await this.#isFree(requestLock(request.id)))) queue.push(request);
    }
    const isChanged = held.length < table.held.length || queue.length < table.queue.length;
    return { table: isChanged ? { ...table, held, queue } : table, isChanged };
  }

  #tellFreed({ label, job, owner }: HeldLease): void {
    // A process that is there has just let go, and is about to take its line out.
    if (!isRunning(owner)) this.#parts.log.add({ kind: "freed", label, job, pid: owner.pid });
  }

  async #isFree(name: string): Promise<boolean> {
    const lock = await this.#parts.locks.take(name);
    await lock?.release();
    return lock !== undefined;
  }
}

/** Names the lock of a device. */
export function deviceLockOf(label: string): string {
  return `device ${label}`;
}

function requestLock(id: string): string {
  return `request ${id}`;
}
