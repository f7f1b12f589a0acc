import type { ImportedSource, Importer } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter } from "../tags.js";
import { jsonItems } from "../text/json-items.js";
import { isObject, textIn } from "../webauthn-json/walk.js";
import { guessOfPath } from "../call-path.js";
import { harCallOf, type HarCall } from "./har-call.js";
import { ceremoniesOf } from "./har-ceremonies.js";

const PATHS = { creator: "log.creator", browser: "log.browser", entry: "log.entries[]" } as const;

/** Nobody exports sooner after the last answer: until then no further call was made. */
const EXPORTED_MS_MIN = 1_000;

/** What writes a HAR, by the name in `log.creator`. */
const DIALECTS: readonly (readonly [name: RegExp, title: string])[] = [
  [/^WebInspector$/, "Chrome or Edge"],
  [/^Firefox/i, "Firefox"],
  [/^WebKit/i, "Safari"],
  [/^Playwright/i, "Playwright"],
];

/** The network panel of a browser, HAR 1.2. */
export const har: Importer = {
  id: "har",
  title: "HAR: network panel of Chrome, Edge, Firefox or Safari",
  recognise({ text }) {
    if (!/^\uFEFF?\s*\{/.test(text) || !/"log"\s*:\s*\{/.test(text)) return undefined;
    const hasParts = /"(creator|entries|pages)"\s*:/.test(text);
    return hasParts
      ? { score: 0.95, reason: "a JSON document with `log` and its `creator`, `pages` or `entries`" }
      : { score: 0.6, reason: "a JSON document with `log`" };
  },
  async read(file, { progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const calls: HarCall[] = [];
    let dialect = "an unknown program";
    let fromMs = Infinity;
    let toMs = -Infinity;
    let count = 0;
    for await (const items of jsonItems(file.open(), { paths: Object.values(PATHS), dropped, progress })) {
      for (const { path, value } of items) {
        if (path !== PATHS.entry) {
          dialect = dialectOf(value) ?? dialect;
          continue;
        }
        count += 1;
        const call = harCallOf(value, redactions);
        if (call === undefined) {
          dropped.add("entry that is no call of HTTP or has no time");
          continue;
        }
        fromMs = Math.min(fromMs, call.startMs);
        toMs = Math.max(toMs, call.endMs);
        if (concernsPasskeys(call) && calls.length < INCIDENT_LIMITS.RECORDS_MAX) calls.push(call);
        else dropped.add("call that has nothing to do with a passkey");
      }
    }
    calls.sort((a, b) => a.startMs - b.startMs);
    const { episodes, records, anchors } = ceremoniesOf(calls);
    const source: ImportedSource = {
      title: `network panel (HAR of ${dialect})`,
      clock: { machine: "client", kind: "utc", precisionMs: 1 },
      records,
      episodes,
      anchors,
      coverage: count === 0 ? [] : [{ probe: "rp", at: { fromMs, toMs: toMs + EXPORTED_MS_MIN } }],
      dropped: dropped.list,
      redactions: redactions.list,
      notes:
        episodes.length > 0
          ? []
          : [
              count === 0
                ? "It holds no calls: record with the network panel open, and export after the failure."
                : "No call in it has the options of a passkey or an answer to them. Were the bodies exported?",
            ],
    };
    return [source];
  },
};

function dialectOf(value: unknown): string | undefined {
  const name = isObject(value) ? (textIn(value, "name") ?? "") : "";
  return DIALECTS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Calls that are kept: all others of a long recording would only cost memory. */
function concernsPasskeys(call: HarCall): boolean {
  return call.found.length > 0 || guessOfPath(call.path) !== undefined;
}
