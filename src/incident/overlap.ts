import type { NamedSource } from "./merge/named-source.js";

/** Tells of two files of one kind and machine whose times overlap: their records may be there twice. */
export function overlapNotes(sources: readonly NamedSource[]): readonly string[] {
  const notes: string[] = [];
  for (const [index, one] of sources.entries()) {
    for (const other of sources.slice(index + 1)) {
      const isSame = one.title === other.title && one.clock.machine === other.clock.machine;
      if (isSame && overlap(one, other))
        notes.push(
          `${one.id} and ${other.id} are of one kind and of the same time: what both hold is counted once where it is ` +
            "the same call, and may be there twice where it is not.",
        );
    }
  }
  return notes;
}

function overlap(one: NamedSource, other: NamedSource): boolean {
  return one.coverage.some(({ at, probe }) =>
    other.coverage.some(
      (second) => second.probe === probe && at.fromMs <= second.at.toMs && second.at.fromMs <= at.toMs,
    ),
  );
}
