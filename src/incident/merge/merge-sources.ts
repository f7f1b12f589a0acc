import type { TraceEvent } from "../../core/trace.js";
import type { DeriveOptions } from "./derive.js";
import { withDerived } from "./derive.js";
import { boundsOfLinks, causalLinks } from "./causal-links.js";
import { labelsOf, type Merged } from "./merged.js";
import { middleWorld } from "./worlds.js";
import { joinEpisodes } from "./join-episodes.js";
import { episodeKey, type NamedSource } from "./named-source.js";
import { bodiesOf, callKey, callsTold, episodesOfCalls } from "./one-call-each.js";
import type { PlacedRecord } from "./placed-record.js";
import { alignSources, type KnownClocks, type SourceClocks } from "./source-clocks.js";

export type MergeOptions = KnownClocks & DeriveOptions;

/** Joins and places the records of all sources: by what they share, and again by the order that follows from it. */
export function mergeSources(sources: readonly NamedSource[], options: MergeOptions): Merged {
  const first = mergedBy(sources, options, alignSources(sources, options));
  if (sources.length === 1) return first;
  const { timed } = middleWorld(first);
  const clocks = alignSources(sources, options, boundsOfLinks(causalLinks(timed, labelsOf(first))));
  return mergedBy(sources, options, clocks);
}

function mergedBy(sources: readonly NamedSource[], options: MergeOptions, clocks: SourceClocks): Merged {
  const isUsed = ({ id }: NamedSource) => sources.length === 1 || clocks.times.get(id)?.isLoose === false;
  const used = sources.filter(isUsed);
  const ceremonies = joinEpisodes(used, clocks.pairs, clocks.times).map((joined, index) => ({
    ...joined,
    id: `c${index + 1}`,
  }));
  const ceremonyOf = new Map(
    ceremonies.flatMap(({ id, parts }) =>
      parts.map(({ source, episode }) => [episodeKey(source, episode), id] as const),
    ),
  );
  const told = callsTold(clocks.pairs);
  const episodeOf = episodesOfCalls(clocks.pairs);
  const bodies = bodiesOf(clocks.pairs, told);
  const placed = used.flatMap((source) =>
    source.records.flatMap(({ at, actor, episode, span, event, derived, call }): readonly PlacedRecord[] => {
      const key = call === undefined ? undefined : callKey(source, call);
      // A gateway's timer that only the page's side shows stays; the call itself is told once.
      if (key !== undefined && told.has(key) && event.kind.startsWith("rp.")) return [];
      return [
        {
          source: source.id,
          at,
          actor,
          ...(episode !== undefined && {
            ceremony: ceremonyOf.get(
              (key === undefined ? undefined : episodeOf.get(key)) ?? episodeKey(source, { id: episode }),
            ),
          }),
          ...(span !== undefined && { span }),
          event: withBody(event, key === undefined ? undefined : bodies.get(key)),
          ...(derived !== undefined && { derived }),
        },
      ];
    }),
  );
  return {
    clocks,
    ceremonies,
    records: [
      ...placed.filter(({ ceremony }) => ceremony === undefined),
      ...ceremonies.flatMap((joined) =>
        withDerived(
          inOrder(
            placed.filter(({ ceremony }) => ceremony === joined.id),
            clocks,
          ),
          joined,
          options,
        ),
      ),
    ],
    coverage: used.flatMap((source) =>
      source.coverage.map(({ probe, at }) => ({
        source: source.id,
        probe,
        fromMs: at.fromMs,
        toMs: at.toMs,
      })),
    ),
    loose: sources.filter((source) => !isUsed(source)).map(({ id }) => id),
  };
}

function withBody(event: TraceEvent, body: object | undefined): TraceEvent {
  if (body === undefined) return event;
  if (event.kind === "rp.request" && "call" in body) return { ...event, call: String(body.call) };
  return event.kind === "rp.response" ? { ...event, ...body, status: event.status } : event;
}

function inOrder(records: readonly PlacedRecord[], { times }: SourceClocks): readonly PlacedRecord[] {
  const middle = ({ source, at }: PlacedRecord) => {
    const [lowMs, highMs] = times.get(source)?.correctionMs ?? [0, 0];
    return at.fromMs + (lowMs + highMs) / 2;
  };
  return [...records].sort((a, b) => middle(a) - middle(b));
}
