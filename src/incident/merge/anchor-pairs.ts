import type { Anchor, AnchorKind } from "../importer.js";
import type { AnchorPair, NamedSource } from "./named-source.js";

/** Kinds whose tag is of one thing in the world: equal tags are the same thing. */
const EXACT: readonly AnchorKind[] = ["client-data", "challenge", "request-id", "tunnel", "advert", "frame"];

/** Most pairs of one tag that are looked at. */
const COMPARED_MAX = 1_000_000;

/** Finds what two sources both saw, by the tags that only one thing can have. */
export function exactPairs(sources: readonly NamedSource[]): readonly AnchorPair[] {
  return couples(sources).flatMap(([one, other]) => {
    const byTag = grouped(other.anchors.filter(({ kind }) => EXACT.includes(kind)));
    return one.anchors.flatMap((a) =>
      (EXACT.includes(a.kind) ? (byTag.get(keyOf(a)) ?? []) : []).map((b) => ({ one, other, a, b })),
    );
  });
}

/**
 * Pairs what may be of several things, a call by its path or a credential that is used again, where only one pair is
 * possible: as many of a tag in both, or one within what the clocks leave.
 *
 * @param mayBe whether the clocks allow two anchors to be of one thing.
 */
export function likelyPairs(
  sources: readonly NamedSource[],
  mayBe: (pair: AnchorPair) => boolean,
): readonly AnchorPair[] {
  return couples(sources).flatMap(([one, other]) =>
    (["call", "credential"] as const).flatMap((kind) => {
      const mine = grouped(
        one.anchors.filter((anchor) => anchor.kind === kind && anchor.relation !== "none"),
      );
      const theirs = grouped(
        other.anchors.filter((anchor) => anchor.kind === kind && anchor.relation !== "none"),
      );
      return [...mine].flatMap(([tag, all]) =>
        likelyOf({ one, other }, all, { theirs: theirs.get(tag) ?? [], mayBe }),
      );
    }),
  );
}

function likelyOf(
  { one, other }: Pick<AnchorPair, "one" | "other">,
  mine: readonly Anchor[],
  { theirs, mayBe }: { readonly theirs: readonly Anchor[]; readonly mayBe: (pair: AnchorPair) => boolean },
): readonly AnchorPair[] {
  // Two logs of a whole site: without an id nothing tells their calls apart.
  if (mine.length * theirs.length > COMPARED_MAX) return [];
  const possible = mine.flatMap((a) =>
    theirs.map((b) => ({ one, other, a, b })).filter((pair) => mayBe(pair)),
  );
  const isOnly = (pair: AnchorPair) =>
    possible.filter(({ a }) => a === pair.a).length === 1 &&
    possible.filter(({ b }) => b === pair.b).length === 1;
  const sure = possible.filter(isOnly);
  if (sure.length > 0 || mine.length !== theirs.length) return sure;
  const inOrder = (list: readonly Anchor[]) => [...list].sort((a, b) => a.at.fromMs - b.at.fromMs);
  const ordered = inOrder(theirs);
  return inOrder(mine).flatMap((a, index) => {
    const b = ordered[index];
    return b === undefined ? [] : [{ one, other, a, b }];
  });
}

function couples(sources: readonly NamedSource[]): readonly (readonly [NamedSource, NamedSource])[] {
  return sources.flatMap((one, index) => sources.slice(index + 1).map((other) => [one, other] as const));
}

const keyOf = ({ kind, tag }: Anchor) => `${kind} ${tag}`;

function grouped(anchors: readonly Anchor[]): ReadonlyMap<string, readonly Anchor[]> {
  const groups = new Map<string, Anchor[]>();
  for (const anchor of anchors) {
    const key = keyOf(anchor);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [anchor]);
    else group.push(anchor);
  }
  return groups;
}
