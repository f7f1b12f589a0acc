/**
 * `npm run fuzz`: random and spoilt messages at every place where bytes of strangers come in.
 *
 *     npm run fuzz -- [--count N] [--seed TEXT] [--boundary NAME] [--world N] [--seconds N]
 *
 * Worlds are independent: the line a failure prints runs the one it happened in. The work is done in a
 * thread, so that a message that never ends is found out as well.
 */
import { parseArgs } from "node:util";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { toHex } from "../../src/core/bytes.js";
import { BOUNDARIES } from "./boundaries.js";
import type { FuzzBoundary } from "./boundary.js";
import { fuzz, type FuzzFailure, type FuzzPosition } from "./fuzz.js";

const COUNT = 1_000_000;

/** Nothing here takes this long, on the slowest machine: whatever does, hangs. */
const HANG_MS = 120_000;

/** The heap that the thread may have, in MiB: what takes more ends it, and is a finding. */
const HEAP_MIB_MAX = 512;

/** Failures are told with at most this many of the messages before. */
const TOLD_MESSAGES_MAX = 3;

interface Job {
  readonly boundary: string;
  readonly seed: string;
  readonly messages: number;
  readonly forMs: number;
  readonly firstWorld: number;
  /** What is being handed over, for the watch. */
  readonly position: SharedArrayBuffer;
}

/** World, number of the message and its length; then its bytes, as far as there is room. */
const POSITION_WORDS = 3;
const POSITION_BYTES = 16_384;

function note(shared: SharedArrayBuffer, { world, message, bytes }: FuzzPosition): void {
  new Int32Array(shared, 0, POSITION_WORDS).set([world, message, bytes.length]);
  const room = new Uint8Array(shared, POSITION_WORDS * 4);
  room.set(bytes.subarray(0, room.length));
}

function noted(shared: SharedArrayBuffer): FuzzPosition {
  const [world = 0, message = 0, length = 0] = new Int32Array(shared, 0, POSITION_WORDS);
  return { world, message, bytes: new Uint8Array(shared, POSITION_WORDS * 4).slice(0, length) };
}

interface Outcome {
  readonly messages: number;
  /** In MiB: heap after a collection, before the first and after the last message; the largest between; resident size. */
  readonly memory?: {
    readonly before: number;
    readonly after: number;
    readonly peak: number;
    readonly resident: number;
  };
  readonly failure?: Omit<FuzzFailure, "error"> & { readonly stack: string };
}

const boundaryNamed = (name: string): FuzzBoundary => {
  const found = BOUNDARIES.find((boundary) => boundary.name === name);
  if (!found)
    throw new RangeError(`no boundary ${name}; there are ${BOUNDARIES.map((b) => b.name).join(", ")}`);
  return found;
};

/** Heap in use after a collection, in MiB. */
function heapMiB(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}

async function work(job: Job): Promise<void> {
  const before = heapMiB();
  let peakBytes = 0;
  const { failure, messages } = await fuzz(boundaryNamed(job.boundary), {
    ...job,
    onMessage: (position) => {
      note(job.position, position);
      peakBytes = Math.max(peakBytes, getHeapStatistics().used_heap_size);
    },
  });
  const told = (): Pick<Outcome, "failure"> => {
    if (!failure) return {};
    // An error may hold what does not go from thread to thread.
    const { error, ...where } = failure;
    return { failure: { ...where, stack: stackOf(error) } };
  };
  const peak = Math.round(peakBytes / 2 ** 20);
  const resident = Math.round(process.resourceUsage().maxRSS / 1024);
  const memory = { before, after: heapMiB(), peak, resident };
  parentPort?.postMessage({ messages, memory, ...told() } satisfies Outcome);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

let thread: Worker | undefined;

/** The thread that does the work, one for all boundaries: what it loads takes longer than a short run. */
function openThread(): Worker {
  // A thread of Node 20 does not take TypeScript as its entry, even with a loader: it has to load it itself.
  const entry = `import("tsx/esm/api").then(({ register }) => (register(), import(${JSON.stringify(import.meta.url)})))`;
  return (thread ??= new Worker(entry, {
    eval: true,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB_MAX },
  }));
}

/** Runs one boundary in the thread and watches that it gets on. */
function watched(job: Omit<Job, "position">): Promise<Outcome> {
  const shared = new SharedArrayBuffer(POSITION_BYTES);
  const worker = openThread();
  let seen = "";
  return new Promise((resolve, reject) => {
    const end = () => {
      clearInterval(watch);
      worker.off("message", onOutcome);
      worker.off("error", onError);
    };
    const onOutcome = (outcome: Outcome) => {
      end();
      resolve(outcome);
    };
    const onError = (error: Error) => {
      end();
      thread = undefined;
      if (!("code" in error) || error.code !== "ERR_WORKER_OUT_OF_MEMORY") return reject(error);
      const { world, message, bytes } = noted(shared);
      const { boundary, seed } = job;
      const stack = `Error: message ${message} took the heap beyond ${HEAP_MIB_MAX} MiB`;
      resolve({ messages: 0, failure: { boundary, seed, world, messages: [toHex(bytes)], stack } });
    };
    const watch = setInterval(() => {
      const { world, message, bytes } = noted(shared);
      const now = `${world}/${message}`;
      if (now !== seen) return void (seen = now);
      end();
      thread = undefined;
      void worker.terminate();
      const stack = `Error: message ${message} did not end within ${HANG_MS} ms`;
      const { boundary, seed } = job;
      resolve({ messages: 0, failure: { boundary, seed, world, messages: [toHex(bytes)], stack } });
    }, HANG_MS);
    worker.on("message", onOutcome);
    worker.on("error", onError);
    worker.postMessage({ ...job, position: shared } satisfies Job);
  });
}

function tell(failure: NonNullable<Outcome["failure"]>): void {
  const { boundary, seed, world, messages, stack } = failure;
  const { messagesPerWorld } = boundaryNamed(boundary);
  console.log(`  FAILED in world ${world}, ${messages.length} messages known\n  ${stack}`);
  for (const message of messages.slice(-TOLD_MESSAGES_MAX)) console.log(`  message ${message}`);
  console.log(
    `  again: npm run fuzz -- --boundary ${boundary} --seed ${seed} --world ${world} --count ${messagesPerWorld}`,
  );
  console.log(`  to keep: ${JSON.stringify({ boundary, seed, world, messages })}`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: "string" },
      seconds: { type: "string" },
      seed: { type: "string" },
      boundary: { type: "string" },
      world: { type: "string" },
    },
  });
  const seed = values.seed ?? String(Date.now());
  const count = Number(values.count ?? COUNT);
  if (!Number.isInteger(count) || count < 1) throw new RangeError("--count takes a number of messages");
  const chosen = values.boundary === undefined ? BOUNDARIES : [boundaryNamed(values.boundary)];
  const seconds = Number(values.seconds ?? Infinity);
  if (!(seconds > 0)) throw new RangeError("--seconds takes the seconds that all boundaries have together");
  const forMs = (seconds * 1_000) / chosen.length;
  console.log(`seed ${seed}`);
  let failed = 0;
  for (const { name, what, share } of chosen) {
    // One that is asked for by name gets all of it.
    const messages = values.boundary === undefined ? Math.ceil(count * share) : count;
    const began = performance.now();
    const outcome = await watched({
      boundary: name,
      seed,
      messages,
      forMs,
      firstWorld: Number(values.world ?? 0),
    });
    const took = (performance.now() - began) / 1000;
    const rate = Math.round(outcome.messages / took);
    console.log(
      `${name}: ${outcome.messages} messages in ${took.toFixed(1)} s (${rate}/s), seed ${seed}: ${what}`,
    );
    const { memory } = outcome;
    if (memory)
      console.log(
        `  heap ${memory.before} to ${memory.after} MiB, peak ${memory.peak} of ${HEAP_MIB_MAX} MiB; largest size ${memory.resident} MiB`,
      );
    if (outcome.failure) {
      failed += 1;
      tell(outcome.failure);
    }
  }
  process.exitCode = failed === 0 ? 0 : 1;
  await thread?.terminate();
}

if (isMainThread) await main();
else parentPort?.on("message", (job: Job) => void work(job));
