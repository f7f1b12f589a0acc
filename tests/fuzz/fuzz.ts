import { fromHex, toHex } from "../../src/core/bytes.js";
import { violated, type FuzzBoundary } from "./boundary.js";
import { Chance } from "./chance.js";

export interface FuzzPlan {
  readonly seed: string;
  readonly messages: number;
  /** Worlds before this one are left out: a failure names its own. */
  readonly firstWorld?: number;
  /** Begins no world after this many milliseconds of real time; the report says how many messages there were. */
  readonly forMs?: number;
  /** Called before each message is handed over, so that somebody outside can tell where a hang is. */
  readonly onMessage?: (at: FuzzPosition) => void;
}

export interface FuzzPosition {
  readonly world: number;
  readonly message: number;
  readonly bytes: Uint8Array;
}

/** What broke, and how to see it again. */
export interface FuzzFailure {
  readonly boundary: string;
  readonly seed: string;
  readonly world: number;
  /** Messages of this world up to and including the one that broke it. */
  readonly messages: readonly string[];
  readonly error: unknown;
}

/** Far beyond what any input takes, on a machine that is busy as well: seconds of the processor, bytes of memory. */
const INPUT_CPU_MS_MAX = 20_000;
const INPUT_RSS_BYTES_MAX = 768 * 2 ** 20;

export interface FuzzReport {
  readonly boundary: string;
  readonly messages: number;
  readonly failure?: FuzzFailure;
}

/** World `n` of a seed: the same whatever was before it. */
function chanceOf(boundary: FuzzBoundary, seed: string, world: number): Chance {
  return new Chance(`${boundary.name}/${seed}/${world}`);
}

/** Hands made-up messages over until there were enough, or an invariant breaks. */
export async function fuzz(boundary: FuzzBoundary, plan: FuzzPlan): Promise<FuzzReport> {
  let left = plan.messages;
  const began = performance.now();
  for (let world = plan.firstWorld ?? 0; left > 0; world++) {
    if (performance.now() - began > (plan.forMs ?? Infinity)) break;
    const budget = Math.min(left, boundary.messagesPerWorld);
    const failure = await liveThrough(boundary, { ...plan, world, messages: budget });
    left -= budget;
    if (failure) return { boundary: boundary.name, messages: plan.messages - left, failure };
  }
  return { boundary: boundary.name, messages: plan.messages - left };
}

/** Hands one input over. @throws {Error} when it took more time or memory than any may. */
async function withinMeans(hand: () => Promise<void> | void): Promise<void> {
  const began = process.cpuUsage();
  const rss = process.memoryUsage.rss();
  await hand();
  const ms = process.cpuUsage(began).user / 1_000;
  if (ms > INPUT_CPU_MS_MAX) violated(`one input took ${Math.round(ms)} ms of the processor`);
  const grown = process.memoryUsage.rss() - rss;
  if (grown > INPUT_RSS_BYTES_MAX) violated(`one input took ${Math.round(grown / 2 ** 20)} MiB`);
}

async function liveThrough(
  boundary: FuzzBoundary,
  plan: FuzzPlan & { readonly world: number },
): Promise<FuzzFailure | undefined> {
  const { seed, world } = plan;
  const said: Uint8Array[] = [];
  try {
    const chance = chanceOf(boundary, seed, world);
    const open = await boundary.start(chance);
    for (let message = 0; message < plan.messages; message++) {
      const bytes = open.next(chance);
      said.push(bytes);
      plan.onMessage?.({ world, message, bytes });
      await withinMeans(() => open.hand(bytes));
    }
    await open.settle();
    return undefined;
  } catch (error) {
    return { boundary: boundary.name, seed, world, messages: said.map(toHex), error };
  }
}

/** A case once found: the same world, these messages. @throws what broke, if it still does. */
export async function replay(boundary: FuzzBoundary, found: Omit<FuzzFailure, "error">): Promise<void> {
  const chance = chanceOf(boundary, found.seed, found.world);
  const open = await boundary.start(chance);
  for (const message of found.messages) await open.hand(fromHex(message));
  await open.settle();
}
