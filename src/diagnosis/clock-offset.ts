/** How far a clock was off: its times minus true ones, in milliseconds, from the least to the most. */
export interface ClockOffset {
  readonly actor: string;
  readonly offsetMs: readonly [number, number];
}

/** Known offsets by actor, as {@link ClockOffset.offsetMs}. */
export type KnownOffsets = Readonly<Record<string, readonly [number, number]>>;
