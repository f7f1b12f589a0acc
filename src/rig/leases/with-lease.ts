import { joinedSignal, onAbort } from "../../core/abort.js";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { sleep } from "../../core/clock.js";
import { shape } from "../../core/shape.js";
import { startTimer } from "../../core/timer.js";
import type { RigKey, RigPhone } from "../inventory/inventory.js";
import type { Rig } from "../rig.js";
import { RigError } from "../rig-error.js";
import { fits, type Wanted } from "./lease-table.js";
import type { Granted, Place } from "./leases.js";

/** Which device a job wants, how urgently, and for how long. */
export interface RequestForLease extends Wanted {
  /** What the job calls itself, for `rig status`; `job` when absent. */
  readonly job?: string;
  /** 0 to 9, 5 when absent; higher ones go first, and waiting raises it. */
  readonly priority?: number;
  /** How long the job may keep the device, in milliseconds; 600,000 when absent. */
  readonly limitMs?: number;
  /** How long it waits for one, in milliseconds; 1,800,000 when absent. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

const REQUEST = parameters<RequestForLease>({
  label: maybe(shape.text),
  labels: maybe(shape.list(shape.text)),
  job: maybe(shape.text),
  priority: maybe(shape.between({ min: 0, max: 9 })),
  limitMs: maybe(shape.ms),
  waitMs: maybe(shape.ms),
  signal: maybe(arg.signal),
});

const JOB = "job";
const PRIORITY = 5;
const LIMIT_MS = 600_000;
const WAIT_MS = 1_800_000;
/** How often a waiting process looks whether it is its turn, in milliseconds. */
const TURN_MS = 50;
/** How often a process makes sure that the table still has its lease, in milliseconds. */
const CONFIRM_MS = 2_000;

/** A device that this job alone has. */
export interface Lease {
  readonly label: string;
  /** What the rig file says of it, where it is a key. */
  readonly key?: RigKey;
  /** What the rig file says of it, where it is a phone. */
  readonly phone?: RigPhone;
  /** Aborts with `RIG_LEASE_EXPIRED` at the lease's limit. */
  readonly signal: AbortSignal;
  /** For a process that is to hold the device as long as it runs, as an entry of its `stdio`; absent where that cannot be. */
  readonly descriptor?: number;
}

/** A lease that its holder has to give back. */
export interface OpenLease extends Lease, AsyncDisposable {}

/**
 * Runs a job with a device of the rig that no other job has, in this process or another one of the machine.
 *
 * The device is given back when `work` has settled, and by the operating system when this process ends, however it does. At
 * the limit the call rejects and the lease's signal aborts; a job that does not heed it keeps the device until it settles:
 * two jobs never have one key.
 *
 * @param rig as `openRig` opens it.
 * @param request which device, how urgently, for how long.
 * @param work gets the lease; it should heed `lease.signal`.
 * @returns what `work` returns.
 * @throws {RigError} `RIG_NO_SUCH_DEVICE`, `RIG_QUARANTINED`, `RIG_LEASE_TIMEOUT`, `RIG_LEASE_EXPIRED`, `RIG_STATE_FAILED`.
 * @throws what `work` throws, and the reason of `request.signal`.
 *
 * @example
 * await withLease(rig, { labels: ["nfc"], job: "nightly" }, async ({ key, signal }) => {
 *   await using device = await openRigKey(rig.env, key);
 *   await suite(device, signal);
 * });
 */
export async function withLease<T>(
  rig: Rig,
  request: RequestForLease,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await takeLease(rig, request);
  const run = async () => work(lease);
  const settled = run().finally(() => lease[Symbol.asyncDispose]());
  let stop = () => {};
  const ended = new Promise<never>((_, reject) => {
    stop = onAbort(lease.signal, () => {
      const reason: unknown = lease.signal.reason;
      // The caller's own abort reaches `work`, which may have to notify its peer.
      if (reason instanceof RigError) reject(reason);
    });
  });
  try {
    return await Promise.race([settled, ended]);
  } finally {
    stop();
  }
}

/**
 * Takes a device, for callers that give it back themselves.
 *
 * @throws as {@link withLease}.
 *
 * @example
 * await using lease = await takeLease(rig, { label: "blue" });
 */
export async function takeLease(rig: Rig, request: RequestForLease): Promise<OpenLease> {
  checkArguments("takeLease", {
    rig: [arg.with("a rig, as openRig(env, inventory) opens it,", "leases", "inventory"), rig],
    request: [REQUEST, request],
  });
  const { job = JOB, priority = PRIORITY, limitMs = LIMIT_MS, label, labels, signal } = request;
  const wanted = { ...(label !== undefined && { label }), ...(labels !== undefined && { labels }) };
  checkThatOneFits(rig, wanted);
  signal?.throwIfAborted();
  const place = await rig.leases.enqueue({ job, priority, wanted });
  let granted: Granted;
  try {
    granted = await turnOf(rig, place, { ...request, limitMs });
  } catch (error) {
    await rig.leases.leave(place);
    throw error;
  }
  return opened(rig, granted, request);
}

async function turnOf(
  rig: Rig,
  place: Place,
  { limitMs, waitMs = WAIT_MS, signal }: RequestForLease & { readonly limitMs: number },
): Promise<Granted> {
  const { clock } = rig.env;
  const endsAtMs = clock.nowMs() + waitMs;
  for (;;) {
    const granted = await rig.leases.tryTake(place, limitMs);
    if (granted !== undefined) return granted;
    const { wanted } = place.request;
    checkThatOneFits(rig, wanted);
    if (clock.nowMs() >= endsAtMs) {
      const { held } = await rig.leases.look();
      const holders = held
        .map(({ label, job, owner }) => `${label}: ${job} (process ${owner.pid})`)
        .join(", ");
      throw new RigError("RIG_LEASE_TIMEOUT", `no device that fits came free within ${waitMs} ms`, {
        hint: holders === "" ? "rig status shows who has them" : `they are held by ${holders}`,
      });
    }
    await sleep(clock, TURN_MS, "rig.turn", { signal });
  }
}

function checkThatOneFits({ inventory, quarantine }: Rig, wanted: Wanted): void {
  const all = [...inventory.keys, ...inventory.phones];
  const fitting = all.filter((device) => fits(device, wanted));
  const asked = [wanted.label, ...(wanted.labels ?? [])].filter((one) => one !== undefined).join(", ");
  if (fitting.length === 0) {
    throw new RigError("RIG_NO_SUCH_DEVICE", `no device of the rig is ${asked === "" ? "listed" : asked}`, {
      hint: `there are ${all.map(({ label }) => label).join(", ") || "none"}`,
    });
  }
  if (fitting.every(({ label }) => quarantine.has(label))) {
    const labels = fitting.map(({ label }) => label).join(", ");
    throw new RigError("RIG_QUARANTINED", `${labels}: in quarantine`, {
      hint: "rig status says why; rig recover LABEL tries again",
    });
  }
}

function opened(rig: Rig, granted: Granted, { signal }: RequestForLease): OpenLease {
  const { env, inventory, leases } = rig;
  const { held, lock } = granted;
  const { label, limitMs } = held;
  const expiry = new AbortController();
  const joined = joinedSignal(expiry.signal, ...(signal === undefined ? [] : [signal]));
  const timer = startTimer(env, { timer: "rig.lease", budgetMs: limitMs }, () => {
    const text = `the lease of "${label}" ended after ${limitMs} ms`;
    expiry.abort(
      new RigError("RIG_LEASE_EXPIRED", text, {
        aftermath: "unknown",
        hint: "ask for a longer one (limitMs)",
      }),
    );
  });
  const watch = new AbortController();
  const confirming = confirm();
  async function confirm(): Promise<void> {
    try {
      for (;;) {
        await sleep(env.clock, CONFIRM_MS, "rig.confirm", { signal: watch.signal });
        await leases.confirm(granted);
      }
    } catch {
      // The lease ended, or the table cannot be written: the lock holds the device all the same.
    }
  }
  const key = inventory.keys.find((one) => one.label === label);
  const phone = inventory.phones.find((one) => one.label === label);
  return {
    label,
    ...(key !== undefined && { key }),
    ...(phone !== undefined && { phone }),
    signal: joined.signal,
    ...(lock.descriptor !== undefined && { descriptor: lock.descriptor }),
    async [Symbol.asyncDispose]() {
      timer.disarm();
      joined.release();
      watch.abort();
      await confirming;
      await leases.release(granted);
    },
  };
}
