import { isObject, listIn, numberIn, objectIn, textIn, type JsonObject } from "../webauthn-json/walk.js";

interface Call {
  readonly request: JsonObject;
  readonly startMs: number;
  endMs: number;
  response: JsonObject;
  error?: string;
}

/** Requests that are followed at once. */
const CALLS_MAX = 20_000;

/** Joins the network events of CDP and BiDi to calls in the shape of HAR's entries. */
export class AutomationCalls {
  readonly #calls = new Map<string, Call>();
  /** Wall clock less monotonic clock of CDP, in milliseconds. */
  #offsetMs: number | undefined;
  #lastMs: number | undefined;

  /** Moment of the last event that had one. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** @returns when the event happened; `undefined` for one that is none of the network. */
  take(method: string, params: JsonObject): number | undefined {
    const atMs = method.startsWith("Network.")
      ? this.#takeCdp(method, params)
      : method.startsWith("network.")
        ? this.#takeBidi(method, params)
        : undefined;
    if (atMs !== undefined) this.#lastMs = atMs;
    return atMs;
  }

  entries(): readonly JsonObject[] {
    return [...this.#calls.values()].flatMap(({ request, startMs, endMs, response, error }) =>
      Math.abs(startMs) > 8e15
        ? []
        : [
            {
              startedDateTime: new Date(startMs).toISOString(),
              time: endMs - startMs,
              request,
              response,
              ...(error !== undefined && { _error: error }),
            },
          ],
    );
  }

  #takeCdp(method: string, params: JsonObject): number | undefined {
    const id = textIn(params, "requestId");
    const monotonicMs = (numberIn(params, "timestamp") ?? NaN) * 1_000;
    if (id === undefined || Number.isNaN(monotonicMs)) return undefined;
    if (method === "Network.requestWillBeSent") {
      const wallMs = (numberIn(params, "wallTime") ?? NaN) * 1_000;
      if (Number.isNaN(wallMs)) return undefined;
      this.#offsetMs ??= wallMs - monotonicMs;
      const request = objectIn(params, "request") ?? {};
      const body = textIn(request, "postData");
      this.#begin(id, wallMs, {
        method: textIn(request, "method") ?? "GET",
        url: textIn(request, "url") ?? "",
        headers: headersOf(objectIn(request, "headers")),
        ...(body !== undefined && { postData: { text: body } }),
      });
      return wallMs;
    }
    const call = this.#calls.get(id);
    if (this.#offsetMs === undefined) return undefined;
    const atMs = monotonicMs + this.#offsetMs;
    if (call === undefined) return atMs;
    call.endMs = Math.max(call.startMs, atMs);
    if (method === "Network.responseReceived") {
      const response = objectIn(params, "response") ?? {};
      call.response = {
        status: numberIn(response, "status") ?? 0,
        headers: headersOf(objectIn(response, "headers")),
      };
    }
    if (method === "Network.loadingFailed") call.error = textIn(params, "errorText") ?? "net::ERR_FAILED";
    return atMs;
  }

  #takeBidi(method: string, params: JsonObject): number | undefined {
    const request = objectIn(params, "request") ?? {};
    const id = textIn(request, "request");
    const atMs = numberIn(params, "timestamp");
    if (id === undefined || atMs === undefined) return undefined;
    if (method === "network.beforeRequestSent") {
      this.#begin(id, atMs, {
        method: textIn(request, "method") ?? "GET",
        url: textIn(request, "url") ?? "",
        headers: bidiHeaders(request),
      });
      return atMs;
    }
    const call = this.#calls.get(id);
    if (call === undefined) return atMs;
    call.endMs = Math.max(call.startMs, atMs);
    const response = objectIn(params, "response");
    if (method === "network.responseCompleted" && response !== undefined)
      call.response = { status: numberIn(response, "status") ?? 0, headers: bidiHeaders(response) };
    if (method === "network.fetchError") call.error = textIn(params, "errorText") ?? "net::ERR_FAILED";
    return atMs;
  }

  #begin(id: string, startMs: number, request: JsonObject): void {
    if (this.#calls.has(id) || this.#calls.size >= CALLS_MAX) return;
    this.#calls.set(id, { request, startMs, endMs: startMs, response: {} });
  }
}

/** Headers of CDP are an object; HAR has a list. */
function headersOf(headers: JsonObject | undefined): readonly JsonObject[] {
  return Object.entries(headers ?? {}).map(([name, value]) => ({ name, value }));
}

/** Headers of BiDi have `{ type: "string", value }`. */
function bidiHeaders(message: JsonObject): readonly JsonObject[] {
  return listIn(message, "headers")
    .filter(isObject)
    .map((header) => ({
      name: header["name"],
      value: textIn(objectIn(header, "value") ?? {}, "value") ?? "",
    }));
}
