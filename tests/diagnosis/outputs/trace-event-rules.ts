/**
 * Rules of the Trace Event Format (the published document "Trace Event Format", sections Event Descriptions, Duration,
 * Complete, Instant, Async nestable, Flow and Metadata events) and what Perfetto's importer adds: slices of one thread
 * may nest and not overlap.
 */
export interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  readonly id?: string | number;
  readonly dur?: number;
  readonly s?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface TraceEventFile {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit?: string;
  readonly otherData?: Readonly<Record<string, unknown>>;
}

export function problemsOf({ traceEvents, displayTimeUnit }: TraceEventFile): readonly string[] {
  return [
    ...(displayTimeUnit === undefined || ["ms", "ns"].includes(displayTimeUnit) ? [] : ["displayTimeUnit"]),
    ...traceEvents.flatMap(memberProblems),
    ...asyncProblems(traceEvents),
    ...flowProblems(traceEvents),
    ...overlaps(traceEvents),
  ];
}

function memberProblems(event: TraceEvent): readonly string[] {
  const { name, ph, ts, pid, tid, cat, id, dur, s, args } = event;
  const wrong = [
    typeof name !== "string" && "name",
    !(Number.isInteger(pid) && Number.isInteger(tid)) && "pid, tid",
    !(Number.isFinite(ts) && ts >= 0) && "ts",
    !["X", "b", "e", "i", "s", "t", "f", "M"].includes(ph) && `ph ${ph}`,
    ph === "X" && !(Number.isFinite(dur) && Number(dur) >= 0) && "dur",
    ph === "i" && s !== undefined && !["g", "p", "t"].includes(s) && "scope",
    "best".includes(ph) && ph !== "" && (id === undefined || cat === undefined) && "id and cat",
    ph === "f" && (id === undefined || cat === undefined) && "id and cat",
    ph === "M" && !metadataFits(name, args) && "metadata",
  ];
  return wrong.flatMap((problem) => (problem === false ? [] : [`${name}: ${problem}`]));
}

function metadataFits(name: string, args: TraceEvent["args"]): boolean {
  if (name === "process_name" || name === "thread_name") return typeof args?.["name"] === "string";
  return name === "thread_sort_index" && Number.isInteger(args?.["sort_index"]);
}

/** Nestable async events of one category and id: each beginning has one end, of the same name, not before it. */
function asyncProblems(events: readonly TraceEvent[]): readonly string[] {
  const open = new Map<string, TraceEvent>();
  const problems: string[] = [];
  for (const event of events.filter(({ ph }) => ph === "b" || ph === "e")) {
    const key = JSON.stringify([event.cat, event.id]);
    const began = open.get(key);
    if (event.ph === "b") {
      if (began !== undefined) problems.push(`${event.name}: begins twice`);
      open.set(key, event);
    } else {
      if (began === undefined) problems.push(`${event.name}: ends without a beginning`);
      else if (began.name !== event.name) problems.push(`${event.name}: ends ${began.name}`);
      else if (event.ts < began.ts) problems.push(`${event.name}: ends before it begins`);
      open.delete(key);
    }
  }
  return [...problems, ...[...open.values()].map(({ name }) => `${name}: never ends`)];
}

/** A flow starts once, ends once, in order of time, and each step lies in a slice of its thread. */
function flowProblems(events: readonly TraceEvent[]): readonly string[] {
  const slices = events.filter(({ ph }) => ph === "X");
  const steps = events.filter(({ ph }) => ph === "s" || ph === "t" || ph === "f");
  const bound = ({ tid, ts }: TraceEvent) =>
    slices.some((slice) => slice.tid === tid && slice.ts <= ts && ts <= slice.ts + (slice.dur ?? 0));
  return [...groupBy(steps, ({ cat, name, id }) => JSON.stringify([cat, name, id]))].flatMap(
    ([key, flow]) => {
      const phases = flow.map(({ ph }) => ph).join("");
      const sorted = flow.every(({ ts }, index) => index === 0 || (flow[index - 1]?.ts ?? 0) <= ts);
      return [
        ...(/^st*f$/.test(phases) ? [] : [`flow ${key}: ${phases}`]),
        ...(sorted ? [] : [`flow ${key}: goes back in time`]),
        ...(flow.every(bound) ? [] : [`flow ${key}: a step lies in no slice`]),
      ];
    },
  );
}

function overlaps(events: readonly TraceEvent[]): readonly string[] {
  const slices = events.filter(({ ph }) => ph === "X");
  return [...groupBy(slices, ({ tid }) => tid).values()].flatMap((thread) => {
    const sorted = thread.toSorted((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
    const ends: number[] = [];
    return sorted.flatMap(({ name, ts, dur = 0 }) => {
      while (ends.length > 0 && (ends.at(-1) ?? 0) <= ts) ends.pop();
      const inside = ends.at(-1) ?? Infinity;
      ends.push(ts + dur);
      return ts + dur > inside ? [`${name}: slices overlap`] : [];
    });
  });
}

/** Groups by a key, in the order of the first of each. */
export function groupBy<T, Key>(items: readonly T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
