import type { TraceRecord } from "../../src/core/trace.js";
import type { LineRule, LogMapping } from "../../src/entry/incident.js";

/** What telemetry of a page and a log of the site's rows would hold of a run, and Chromium's files do not. */
const PAGE: readonly TraceRecord["kind"][] = [
  "timer.armed",
  "timer.fired",
  "timer.disarmed",
  "page.gave-up",
  "user.saw",
];
/** Telemetry runs all the time: its first and last line are of something else. */
const AROUND_MS = 60_000;

/**
 * Writes JSON lines as a page's telemetry would, stamped by the page's own clock.
 *
 * @param zeroEpochMs when the run began.
 * @param challenge as the page gets it with its options, base64url.
 */
export function pageLog(
  records: readonly TraceRecord[],
  { zeroEpochMs, challenge }: { readonly zeroEpochMs: number; readonly challenge: string },
): string {
  const line = (atMs: number, members: object) =>
    JSON.stringify({ time: new Date(zeroEpochMs + atMs).toISOString(), ...members });
  const told = records.filter(
    ({ kind, actor }) => (actor === "page" && PAGE.includes(kind)) || kind === "rp.row",
  );
  const lines = told.map(({ atMs, actor, kind, ...members }) => {
    const { ceremony: _title, ...event } = members as { readonly ceremony?: string };
    // The page's guard is armed before there are options.
    const known = kind === "timer.armed" ? {} : { challenge };
    return line(atMs, { ...event, event: kind, actor, attempt: "1", ...known });
  });
  const lastMs = records.at(-1)?.atMs ?? 0;
  const [first, last] = [-AROUND_MS, lastMs + AROUND_MS].map((ms) => line(ms, { event: "heartbeat" }));
  return [first, ...lines, last].join("\n");
}

const timer = (kind: string): LineRule => ({
  when: { event: kind },
  actor: "page",
  event: {
    kind,
    timer: { from: "timer", as: "text" },
    budgetMs: { from: "budgetMs", as: "number" },
    id: { from: "id", as: "text" },
  },
});

/** How the lines of {@link pageLog} are read. */
export const PAGE_LOG_MAPPING = {
  schema: 1,
  machine: "client",
  time: { from: "time" },
  ceremony: "attempt",
  challenge: "challenge",
  shows: ["page.script", "user", "rp.probe"],
  lines: [
    timer("timer.armed"),
    timer("timer.fired"),
    timer("timer.disarmed"),
    {
      when: { event: "page.gave-up" },
      actor: "page",
      event: { kind: "page.gave-up", method: "create", aborted: false },
    },
    {
      when: { event: "user.saw" },
      actor: "page",
      event: {
        kind: "user.saw",
        where: "page",
        text: { from: "text", as: "text" },
        tone: { from: "tone", as: "text" },
      },
    },
    {
      when: { event: "rp.row" },
      event: { kind: "rp.row", credential: { from: "credential", as: "text" }, change: "created" },
    },
  ],
} as const satisfies LogMapping;
