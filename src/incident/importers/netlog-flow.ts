import type { TraceEvent } from "../../core/trace.js";
import type { PathGuess } from "../call-path.js";
import type { Anchor, Episode, ImportedRecord, Stamp } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { type Counter, tagOf } from "../tags.js";
import { listIn, numberIn, textIn, type JsonObject } from "../webauthn-json/walk.js";

/** One event of the log, with the name of its type. */
export interface NetlogEvent {
  readonly at: Stamp;
  readonly type: string;
  readonly source: number;
  readonly params: JsonObject;
}

interface Tunnel {
  readonly source: number;
  sent: number;
  received: number;
  isOpen: boolean;
}

interface Call {
  /** Other logs of the same computer have the call as well: by this it is found to be one. */
  readonly id: string;
  readonly name: string;
  readonly episode: string;
  /** Not in the event that begins a request, but in the one that starts its job. */
  method?: string;
  readonly path: string;
  readonly fromMs: number;
  isOver: boolean;
}

const TUNNEL_PATH = /^\/cable\/(?:connect|contact)\//;
const SOURCES_MAX = 20_000;
const SWITCHING = 101;
const GONE = 410;
const CLOSE = 8;
const BINARY = 2;

/** Follows the requests of a browser: those to a tunnel service with their frames, and calls whose path speaks of passkeys. */
export class NetlogFlow {
  readonly #records: ImportedRecord[] = [];
  readonly #anchors: Anchor[] = [];
  readonly #episodes: { id: string; kind: Episode["kind"]; fromMs: number; toMs: number }[] = [];
  readonly #tunnels = new Map<number, Tunnel>();
  readonly #calls = new Map<number, Call>();
  readonly #redacted: Counter;
  readonly #dropped: Counter;
  readonly #guess: (path: string) => PathGuess | undefined;
  #lastTunnel: Tunnel | undefined;

  constructor(redacted: Counter, dropped: Counter, guess: (path: string) => PathGuess | undefined) {
    this.#redacted = redacted;
    this.#dropped = dropped;
    this.#guess = guess;
  }

  /** @returns whether the event concerns a passkey. */
  take({ at, type, source, params }: NetlogEvent): boolean {
    switch (type) {
      case "URL_REQUEST_START_JOB":
      case "REQUEST_ALIVE":
        return this.#begin(at, source, params);
      case "HTTP_TRANSACTION_READ_RESPONSE_HEADERS":
        return this.#answer(at, source, params);
      case "FAILED":
      case "CANCELLED":
        return this.#fail(at, source, numberIn(params, "net_error") ?? 0);
      case "WEBSOCKET_SENT_FRAME_HEADER":
      case "WEBSOCKET_RECV_FRAME_HEADER":
        return this.#frame(at, source, params, type === "WEBSOCKET_SENT_FRAME_HEADER");
      default:
        return false;
    }
  }

  end(): {
    readonly records: readonly ImportedRecord[];
    readonly episodes: readonly Episode[];
    readonly anchors: readonly Anchor[];
  } {
    return {
      records: this.#records,
      anchors: this.#anchors,
      episodes: this.#episodes.map(({ id, kind, fromMs, toMs }) => ({ id, kind, at: { fromMs, toMs } })),
    };
  }

  #emit(
    at: Stamp,
    actor: string,
    event: TraceEvent,
    of: Pick<ImportedRecord, "episode" | "call"> = {},
  ): void {
    if (this.#records.length >= INCIDENT_LIMITS.RECORDS_MAX)
      return this.#dropped.add("record beyond the most that are kept");
    this.#records.push({ at, actor, event, ...of });
    const own = this.#episodes.find(({ id }) => id === of.episode);
    if (own !== undefined) own.toMs = Math.max(own.toMs, at.toMs);
  }

  #begin(at: Stamp, source: number, params: JsonObject): boolean {
    const url = urlOf(textIn(params, "url") ?? "");
    const method = textIn(params, "method");
    const known = this.#calls.get(source);
    if (known !== undefined && method !== undefined) known.method ??= method;
    if (url === undefined || known !== undefined || this.#tunnels.has(source)) return false;
    if (this.#calls.size + this.#tunnels.size >= SOURCES_MAX) {
      this.#dropped.add("request beyond the most that are followed");
      return false;
    }
    if (/^wss?:$/.test(url.protocol) && TUNNEL_PATH.test(url.pathname)) {
      this.#redacted.add("URL of a tunnel");
      const tunnel: Tunnel = { source, sent: 0, received: 0, isOpen: false };
      this.#tunnels.set(source, tunnel);
      this.#lastTunnel = tunnel;
      this.#emit(at, "desktop", { kind: "link.hybrid", stage: "tunnel-opening", host: url.hostname });
      this.#anchors.push({ kind: "tunnel", tag: tagOf(url.pathname), at, relation: "before" });
      return true;
    }
    const guess = this.#guess(url.pathname);
    if (guess === undefined || method === "OPTIONS") return false;
    const episode = this.#episodeFor(guess, at);
    const name = `${guess.kind}/${guess.step}`;
    const id = `n${source}`;
    this.#calls.set(source, {
      id,
      name,
      episode,
      ...(method !== undefined && { method }),
      path: url.pathname,
      fromMs: at.fromMs,
      isOver: false,
    });
    this.#emit(at, "site", { kind: "rp.request", call: name }, { episode, call: id });
    return true;
  }

  /** Options begin a ceremony; everything else belongs to the last one of its kind. */
  #episodeFor({ kind, step }: PathGuess, { fromMs, toMs }: Stamp): string {
    const last = this.#episodes.findLast((one) => one.kind === kind);
    if (step !== "options" && last !== undefined) return last.id;
    const id = `e${this.#episodes.length + 1}`;
    this.#episodes.push({ id, kind, fromMs, toMs });
    return id;
  }

  #answer(at: Stamp, source: number, params: JsonObject): boolean {
    const status = statusOf(params);
    if (status === undefined) return false;
    const tunnel = this.#tunnels.get(source);
    if (tunnel !== undefined) {
      tunnel.isOpen = status === SWITCHING;
      const stage = status === SWITCHING ? "tunnel-open" : status === GONE ? "link-gone" : "tunnel-refused";
      this.#emit(at, "desktop", {
        kind: "link.hybrid",
        stage,
        ...(status !== SWITCHING && { httpStatus: status }),
      });
      return true;
    }
    const call = this.#calls.get(source);
    if (call === undefined || call.isOver) return false;
    call.isOver = true;
    this.#emit(
      at,
      "site",
      { kind: "rp.response", call: call.name, status },
      { episode: call.episode, call: call.id },
    );
    this.#anchors.push({
      kind: "call",
      tag: tagOf(`${call.method ?? "GET"} ${call.path} ${status}`),
      episode: call.episode,
      call: call.id,
      // A log whose clock was set, or whose events stand out of order, ends calls before it begins them.
      at: { fromMs: Math.min(call.fromMs, at.fromMs), toMs: Math.max(call.fromMs, at.toMs) },
      relation: "around",
    });
    return true;
  }

  #fail(at: Stamp, source: number, netError: number): boolean {
    const tunnel = this.#tunnels.get(source);
    if (tunnel !== undefined && !tunnel.isOpen && netError !== 0) {
      this.#emit(at, "desktop", { kind: "link.hybrid", stage: "tunnel-refused", code: "NOT_REACHED" });
      return true;
    }
    const call = this.#calls.get(source);
    if (call === undefined || call.isOver) return false;
    call.isOver = true;
    this.#emit(
      at,
      "page",
      { kind: "page.call-failed", call: call.name },
      { episode: call.episode, call: call.id },
    );
    return true;
  }

  /** Says from number and length of frames alone how far a connection got: they are encrypted. */
  #frame(at: Stamp, source: number, params: JsonObject, isSent: boolean): boolean {
    const tunnel = this.#tunnels.get(source) ?? this.#lastTunnel;
    if (tunnel === undefined) return false;
    const opcode = numberIn(params, "opcode");
    if (opcode === CLOSE) {
      this.#emit(at, "desktop", { kind: "link.hybrid", stage: "tunnel-closed" });
      return true;
    }
    if (opcode !== BINARY) return false;
    if (!isSent && tunnel.sent === 0 && numberIn(params, "payload_length") === 1) {
      this.#emit(at, "desktop", { kind: "link.hybrid", stage: "phone-joined" });
      return true;
    }
    if (isSent) tunnel.sent += 1;
    else if (tunnel.sent > 0) tunnel.received += 1;
    if (isSent && tunnel.sent === 1) this.#emit(at, "desktop", { kind: "link.hybrid", stage: "handshake" });
    // The answer to the handshake comes first, and then the message that holds the phone's getInfo.
    if (!isSent && tunnel.received === 2) this.#emit(at, "desktop", { kind: "link.hybrid", stage: "ready" });
    return true;
  }
}

function urlOf(text: string): URL | undefined {
  return text.length <= 8_192 && URL.canParse(text) ? new URL(text) : undefined;
}

/** `headers` begins with the status line: `HTTP/1.1 101 Switching Protocols`. */
function statusOf(params: JsonObject): number | undefined {
  const [line] = listIn(params, "headers");
  const [, status] = /^HTTP\/[\d.]+ (\d{3})\b/.exec(typeof line === "string" ? line : "") ?? [];
  return status === undefined ? undefined : Number(status);
}
