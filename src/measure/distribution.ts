/** What many samples of one time come to, in milliseconds, rounded to a tenth. */
export interface Distribution {
  readonly count: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  /** From the least to the most, at even steps of probability: what a simulated device draws from. */
  readonly quantilesMs: readonly number[];
}

/** Twenty steps: every 5 % of the samples, so that the 95th percentile is one of them. */
const STEPS = 20;

/** @returns `undefined` without samples. */
export function distributionOf(samplesMs: readonly number[]): Distribution | undefined {
  if (samplesMs.length === 0) return undefined;
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const at = (share: number) => round(quantile(sorted, share));
  return {
    count: sorted.length,
    minMs: at(0),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    maxMs: at(1),
    quantilesMs: Array.from({ length: STEPS + 1 }, (_, step) => at(step / STEPS)),
  };
}

/** Between two samples in proportion. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
