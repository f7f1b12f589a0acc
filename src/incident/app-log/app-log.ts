import { EVENTS } from "../../core/events/table.js";
import { holds, type Members } from "../../core/events/member.js";
import type { TraceEvent } from "../../core/trace.js";
import { knownCode } from "../error-code.js";
import type { Anchor, Coverage, Episode, ImportedRecord, Importer, Stamp } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter, credentialTag, tagOf, tagOfBytes } from "../tags.js";
import { linesOf } from "../text/lines.js";
import { bytesOf } from "../webauthn-json/bytes-of.js";
import { isObject, parsed } from "../webauthn-json/walk.js";
import type { LineRule, LogMapping, MemberSource } from "./log-mapping.js";
import { timeOf } from "./log-time.js";

/** A site's own log, JSON lines or `key=value`, read by a mapping file. */
export const appLog: Importer = {
  id: "app-log",
  title: "a site's own log, JSON lines or key=value, with a mapping file (--map)",
  ofServer: true,
  recognise({ text }) {
    const lines = text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(0, 50);
    const own = lines.filter((line) => membersOf(line) !== undefined).length;
    if (lines.length === 0 || own < lines.length / 2) return undefined;
    return { score: 0.6, reason: `JSON or key=value in ${own} of its first ${lines.length} lines` };
  },
  async read(file, { mapping, progress, window }) {
    const dropped = new Counter();
    const reading = new Reading(mapping, window);
    for await (const lines of linesOf(file.open(), { dropped, progress }))
      for (const line of lines) if (line.trim() !== "") reading.take(line, dropped);
    return [reading.end(dropped)];
  },
};

type Line = Readonly<Record<string, unknown>>;

/** Reads a line as JSON, or as logfmt; `undefined` for any other. */
export function membersOf(line: string): Line | undefined {
  if (line.startsWith("{")) {
    const value = parsed(line);
    return isObject(value) ? value : undefined;
  }
  const pairs = [...line.matchAll(/([A-Za-z_][\w.]*)=("(?:[^"\\]|\\.)*"|\S*)/g)];
  if (pairs.length < 2) return undefined;
  return Object.fromEntries(
    pairs.map(([, name = "", value = ""]) => [name, value.startsWith('"') ? textOf(parsed(value)) : value]),
  );
}

function at(line: Line, path: string): unknown {
  if (Object.hasOwn(line, path)) return line[path];
  let value: unknown = line;
  for (const name of path.split(".")) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

class Reading {
  readonly #mapping: LogMapping | undefined;
  readonly #window: Stamp | undefined;
  readonly #records: ImportedRecord[] = [];
  readonly #anchors: Anchor[] = [];
  readonly #episodes = new Map<string, Episode & { at: { fromMs: number; toMs: number } }>();
  readonly #redactions = new Counter();
  #fromMs = Infinity;
  #toMs = -Infinity;
  #precisionMs = 0.001;
  #isLocal = false;
  #lines = 0;

  constructor(mapping: LogMapping | undefined, window: Stamp | undefined) {
    this.#mapping = mapping;
    this.#window = window;
  }

  take(text: string, dropped: Counter): void {
    this.#lines += 1;
    const mapping = this.#mapping;
    if (mapping === undefined) return;
    const line = membersOf(text);
    if (line === undefined) return dropped.add("line that is neither JSON nor key=value");
    const time = timeOf(at(line, mapping.time.from), mapping.time.form ?? "iso");
    if (time === undefined) return dropped.add("line without a time");
    const stamp: Stamp = { fromMs: time.ms, toMs: time.ms + time.precisionMs };
    this.#precisionMs = Math.max(this.#precisionMs, time.precisionMs);
    if (time.isLocal) this.#isLocal = true;
    this.#fromMs = Math.min(this.#fromMs, stamp.fromMs);
    this.#toMs = Math.max(this.#toMs, stamp.toMs);
    const window = time.isLocal ? undefined : this.#window;
    if (window !== undefined && (time.ms < window.fromMs || time.ms > window.toMs))
      return dropped.add("line outside the time of the incident");
    const rule = mapping.lines.find(({ when }) => fits(line, when));
    if (rule === undefined) return dropped.add("line that no rule of the mapping is for");
    const event = this.#eventOf(line, rule);
    if (event === undefined) return dropped.add("line whose members do not make the event of its rule");
    if (this.#records.length >= INCIDENT_LIMITS.RECORDS_MAX)
      return dropped.add("line beyond the most that are kept");
    this.#add(line, { stamp, rule, event, mapping });
  }

  end(dropped: Counter) {
    const mapping = this.#mapping;
    const whole = { fromMs: this.#fromMs, toMs: this.#toMs };
    const coverage =
      this.#records.length === 0
        ? []
        : (mapping?.shows ?? []).map((probe) => ({ probe, at: whole }) as Coverage);
    return {
      title: "a site's own log",
      clock: {
        machine: mapping?.machine ?? "server",
        kind: this.#isLocal ? ("local" as const) : ("utc" as const),
        precisionMs: this.#precisionMs,
      },
      records: this.#records,
      episodes: [...this.#episodes.values()],
      anchors: this.#anchors,
      coverage,
      dropped: dropped.list,
      redactions: this.#redactions.list,
      notes:
        mapping === undefined
          ? [`Its ${this.#lines} lines were left out: --map FILE says what they mean.`]
          : this.#records.length === 0
            ? ["No line of it is one that the mapping has a rule for."]
            : [],
    };
  }

  #eventOf(line: Line, { event }: LineRule): TraceEvent | undefined {
    const members: Record<string, unknown> = {};
    for (const [name, source] of Object.entries(event)) {
      const value = this.#valueOf(line, source);
      if (value !== undefined) members[name] = value;
    }
    const kind = String(members["kind"]);
    const descriptor = Object.hasOwn(EVENTS, kind) ? EVENTS[kind as TraceEvent["kind"]] : undefined;
    if (descriptor === undefined) return undefined;
    const shape: Members = descriptor.members;
    for (const [name, member] of Object.entries(shape)) {
      const value = members[name];
      if (value === undefined ? member.optional !== true : !holds(member, value)) return undefined;
    }
    const known = Object.keys(members).every((name) => name === "kind" || name in shape);
    return known ? (members as unknown as TraceEvent) : undefined;
  }

  #valueOf(line: Line, source: MemberSource | readonly MemberSource[]): unknown {
    if (Array.isArray(source))
      return (source as readonly MemberSource[]).map((one) => this.#valueOf(line, one));
    if (typeof source !== "object" || !("from" in source)) return source;
    const value = at(line, source.from);
    if (value === undefined || value === null) return undefined;
    switch (source.as ?? "code") {
      case "number":
        return Number(value);
      case "credential": {
        const bytes = bytesOf(value);
        this.#redactions.add("credential id");
        return bytes === undefined ? undefined : credentialTag(bytes);
      }
      case "text":
        return textOf(value);
      default:
        // Only a code is taken as it is: a text of a log may say whose it is.
        return typeof value === "number" || typeof value === "boolean" ? value : knownCode(textOf(value));
    }
  }

  #add(
    line: Line,
    {
      stamp,
      rule,
      event,
      mapping,
    }: {
      readonly stamp: Stamp;
      readonly rule: LineRule;
      readonly event: TraceEvent;
      readonly mapping: LogMapping;
    },
  ): void {
    const episode = this.#episodeOf(line, { stamp, event, mapping });
    const requestId = mapping.requestId === undefined ? undefined : at(line, mapping.requestId);
    const call = typeof requestId === "string" ? tagOf(requestId) : undefined;
    this.#records.push({
      at: stamp,
      actor: rule.actor ?? "site",
      ...(episode !== undefined && { episode }),
      event,
      ...(call !== undefined && { call }),
    });
    const anchor = { ...(episode !== undefined && { episode }), at: stamp };
    if (call !== undefined) {
      this.#redactions.add("request id");
      this.#anchors.push({ kind: "request-id", tag: call, call, relation: "within", ...anchor });
    }
    const challenge = mapping.challenge === undefined ? undefined : bytesOf(at(line, mapping.challenge));
    if (challenge !== undefined) {
      this.#redactions.add("challenge");
      this.#anchors.push({ kind: "challenge", tag: tagOfBytes(challenge), relation: "after", ...anchor });
    }
  }

  #episodeOf(
    line: Line,
    {
      stamp,
      event,
      mapping,
    }: { readonly stamp: Stamp; readonly event: TraceEvent; readonly mapping: LogMapping },
  ): string | undefined {
    const name = mapping.ceremony === undefined ? undefined : at(line, mapping.ceremony);
    if (typeof name !== "string" && typeof name !== "number") return undefined;
    const id = tagOf(String(name));
    const known = this.#episodes.get(id);
    if (known !== undefined) {
      known.at.fromMs = Math.min(known.at.fromMs, stamp.fromMs);
      known.at.toMs = Math.max(known.at.toMs, stamp.toMs);
      const kind = kindOf(event);
      if (kind !== undefined && known.kind !== kind) this.#episodes.set(id, { ...known, kind });
      return id;
    }
    this.#episodes.set(id, { id, kind: kindOf(event) ?? "registration", at: { ...stamp } });
    return id;
  }
}

function kindOf(event: TraceEvent): Episode["kind"] | undefined {
  if (event.kind !== "rp.request" && event.kind !== "rp.response") {
    if (event.kind === "page.called" || event.kind === "page.settled")
      return event.method === "create" ? "registration" : "login";
    return undefined;
  }
  const [about] = event.call.split("/");
  return about === "registration" || about === "login" ? about : "factor";
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
}

function fits(line: Line, when: LineRule["when"]): boolean {
  return Object.entries(when).every(([path, wanted]) => {
    const value = at(line, path);
    const pattern = typeof wanted === "string" ? /^\/(.{1,200})\/$/.exec(wanted)?.[1] : undefined;
    if (pattern !== undefined)
      return typeof value === "string" && new RegExp(pattern).test(value.slice(0, 2_000));
    return value === wanted || textOf(value) === String(wanted);
  });
}
