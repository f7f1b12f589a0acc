import type { Episode, Stamp } from "../importer.js";
import { episodeKey, type AnchorPair, type NamedSource } from "./named-source.js";
import type { SourceTime } from "./source-clocks.js";

/** What one or several sources took for one registration or login. */
export interface JoinedCeremony {
  readonly kind: Episode["kind"];
  readonly parts: readonly { readonly source: NamedSource; readonly episode: Episode }[];
}

/** A login's options and the request for a key that follows are no further apart than a user's hesitation. */
const HESITATION_MS = 60_000;

/**
 * Joins the episodes of all sources: by what they share, and, where they share nothing, by kind and time where only one
 * other episode is possible.
 */
export function joinEpisodes(
  sources: readonly NamedSource[],
  pairs: readonly AnchorPair[],
  times: ReadonlyMap<string, SourceTime>,
): readonly JoinedCeremony[] {
  const sets = new Sets();
  const all = sources.flatMap((source) => source.episodes.map((episode) => ({ source, episode })));
  const sourcesIn = new Map<string, ReadonlySet<string>>();
  for (const { source, episode } of all) {
    sets.add(episodeKey(source, episode));
    sourcesIn.set(episodeKey(source, episode), new Set([source.id]));
  }
  for (const { one, other, a, b } of pairs) {
    if (a.episode === undefined || b.episode === undefined) continue;
    const mine = one.episodes.find(({ id }) => id === a.episode);
    const theirs = other.episodes.find(({ id }) => id === b.episode);
    if (mine === undefined || theirs === undefined || mine.kind !== theirs.kind) continue;
    if (a.kind === "credential" && !overlap(span(mine, one, times), span(theirs, other, times))) continue;
    // Two attempts of one source are two, whatever a coarser source takes them for.
    const [first, second] = [sets.rootOf(episodeKey(one, mine)), sets.rootOf(episodeKey(other, theirs))];
    const inFirst = sourcesIn.get(first) ?? new Set();
    const inSecond = sourcesIn.get(second) ?? new Set();
    if (first === second || [...inSecond].some((source) => inFirst.has(source))) continue;
    sets.join(first, second);
    sourcesIn.set(sets.rootOf(first), new Set([...inFirst, ...inSecond]));
  }
  for (const { source, episode } of all) joinByTime({ source, episode }, { all, sets, times });
  const groups = new Map<string, { source: NamedSource; episode: Episode }[]>();
  for (const part of all) {
    const root = sets.rootOf(episodeKey(part.source, part.episode));
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [part]);
    else group.push(part);
  }
  return [...groups.values()]
    .map((parts) => ({ kind: parts[0]?.episode.kind ?? "login", parts }))
    .sort((a, b) => startOf(a, times) - startOf(b, times));
}

interface Part {
  readonly source: NamedSource;
  readonly episode: Episode;
}

/** A part that shares nothing with another source: the one episode of that source that it can be. */
function joinByTime(
  { source, episode }: Part,
  {
    all,
    sets,
    times,
  }: { readonly all: readonly Part[]; readonly sets: Sets; readonly times: ReadonlyMap<string, SourceTime> },
): void {
  const key = episodeKey(source, episode);
  if (times.get(source.id)?.isLoose !== false) return;
  const others = new Set(all.map((part) => part.source).filter((one) => one !== source));
  for (const other of others) {
    if (times.get(other.id)?.isLoose !== false) continue;
    const theirs = all.filter((part) => part.source === other);
    const isJoined = theirs.some((part) => sets.rootOf(episodeKey(other, part.episode)) === sets.rootOf(key));
    if (isJoined) continue;
    const own = span(episode, source, times);
    const possible = theirs.filter(
      (part) =>
        part.episode.kind === episode.kind &&
        (part.episode.rp === undefined || episode.rp === undefined || part.episode.rp === episode.rp) &&
        !isTaken(part, source, { all, sets }) &&
        overlap(widened(own), span(part.episode, other, times)),
    );
    const nearest = nearestOf(possible, own, times);
    if (nearest !== undefined) sets.join(key, episodeKey(other, nearest.episode));
  }
}

/** Whether another episode of the same source is joined with it already. */
function isTaken(
  part: Part,
  source: NamedSource,
  { all, sets }: { readonly all: readonly Part[]; readonly sets: Sets },
): boolean {
  const root = sets.rootOf(episodeKey(part.source, part.episode));
  return all.some((one) => one.source === source && sets.rootOf(episodeKey(source, one.episode)) === root);
}

/** The only one, or the one whose beginning is nearest by far: a page asks for options and calls the browser at once. */
function nearestOf(
  possible: readonly Part[],
  own: Stamp,
  times: ReadonlyMap<string, SourceTime>,
): Part | undefined {
  const sorted = possible
    .map((part) => ({ part, gapMs: Math.abs(span(part.episode, part.source, times).fromMs - own.fromMs) }))
    .sort((a, b) => a.gapMs - b.gapMs);
  const [first, second] = sorted;
  if (first === undefined) return undefined;
  return second === undefined || second.gapMs > 2 * first.gapMs + 2_000 ? first.part : undefined;
}

function span({ at }: Episode, source: NamedSource, times: ReadonlyMap<string, SourceTime>): Stamp {
  const [lowMs, highMs] = times.get(source.id)?.correctionMs ?? [0, 0];
  return { fromMs: at.fromMs + lowMs, toMs: at.toMs + highMs };
}

function widened({ fromMs, toMs }: Stamp): Stamp {
  return { fromMs: fromMs - HESITATION_MS, toMs: toMs + HESITATION_MS };
}

const overlap = (a: Stamp, b: Stamp) => a.fromMs <= b.toMs && b.fromMs <= a.toMs;

function startOf({ parts }: JoinedCeremony, times: ReadonlyMap<string, SourceTime>): number {
  return Math.min(...parts.map(({ source, episode }) => span(episode, source, times).fromMs));
}

/** Sets that are joined two by two. */
class Sets {
  readonly #parents = new Map<string, string>();

  add(key: string): void {
    this.#parents.set(key, key);
  }

  rootOf(key: string): string {
    let root = key;
    for (let up = this.#parents.get(root); up !== undefined && up !== root; up = this.#parents.get(root))
      root = up;
    return root;
  }

  join(one: string, other: string): void {
    this.#parents.set(this.rootOf(other), this.rootOf(one));
  }
}
