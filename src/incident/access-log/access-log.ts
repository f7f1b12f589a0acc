import { guessOfPath, type PathGuess } from "../call-path.js";
import type { Anchor, Episode, ImportedRecord, ImportedSource, Importer, Stamp } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter, tagOf } from "../tags.js";
import { linesOf } from "../text/lines.js";
import { readAlb, readCombined, type LoggedCall } from "./read-line.js";

/** A registration that is not finished within this time is another attempt's. */
const EPISODE_MS_MAX = 30 * 60_000;
const GATEWAY_TIMEOUTS: readonly number[] = [504];
/** The client went away before it was answered: nginx, and a load balancer of AWS. */
const CLIENT_GONE: readonly number[] = [499, 460];

/** Access log of nginx, Apache or an AWS load balancer. */
export const accessLog: Importer = {
  id: "access-log",
  title: "access log of nginx or Apache (combined), or of an AWS load balancer",
  ofServer: true,
  recognise({ text }) {
    const lines = text.split("\n").slice(0, -1);
    const own = lines.filter((line) => readerOf(line) !== undefined).length;
    if (own === 0 || own < lines.length / 2) return undefined;
    return { score: 0.9, reason: `calls of HTTP in ${own} of its first ${lines.length} lines` };
  },
  async read(file, { window, progress }) {
    const dropped = new Counter();
    const reading = new Reading(window);
    for await (const lines of linesOf(file.open(), { dropped, progress }))
      for (const line of lines) reading.take(line, dropped);
    return [reading.end(dropped)];
  },
};

function readerOf(line: string): ((line: string) => LoggedCall | undefined) | undefined {
  if (readCombined(line) !== undefined) return readCombined;
  return readAlb(line) === undefined ? undefined : readAlb;
}

interface OpenEpisode extends Episode {
  at: { fromMs: number; toMs: number };
  readonly client: string;
  readonly kind: "registration" | "login";
}

class Reading {
  readonly #window: Stamp | undefined;
  readonly #records: ImportedRecord[] = [];
  readonly #anchors: Anchor[] = [];
  readonly #episodes: OpenEpisode[] = [];
  /** The last episode of each client and kind. */
  readonly #last = new Map<string, OpenEpisode>();
  readonly #guesses = new Map<string, PathGuess | undefined>();
  #fromMs = Infinity;
  #toMs = -Infinity;
  #precisionMs = 0;
  #lines = 0;
  #withoutTime = false;

  constructor(window: Stamp | undefined) {
    this.#window = window;
  }

  take(line: string, dropped: Counter): void {
    if (line === "") return;
    const call = readCombined(line) ?? readAlb(line);
    if (call === undefined) return dropped.add("line that is no call of HTTP");
    this.#lines += 1;
    this.#fromMs = Math.min(this.#fromMs, call.endMs);
    this.#toMs = Math.max(this.#toMs, call.endMs + call.precisionMs);
    const guess = this.#guess(call.path);
    if (guess === undefined) return dropped.add("call that has nothing to do with a passkey");
    if (this.#window !== undefined && (call.endMs < this.#window.fromMs || call.endMs > this.#window.toMs))
      return dropped.add("call outside the time of the incident");
    if (this.#records.length >= INCIDENT_LIMITS.RECORDS_MAX)
      return dropped.add("call beyond the most that are kept");
    this.#add(call, guess);
  }

  end(dropped: Counter): ImportedSource {
    const at = { fromMs: this.#fromMs, toMs: this.#toMs };
    return {
      title: "access log",
      clock: { machine: "gateway", kind: "utc", precisionMs: this.#precisionMs },
      records: this.#records,
      episodes: this.#episodes.map(({ id, kind, at: own }) => ({ id, kind, at: own })),
      anchors: this.#anchors,
      coverage: this.#lines === 0 ? [] : [{ probe: "rp", at }],
      dropped: dropped.list,
      redactions: this.#lines === 0 ? [] : [{ what: "address, user agent and URL", count: this.#lines }],
      notes: [
        ...(this.#episodes.length === 0 ? ["No call in it has a path with the words of a passkey's."] : []),
        ...(this.#withoutTime
          ? ["It says when calls ended and not how long they took: log $request_time and $msec as well."]
          : []),
      ],
    };
  }

  /** Paths repeat: each is looked at once. */
  #guess(path: string): PathGuess | undefined {
    const bare = path.split("?", 1)[0] ?? "";
    if (!this.#guesses.has(bare) && this.#guesses.size < INCIDENT_LIMITS.VALUES_MAX)
      this.#guesses.set(bare, guessOfPath(bare));
    return this.#guesses.has(bare) ? this.#guesses.get(bare) : guessOfPath(bare);
  }

  #add(call: LoggedCall, { kind, step }: PathGuess): void {
    const { endMs, precisionMs, tookMs, status } = call;
    this.#precisionMs = Math.max(this.#precisionMs, precisionMs);
    if (tookMs === undefined) this.#withoutTime = true;
    const end: Stamp = { fromMs: endMs, toMs: endMs + precisionMs };
    // Without its duration a call began at an unknown time before: its end is the nearest that is known.
    const begin: Stamp = { fromMs: endMs - (tookMs ?? 0), toMs: endMs + precisionMs - (tookMs ?? 0) };
    const episode = this.#episodeFor({
      client: tagOf(call.client),
      kind,
      step,
      at: { fromMs: begin.fromMs, toMs: end.toMs },
    });
    const name = `${kind}/${step}`;
    const id = `a${this.#records.length}`;
    const add = (at: Stamp, actor: string, event: ImportedRecord["event"], derived?: string) => {
      this.#records.push({
        at,
        actor,
        episode: episode.id,
        call: id,
        event,
        ...(derived !== undefined && { derived }),
      });
    };
    add(begin, "site", { kind: "rp.request", call: name });
    // How long it waited is not known of a call without its duration, and a timer of no time would be said to have fired.
    if (GATEWAY_TIMEOUTS.includes(status) && tookMs !== undefined)
      add(
        end,
        "gateway",
        { kind: "timer.fired", timer: "gw.idle", budgetMs: Math.round(tookMs), id: `gw-${id}` },
        `the gateway answered ${status}`,
      );
    if (CLIENT_GONE.includes(status))
      add(
        end,
        "page",
        { kind: "page.call-failed", call: name },
        `the gateway logged ${status}: the browser had gone`,
      );
    else
      add(end, "site", {
        kind: "rp.response",
        call: name,
        status,
        ...(GATEWAY_TIMEOUTS.includes(status) && { code: "GATEWAY_TIMEOUT" }),
      });
    const at = { fromMs: begin.fromMs, toMs: end.toMs };
    const anchor = { episode: episode.id, call: id, at, relation: "within" } as const;
    if (call.requestId !== undefined)
      this.#anchors.push({ kind: "request-id", tag: tagOf(call.requestId), ...anchor });
    const path = call.path.split("?", 1)[0] ?? "";
    this.#anchors.push({ kind: "call", tag: tagOf(`${call.method} ${path} ${status}`), ...anchor });
  }

  #episodeFor({
    client,
    kind,
    step,
    at,
  }: {
    readonly client: string;
    readonly kind: OpenEpisode["kind"];
    readonly step: PathGuess["step"];
    readonly at: Stamp;
  }): OpenEpisode {
    const key = `${client} ${kind}`;
    const last = this.#last.get(key);
    if (last !== undefined && step !== "options" && at.fromMs - last.at.toMs <= EPISODE_MS_MAX) {
      last.at.toMs = Math.max(last.at.toMs, at.toMs);
      return last;
    }
    const episode: OpenEpisode = { id: `e${this.#episodes.length + 1}`, kind, client, at: { ...at } };
    this.#episodes.push(episode);
    this.#last.set(key, episode);
    return episode;
  }
}
