import type { ImportedSource, Importer } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter, tagOf } from "../tags.js";
import { jsonItems } from "../text/json-items.js";
import { isObject, listIn, objectIn, type JsonObject } from "../webauthn-json/walk.js";
import { attributesOf, logOf, spanOf, type OtlpCall } from "./otlp-message.js";
import { ceremoniesOfService, serviceCallOf, type ServiceCall } from "./otlp-service.js";
import { sourceOf, Span } from "./source.js";

const SPANS = "resourceSpans[]";
const LOGS = "resourceLogs[]";

/** Resources that are told apart; the calls of more are counted. */
const SERVICES_MAX = 1_000;

/** Traces and logs of OpenTelemetry as the collector's file exporter writes them, one request a line, or one document. */
export const otlp: Importer = {
  id: "otlp",
  title: "OpenTelemetry traces or logs (OTLP JSON), one document or one a line",
  ofServer: true,
  recognise({ text }) {
    if (!/^\uFEFF?\s*\{/.test(text)) return undefined;
    const [, name] = /"(resourceSpans|resourceLogs)"\s*:\s*\[/.exec(text) ?? [];
    return name === undefined ? undefined : { score: 0.95, reason: `JSON with \`${name}\` of OTLP` };
  },
  async read(file, { progress, window }) {
    const dropped = new Counter();
    const services = new Map<string, Service>();
    let kept = 0;
    for await (const items of jsonItems(file.open(), { paths: [SPANS, LOGS], dropped, progress }))
      for (const { path, value } of items) {
        if (!isObject(value)) continue;
        const service = serviceOf(value, services);
        if (service === undefined) {
          dropped.add("resource beyond the most that are told apart");
          continue;
        }
        for (const call of callsIn(value, path, dropped)) {
          service.seen.take({ fromMs: call.startMs, toMs: call.endMs });
          service.isWholeMs &&= call.isWholeMs;
          service.isSampled ||= call.isSampled;
          const own = serviceCallOf(call, service.redactions);
          if (own === undefined) dropped.add("call that has nothing to do with a passkey");
          else if (window !== undefined && (call.endMs < window.fromMs || call.startMs > window.toMs))
            dropped.add("call outside the time of the incident");
          else if (kept >= INCIDENT_LIMITS.RECORDS_MAX) dropped.add("call beyond the most that are kept");
          else {
            kept += 1;
            service.calls.push(own);
          }
        }
      }
    const told = [...services.values()].filter(({ calls }) => calls.length > 0);
    // What was left out is counted once, at the first.
    if (told.length === 0) return [sourceFor(new Service(), { number: 1, dropped })];
    return told.map((service, index) =>
      sourceFor(service, { number: index + 1, dropped: index === 0 ? dropped : new Counter() }),
    );
  },
};

class Service {
  readonly calls: ServiceCall[] = [];
  readonly seen = new Span();
  readonly redactions = new Counter();
  isWholeMs = true;
  isSampled = false;
}

/** The service that a resource is, by its name and where it runs. */
function serviceOf(value: JsonObject, services: Map<string, Service>): Service | undefined {
  const attributes = attributesOf(objectIn(value, "resource") ?? {});
  const names = ["service.namespace", "service.name", "service.instance.id", "host.name"];
  const key = tagOf(JSON.stringify(names.map((name) => attributes.get(name) ?? null)));
  const known = services.get(key);
  if (known !== undefined || services.size >= SERVICES_MAX) return known;
  const service = new Service();
  services.set(key, service);
  return service;
}

function callsIn(value: JsonObject, path: string, dropped: Counter): readonly OtlpCall[] {
  const [scopes, items, read, none] =
    path === SPANS
      ? (["scopeSpans", "spans", spanOf, "span that is no call to a server"] as const)
      : (["scopeLogs", "logRecords", logOf, "log record without a time"] as const);
  return listIn(value, scopes)
    .filter(isObject)
    .flatMap((scope) => listIn(scope, items))
    .flatMap((item) => {
      const call = read(item);
      if (call === undefined) dropped.add(none);
      return call ?? [];
    });
}

function sourceFor(
  { calls, seen, redactions, isWholeMs, isSampled }: Service,
  { number, dropped }: { readonly number: number; readonly dropped: Counter },
): ImportedSource {
  const isSeen = calls.length > 0;
  return sourceOf({
    title: `OpenTelemetry of service ${number}`,
    clock: { machine: "server", kind: "utc", precisionMs: isSeen && isWholeMs ? 1 : 0.001 },
    ...ceremoniesOfService(calls),
    probes: isSeen && !isSampled ? ["rp"] : [],
    seen,
    ...(isSampled && { level: "sampled: calls are missing" }),
    dropped,
    redactions,
    notes: isSeen
      ? [
          isSampled
            ? "It was sampled: that a call is not in it proves nothing."
            : "That it was not sampled is taken for granted: nothing in it says so.",
        ]
      : [],
  });
}
