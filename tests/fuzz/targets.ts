import { concat } from "../../src/core/bytes.js";
import { isHarnessError } from "../../src/core/errors.js";
import { StallError } from "../../src/core/virtual-clock.js";
import type { FuzzBoundary, FuzzWorld } from "./boundary.js";
import type { Chance } from "./chance.js";
import { mutate } from "./mutate.js";

/** One function that takes bytes of strangers. */
export interface FuzzTarget {
  readonly name: string;
  /** Good inputs, which the spoilt ones are made of. */
  readonly seeds: readonly Uint8Array[];
  /** Spoils an input in a way that keeps most of its structure; `undefined` where it has none left. */
  readonly spoil?: (chance: Chance, seed: Uint8Array) => Uint8Array | undefined;
  /** Hands the input over. Typed errors are fine; @throws {Error} when an invariant does not hold. */
  readonly hand: (bytes: Uint8Array) => unknown;
}

/** A message's first byte says which target it is for. */
class Targets implements FuzzWorld {
  readonly #targets: readonly FuzzTarget[];

  constructor(targets: readonly FuzzTarget[]) {
    this.#targets = targets;
  }

  next(chance: Chance): Uint8Array {
    const which = chance.below(this.#targets.length);
    const { seeds, spoil } = this.#targets[which] as FuzzTarget;
    return concat(Uint8Array.of(which), this.#spoilt(chance, seeds, spoil));
  }

  async hand(message: Uint8Array): Promise<void> {
    const target = this.#targets[(message[0] ?? 0) % this.#targets.length] as FuzzTarget;
    try {
      await target.hand(message.slice(1));
    } catch (error) {
      if (isHarnessError(error) && !(error instanceof StallError)) return;
      throw new Error(`${target.name}: ${String(error)}`, { cause: error });
    }
  }

  settle(): void {}

  #spoilt(chance: Chance, seeds: readonly Uint8Array[], spoil: FuzzTarget["spoil"]): Uint8Array {
    if (chance.oneIn(20)) return chance.bytes(chance.below(200));
    const seed = chance.pick(seeds);
    const structured = chance.oneIn(3) ? undefined : spoil?.(chance, seed);
    return structured ?? mutate(chance, seed, seeds);
  }
}

/** A boundary that is a number of functions. */
export function targetsBoundary(
  about: Pick<FuzzBoundary, "name" | "what" | "share">,
  targets: readonly FuzzTarget[],
): FuzzBoundary {
  return { ...about, messagesPerWorld: 256, start: () => new Targets(targets) };
}
