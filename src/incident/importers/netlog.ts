import { guessOfPath } from "../call-path.js";
import type { Importer } from "../importer.js";
import { Counter } from "../tags.js";
import { jsonItems } from "../text/json-items.js";
import { isObject, numberIn, objectIn, type JsonObject } from "../webauthn-json/walk.js";
import { NetlogFlow, type NetlogEvent } from "./netlog-flow.js";
import { sourceOf, Span, stampAt } from "./source.js";

const PATHS = { constants: "constants", event: "events[]" } as const;

/** Chromium's network log; one that a killed browser left without its end is read as far as it goes. */
export const netlog: Importer = {
  id: "netlog",
  title: "NetLog of Chrome, Edge or Chromium: chrome://net-export",
  recognise({ text }) {
    if (!/^\uFEFF?\s*\{/.test(text) || !text.includes('"constants"')) return undefined;
    return /"logEventTypes"|"timeTickOffset"|"logSourceType"/.test(text)
      ? { score: 0.98, reason: "a JSON document with the constants of a NetLog" }
      : undefined;
  },
  async read(file, { progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const seen = new Span();
    const flow = new NetlogFlow(redactions, dropped, guessOfPath);
    let names: ReadonlyMap<number, string> | undefined;
    let offsetMs = 0;
    for await (const items of jsonItems(file.open(), { paths: Object.values(PATHS), dropped, progress })) {
      for (const { path, value } of items) {
        if (!isObject(value)) continue;
        if (path === PATHS.constants) {
          names = namesOf(value);
          offsetMs = numberOf(value["timeTickOffset"]) ?? 0;
          continue;
        }
        const event = eventOf(value, names, offsetMs);
        if (event === undefined) {
          dropped.add("event that cannot be read");
          continue;
        }
        seen.take(event.at);
        if (!flow.take(event)) dropped.add("event that has nothing to do with a passkey");
      }
    }
    return [
      sourceOf({
        title: "NetLog of Chromium",
        // Counted from a wall time that was read once. With no standby in between it is the clock of the other logs of this computer.
        clock: { machine: "client", kind: "utc", precisionMs: 1 },
        ...flow.end(),
        probes: names === undefined ? [] : ["rp"],
        seen,
        dropped,
        redactions,
        notes: [
          "Its wall clock was read once, at its start: times after a standby of the machine may be wrong.",
          ...(names === undefined
            ? ["Its constants are missing, and without them its numbers have no names."]
            : []),
        ],
      }),
    ];
  },
};

function namesOf(constants: JsonObject): ReadonlyMap<number, string> {
  const types = objectIn(constants, "logEventTypes") ?? {};
  return new Map(
    Object.entries(types).flatMap(([name, number]) =>
      typeof number === "number" ? [[number, name] as const] : [],
    ),
  );
}

/** Times are decimal texts in newer versions and numbers in older ones. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && Math.abs(number) < 8e15
    ? number
    : undefined;
}

function eventOf(
  value: JsonObject,
  names: ReadonlyMap<number, string> | undefined,
  offsetMs: number,
): NetlogEvent | undefined {
  const ms = numberOf(value["time"]);
  const type = names?.get(numberIn(value, "type") ?? NaN);
  const source = numberIn(objectIn(value, "source") ?? {}, "id");
  if (ms === undefined || source === undefined || names === undefined) return undefined;
  return { at: stampAt(ms + offsetMs, 1), type: type ?? "", source, params: objectIn(value, "params") ?? {} };
}
