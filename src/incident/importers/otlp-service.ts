import { guessOfPath, type PathGuess } from "../call-path.js";
import { clientOf } from "../client-of.js";
import { knownCode } from "../error-code.js";
import type { Anchor, Asked, Episode, ImportedRecord, Stamp } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { type Counter, tagOf } from "../tags.js";
import { findWebauthn, WEBAUTHN_WORDS, type Found } from "../webauthn-json/find-webauthn.js";
import { parsed } from "../webauthn-json/walk.js";
import type { OtlpCall } from "./otlp-message.js";

/** A ceremony that is not finished within this time is another attempt's. */
const EPISODE_MS_MAX = 30 * 60_000;
const GATEWAY_TIMEOUT = 504;
const ERROR_STATUS_MIN = 400;
const ID_HEADERS = /^http\.(?:request|response)\.header\.x[-_](?:request|correlation|amzn[-_]trace)[-_]id$/;

type Kind = PathGuess["kind"];

/** A call to a passkey's path, with what its bodies say. Holds no value of the file beyond `path` and tags. */
export interface ServiceCall extends PathGuess {
  readonly at: Stamp;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly found: readonly Found[];
  readonly trace: string;
  /** Who called, by a session or an address; empty where nothing says it. */
  readonly caller: string;
  readonly client: string | undefined;
  readonly requestIds: readonly string[];
}

/** Returns the call that a span or a log record is; `undefined` for one that has nothing to do with a passkey. */
export function serviceCallOf(call: OtlpCall, redacted: Counter): ServiceCall | undefined {
  const { attributes } = call;
  const first = (...names: readonly string[]) =>
    names.map((name) => attributes.get(name)).find((value) => value !== undefined && value !== "");
  const text = (...names: readonly string[]) => {
    const value = first(...names);
    return typeof value === "string" ? value : "";
  };
  const route = text("http.route");
  const path = pathOf(text("url.path", "http.target", "url.full", "http.url")) || route;
  if (path === "") return undefined;
  const found = [...attributes.values(), ...call.events.flatMap((event) => [...event.values()])].flatMap(
    (value) => foundIn(value, redacted),
  );
  const guess = guessOfBodies(found) ?? guessOfPath(route) ?? guessOfPath(path);
  if (guess === undefined) return undefined;
  const status = Number(first("http.response.status_code", "http.status_code") ?? NaN);
  const caller = text("session.id", "client.address", "http.client_ip", "net.peer.ip", "net.sock.peer.addr");
  const client = clientOf(text("user_agent.original", "http.user_agent"));
  if (caller !== "") redacted.add("session or address");
  if (call.traceId !== "") redacted.add("trace id");
  const ids = [...attributes].filter(([name]) => ID_HEADERS.test(name)).flatMap(([, value]) => value);
  return {
    ...guess,
    at: { fromMs: call.startMs, toMs: call.endMs },
    status: Number.isInteger(status) ? status : undefined,
    code: status >= ERROR_STATUS_MIN ? codeOf(call) : undefined,
    method: text("http.request.method", "http.method"),
    path,
    found,
    trace: call.traceId === "" ? "" : tagOf(call.traceId),
    caller: caller === "" ? "" : tagOf(caller),
    client,
    requestIds: [call.traceId, ...ids]
      .filter((id): id is string => typeof id === "string" && id !== "")
      .map(tagOf),
  };
}

function foundIn(value: unknown, redacted: Counter): readonly Found[] {
  if (typeof value === "object" && value !== null) return findWebauthn(value, redacted);
  if (typeof value !== "string" || value.length > INCIDENT_LIMITS.BODY_CHARS_MAX) return [];
  return WEBAUTHN_WORDS.test(value) ? findWebauthn(parsed(value), redacted) : [];
}

function guessOfBodies(found: readonly Found[]): PathGuess | undefined {
  const answer = found.find(({ what }) => what === "answer");
  if (answer !== undefined) return { kind: answer.kind, step: "finish" };
  const [options] = found;
  return options === undefined ? undefined : { kind: options.kind, step: "options" };
}

/** The code of a refusal: what an exception or the span itself names. A class of a language is none. */
function codeOf({ attributes, events }: OtlpCall): string | undefined {
  const names = ["error.code", "exception.code", "error.type", "exception.type"];
  for (const map of [attributes, ...events])
    for (const name of names) {
      const value = map.get(name);
      const code = typeof value === "string" ? knownCode(value) : undefined;
      if (code !== undefined) return code;
    }
  return undefined;
}

function pathOf(text: string): string {
  return (text.replace(/^[a-z]+:\/\/[^/]*/i, "").split(/[?#]/, 1)[0] ?? "") || "";
}

interface Open {
  readonly id: string;
  readonly kind: Kind;
  readonly at: { fromMs: number; toMs: number };
  readonly challenge: string | undefined;
  readonly rp: string | undefined;
  readonly asked: Asked | undefined;
  readonly client: string | undefined;
}

/** What the calls of one service are: ceremonies, joined by their challenge, their trace or their caller. */
export function ceremoniesOfService(calls: readonly ServiceCall[]): {
  readonly records: readonly ImportedRecord[];
  readonly episodes: readonly Episode[];
  readonly anchors: readonly Anchor[];
} {
  const open: Open[] = [];
  const last = new Map<string, Open>();
  const records: ImportedRecord[] = [];
  const anchors: Anchor[] = [];
  for (const [index, call] of [...calls].sort((a, b) => a.at.fromMs - b.at.fromMs).entries()) {
    const own = placeOf(call, { open, last });
    own.at.fromMs = Math.min(own.at.fromMs, call.at.fromMs);
    own.at.toMs = Math.max(own.at.toMs, call.at.toMs);
    for (const key of keysOf(call)) last.set(key, own);
    records.push(...recordsOf(call, own.id, `o${index}`));
    anchors.push(...anchorsOf(call, own.id, `o${index}`));
  }
  return { records, anchors, episodes: open.map(episodeOf) };
}

const episodeOf = ({ id, kind, at, rp, asked, client }: Open): Episode => ({
  id,
  kind,
  at,
  ...(rp !== undefined && { rp }),
  ...(asked !== undefined && { asked }),
  ...(client !== undefined && { client }),
});

const keysOf = ({ trace, caller, kind }: ServiceCall) => [
  ...(trace === "" ? [] : [`trace ${trace} ${kind}`]),
  `caller ${caller} ${kind}`,
];

function placeOf(
  call: ServiceCall,
  { open, last }: { readonly open: Open[]; readonly last: ReadonlyMap<string, Open> },
): Open {
  const options = call.found.find((one) => one.what === "options");
  const answer = call.found.find((one) => one.what === "answer");
  if (answer?.challenge !== undefined) {
    const own = open.findLast(({ challenge }) => challenge === answer.challenge);
    if (own !== undefined) return own;
  }
  const known = keysOf(call)
    .map((key) => last.get(key))
    .find((one) => one !== undefined && call.at.fromMs - one.at.toMs <= EPISODE_MS_MAX);
  // An answer to another challenge than the one that is open belongs to options that were not recorded.
  const isOther =
    answer?.challenge !== undefined && known?.challenge !== undefined && known.challenge !== answer.challenge;
  if (known !== undefined && call.step !== "options" && !isOther) return known;
  const own: Open = {
    id: `e${open.length + 1}`,
    kind: call.kind,
    at: { ...call.at },
    challenge: options?.challenge ?? answer?.challenge,
    rp: options?.rp,
    asked: options?.asked,
    client: call.client,
  };
  open.push(own);
  return own;
}

function recordsOf(call: ServiceCall, episode: string, id: string): readonly ImportedRecord[] {
  const { kind, step, status, code, at } = call;
  const name = `${kind}/${step}`;
  const begin: Stamp = { fromMs: at.fromMs, toMs: at.fromMs };
  const end: Stamp = { fromMs: at.toMs, toMs: at.toMs };
  const rest = { episode, call: id } as const;
  const request: ImportedRecord = {
    at: begin,
    actor: "site",
    ...rest,
    event: { kind: "rp.request", call: name },
  };
  if (status === undefined) return [request];
  const isLate = status === GATEWAY_TIMEOUT;
  const options = call.found.find((one) => one.what === "options");
  const isOffer = step === "options" && options?.kind === "login";
  const response: ImportedRecord = {
    at: end,
    actor: "site",
    ...rest,
    event: {
      kind: "rp.response",
      call: name,
      status,
      ...(isLate ? { code: "GATEWAY_TIMEOUT" } : code !== undefined && { code }),
      ...(isOffer && {
        credentials: options.credentials,
        ...(options.transports.length > 0 && { transports: options.transports }),
      }),
    },
  };
  if (!isLate) return [request, response];
  const budgetMs = Math.round(at.toMs - at.fromMs);
  const fired: ImportedRecord = {
    at: end,
    actor: "gateway",
    ...rest,
    event: { kind: "timer.fired", timer: "gw.idle", budgetMs, id: `gw-${id}` },
    derived: "the call was answered 504",
  };
  return [request, fired, response];
}

function anchorsOf(call: ServiceCall, episode: string, id: string): readonly Anchor[] {
  const { at, method, path, status, found } = call;
  const anchors: Anchor[] = call.requestIds.map((tag) => ({
    kind: "request-id",
    tag,
    episode,
    call: id,
    at,
    relation: "within",
  }));
  if (status !== undefined && method !== "")
    anchors.push({
      kind: "call",
      tag: tagOf(`${method} ${path} ${status}`),
      episode,
      call: id,
      at,
      relation: "within",
    });
  for (const one of found) {
    if (one.what === "options") {
      // The client asks before the server makes the challenge.
      anchors.push({ kind: "challenge", tag: one.challenge, episode, at, relation: "after" });
      continue;
    }
    anchors.push({ kind: "client-data", tag: one.clientData, episode, at, relation: "after" });
    if (one.credential !== undefined)
      anchors.push({ kind: "credential", tag: one.credential, episode, at, relation: "after" });
  }
  return anchors;
}
