import { createHash } from "node:crypto";
import type { TraceRecord } from "../../../src/core/trace.js";

/** When the traces of the harness begin, for writers of logs. */
export const START_MS = Date.UTC(2026, 2, 2, 9, 11, 10, 120);
export const ORIGIN = "https://shop.example";
export const RP_ID = "shop.example";
/** The network's share of a call, each way, as the simulation has it. */
export const WAY_MS = 50;

export function hashed(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

export const idOf = (tag: string) => hashed(`credential ${tag}`).subarray(0, 16);

/** What a writer of logs makes of a trace. */
export interface LogWriter {
  readonly name: string;
  /** @returns the log, or `undefined` where the trace has nothing for it. */
  readonly write: (records: readonly TraceRecord[], how: Degraded) => string | undefined;
}

/** How a log is made worse than the trace. */
export interface Degraded {
  /** Stamps are cut to this. */
  readonly precisionMs?: number;
  /** How far the clock is off. */
  readonly offsetMs?: number;
  readonly lowLevel?: boolean;
  readonly userAgent?: string;
}

/** A ceremony with the number of the options that a record is of, for its challenge. */
export class Challenges {
  readonly #counts = new Map<string, number>();

  next(ceremony: string): Buffer {
    this.#counts.set(ceremony, (this.#counts.get(ceremony) ?? 0) + 1);
    return this.of(ceremony);
  }

  of(ceremony: string): Buffer {
    return hashed(`challenge ${ceremony} ${this.#counts.get(ceremony) ?? 0}`);
  }
}

export function clientDataOf(kind: "registration" | "login", challenge: Buffer): Buffer {
  const type = kind === "registration" ? "webauthn.create" : "webauthn.get";
  return Buffer.from(
    `{"type":"${type}","challenge":"${challenge.toString("base64url")}","origin":"${ORIGIN}","crossOrigin":false}`,
  );
}

/** Who opened the span of a ceremony: the page at the computer, or a phone's. */
export function pageOfSpan(records: readonly TraceRecord[]): ReadonlyMap<string, string> {
  return new Map(
    records.flatMap((record) =>
      record.kind === "span.started" && record.name === "ceremony"
        ? [[record.span, record.actor] as const]
        : [],
    ),
  );
}

export interface TracedCall {
  readonly about: "registration" | "login";
  readonly step: string;
  readonly ceremony: string;
  readonly page: string;
  readonly askedMs: number;
  answeredMs?: number;
  answer?: Extract<TraceRecord, { readonly kind: "rp.response" }>;
  failedMs?: number;
  noAnswer?: Extract<TraceRecord, { readonly kind: "rp.no-answer" }>;
}

/** Calls of registrations and logins in the order in which they came to the site. */
export function callsOf(records: readonly TraceRecord[]): readonly TracedCall[] {
  const pages = pageOfSpan(records);
  const calls: TracedCall[] = [];
  const open = (record: TraceRecord & { readonly call: string }) =>
    calls.findLast(
      (call) =>
        `${call.about}/${call.step}` === record.call &&
        call.ceremony === record.ceremony &&
        call.failedMs === undefined &&
        call.noAnswer === undefined,
    );
  for (const record of records) {
    if (!("call" in record)) continue;
    const [about = "", step = ""] = record.call.split("/");
    if (about !== "registration" && about !== "login") continue;
    const frame = {
      about,
      step,
      ceremony: record.ceremony ?? "",
      page: pages.get(record.span) ?? "page",
    } as const;
    if (record.kind === "rp.request") calls.push({ ...frame, askedMs: record.atMs });
    if (record.kind === "rp.response") {
      const call = calls.find(
        (one) =>
          `${about}/${step}` === `${one.about}/${one.step}` &&
          one.ceremony === frame.ceremony &&
          one.answer === undefined,
      );
      if (call !== undefined) {
        call.answer = record;
        call.answeredMs = record.atMs;
      }
    }
    if (record.kind === "page.call-failed") {
      const call = open(record);
      if (call !== undefined) call.failedMs = record.atMs;
    }
    if (record.kind === "rp.no-answer") {
      const call = open(record) ?? { ...frame, askedMs: record.atMs };
      if (!calls.includes(call)) calls.push(call);
      call.noAnswer = record;
    }
  }
  return calls;
}

export function cut(ms: number, { precisionMs = 1, offsetMs = 0 }: Degraded): number {
  const precision = Math.max(1, precisionMs);
  return Math.floor((START_MS + ms + offsetMs) / precision) * precision;
}
