import { maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { printable } from "../../core/printable.js";
import { seconds } from "../../core/seconds.js";
import type { TraceRecord } from "../../core/trace.js";
import type { CeremonyDiagnosis } from "../explanation.js";
import { inOrder } from "../facts/order.js";
import { checkOutput, EPOCH_SHAPE, type ExplainedTrace, microsecondsAt } from "./explained-trace.js";
import { type HttpCall, httpCallsOf } from "./site-calls.js";
import { rootsByCeremony, spanTreeOf } from "./span-tree.js";

export interface HarOptions {
  /** Moment of the epoch at which the trace began, in milliseconds. */
  readonly startEpochMs: number;
  /** Version of the program that writes the file, for `creator`. */
  readonly version?: string;
}

const OPTIONS = parameters<HarOptions>({ startEpochMs: EPOCH_SHAPE, version: maybe(shape.text) });

/** Sizes that are not known. @see HAR 1.2 */
const UNKNOWN = -1;

interface Sheet {
  readonly origin: string;
  readonly iso: (atMs: number) => string;
  readonly endMs: number;
}

/**
 * The calls to the site as HAR 1.2, which browsers' network panels and HAR viewers open. Each ceremony is a page, whose
 * comment is the verdict.
 *
 * Times are those of the site: a request is entered when it arrived. Bodies and headers are not in a trace, and so not in the
 * file. A call without an answer, or whose answer the page did not receive, has status 0 and an `_error`.
 *
 * @param trace a run, or records with what `explain` says of them.
 * @returns the text of a JSON file.
 * @throws {ArgumentError} for what is no explained trace.
 *
 * @example
 * writeFileSync("run.har", toHar(run, { startEpochMs: Date.now() }));
 */
export function toHar(trace: ExplainedTrace, options: HarOptions): string {
  checkOutput("toHar", trace, options, OPTIONS);
  const { startEpochMs, version = "0" } = options;
  const records = inOrder(trace.records);
  const sheet: Sheet = {
    origin: originOf(records),
    iso: (atMs) => new Date(microsecondsAt(atMs, startEpochMs) / 1_000).toISOString(),
    endMs: records.at(-1)?.atMs ?? 0,
  };
  const calls = httpCallsOf(records);
  const log = {
    version: "1.2",
    creator: { name: "passkey-harness", version },
    pages: pagesOf(trace, records, calls, sheet),
    entries: calls.map((call) => entryOf(call, sheet)),
    comment: printable(trace.explanation.verdict),
  };
  return `${JSON.stringify({ log }, null, 2)}\n`;
}

/** The real site's origin, or the one that its passkeys are for; a name that cannot exist where neither is in the trace. */
function originOf(records: readonly TraceRecord[]): string {
  for (const record of records) {
    const from =
      record.kind === "rp.attached"
        ? record.origin
        : record.kind === "ctap.credential" || record.kind === "ctap.nothing-found"
          ? `https://${record.rpId}`
          : undefined;
    if (from !== undefined && URL.canParse(from) && /^https?:\/\/[^/]/.test(from))
      return new URL(from).origin;
  }
  return "https://site.invalid";
}

function pagesOf(
  { explanation }: ExplainedTrace,
  records: readonly TraceRecord[],
  calls: readonly HttpCall[],
  { iso }: Sheet,
) {
  const roots = rootsByCeremony(spanTreeOf(records));
  const diagnoses = new Map(explanation.ceremonies.map((one) => [one.ceremony, one]));
  const ids = new Set([...diagnoses.keys(), ...calls.flatMap(({ request: { ceremony } }) => ceremony ?? [])]);
  return [...ids].map((ceremony) => ({
    startedDateTime: iso(roots.get(ceremony)?.fromMs ?? 0),
    id: printable(ceremony),
    title: titleOf(ceremony, diagnoses.get(ceremony)),
    pageTimings: {},
    ...commentOf(diagnoses.get(ceremony)),
  }));
}

function titleOf(ceremony: string, diagnosis: CeremonyDiagnosis | undefined): string {
  return diagnosis === undefined
    ? printable(ceremony)
    : `${diagnosis.kind} ${printable(ceremony)}: ${diagnosis.mechanism}`;
}

function commentOf(diagnosis: CeremonyDiagnosis | undefined) {
  return diagnosis === undefined ? {} : { comment: printable(diagnosis.verdict) };
}

function entryOf(call: HttpCall, { origin, iso, endMs }: Sheet) {
  const { request, response, noAnswer, lost } = call;
  const ended = lost ?? response ?? noAnswer;
  const waitMs = Math.max((ended?.atMs ?? endMs) - request.atMs, 0);
  const url = `${origin}/${request.call.split("/").map(encodeURIComponent).join("/")}`;
  const error = errorOf(call);
  return {
    ...(request.ceremony !== undefined && { pageref: printable(request.ceremony) }),
    startedDateTime: iso(request.atMs),
    time: waitMs,
    request: {
      method: "POST",
      url,
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [],
      queryString: [],
      headersSize: UNKNOWN,
      bodySize: UNKNOWN,
    },
    response: {
      status: error === undefined ? (response?.status ?? 0) : 0,
      statusText: error === undefined ? printable(response?.code ?? "") : "",
      httpVersion: "HTTP/1.1",
      cookies: [],
      headers: [],
      content: { size: 0, mimeType: "x-unknown" },
      redirectURL: "",
      headersSize: UNKNOWN,
      bodySize: UNKNOWN,
      ...(error !== undefined && { _error: error }),
    },
    cache: {},
    timings: { send: 0, wait: waitMs, receive: 0 },
    comment: `${seconds(request.atMs)} after the beginning of the trace`,
  };
}

function errorOf({ response, noAnswer, lost }: HttpCall): string | undefined {
  if (noAnswer !== undefined) return printable(noAnswer.code);
  if (lost !== undefined) return "the page did not receive the answer";
  return response === undefined ? "no answer is in the trace" : undefined;
}
