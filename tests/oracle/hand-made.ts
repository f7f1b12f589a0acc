import type { TraceEvent, TraceRecord } from "../../src/core/trace.js";
import type { Plan, PlannedRun } from "../../src/oracle/plan.js";
import type { Diagnose, Observation, Runner } from "../../src/oracle/runner.js";

/** A record of ceremony `c1`, by the actor that its kind usually comes from. */
export function record(event: TraceEvent, frame: Partial<TraceRecord> = {}): TraceRecord {
  return { atMs: 0, actor: "page", span: "s1", ceremony: "c1", ...event, ...frame } as TraceRecord;
}

/** What a registration records that goes well in every respect. */
export const WELL_REGISTRATION: readonly TraceRecord[] = [
  record({ kind: "span.started", name: "ceremony", label: "registration", parent: "run" }),
  record({ kind: "page.called", method: "create", effectiveMs: 60_000 }, { actor: "browser" }),
  record(
    { kind: "ctap.credential", change: "created", credential: "k1", rpId: "shop.example", user: "u1" },
    { actor: "key" },
  ),
  record({ kind: "page.settled", method: "create", outcome: "resolved" }, { actor: "browser" }),
  record({ kind: "rp.response", call: "registration/finish", status: 200 }, { actor: "site" }),
  record({ kind: "rp.row", credential: "k1", change: "created" }, { actor: "site" }),
  record({ kind: "user.saw", where: "page", text: "Ready.", tone: "success" }),
];

export const WELL_LEDGER = { keys: [{ credential: "k1" }], rows: [{ credential: "k1" }] } as const;

/** The same registration, whose page told of a failure because of an error of this name. */
export function failedRegistration(name: string): readonly TraceRecord[] {
  return [
    ...WELL_REGISTRATION.slice(0, 2),
    record({ kind: "page.settled", method: "create", outcome: "rejected", name }, { actor: "browser" }),
    record({ kind: "user.saw", where: "page", text: "Sorry.", tone: "failure" }),
  ];
}

export const EMPTY_LEDGER = { keys: [], rows: [] } as const;

/** A plan with a knob for each name, turned from the start. */
export function planOf(...names: readonly string[]): Plan {
  return {
    base: { id: "usb+0", knobs: {}, script: [{ do: "register" }], groups: [] },
    deviations: names.map((name) => ({ kind: "knob", name, value: true })),
  };
}

/** A runner whose run fails with the error that a function of the present knobs names; `undefined`: all goes well. */
export function runnerOf(failsWith: (knobs: PlannedRun["knobs"], isPatient: boolean) => string | undefined) {
  const runner: Runner = {
    run: ({ knobs }, { withoutClientTimer = false } = {}): Promise<Observation> => {
      const name = failsWith(knobs, withoutClientTimer);
      const well = { records: WELL_REGISTRATION, ledger: WELL_LEDGER, recordsBefore: [0] };
      return Promise.resolve(
        name === undefined
          ? well
          : { records: failedRegistration(name), ledger: EMPTY_LEDGER, recordsBefore: [0] },
      );
    },
  };
  return runner;
}

/** An engine that says one thing of every failure, and `success` of everything else. */
export function saying(cause: string, timer?: string): Diagnose {
  return (records) => {
    const failed = records.some((one) => one.kind === "user.saw" && one.tone === "failure");
    return [{ ceremony: "c1", cause: failed ? cause : "success", timer, text: "" }];
  };
}
