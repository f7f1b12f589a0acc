/** A share and the interval that it lies in with a probability of 95 %. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  /** Between 0 and 1; 0 of nothing is 0. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** The 97.5th percentile of the normal distribution. */
const Z = 1.959963984540054;

/** Returns a share with Wilson's score interval of 95 %, which holds for small numbers and for none at all. */
export function wilson(count: number, of: number): Rate {
  if (of === 0) return { count, of, share: 0, low: 0, high: 1 };
  const share = count / of;
  const z2 = Z * Z;
  const middle = share + z2 / (2 * of);
  const spread = Z * Math.sqrt((share * (1 - share)) / of + z2 / (4 * of * of));
  const scale = 1 + z2 / of;
  return {
    count,
    of,
    share,
    // Exact at both ends, where rounding would leave a trace.
    low: count === 0 ? 0 : (middle - spread) / scale,
    high: count === of ? 1 : (middle + spread) / scale,
  };
}
