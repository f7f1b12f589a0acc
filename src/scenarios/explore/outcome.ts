import type { TraceRecord } from "../../core/trace.js";
import type { Run } from "../run.js";

/** Summarises a run without its times: two runs with the same outcome are the same scenario. Plain JSON. */
export interface Outcome {
  /** How each call of the page ended, in order: `resolved`, the name of the rejection, or `pending`. */
  readonly page: readonly string[];
  /** What the page then reported to the user, in order. */
  readonly told: readonly ("success" | "failure")[];
  /** Id of the timer that decided; `null`: none did. */
  readonly decidedBy: string | null;
  /** Of each ceremony, in order. */
  readonly mechanisms: readonly string[];
  readonly ledger: {
    readonly keys: number;
    readonly rows: number;
    readonly orphans: number;
    readonly ghosts: number;
    /** Delivered ones. */
    readonly mails: number;
  };
}

/** The outcome of a run. */
export function outcomeOf({
  records,
  explanation,
  ledger,
}: Pick<Run, "records" | "explanation" | "ledger">): Outcome {
  const { keys, rows, mails } = ledger.entries;
  const { orphans, ghosts } = ledger.diff();
  return {
    page: settlements(records),
    told: records.flatMap((record) =>
      record.kind === "user.saw" && record.where === "page" && record.tone !== undefined ? [record.tone] : [],
    ),
    decidedBy: explanation.decidedBy?.timer ?? null,
    mechanisms: explanation.ceremonies.map(({ mechanism }) => mechanism),
    ledger: {
      keys: keys.length,
      rows: rows.length,
      orphans: orphans.length,
      ghosts: ghosts.length,
      mails: mails.filter(({ stage }) => stage === "delivered").length,
    },
  };
}

/** The outcome as one text: equal texts, equal outcomes. */
export function outcomeKey({ page, told, decidedBy, mechanisms, ledger }: Outcome): string {
  const { keys, rows, orphans, ghosts, mails } = ledger;
  return JSON.stringify([page, told, decidedBy, mechanisms, keys, rows, orphans, ghosts, mails]);
}

/** A call and its end go by ceremony; by order where the trace does not say. */
function settlements(records: readonly TraceRecord[]): readonly string[] {
  const ends = records.filter((record) => record.kind === "page.settled");
  const taken = new Set<TraceRecord>();
  return records.flatMap((record) => {
    if (record.kind !== "page.called") return [];
    const end = ends.find(
      (one) => !taken.has(one) && one.atMs >= record.atMs && one.ceremony === record.ceremony,
    );
    if (end === undefined) return ["pending"];
    taken.add(end);
    return [end.outcome === "resolved" ? "resolved" : (end.name ?? "rejected")];
  });
}
