import type { Chance } from "./chance.js";

/** One world behind a boundary: what messages are handed to, in order, and judged after each. */
export interface FuzzWorld {
  /** Makes up the next message; hands nothing over. */
  next(chance: Chance): Uint8Array;
  /** Hands one message over. @throws {Error} when an invariant does not hold. */
  hand(message: Uint8Array): Promise<void> | void;
  /** After the last message: does it all still work? @throws {Error} */
  settle(): Promise<void> | void;
}

/** A place where bytes of strangers come in. */
export interface FuzzBoundary {
  readonly name: string;
  readonly what: string;
  /** Messages one world lives through. */
  readonly messagesPerWorld: number;
  /** Of the messages asked for, how many this boundary takes: 1 is all. A message costs more at some than at others. */
  readonly share: number;
  /** A new world; chance decides what kind. */
  start(chance: Chance): Promise<FuzzWorld> | FuzzWorld;
}

/** An invariant did not hold. */
export function violated(what: string): never {
  throw new Error(what);
}
