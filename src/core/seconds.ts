/** Formats a duration or a moment of a trace: `97.050 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}
