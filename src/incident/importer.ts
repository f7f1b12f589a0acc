import type { TraceEvent } from "../core/trace.js";
import type { Probe } from "../diagnosis/probes.js";
import type { ClientProfile } from "../webauthn/profiles/client-profile.js";
import type { LogMapping } from "./app-log/log-mapping.js";

/** A file that a user hands in. It may be opened more than once. */
export interface IncidentFile {
  /** As the user called it; printed, and never a part of a stored output. */
  readonly name: string;
  /** Bytes in the file, for progress; absent where it is not known. */
  readonly sizeBytes?: number | undefined;
  /** The file's bytes from its beginning, in chunks of any size. */
  open(): AsyncIterable<Uint8Array>;
}

/** The beginning of a file, from which its kind is recognised. */
export interface FileHead {
  readonly name: string;
  /** The first 64 KiB, or all of a smaller file. */
  readonly bytes: Uint8Array;
  /** The same as text: UTF-8, or UTF-16 where a byte order mark says so; other bytes become U+FFFD. */
  readonly text: string;
}

/** That an importer takes a file for its own. */
export interface Recognition {
  /** From 0 to 1; the importer with the highest score reads the file. Below 0.5 nobody does. */
  readonly score: number;
  /** Why, in a clause for the report: `log.version and log.entries of HAR 1.2`. Holds no value of the file. */
  readonly reason: string;
}

/**
 * A moment by the source's own clock, in milliseconds since 1970, as an interval: the event happened at `fromMs` or
 * later, and before or at `toMs`. A stamp of `10:11:12` is `[…12000, …12999.999]`.
 *
 * Times without a zone are taken for UTC here; the merge adds the zone. A source without a clock counts from 0.
 */
export interface Stamp {
  readonly fromMs: number;
  readonly toMs: number;
}

/** One record of a source, before it has its place in the merged trace. */
export interface ImportedRecord {
  readonly at: Stamp;
  /** The party, by the names of the simulation: browser, link, key, site, gateway, phone, tunnel, user, page, mail. */
  readonly actor: string;
  /** {@link Episode.id} of the ceremony that the source puts it into; absent for what belongs to none. */
  readonly episode?: string | undefined;
  /**
   * Name of the span inside the episode, unique in the source; absent for the ceremony's own. A `ctap.request` and its
   * `ctap.response` share one. The merge opens and names the spans; importers emit no `span.*` records.
   */
  readonly span?: string | undefined;
  readonly event: TraceEvent;
  /** Of `rp.*`: name of the HTTP call, unique in the source, by which its {@link Anchor.call} finds it. */
  readonly call?: string | undefined;
  /** Where the record is a conclusion and no line of the file: from what, in a clause. */
  readonly derived?: string | undefined;
}

/** What one source takes for one registration or one login. */
export interface Episode {
  /** Unique in the source. */
  readonly id: string;
  readonly kind: "registration" | "login" | "factor";
  readonly at: Stamp;
  /** Tag of the RP ID, `tagOf(rpId)`. */
  readonly rp?: string | undefined;
  /** What the site asked the browser for, where the source shows it: the browser's timer is derived from it. */
  readonly asked?: Asked | undefined;
  /** Id of the client profile that the source's user agent names. */
  readonly client?: string | undefined;
}

/** What of a site's options decides how long the browser waits. */
export interface Asked {
  /** `timeout`; absent where the options name none. */
  readonly timeoutMs?: number | undefined;
}

/**
 * What is the same thing in two sources. The value itself is never kept.
 *
 * - `client-data`: SHA-256 of clientDataJSON. `challenge`: the challenge. `credential`: a credential id.
 * - `request-id`: `x-request-id`, a trace id, `x-amzn-trace-id`. `call`: method, path and status of an HTTP call.
 * - `http-date`: a `Date` header; see {@link Anchor.other}.
 * - `tunnel`: path of a tunnel's URL. `advert`: service data of an advert. `frame`: a CTAPHID or CTAP message.
 */
export type AnchorKind =
  | "client-data"
  | "challenge"
  | "credential"
  | "request-id"
  | "call"
  | "http-date"
  | "tunnel"
  | "advert"
  | "frame";

/** An identity across sources, and what it says of the clocks. */
export interface Anchor {
  readonly kind: AnchorKind;
  /** `tagOf(value)` or `tagOfBytes(value)`: equal for equal values. Of `http-date` any text. */
  readonly tag: string;
  readonly episode?: string | undefined;
  /** {@link ImportedRecord.call} of the HTTP call that it is of. */
  readonly call?: string | undefined;
  /** When, by the source's own clock. */
  readonly at: Stamp;
  /**
   * What the other source's moment of the same tag is to this one:
   * - `around`: all that the other saw of it lies between `at.fromMs` and `at.toMs` (a client's call, sent to received).
   * - `within`: it lies inside what an `around` saw (the server's side of the call).
   * - `before` and `after`: this one's moment comes before that of every `after` of the tag.
   * - `none`: the same thing, which says nothing of time.
   */
  readonly relation: "around" | "within" | "before" | "after" | "none";
  /** Of `http-date`: the moment by the server's clock, which lies inside `at` by this source's. */
  readonly other?: Stamp | undefined;
}

/** The machine whose clock a source reads. Sources of one machine have one clock, but for the zone they write. */
export type Machine = "client" | "phone" | "gateway" | "server" | "mail" | "tunnel";

/** What clock timed a source. */
export interface SourceClock {
  readonly machine: Machine;
  /**
   * - `utc`: the stamps say UTC, or their offset. `local`: wall time of a zone that the file does not name.
   * - `monotonic`: counted from a start whose wall time is in the file and was added. `none`: no clock; counts from 0.
   */
  readonly kind: "utc" | "local" | "monotonic" | "none";
  /** How coarse the stamps are: 1000 for whole seconds. */
  readonly precisionMs: number;
  /** Of `local`: the stamps have no date, or no year, and count from 1 January 1970. */
  readonly hasNoDate?: true;
}

/** What a source would have shown had it happened: absence proves something only in here. */
export interface Coverage {
  /** A layer, or the part of one: `link.phone`. */
  readonly probe: Probe;
  readonly at: Stamp;
}

/** Something counted: values that became tags, lines that were left out. */
export interface Counted {
  /** In words for the report: `credential id`, `line that is longer than 1 MiB`. Holds no value of the file. */
  readonly what: string;
  readonly count: number;
}

/** All that one source says. Holds no secret, no id and no name of the input: values are tags. */
export interface ImportedSource {
  /** What it is, for the report: `network panel (HAR of Chrome)`. */
  readonly title: string;
  readonly clock: SourceClock;
  /** In the order of the file or of time; the merge sorts. */
  readonly records: readonly ImportedRecord[];
  readonly episodes: readonly Episode[];
  readonly anchors: readonly Anchor[];
  readonly coverage: readonly Coverage[];
  /** How much was logged: `Debug`, `Event: CTAP messages are not in it`; absent where a format has no levels. */
  readonly level?: string | undefined;
  /** What the file held or lacks that is not in `records`, and why. */
  readonly dropped: readonly Counted[];
  /** What became tags or was dropped because it is nobody's business. */
  readonly redactions: readonly Counted[];
  /** Whatever else the user has to know, in sentences. */
  readonly notes: readonly string[];
}

/** What the user said beside the files. */
export interface ImportContext {
  /** Client whose timers are derived; absent: the importer takes what the file says of the browser. */
  readonly profile?: ClientProfile | undefined;
  /** Date of stamps without one: midnight UTC in milliseconds since 1970. */
  readonly dateMs?: number | undefined;
  /** How the lines of a site's own log are read. */
  readonly mapping?: LogMapping | undefined;
  /** Time that the other files speak of, with room for clocks that are off: a site's log of a month is read for it alone. */
  readonly window?: Stamp | undefined;
  /** Called with how many bytes were read. */
  readonly progress?: ((bytes: number) => void) | undefined;
}

/**
 * Reads one format. A file is read once, as a stream, in bounded memory; a hostile file costs no more than an honest one
 * and never throws: what cannot be read is counted in `dropped`, and the rest is read.
 *
 * @example
 * export const btsnoop: Importer = {
 *   id: "btsnoop",
 *   title: "Bluetooth HCI snoop log",
 *   recognise: ({ text }) =>
 *     text.startsWith("btsnoop\0") ? { score: 1, reason: "begins with the word btsnoop" } : undefined,
 *   async read(file) {
 *     const dropped = new Counter();
 *     const records: ImportedRecord[] = [];
 *     for await (const packet of packetsOf(file.open(), dropped)) {
 *       const advert = advertIn(packet);
 *       if (advert === undefined) continue;
 *       records.push({
 *         at: { fromMs: packet.atMs, toMs: packet.atMs },
 *         actor: "phone",
 *         event: { kind: "link.hybrid", stage: "advert-sent", bytes: advert.length },
 *       });
 *     }
 *     return [{ title: "Bluetooth log of a phone", clock: { machine: "phone", kind: "utc", precisionMs: 0.001 }, ... }];
 *   },
 * };
 */
export interface Importer {
  /** Stable name: `har`, `chromium-log`. The merge numbers the sources of one kind: `har`, `har-2`. */
  readonly id: string;
  /** What the format is, for the list of those that are known. */
  readonly title: string;
  /** It reads logs of a whole site: they are read after all others, for the time of these. */
  readonly ofServer?: true;
  /** Looks at the head alone; cheap. */
  recognise(head: FileHead): Recognition | undefined;
  /** @returns one source, or several where a file holds the logs of several clocks; none where nothing in it concerns a passkey. */
  read(file: IncidentFile, context: ImportContext): Promise<readonly ImportedSource[]>;
}
