import { fromHex } from "../../core/bytes.js";
import type { TraceEvent } from "../../core/trace.js";
import type { Anchor, Episode, ImportedRecord, Stamp } from "../importer.js";
import { type Counter, credentialTag, tagOf, tagOfBytes } from "../tags.js";
import { CtapFlow } from "./ctap-flow.js";
import type { WindowsEvent } from "./event-xml.js";
import { stampAt } from "./source.js";
import { hresultOf, isAmbiguous, isTimeout, windowsErrorOf } from "./windows-errors.js";

/** 100 ns. */
export const PRECISION_MS = 0.0001;

/** Milliseconds that a command may take are written as a number of 32 bits; this one stands for no limit. */
const NO_LIMIT = 0xffff_ffff;

interface Reading {
  /** Tells this transaction's ids from others. */
  readonly prefix: string;
  readonly redactions: Counter;
  readonly dropped: Counter;
}

interface Result {
  readonly records: readonly ImportedRecord[];
  readonly episodes: readonly Episode[];
  readonly anchors: readonly Anchor[];
  readonly notes: readonly string[];
}

const REGISTRATION_IDS: readonly number[] = [1000, 1001, 1002, 1020, 1021, 1022, 1101, 1102];
const LOGIN_IDS: readonly number[] = [1003, 1004, 1005, 1023, 1024, 1025, 1103, 1104];
const CALLED: readonly number[] = [1000, 1003];
const RESOLVED: readonly number[] = [1001, 1004];
const REJECTED: readonly number[] = [1002, 1005];

/** Reads the events of one transaction, in order of time: one call of Windows' WebAuthn by a browser. */
export function readTransaction(events: readonly WindowsEvent[], reading: Reading): Result {
  return new Transaction(events, reading).read();
}

class Transaction {
  readonly #events: readonly WindowsEvent[];
  readonly #reading: Reading;
  readonly #flow: CtapFlow;
  readonly #own: ImportedRecord[] = [];
  readonly #anchors: Anchor[] = [];
  readonly #notes: string[] = [];
  readonly #kind: Episode["kind"] | undefined;
  readonly #budgetMs: number;
  #gaveUp = false;
  #calledAtMs: number | undefined;
  #rp: string | undefined;

  constructor(events: readonly WindowsEvent[], reading: Reading) {
    this.#events = events;
    this.#reading = reading;
    this.#flow = new CtapFlow(reading.redactions, reading.dropped, reading.prefix);
    this.#kind = kindOf(events);
    this.#budgetMs = budgetOf(events);
  }

  read(): Result {
    for (const event of this.#events) this.#take(event);
    const { records, episodes, anchors } = this.#flow.end();
    const id = this.#id;
    // All that the flow tells apart by its hashes is one call here: the transaction says so.
    const own = [...this.#own, ...records].map((record) =>
      id === undefined ? without(record) : { ...record, episode: id },
    );
    const sorted = own.sort((a, b) => a.at.fromMs - b.at.fromMs);
    const [first, last] = [sorted[0], sorted.at(-1)];
    const rp = this.#rp ?? episodes.find((one) => one.rp !== undefined)?.rp;
    const isThere = id !== undefined && first !== undefined && last !== undefined;
    return {
      records: sorted,
      episodes: isThere
        ? [
            {
              id,
              kind: this.#kind ?? "login",
              at: { fromMs: first.at.fromMs, toMs: last.at.toMs },
              ...(rp !== undefined && { rp }),
            },
          ]
        : [],
      anchors: [...this.#anchors, ...anchors].map((anchor) =>
        id === undefined ? anchor : { ...anchor, episode: id },
      ),
      notes: this.#notes,
    };
  }

  get #id(): string | undefined {
    return this.#kind === undefined ? undefined : `${this.#reading.prefix}e`;
  }

  #emit(at: Stamp, actor: string, event: TraceEvent, derived?: string): void {
    this.#own.push({ at, actor, event, ...(derived !== undefined && { derived }) });
  }

  #take(event: WindowsEvent): void {
    const at = stampAt(event.atMs, PRECISION_MS);
    const { id, data } = event;
    if (CALLED.includes(id)) return this.#call(at);
    if (RESOLVED.includes(id)) return this.#settle(at, undefined);
    if (REJECTED.includes(id)) return this.#settle(at, errorIn(data) ?? 0);
    switch (id) {
      case 1072:
        this.#gaveUp = true;
        return this.#emit(at, "page", { kind: "page.gave-up", method: this.#method, aborted: true });
      case 1101:
      case 1103:
        return this.#request(at, id === 1101 ? 0x01 : 0x02, data);
      case 1102:
      case 1104:
        return this.#answer(at, data);
      case 2103:
        return this.#serviceError(at, data);
      case 2225:
      case 2226:
        return this.#exchange(at, data);
      default:
        this.#takeOther(at, event);
    }
  }

  #takeOther(at: Stamp, { id, data }: WindowsEvent): void {
    const error = errorIn(data);
    const code = error === undefined ? undefined : windowsErrorOf(error).reason;
    switch (id) {
      case 1100:
        return this.#emit(at, "browser", {
          kind: "ctap.finding",
          command: this.#flow.pending ?? "unknown",
          fault: "CBOR_ERROR",
          offset: Math.max(0, Math.trunc(Number(data.get("ErrorOffset") ?? 0)) || 0),
        });
      case 1022:
      case 1025:
        this.#notes.push(`Windows Hello ended with ${code ?? "an error"}.`);
        return;
      case 1050:
        this.#notes.push("The request was handed to another machine, over Remote Desktop.");
        return;
      case 1060:
        this.#notes.push(`Windows refused the request before any authenticator: ${code ?? "no code"}.`);
        return;
      case 2200:
      case 2220:
        if (data.has("DevicePath")) this.#reading.redactions.add("path of a device");
        if (id === 2220) this.#emit(at, "link", { kind: "link.opened", link: "key" });
        return;
      case 2221:
        return this.#emit(at, "link", { kind: "link.lost", link: "key", code: "DEVICE_GONE" });
      case 2224:
        return this.#emit(at, "link", {
          kind: "link.lost",
          link: "key",
          ...(code !== undefined && { code }),
        });
      case 2331:
        return this.#emit(at, "desktop", {
          kind: "link.hybrid",
          stage: "failed",
          ...(code !== undefined && { code }),
        });
      case 2334:
        return this.#emit(
          at,
          "desktop",
          { kind: "link.hybrid", stage: "contacting" },
          "setting the phone's link up began",
        );
      case 2335: {
        const isOk = error === undefined || error === 0;
        return this.#emit(at, "desktop", {
          kind: "link.hybrid",
          stage: isOk ? "ready" : "failed",
          ...(!isOk && code !== undefined && { code }),
        });
      }
      default:
    }
  }

  get #method(): "create" | "get" {
    return this.#kind === "registration" ? "create" : "get";
  }

  get #timer() {
    return {
      timer: "client.ceremony",
      budgetMs: this.#budgetMs,
      id: `${this.#reading.prefix}client`,
    } as const;
  }

  #call(at: Stamp): void {
    this.#calledAtMs ??= at.fromMs;
    const budgetMs = this.#budgetMs;
    this.#emit(
      at,
      "browser",
      { kind: "page.called", method: this.#method, effectiveMs: budgetMs },
      "the browser called Windows; the page called the browser before",
    );
    if (Number.isFinite(budgetMs))
      this.#emit(
        at,
        "browser",
        { kind: "timer.armed", ...this.#timer },
        "the time that the browser gave Windows",
      );
  }

  #settle(at: Stamp, error: number | undefined): void {
    const hasTimer = this.#calledAtMs !== undefined && Number.isFinite(this.#budgetMs);
    const isFired = error !== undefined && isTimeout(error);
    if (isFired) {
      // Where no command says the time, it is what went by since the call.
      const elapsedMs = Math.max(0, at.fromMs - (this.#calledAtMs ?? at.fromMs));
      const timer = hasTimer ? this.#timer : { ...this.#timer, budgetMs: elapsedMs };
      this.#emit(at, "browser", { kind: "timer.fired", ...timer }, "Windows answered ERROR_TIMEOUT");
    } else if (hasTimer)
      this.#emit(at, "browser", { kind: "timer.disarmed", ...this.#timer }, "the call ended");
    if (error === undefined)
      return this.#emit(at, "browser", { kind: "page.settled", method: this.#method, outcome: "resolved" });
    const { name, reason } = windowsErrorOf(error);
    this.#emit(at, "browser", {
      kind: "page.settled",
      method: this.#method,
      outcome: "rejected",
      name,
      reason,
    });
    if (isAmbiguous(error) && !this.#gaveUp)
      this.#notes.push(
        "ERROR_CANCELLED may be the user, the browser or its timer: no event before it says that the caller cancelled.",
      );
  }

  #request(at: Stamp, byte: number, data: ReadonlyMap<string, string>): void {
    const request = hexIn(data, "Request");
    const rpId = data.get("RpId");
    if (rpId !== undefined && rpId !== "") this.#rp ??= tagOf(rpId);
    if (data.has("UserId")) this.#reading.redactions.add("user handle");
    this.#flow.request(at, byte, request?.[0] === byte ? request.subarray(1) : request, request?.length ?? 0);
    const hash = hexIn(data, "ClientDataHash");
    if (hash !== undefined)
      this.#anchors.push({ kind: "client-data", tag: tagOfBytes(hash), at, relation: "within" });
  }

  #answer(at: Stamp, data: ReadonlyMap<string, string>): void {
    const response = hexIn(data, "Response");
    const id = hexIn(data, "CredentialId");
    if (this.#flow.pending !== undefined) {
      const hasStatus = response?.[0] === 0;
      this.#flow.response(at, 0, hasStatus ? response.subarray(1) : response, response?.length ?? 0);
    }
    if (id === undefined) return;
    this.#reading.redactions.add("credential id");
    this.#anchors.push({ kind: "credential", tag: credentialTag(id), at, relation: "before" });
  }

  /** The service gave a command up, or the authenticator refused it: `Error` is then its status. */
  #serviceError(at: Stamp, data: ReadonlyMap<string, string>): void {
    const error = errorIn(data);
    if (this.#flow.pending === undefined || error === undefined) return;
    if (error > 0 && error <= 0xff) this.#flow.response(at, error, undefined, 1);
    else this.#flow.lost(at, windowsErrorOf(error).reason);
  }

  /** One event at the end of an exchange on USB has both sides of it. */
  #exchange(at: Stamp, data: ReadonlyMap<string, string>): void {
    const request = hexIn(data, "Request");
    const response = hexIn(data, "Response");
    const [command] = request ?? [];
    const [status] = response ?? [];
    if (command === undefined || request === undefined) return;
    const isMain = command === 0x01 || command === 0x02;
    if (!isMain || this.#flow.pending === undefined)
      this.#flow.request(at, command, request.subarray(1), request.length);
    if (status === undefined) this.#flow.lost(at);
    else this.#flow.response(at, status, response?.subarray(1), response?.length ?? 0);
  }
}

function without({ episode: _episode, ...record }: ImportedRecord): ImportedRecord {
  return record;
}

function kindOf(events: readonly WindowsEvent[]): Episode["kind"] | undefined {
  if (events.some(({ id }) => REGISTRATION_IDS.includes(id))) return "registration";
  return events.some(({ id }) => LOGIN_IDS.includes(id)) ? "login" : undefined;
}

/** The time of the first command is what the caller gave, less what came before. */
function budgetOf(events: readonly WindowsEvent[]): number {
  for (const { id, data } of events) {
    const text = data.get("TimeoutMilliseconds");
    const value =
      id === 2100 && text !== undefined && /^(?:0x[\da-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : 0;
    if (value > 0) return value === NO_LIMIT ? Infinity : value;
  }
  return Infinity;
}

function errorIn(data: ReadonlyMap<string, string>): number | undefined {
  return hresultOf(data.get("Error")) ?? hresultOf(data.get("HResult")) ?? hresultOf(data.get("Win32Error"));
}

function hexIn(data: ReadonlyMap<string, string>, name: string): Uint8Array | undefined {
  const text = data.get(name)?.replace(/^0x/i, "");
  return text !== undefined && text !== "" && text.length % 2 === 0 && /^[\da-f]+$/i.test(text)
    ? fromHex(text)
    : undefined;
}
