import type { ImportedSource, Importer } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter } from "../tags.js";
import { windowsEvents, type WindowsEvent } from "./event-xml.js";
import { sourceOf, Span, stampAt } from "./source.js";
import { PRECISION_MS, readTransaction } from "./windows-transaction.js";

const PROVIDER = "Microsoft-Windows-WebAuthN";
const TRANSACTIONS_MAX = 2_000;

/** Events of a log that concern passkeys only when they stand beside a request. */
const PRIVATE = new Set([2105, 2106]);

/** Windows' event log of WebAuthn, exported as XML. */
export const windowsEventLog: Importer = {
  id: "windows-events",
  title: "Windows event log Microsoft-Windows-WebAuthN/Operational, as XML",
  recognise({ text }) {
    if (!/<Event[\s>]/.test(text)) return undefined;
    return text.includes(PROVIDER)
      ? { score: 0.98, reason: `events of the provider ${PROVIDER}` }
      : undefined;
  },
  async read(file, { progress }): Promise<readonly ImportedSource[]> {
    const dropped = new Counter();
    const redactions = new Counter();
    const seen = new Span();
    const transactions = new Map<string, WindowsEvent[]>();
    let count = 0;
    let hasVerbose = false;
    for await (const event of windowsEvents(file.open(), { dropped, progress })) {
      if (event.provider !== PROVIDER) {
        dropped.add("event of another provider");
        continue;
      }
      seen.take(stampAt(event.atMs, PRECISION_MS));
      if (PRIVATE.has(event.id)) redactions.add("event with the caller's name or a whole answer");
      if (event.id === 2225 || event.id === 2226) hasVerbose = true;
      count += 1;
      const key = event.data.get("TransactionId") ?? "";
      const own = transactions.get(key) ?? [];
      if (own.length === 0 && transactions.size >= TRANSACTIONS_MAX)
        dropped.add("transaction beyond the most that are read");
      else if (count > INCIDENT_LIMITS.RECORDS_MAX) dropped.add("event beyond the most that are read");
      else {
        own.push(event);
        transactions.set(key, own);
      }
    }
    const results = [...transactions.values()]
      .map((events) => events.sort((a, b) => a.atMs - b.atMs || (a.record ?? 0) - (b.record ?? 0)))
      .map((events, index) => readTransaction(events, { prefix: `t${index + 1}`, redactions, dropped }));
    return [
      sourceOf({
        title: "Windows event log (WebAuthN/Operational)",
        clock: { machine: "client", kind: "utc", precisionMs: PRECISION_MS },
        records: results.flatMap(({ records }) => records),
        episodes: results.flatMap(({ episodes }) => episodes),
        anchors: results.flatMap(({ anchors }) => anchors),
        probes: hasVerbose ? ["page", "ctap", "timer", "link"] : ["page", "ctap", "timer"],
        seen,
        level: hasVerbose ? "Verbose" : "Information: exchanges with keys on USB are not in it",
        dropped,
        redactions,
        notes: [
          ...new Set(results.flatMap(({ notes }) => notes)),
          ...(count === 0 ? ["No event of WebAuthn is in it. Windows logs none for private windows."] : []),
        ],
      }),
    ];
  },
};
