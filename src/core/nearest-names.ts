/** Names at most this many edits away are worth suggesting. */
const EDITS_MAX = 4;

/** Bounds the work for input from outside, in characters: a typing error in a longer name gets no suggestion. */
const TYPED_LENGTH_MAX = 64;

/** Lists the names closest to what a user typed, best first; case does not count. */
export function nearestNames(typed: string, names: readonly string[], limit: number): readonly string[] {
  const wanted = typed.toLowerCase();
  // Of a short word little is left after four edits.
  const editsMax = Math.min(EDITS_MAX, Math.ceil(typed.length / 2));
  return names
    .map((name) => ({ name, edits: distance(wanted, name.toLowerCase()) }))
    .filter(
      ({ name, edits }) =>
        edits <= editsMax ||
        sharesLastPart(wanted, name.toLowerCase()) ||
        beginsWith(name.toLowerCase(), wanted),
    )
    .sort((a, b) => a.edits - b.edits)
    .slice(0, limit)
    .map(({ name }) => name);
}

/** `guardMs` and `browser.guardMs` both mean `page.guardMs`. */
function sharesLastPart(typed: string, name: string): boolean {
  return typed.split(".").at(-1) === name.split(".").at(-1);
}

/** Letters at least of a name that was not typed to its end; fewer begin too many names. */
const BEGINNING_MIN = 3;

/** `chrom` means `chrome-floor3m` or another of its kind. */
function beginsWith(name: string, typed: string): boolean {
  return typed.length >= BEGINNING_MIN && name.startsWith(typed);
}

/** Edits (insert, delete, replace) from one text to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < Math.min(from.length, TYPED_LENGTH_MAX); i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = (row[j] as number) + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
