import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import type { ReportFault } from "./hid-knobs.js";

export interface ReportLineSetup {
  readonly faults: readonly ReportFault[];
  /** Between two reports, in milliseconds; 0: a report arrives as it is sent. */
  readonly pacingMs: number;
  /** @param context the span that sent the report. */
  readonly deliver: (report: Uint8Array, context: TraceContext | undefined) => void;
}

/** One direction of a cable: keeps the order, takes its time, and does to reports what the faults say. */
export class ReportLine {
  readonly #env: Env;
  readonly #setup: ReportLineSetup;
  readonly #used = new Set<ReportFault>();
  #carried = 0;
  #freeAtMs = -Infinity;
  #generation = 0;

  constructor(env: Env, setup: ReportLineSetup) {
    this.#env = env;
    this.#setup = setup;
  }

  /** Ids of faults that have not happened yet: a test that relies on one wants this empty. */
  get unusedFaults(): readonly string[] {
    return this.#setup.faults.filter((fault) => !this.#used.has(fault)).map(({ id }) => id);
  }

  carry(report: Uint8Array, context?: TraceContext): void {
    this.#carried++;
    let copies: readonly Uint8Array[] = [report.slice()];
    for (const fault of this.#setup.faults.filter(({ nth }) => nth === this.#carried)) {
      this.#used.add(fault);
      this.#env.trace.in(context).emit({ kind: "fault.injected", rule: fault.id, effect: fault.effect });
      copies = copies.flatMap((copy) => damaged(copy, fault));
    }
    for (const copy of copies) this.#pace(copy, context);
  }

  /** Loses what is under way; counts from one again. */
  clear(): void {
    this.#generation++;
    this.#carried = 0;
    this.#freeAtMs = -Infinity;
  }

  #pace(report: Uint8Array, context: TraceContext | undefined): void {
    const { pacingMs, deliver } = this.#setup;
    if (pacingMs === 0) return deliver(report, context);
    const { clock } = this.#env;
    const generation = this.#generation;
    this.#freeAtMs = Math.max(clock.nowMs(), this.#freeAtMs) + pacingMs;
    clock.arm(this.#freeAtMs - clock.nowMs(), "hid.report", () => {
      if (generation === this.#generation) deliver(report, context);
    });
  }
}

/** Where the payload of an initialization packet begins. */
const FIRST_PAYLOAD_BYTE = 7;

function damaged(report: Uint8Array, { effect, at = FIRST_PAYLOAD_BYTE }: ReportFault): Uint8Array[] {
  switch (effect) {
    case "drop":
      return [];
    case "duplicate":
      return [report, report.slice()];
    case "cut":
      return [report.subarray(0, -1)];
    case "corrupt":
      report[at] = (report[at] ?? 0) ^ 0xff;
      return [report];
  }
}
